"""One folder of a watched mailbox: how far it was read, and what is new in it.

    open ─▶ the same UIDVALIDITY, and UIDNEXT not below the cursor?
            yes ─▶ UIDs above the cursor ─▶ fetch ─▶ store, move the cursor, in one transaction
            no ──▶ all since the folder's start, by date; of these only what is not recognised

CONDSTORE tells what changed since the last look. A mail that appears below the cursor (no server should do that; some
do, when two of their nodes take mail at once) is found by it, and is stored like any other. Where a server has no
CONDSTORE, the numbers of the last days' mails are compared with what is stored, when the reader starts and each hour.

The next batch is fetched while one is being stored. Of a batch that can't be stored each mail is tried alone, and one
that can't be stored even so holds the cursor, not the mails after it: it is tried again with every look.
"""

import asyncio
import time
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from app.db.outages import is_outage
from app.db.tables.mail import FolderRole, FolderRow, OnceStored
from app.db.uow import Database, Uow
from app.domain.clock import system_clock
from app.domain.errors import AppError
from app.domain.ports import FolderState, MailFolder
from app.intake.history import StillReading
from app.intake.incoming import MAX_BYTES, Incoming
from app.intake.recognition import Blocking, Recognition, source_of, whole_second
from app.intake.service import BATCH

LEASE_SECONDS = 10.0
SETTLED_AT_ONCE = 500
A_DAY = timedelta(days=1)
COMPARED = timedelta(days=2)
COMPARE_SECONDS = 3600.0

log = structlog.get_logger()


class MailNotStored(AppError):
    """A mail is there that cannot be stored."""


class LeaseLost(AppError):
    """Another worker watches this mailbox by now."""


