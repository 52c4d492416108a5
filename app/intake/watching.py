"""One mailbox, watched for as long as its task lives.

    asked for the line ─▶ hang up until nobody wants it any more, or for two minutes (a server may allow one connection
                          for all of us), and look once then
    look ─▶ note when, or by which closed word it failed ─▶ IDLE on the inbox, SWEEP_SECONDS at most ─▶ look ─▶ …
         └▶ failed: wait 1 s, 2 s, 4 s, … 5 min      └▶ no IDLE here: wait DUEBOX_POLL_SECONDS

The wait grows until a connection has been well for STABLE_SECONDS: a server that lets us in and hangs up at once is a
failing one. Where IDLE never holds (a proxy that cuts it off), the mailbox is polled for a while instead.

One thread a mailbox speaks with its server, and is blocked in the kernel while nothing happens: fifty of them cost
fifty stacks (some 60 KB each in use) and no time. A selector loop would save the stacks and need an IMAP client of its
own; a dead server holds up nobody else either way.
"""

import asyncio
import random
import time
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
from app.domain.ports import NO_SUCH_FOLDER, SENT_FOLDER, MailAccount, MailFolder, MailLine
from app.intake.accounts import Accounts
from app.intake.folders import FolderReader
from app.intake.history import History
from app.intake.passages import LeaseLost, MailNotStored, Watched, nothing
from app.intake.service import IntakeService

LOGIN_REFUSED = "imap_login_refused"
LOOK_FOR_SENT_AGAIN = timedelta(minutes=10)

P = ParamSpec("P")
R = TypeVar("R")

