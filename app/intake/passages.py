"""One passage over mails of a folder: fetched in batches, and stored while the next batch is fetched.

    fetch ─▶ whole ─▶ one transaction for the batch ─▶ fails? each mail alone ─▶ fails again? it waits
          └▶ not given by the server, or its headers alone ─▶ it waits; after an hour its headers go into quarantine

A mail that waits holds the cursor, not the mails after it: it is tried again with every look. A server that has trouble
with its disks may refuse a mail for minutes, and says so in the words of one that never gives it.
"""

import asyncio
import time
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from app.db.outages import is_cut_off, is_outage
from app.db.tables.mail import FolderRole, FolderRow
from app.db.uow import Database, Uow
from app.domain.errors import AppError
from app.domain.message import Cut
from app.domain.ports import Fetched, FolderState, MailFolder
from app.intake.history import StillReading
from app.intake.incoming import MAX_BYTES, Incoming
from app.intake.recognition import Blocking, source_of
from app.intake.service import BATCH

LEASE_SECONDS = 10.0
WITHHELD_SECONDS = 3600.0
CUT_OFF_MOST = 3
"""How many mails of a look may run into the database's limit of time: with more, it is the database that is busy."""

MAIL_NOT_STORED = "mail_not_stored"

log = structlog.get_logger()


class MailNotStored(AppError):
    """A mail is there that cannot be stored."""


class LeaseLost(AppError):
    """Another worker watches this mailbox by now."""


Keep = Callable[[Uow, UUID, Sequence[Incoming]], Awaitable[object]]
ReadAhead = Callable[[Sequence[Incoming]], Awaitable[None]]


async def nothing(_mails: Sequence[Incoming]) -> None:
    """What needs no reading before it is kept."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Whose folder it is, in which of its roles, and since when mail of it counts."""

    mailbox_id: UUID
    role: FolderRole
    starts_at: datetime


def lease_of(mailbox_id: UUID) -> str:
    return f"mailbox:{mailbox_id}"


