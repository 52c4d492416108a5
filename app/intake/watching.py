"""One mailbox, watched for as long as its task lives.

    asked for the line ─▶ hang up until nobody wants it any more, or for two minutes (a server may allow one connection
                          for all of us), and look once then
    look ─▶ note when, or by which closed word it failed ─▶ IDLE on the inbox, `Pace.sweep` at most ─▶ look ─▶ …
         └▶ failed: wait 1 s, 2 s, 4 s, … 5 min      └▶ no IDLE here: wait DUEBOX_POLL_SECONDS

Where IDLE never holds (a proxy that cuts it off), the mailbox is polled for a while instead. What is wrong with one
folder, or one mail, is no failure of the mailbox as long as another inbox can be read: it is told, and IDLE goes on.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
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
from app.intake.lines import Line, Pace, Patience, kept_line
from app.intake.passages import MAIL_NOT_STORED, LeaseLost, MailNotStored, Watched, nothing
from app.intake.service import IntakeService

LOGIN_REFUSED = "imap_login_refused"
OF_ONE_FOLDER = frozenset({NO_SUCH_FOLDER, "imap_refused", "imap_protocol", "imap_unavailable", "imap_timeout"})
"""Words that may speak of a folder alone; another is that of the line."""

LOOK_FOR_SENT_AGAIN = 600.0

OpenLine = Callable[[MailAccount], MailLine]

log = structlog.get_logger()


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
        async with kept_line(Patience(self._pace)) as line:
            while True:
                await self._lend(mailbox_id, line)
                if await self._look_and_note(mailbox_id, line):
                    await asyncio.sleep(line.patience.failed(time.monotonic()))
                    continue
                line.patience.succeeded(time.monotonic())
                await self._await_news(mailbox_id, line, poll_seconds)

    async def _lend(self, mailbox_id: UUID, line: Line) -> None:
        """Leave the mailbox to whoever wants it. The inbox has its turn too, however many mails are to be filed."""
        until = time.monotonic() + self._pace.lent_most
        while await self._is_asked_for(mailbox_id) and time.monotonic() < until:
            await line.hang_up()
            await asyncio.sleep(self._pace.lent)

    async def _is_asked_for(self, mailbox_id: UUID) -> bool:
        try:
            async with self._database.read() as uow:
                return await uow.leases.is_line_asked_for(mailbox_id)
        except (SQLAlchemyError, OSError):
            return False  # the look will say that the database is away

    async def _await_news(self, mailbox_id: UUID, line: Line, poll_seconds: float) -> None:
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
        except Exception as failure:  # the boundary of one mailbox here too
            log.error("intake.mailbox.failed", mailbox_id=str(mailbox_id), error=type(failure).__name__)
            await asyncio.sleep(line.patience.failed(time.monotonic()))

    async def _look_and_note(self, mailbox_id: UUID, line: Line) -> bool:
        """One look. Whatever goes wrong stays with this mailbox, as a closed word that people can see."""
        try:
            error = await self._look(mailbox_id, line)
            await self._note(mailbox_id, is_read=True, error=error)
            return False
        except Unreachable as failure:
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
            if error == LOGIN_REFUSED:
                await self._accounts.refused(mailbox_id)
        except (SQLAlchemyError, OSError) as failure:
            log.warning("intake.database.unreachable", mailbox_id=str(mailbox_id), error=type(failure).__name__)
        return True

    async def _look(self, mailbox_id: UUID, line: Line) -> str:
        """Read what is new in every inbox, then in Sent.

        Returns what is wrong with one folder, or one mail: as long as an inbox can be read, that is no failure.
        """
        seen = await self._see(mailbox_id)
        await self._connect(seen.mailbox, line)
        inboxes = {name: self._reader(seen, line, name, starts_at) for name, starts_at in seen.inboxes.items()}
        sent = self._sent_reader(seen, line)
        wrong: list[str] = []
        if seen.mailbox.since is not None:
            history = self._read_history(seen.mailbox, seen.mailbox.since, list(inboxes.values()), sent)
            wrong.append(await _word_of(mailbox_id, history))
        line.inbox = None
        for name, inbox in inboxes.items():
            wrong.append(await _word_of(mailbox_id, inbox.look()))
            if wrong[-1] in {"", MAIL_NOT_STORED}:
                line.inbox = line.inbox or line.folders[name]
                wrong.append(await _settled(inbox, seen.mailbox))
        if sent is not None:
            wrong.append(await self._look_into_sent(mailbox_id, line, sent))
        word = next(filter(None, wrong), "")
        if line.inbox is None:
            raise Unreachable(word)
        return word

    @staticmethod
    async def _look_into_sent(mailbox_id: UUID, line: Line, sent: FolderReader) -> str:
        try:
            word = await _word_of(mailbox_id, sent.look())
        except Unreachable as error:
            return str(error)
        if word != NO_SUCH_FOLDER:
            return word
        line.no_sent_until = time.monotonic() + LOOK_FOR_SENT_AGAIN
        return ""

    async def _connect(self, mailbox: MailboxRow, line: Line) -> None:
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

    def _reader(self, seen: _Seen, line: Line, name: str, starts_at: datetime) -> FolderReader:
        if name in line.readers:
            return line.readers[name]
        assert line.connection is not None  # noqa: S101  # every look begins with it
        line.folders[name] = folder = line.connection.folder(name)
        is_sent = name == SENT_FOLDER
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

    def _sent_reader(self, seen: _Seen, line: Line) -> FolderReader | None:
        if time.monotonic() < line.no_sent_until:
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


async def _word_of(mailbox_id: UUID, attempt: Awaitable[None]) -> str:
    """By which closed word it failed, where other folders may fare better; empty when it did not."""
    try:
        await attempt
    except (LeaseLost, SQLAlchemyError, OSError):
        raise
    except MailNotStored:
        return MAIL_NOT_STORED
    except Unreachable as failure:
        if str(failure) not in OF_ONE_FOLDER:
            raise
        return str(failure)
    except Exception as failure:  # the boundary of one folder
        log.error("intake.folder.failed", mailbox_id=str(mailbox_id), error=type(failure).__name__)
        return "unexpected"
    return ""


async def _settled(inbox: FolderReader, mailbox: MailboxRow) -> str:
    try:
        await inbox.settle(mailbox.once_stored, mailbox.move_to)
    except Unreachable as failure:
        return str(failure)
    return ""