OpenLine = Callable[[MailAccount], MailLine]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds: how long an IDLE goes without a look, waits after failures, and when a connection counts as well.

    After `idle_tries` IDLEs that broke off, a mailbox is polled for `idle_rest`. A line is lent for as long as others
    need it, at most `lent_most` at a stretch; this is asked every `lent`, and every `sweep` while it is ours.
    """

    sweep: float = 60.0
    first_wait: float = 1.0
    longest_wait: float = 300.0
    stable: float = 30.0
    idle_tries: int = 4
    idle_rest: float = 600.0
    lent: float = 2.0
    lent_most: float = 120.0


USUAL_PACE = Pace()


@dataclass(slots=True)
class Patience:
    """How long to wait after the next failure. Half of each wait is chance: mailboxes of one server spread out."""

    pace: Pace
    failures: int = 0
    well_since: float | None = None

    def succeeded(self, now: float) -> None:
        self.well_since = now if self.well_since is None else self.well_since

    def failed(self, now: float) -> float:
        if self.well_since is not None and now - self.well_since >= self.pace.stable:
            self.failures = 0
        self.well_since = None
        self.failures += 1
        wait = min(self.pace.first_wait * 2.0 ** min(self.failures - 1, 20), self.pace.longest_wait)
        return wait * random.uniform(0.5, 1.0)  # noqa: S311  # chance, not a secret


@dataclass(slots=True)
class _Line:
    """The mailbox's connection, and the one thread that speaks on it: a dead server holds up nobody else."""

    thread: ThreadPoolExecutor
    patience: Patience
    connection: MailLine | None = None
    inbox: MailFolder | None = None
    readers: dict[str, FolderReader] = field(default_factory=dict)
    no_sent_until: datetime | None = None
    no_idle_until: float = 0.0

    async def blocking(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.get_running_loop().run_in_executor(self.thread, partial(call, *args, **kwargs))

    async def hang_up(self) -> None:
        """The next look dials again."""
        if self.connection is not None:
            await self.blocking(self.connection.close)
        self.connection, self.inbox = None, None
        self.readers.clear()


@dataclass(frozen=True, slots=True)
class _Seen:
    """The mailbox's rows at the beginning of a look."""

    mailbox: MailboxRow
    inboxes: dict[str, datetime]


class Watching:
    """What every watched mailbox is treated to."""

    def __init__(
        self,
        database: Database,
        intake: IntakeService,
        accounts: Accounts,
        open_line: OpenLine,
        clock: Clock,
        *,
        holder: str,
        pace: Pace,
    ) -> None:
        self._database = database
        self._intake = intake
        self._history = History(clock)
        self._accounts = accounts
        self._open_line = open_line
        self._clock = clock
        self._holder = holder
        self._pace = pace

    async def run(self, mailbox_id: UUID, poll_seconds: float) -> None:
        """Watch until cancelled."""
        async with _line(Patience(self._pace)) as line:
            while True:
                await self._lend(mailbox_id, line)
                if await self._look_and_note(mailbox_id, line):
                    await asyncio.sleep(line.patience.failed(time.monotonic()))
                    continue
                line.patience.succeeded(time.monotonic())
                await self._await_news(mailbox_id, line, poll_seconds)

    async def _lend(self, mailbox_id: UUID, line: _Line) -> None:
        """Leave the mailbox to whoever wants it. The inbox has its turn too, however many mails are to be filed."""
        until = time.monotonic() + self._pace.lent_most
        while await self._is_asked_for(mailbox_id) and time.monotonic() < until:
            await line.hang_up()
            await asyncio.sleep(self._pace.lent)

    async def _is_asked_for(self, mailbox_id: UUID) -> bool:
        try:
            async with self._database.read() as uow:
                return await uow.mailboxes.is_line_asked_for(mailbox_id)
        except (SQLAlchemyError, OSError):
            return False  # the look will say that the database is away

    async def _await_news(self, mailbox_id: UUID, line: _Line, poll_seconds: float) -> None:
        """Until there may be something to see, told by the server or after a while, or somebody wants the line."""
        inbox = line.inbox
        try:
            if inbox is None or time.monotonic() < line.no_idle_until or not await line.blocking(_can_wait, inbox):
                inbox, seconds = None, poll_seconds
            else:
                seconds = max(self._pace.sweep, poll_seconds)
            until = time.monotonic() + seconds
            while (left := min(until - time.monotonic(), self._pace.sweep)) > 0:
                if inbox is None:
                    await asyncio.sleep(left)
                elif await line.blocking(inbox.wait, left):
                    return
                if await self._is_asked_for(mailbox_id):
                    return
        except Unreachable as failure:
            wait = line.patience.failed(time.monotonic())
            log.info("intake.mailbox.idle_lost", mailbox_id=str(mailbox_id), error=str(failure))
            if line.patience.failures >= self._pace.idle_tries:
                line.no_idle_until = time.monotonic() + self._pace.idle_rest
            await asyncio.sleep(wait)

    async def _look_and_note(self, mailbox_id: UUID, line: _Line) -> bool:
        """One look. Whatever goes wrong stays with this mailbox, as a closed word that people can see."""
        try:
            error = await self._look(mailbox_id, line)
            await self._note(mailbox_id, is_read=True, error=error)
            return False
        except (Unreachable, MailNotStored) as failure:
            error = str(failure)
            if error == LOGIN_REFUSED:
                await self._accounts.refused(mailbox_id)
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
        """Read what is new in the inbox, then in Sent.

        Returns why Sent could not be read, or a mail not be marked or moved: that is no failure.
        """
        seen = await self._see(mailbox_id)
        await self._connect(seen.mailbox, line)
        inboxes = [self._reader(seen, line, name, starts_at) for name, starts_at in seen.inboxes.items()]
        sent = self._sent_reader(seen, line)
        if seen.mailbox.since is not None:
            await self._read_history(seen.mailbox, seen.mailbox.since, inboxes, sent)
        problem = ""
        for inbox in inboxes:
            await inbox.look()
            try:
                await inbox.settle(seen.mailbox.once_stored, seen.mailbox.move_to)
            except Unreachable as error:
                problem = str(error)
        if sent is None:
            return problem
        try:
            await sent.look()
        except Unreachable as error:
            if str(error) != NO_SUCH_FOLDER:
                return str(error)
            line.no_sent_until = self._clock() + LOOK_FOR_SENT_AGAIN
        return problem

    async def _connect(self, mailbox: MailboxRow, line: _Line) -> None:
        account = await self._accounts.of(mailbox)
        if line.connection is None:
            line.connection = self._open_line(account)
        line.connection.use(account)

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
        assert line.connection is not None  # noqa: S101  # every look begins with it
        folder = line.connection.folder(name)
        is_sent = name == SENT_FOLDER
        if not is_sent and line.inbox is None:
            line.inbox = folder
        line.readers[name] = FolderReader(
            self._database,
            folder,
            Watched(seen.mailbox.id, FolderRole.SENT if is_sent else FolderRole.INBOX, starts_at),
            holder=self._holder,
            blocking=line.blocking,
            keep=self._history.keep_answers if is_sent else self._intake.store_in,
            read_ahead=nothing if is_sent else self._intake.read_ahead,
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
        is_all = True
        for inbox in inboxes:
            is_all &= await inbox.read_history(since, partial(self._history.keep, is_ours=False))
        if sent is not None:
            try:
                is_all &= await sent.read_history(since, partial(self._history.keep, is_ours=True))
            except Unreachable as error:
                if str(error) != NO_SUCH_FOLDER:
                    raise
        if not is_all:
            return
        async with self._database.write() as uow:
            (await uow.mailboxes.get(mailbox.id)).since = None

    async def _note(self, mailbox_id: UUID, *, is_read: bool, error: str) -> None:
        async with self._database.write() as uow:
            if is_read:
                await uow.mailboxes.note_read(mailbox_id, error="", at=self._clock())
            if error:
                await uow.mailboxes.note_read(mailbox_id, error=error[:64], at=self._clock())


def _can_wait(folder: MailFolder) -> bool:
    return folder.can_wait


@asynccontextmanager
async def _line(patience: Patience) -> AsyncIterator[_Line]:
    line = _Line(ThreadPoolExecutor(max_workers=1, thread_name_prefix="mailbox"), patience)
    try:
        yield line
    finally:
        if line.connection is not None:
            await asyncio.to_thread(line.connection.close)
        line.thread.shutdown(wait=False, cancel_futures=True)
