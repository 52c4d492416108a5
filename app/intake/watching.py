"""One mailbox, watched for as long as its task lives: look, note, wait; after failures 1 s, 2 s, 4 s, … up to 5 min."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import ParamSpec, TypeVar
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.db.tables.mail import FolderRole, MailboxRow
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import Unreachable
from app.domain.ports import SENT_FOLDER, MailFolder
from app.intake.folders import FolderReader, LeaseLost, MailNotStored, Watched
from app.intake.history import History
from app.intake.service import IntakeService

FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0
NO_SENT_FOLDER = "imap_no_such_folder"
LOOK_FOR_SENT_AGAIN = timedelta(minutes=10)

P = ParamSpec("P")
R = TypeVar("R")

OpenFolder = Callable[[MailboxRow, str], MailFolder]

log = structlog.get_logger()


@dataclass(slots=True)
class _Line:
    """The mailbox's connections, and the one thread that speaks on them: a dead server holds up nobody else."""

    thread: ThreadPoolExecutor
    folders: dict[str, MailFolder] = field(default_factory=dict)
    readers: dict[str, FolderReader] = field(default_factory=dict)
    no_sent_until: datetime | None = None

    async def blocking(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.get_running_loop().run_in_executor(self.thread, partial(call, *args, **kwargs))


@dataclass(frozen=True, slots=True)
class _Seen:
    """The mailbox's rows at the beginning of a look."""

    mailbox: MailboxRow
    inboxes: dict[str, datetime]


class Watching:
    """What every watched mailbox is treated to."""

    def __init__(
        self, database: Database, intake: IntakeService, open_folder: OpenFolder, clock: Clock, *, holder: str
    ) -> None:
        self._database = database
        self._intake = intake
        self._history = History(clock)
        self._open_folder = open_folder
        self._clock = clock
        self._holder = holder

    async def run(self, mailbox_id: UUID, poll_seconds: float) -> None:
        """Watch until cancelled."""
        failures = 0
        async with _line() as line:
            while True:
                has_failed = await self._look_and_note(mailbox_id, line)
                failures = failures + 1 if has_failed else 0
                wait = min(FIRST_WAIT * 2 ** min(failures - 1, 20), LONGEST_WAIT) if failures else poll_seconds
                await asyncio.sleep(wait)

    async def _look_and_note(self, mailbox_id: UUID, line: _Line) -> bool:
        """One look. Whatever goes wrong stays with this mailbox, as a closed word that people can see."""
        try:
            error = await self._look(mailbox_id, line)
            await self._note(mailbox_id, is_read=True, error=error)
            return False
        except (Unreachable, MailNotStored) as failure:
            error = str(failure)
        except LeaseLost:
            return True  # the supervisor ends this watch
        except (SQLAlchemyError, OSError) as failure:
            log.warning("intake.database.unreachable", mailbox_id=str(mailbox_id), error=type(failure).__name__)
            return True
        except Exception as failure:  # the boundary of one mailbox: it tries again later, the others go on
            log.error("intake.mailbox.failed", mailbox_id=str(mailbox_id), error=type(failure).__name__)
            error = "unexpected"
        log.warning("intake.mailbox.unread", mailbox_id=str(mailbox_id), error=error)
        try:
            await self._note(mailbox_id, is_read=False, error=error)
        except (SQLAlchemyError, OSError) as failure:
            log.warning("intake.database.unreachable", mailbox_id=str(mailbox_id), error=type(failure).__name__)
        return True

    async def _look(self, mailbox_id: UUID, line: _Line) -> str:
        """Read what is new in the inbox, then in Sent. Returns why Sent could not be read: that is no failure."""
        seen = await self._see(mailbox_id)
        inboxes = [self._reader(seen, line, name, starts_at) for name, starts_at in seen.inboxes.items()]
        sent = self._sent_reader(seen, line)
        if seen.mailbox.since is not None:
            await self._read_history(seen.mailbox, seen.mailbox.since, inboxes, sent)
        for inbox in inboxes:
            await inbox.look()
        if sent is None:
            return ""
        try:
            await sent.look()
        except Unreachable as error:
            if str(error) != NO_SENT_FOLDER:
                return str(error)
            line.no_sent_until = self._clock() + LOOK_FOR_SENT_AGAIN
        return ""

    async def _see(self, mailbox_id: UUID) -> _Seen:
        async with self._database.read() as uow:
            mailbox = await uow.mailboxes.get(mailbox_id)
            rows = await uow.mailboxes.folders(mailbox_id)
        inboxes = {row.name: row.starts_at for row in rows if row.role is FolderRole.INBOX}
        if not inboxes:
            raise Unreachable("no_folder")
        return _Seen(mailbox, inboxes)

    def _reader(self, seen: _Seen, line: _Line, name: str, starts_at: datetime) -> FolderReader:
        if name in line.readers:
            return line.readers[name]
        folder = line.folders[name] = self._open_folder(seen.mailbox, name)
        is_sent = name == SENT_FOLDER
        line.readers[name] = FolderReader(
            self._database,
            folder,
            Watched(seen.mailbox.id, FolderRole.SENT if is_sent else FolderRole.INBOX, starts_at),
            holder=self._holder,
            blocking=line.blocking,
            keep=self._history.keep_answers if is_sent else self._intake.store_in,
        )
        return line.readers[name]

    def _sent_reader(self, seen: _Seen, line: _Line) -> FolderReader | None:
        if line.no_sent_until is not None and self._clock() < line.no_sent_until:
            return None
        return self._reader(seen, line, SENT_FOLDER, seen.mailbox.created_at)

    async def _read_history(
        self, mailbox: MailboxRow, since: date, inboxes: list[FolderReader], sent: FolderReader | None
    ) -> None:
        """Once: the day is taken off the mailbox when all of it was read."""
        for inbox in inboxes:
            await inbox.read_history(since, partial(self._history.keep, is_ours=False))
        if sent is not None:
            try:
                await sent.read_history(since, partial(self._history.keep, is_ours=True))
            except Unreachable as error:
                if str(error) != NO_SENT_FOLDER:
                    raise
        async with self._database.write() as uow:
            (await uow.mailboxes.get(mailbox.id)).since = None

    async def _note(self, mailbox_id: UUID, *, is_read: bool, error: str) -> None:
        async with self._database.write() as uow:
            if is_read:
                await uow.mailboxes.note_read(mailbox_id, error="", at=self._clock())
            if error:
                await uow.mailboxes.note_read(mailbox_id, error=error[:64], at=self._clock())


@asynccontextmanager
async def _line() -> AsyncIterator[_Line]:
    line = _Line(ThreadPoolExecutor(max_workers=1, thread_name_prefix="mailbox"))
    try:
        yield line
    finally:
        for folder in line.folders.values():
            await asyncio.to_thread(folder.close)
        line.thread.shutdown(wait=False, cancel_futures=True)