Keep = Callable[[Uow, UUID, Sequence[Incoming]], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Watched:
    """Whose folder it is, in which of its roles, and since when mail of it counts."""

    mailbox_id: UUID
    role: FolderRole
    starts_at: datetime


def lease_of(mailbox_id: UUID) -> str:
    return f"mailbox:{mailbox_id}"


@dataclass(frozen=True, slots=True)
class _Run:
    """One passage over UIDs. `counts` says which of the mails are meant, by the moment they were received."""

    state: FolderState
    keep: Keep
    moves_cursor: bool
    counts: Callable[[datetime], bool]


@dataclass(frozen=True, slots=True)
class _Arrived:
    uid: int
    incoming: Incoming


class FolderReader:
    def __init__(
        self, database: Database, folder: MailFolder, watched: Watched, *, holder: str, blocking: Blocking, keep: Keep
    ) -> None:
        self._database = database
        self._folder = folder
        self._watched = watched
        self._holder = holder
        self._blocking = blocking
        self._keep = keep
        self._recognition = Recognition(database, folder, watched.mailbox_id, blocking)
        self._not_stored = 0
        self._has_gaps = False
        self._mod_seq: int | None = None
        self._compare_at = 0.0
        self._folder_name = ""

    async def look(self) -> None:
        """Store what is new. Raises Unreachable, MailNotStored or LeaseLost."""
        self._not_stored = 0
        state = await self._blocking(self._folder.open)
        self._folder_name = state.name
        row = await self._row(state)
        if row is None:
            return
        if self._mod_seq is None:
            self._mod_seq = row.mod_seq
        is_remade = row.uid_validity == state.uid_validity and state.tells_next and state.uid_next <= row.last_uid
        state = replace(state, remade=row.remade + is_remade if row.uid_validity == state.uid_validity else 0)
        if row.uid_validity != state.uid_validity or is_remade:
            await self._read_since_start(row, state)
            return
        if state.uid_next > row.last_uid + 1:
            uids = await self._blocking(self._folder.new_uids, row.last_uid)
            run = _Run(state, self._keep, True, lambda _: True)
            missing = await self._recognition.unknown(uids, state) if self._has_gaps else uids
            is_complete = await self._take(missing, run)
            if self._has_gaps and is_complete and uids:
                await self._commit([], run, uids[-1])
            self._has_gaps = not is_complete
            self._complain()
        await self._look_behind(row, state)

    async def settle(self, once_stored: OnceStored, move_to: str) -> None:
        """Tell the server what the mailbox asks for, of each mail that is stored; for after `look`. Raises Unreachable.

        What a crash left undone stands between `settled_uid` and `last_uid`, and is done at the next look.
        """
        async with self._database.read() as uow:
            row = await uow.mailboxes.folder(self._watched.mailbox_id, self._folder_name)
        if row is None or once_stored is OnceStored.KEEP or row.settled_uid >= row.last_uid:
            return
        state = FolderState(row.uid_validity, row.last_uid + 1, row.name, remade=row.remade)
        there = await self._blocking(self._folder.new_uids, row.settled_uid)
        uids = await self._recognition.stored([uid for uid in there if uid <= row.last_uid], state)
        for start in range(0, len(uids), SETTLED_AT_ONCE):
            chunk = uids[start : start + SETTLED_AT_ONCE]
            if once_stored is OnceStored.MOVE:
                await self._blocking(self._folder.move, chunk, move_to)
            else:
                await self._blocking(self._folder.mark_seen, chunk)
        async with self._database.write() as uow:
            locked = await self._locked(uow, state)
            if locked.uid_validity == row.uid_validity:
                locked.settled_uid = row.last_uid

    async def _look_behind(self, row: FolderRow, state: FolderState) -> None:
        """Store mail that appeared at or below the cursor since the last look, where one can tell."""
        start = whole_second(row.starts_at)
        if self._watched.role is FolderRole.SENT:
            return
        if not state.mod_seq:
            if time.monotonic() < self._compare_at:
                return
            since = max(start, whole_second(system_clock()) - COMPARED) - A_DAY
            changed = await self._blocking(self._folder.uids_since, since)
        elif not self._mod_seq:
            await self._note_mod_seq(state)
            return
        elif self._mod_seq < state.mod_seq:
            changed = await self._blocking(partial(self._folder.changed_uids, self._mod_seq, since=start - A_DAY))
        else:
            return
        uids = await self._recognition.unknown([uid for uid in changed if uid <= row.last_uid], state)
        late = [one.uid for one in await self._recognition.unrecognised(uids) if one.received_at >= start]
        await self._take(late, _Run(state, self._keep, False, lambda _: True))
        self._complain()
        self._mod_seq, self._compare_at = state.mod_seq, time.monotonic() + COMPARE_SECONDS

    async def _note_mod_seq(self, state: FolderState) -> None:
        """From here on changes are looked at. Later on the number is noted whenever the cursor moves."""
        async with self._database.write() as uow:
            (await self._locked(uow, state)).mod_seq = state.mod_seq
        self._mod_seq = state.mod_seq

    async def read_history(self, since: date, keep: Keep) -> None:
        """Store the mail of the days before the folder's start; what can't be stored of it is left out."""
        state = await self._blocking(self._folder.open)
        row = await self._row(state)
        if row is None:
            return
        start = whole_second(row.starts_at)
        there = await self._blocking(self._folder.uids_since, datetime.combine(since, datetime.min.time(), UTC))
        uids = await self._recognition.unknown(there, state)
        await self._take(uids, _Run(state, keep, False, lambda received_at: received_at < start))

    async def _row(self, state: FolderState) -> FolderRow | None:
        """The folder's row; that of the Sent folder is made here. None when the folder is watched in another role."""
        async with self._database.read() as uow:
            row = await uow.mailboxes.folder(self._watched.mailbox_id, state.name)
        if row is not None:
            return row if row.role is self._watched.role else None
        row = FolderRow(
            mailbox_id=self._watched.mailbox_id,
            name=state.name,
            role=self._watched.role,
            uid_validity=0,
            last_uid=0,
            starts_at=self._watched.starts_at,
        )
        async with self._database.write() as uow:
            uow.mailboxes.add_folder(row)
        return row

    async def _read_since_start(self, row: FolderRow, state: FolderState) -> None:
        """The folder is seen for the first time, or the server numbered it anew: only dates say what belongs here.

        INTERNALDATE knows whole seconds, and SINCE days of an unknown zone.
        """
        start = whole_second(row.starts_at)
        there = await self._blocking(self._folder.uids_since, start - A_DAY)
        uids = await self._recognition.unknown([uid for uid in there if uid < state.uid_next], state)
        if row.uid_validity and self._watched.role is FolderRole.INBOX:
            uids = [one.uid for one in await self._recognition.unrecognised(uids) if one.received_at >= start]
        is_complete = await self._take(uids, _Run(state, self._keep, False, lambda received_at: received_at >= start))
        self._complain()
        if not is_complete:
            return
        was_known = row.uid_validity != 0
        async with self._database.write() as uow:
            row = await self._locked(uow, state)
            row.uid_validity, row.last_uid, row.settled_uid = state.uid_validity, state.uid_next - 1, 0
            row.mod_seq, row.remade = state.mod_seq, state.remade
            if was_known:
                uow.audit.add("intake.folder.renumbered", mailbox_id=self._watched.mailbox_id, mails=len(uids))
        self._mod_seq = state.mod_seq
        log.info("intake.folder.opened", mailbox_id=str(self._watched.mailbox_id), renumbered=was_known)

    def _complain(self) -> None:
        if self._not_stored:
            raise MailNotStored("mail_not_stored")

    async def _take(self, uids: Sequence[int], run: _Run) -> bool:
        """Fetch and store mails in order. False when one of them is still to be stored."""
        rest = list(uids)
        is_complete = True
        ahead = self._start_fetch(rest, run)
        try:
            while ahead is not None:
                mails = await ahead
                through = mails[-1].uid if mails else rest[:BATCH][-1]
                rest = rest[bisect_right(rest, through) :]
                ahead = self._start_fetch(rest, run)
                cursor = through if run.moves_cursor and is_complete else 0
                meant = [mail for mail in mails if run.counts(mail.incoming.received_at)]
                is_complete = await self._store(meant, run, cursor) and is_complete
        finally:
            if ahead is not None:
                ahead.cancel()
        return is_complete

    def _start_fetch(self, uids: Sequence[int], run: _Run) -> asyncio.Task[Sequence[_Arrived]] | None:
        if not uids:
            return None
        task = asyncio.ensure_future(self._blocking(self._fetch, uids[:BATCH], run.state))
        task.add_done_callback(_retrieved)
        return task

    def _fetch(self, uids: Sequence[int], state: FolderState) -> Sequence[_Arrived]:
        """Prepares the mails as well: this thread has the time while the database stores the batch before."""
        found = self._folder.fetch(uids, max_bytes=MAX_BYTES)
        arrived = [
            _Arrived(mail.uid, Incoming(source_of(state, mail.uid), mail.raw, mail.received_at, mail.is_truncated))
            for mail in found
        ]
        for mail in arrived:
            mail.incoming.prepare()
        return arrived

    async def _store(self, mails: Sequence[_Arrived], run: _Run, cursor: int) -> bool:
        """One transaction for all; one for each when that fails. False when one of them could not be stored."""
        try:
            await self._commit(mails, run, cursor)
            return True
        except Exception as error:  # one bad mail stops no other
            _raise_if_general(error)
            log.info("intake.batch.split", mailbox_id=str(self._watched.mailbox_id), error=type(error).__name__)
        is_complete = True
        for mail in mails:
            is_complete = await self._store_one(mail, run, mail.uid if cursor and is_complete else 0) and is_complete
        if is_complete:
            await self._commit([], run, cursor)
        return is_complete

    async def _store_one(self, mail: _Arrived, run: _Run, cursor: int) -> bool:
        try:
            await self._commit([mail], run, cursor)
        except StillReading:
            return False
        except Exception as error:  # the boundary of one mail: it holds the cursor, and shows as the mailbox's error
            _raise_if_general(error)
            mailbox_id, name = str(self._watched.mailbox_id), type(error).__name__
            log.error("intake.message.not_stored", mailbox_id=mailbox_id, uid=mail.uid, error=name)
            self._not_stored += 1
            return False
        return True

    async def _commit(self, mails: Sequence[_Arrived], run: _Run, cursor: int) -> None:
        if not mails and not cursor:
            return
        async with self._database.write() as uow:
            row = await self._locked(uow, run.state)
            if mails:
                await run.keep(uow, self._watched.mailbox_id, [mail.incoming for mail in mails])
            if cursor:
                row.last_uid, row.mod_seq = max(row.last_uid, cursor), self._mod_seq or row.mod_seq

    async def _locked(self, uow: Uow, state: FolderState) -> FolderRow:
        """The folder's row, if the mailbox is still ours to read."""
        if not await uow.mailboxes.has_lease(lease_of(self._watched.mailbox_id), self._holder):
            raise LeaseLost("lease_lost")
        return await uow.mailboxes.lock_folder(self._watched.mailbox_id, state.name)


def _raise_if_general(error: Exception) -> None:
    """What is no mail's fault: the database is away, overrun or full, or the mailbox is not ours any more."""
    if isinstance(error, LeaseLost) or is_outage(error):
        raise error


def _retrieved(task: asyncio.Task[Sequence[_Arrived]]) -> None:
    """Whoever waits for it sees its error; nobody waits for it once the reader has stopped."""
    if not task.cancelled():
        task.exception()