@dataclass(frozen=True, slots=True)
class Passage:
    """`counts` says which of the mails are meant, by the moment they were received; `read_ahead` is for before the
    transaction in which `keep` stores them."""

    state: FolderState
    keep: Keep
    counts: Callable[[datetime], bool]
    read_ahead: ReadAhead = nothing
    moves_cursor: bool = False
    mod_seq: int = 0


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came of a mail; `incoming` is None where its server gives nothing of it."""

    uid: int
    source: str
    incoming: Incoming | None


class Passages:
    """`withheld` counts the mails of a look that are to be asked for again, `not_stored` those that can't be stored."""

    def __init__(
        self, database: Database, folder: MailFolder, watched: Watched, *, holder: str, blocking: Blocking
    ) -> None:
        self._database = database
        self._folder = folder
        self._watched = watched
        self._holder = holder
        self._blocking = blocking
        self._withheld_since: dict[str, float] = {}
        self.withheld = self.not_stored = self._cut_off = 0

    def begin(self) -> None:
        """A look begins."""
        self.withheld = self.not_stored = self._cut_off = 0

    def complain(self) -> None:
        if self.withheld or self.not_stored:
            raise MailNotStored(MAIL_NOT_STORED)

    async def take(self, uids: Sequence[int], passage: Passage) -> bool:
        """Fetch and store mails in order. False when one of them is still to be stored."""
        rest = list(uids)
        is_complete = True
        ahead = self._start_fetch(rest, passage)
        try:
            while ahead is not None:
                mails = await ahead
                through = mails[-1].uid if mails else rest[:BATCH][-1]
                rest = rest[bisect_right(rest, through) :]
                ahead = self._start_fetch(rest, passage)
                waiting = {mail.uid for mail in mails if self._is_to_wait(mail)}
                reach = min(waiting) - 1 if waiting else through
                meant = [
                    (mail.uid, mail.incoming)
                    for mail in mails
                    if mail.incoming is not None
                    and mail.uid not in waiting
                    and passage.counts(mail.incoming.received_at)
                ]
                await passage.read_ahead([incoming for _, incoming in meant])
                is_stored = await self._store(meant, passage, reach if passage.moves_cursor and is_complete else 0)
                is_complete = is_complete and is_stored and not waiting
        finally:
            if ahead is not None:
                ahead.cancel()
        return is_complete

    def fetch(self, uids: Sequence[int], state: FolderState) -> Sequence[Arrived]:
        """In the mailbox's thread. Prepares the mails as well: it has the time while the batch before is stored."""
        return [_arrived(mail, state) for mail in self._folder.fetch(uids, max_bytes=MAX_BYTES)]

    async def commit(self, mails: Sequence[Incoming], passage: Passage, cursor: int) -> None:
        if not mails and not cursor:
            return
        async with self._database.write() as uow:
            row = await self.locked(uow, passage.state)
            if mails:
                await passage.keep(uow, self._watched.mailbox_id, mails)
            if cursor:
                row.last_uid, row.mod_seq = max(row.last_uid, cursor), passage.mod_seq or row.mod_seq

    async def locked(self, uow: Uow, state: FolderState) -> FolderRow:
        """The folder's row, if the mailbox is still ours to read."""
        if not await uow.leases.has(lease_of(self._watched.mailbox_id), self._holder):
            raise LeaseLost("lease_lost")
        return await uow.mailboxes.lock_folder(self._watched.mailbox_id, state.name)

    def _start_fetch(self, uids: Sequence[int], passage: Passage) -> asyncio.Task[Sequence[Arrived]] | None:
        if not uids:
            return None
        task = asyncio.ensure_future(self._blocking(self.fetch, uids[:BATCH], passage.state))
        task.add_done_callback(_retrieved)
        return task

    def _is_to_wait(self, mail: Arrived) -> bool:
        """Whether to ask for it again at the next look, rather than take what its server gave of it."""
        if mail.incoming is not None and mail.incoming.cut is not Cut.NOT_GIVEN:
            self._withheld_since.pop(mail.source, None)
            return False
        now = time.monotonic()
        is_early = now - self._withheld_since.setdefault(mail.source, now) < WITHHELD_SECONDS
        self.withheld += is_early
        self.not_stored += mail.incoming is None and not is_early
        log.info("intake.message.withheld", mailbox_id=str(self._watched.mailbox_id), uid=mail.uid)
        return is_early or mail.incoming is None

    async def _store(self, mails: Sequence[tuple[int, Incoming]], passage: Passage, cursor: int) -> bool:
        """One transaction for all; one for each when that fails. False when one of them could not be stored."""
        try:
            await self.commit([incoming for _, incoming in mails], passage, cursor)
            return True
        except Exception as error:  # one bad mail stops no other
            self._raise_if_general(error)
            log.info("intake.batch.split", mailbox_id=str(self._watched.mailbox_id), error=type(error).__name__)
        is_complete = True
        for uid, incoming in mails:
            reach = min(uid, cursor) if is_complete else 0
            is_complete = await self._store_one(uid, incoming, passage, reach) and is_complete
        if is_complete:
            await self.commit([], passage, cursor)
        return is_complete

    async def _store_one(self, uid: int, incoming: Incoming, passage: Passage, cursor: int) -> bool:
        try:
            await self.commit([incoming], passage, cursor)
        except StillReading:
            return False
        except Exception as error:  # the boundary of one mail: it holds the cursor, and shows as the mailbox's error
            self._raise_if_general(error)
            mailbox_id, name = str(self._watched.mailbox_id), type(error).__name__
            log.error("intake.message.not_stored", mailbox_id=mailbox_id, uid=uid, error=name)
            self.not_stored += 1
            return False
        return True

    def _raise_if_general(self, error: Exception) -> None:
        """What is no mail's fault: the database is away, overrun or full, or the mailbox is not ours any more."""
        self._cut_off += is_cut_off(error)
        is_one_mails = is_cut_off(error) and self._cut_off <= CUT_OFF_MOST
        if isinstance(error, LeaseLost) or (is_outage(error) and not is_one_mails):
            raise error


def _arrived(mail: Fetched, state: FolderState) -> Arrived:
    source = source_of(state, mail.uid)
    if mail.raw is None:
        return Arrived(mail.uid, source, None)
    incoming = Incoming(source, mail.raw, mail.received_at, mail.cut)
    incoming.prepare()
    return Arrived(mail.uid, source, incoming)


def _retrieved(task: asyncio.Task[Sequence[Arrived]]) -> None:
    """Whoever waits for it sees its error; nobody waits for it once the reader has stopped."""
    if not task.cancelled():
        task.exception()
