"""Watches the IMAP mailboxes: a task for each, so that one that fails disturbs no other.

    supervisor, every few seconds ─▶ leases of all active mailboxes, in one transaction ─▶ ours: a task; not ours: none
    task ─▶ look into the inbox, then into Sent ─▶ note when, or by which closed word it failed ─▶ IDLE or wait ─▶ …

A mailbox is read by the worker that holds its lease `mailbox:<id>`. Every batch looks at the lease in its own
transaction, so that a worker which was taken for dead stores nothing more.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.db.tables.mail import MailboxRow
from app.db.uow import Database
from app.domain.clock import Clock
from app.intake.accounts import Accounts
from app.intake.lines import USUAL_PACE, Pace
from app.intake.passages import LEASE_SECONDS, lease_of
from app.intake.service import IntakeService
from app.intake.watching import OpenLine, Watching

log = structlog.get_logger()


@dataclass(slots=True)
class _Watch:
    """A mailbox that this worker reads, and what its connection was made of."""

    made_of: tuple[object, ...] = field(repr=False)
    task: asyncio.Task[None]

    def is_over(self, row: MailboxRow | None) -> bool:
        """The mailbox is not ours any more, or it has another password or server by now."""
        return row is None or self.task.done() or self.made_of != _made_of(row)


def _made_of(row: MailboxRow) -> tuple[object, ...]:
    return row.host, row.port, row.security, row.username, row.secret, row.authorised_at


class Poller:
    """`holder` names this worker in leases; `poll_seconds` is how often a mailbox is read whose server has no IDLE."""

    def __init__(
        self,
        database: Database,
        intake: IntakeService,
        accounts: Accounts,
        open_line: OpenLine,
        clock: Clock,
        *,
        poll_seconds: float,
        holder: str,
        pace: Pace = USUAL_PACE,
    ) -> None:
        self._database = database
        self._watching = Watching(database, intake, accounts, open_line, clock, holder=holder, pace=pace)
        self._poll_seconds = poll_seconds
        self._holder = holder
        self._watches: dict[UUID, _Watch] = {}
        self._supervisor: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Watch in the background until `stop`."""
        self._supervisor = asyncio.create_task(self._supervise())

    async def stop(self) -> None:
        """Stop reading at once. A batch that is being stored is committed or not at all; leases are given back."""
        if self._supervisor is None:
            return
        self._supervisor.cancel()
        await asyncio.gather(self._supervisor, return_exceptions=True)
        self._supervisor = None
        await self._end(list(self._watches))

    async def _supervise(self) -> None:
        while True:
            try:
                await self._share_out()
            except Exception as error:  # the boundary of all mailboxes: whatever it was, they go on
                log.warning("intake.leases.unreachable", error=type(error).__name__)
            await asyncio.sleep(min(LEASE_SECONDS / 3, self._poll_seconds))

    async def _share_out(self) -> None:
        """Take or renew the lease of every active mailbox; start and stop watches accordingly."""
        async with self._database.read() as uow:
            wanted = {row.id: row for row in await uow.mailboxes.watched()}
        ours: dict[UUID, MailboxRow] = {}
        if wanted:
            async with self._database.write() as uow:
                names = {lease_of(mailbox_id): mailbox_id for mailbox_id in wanted}
                taken = await uow.leases.take_many(names, self._holder, LEASE_SECONDS)
                ours = {names[name]: wanted[names[name]] for name in taken}
        over = [mailbox_id for mailbox_id, watch in self._watches.items() if watch.is_over(ours.get(mailbox_id))]
        await self._end(over, keep_leases=ours.keys())
        for mailbox_id, row in ours.items():
            if mailbox_id not in self._watches:
                task = asyncio.create_task(self._watching.run(mailbox_id, self._poll_seconds))
                self._watches[mailbox_id] = _Watch(_made_of(row), task)

    async def _end(self, mailbox_ids: Collection[UUID], *, keep_leases: Collection[UUID] = ()) -> None:
        ended = {mailbox_id: self._watches.pop(mailbox_id) for mailbox_id in mailbox_ids}
        for watch in ended.values():
            watch.task.cancel()
        await asyncio.gather(*(watch.task for watch in ended.values()), return_exceptions=True)
        to_drop = [mailbox_id for mailbox_id in ended if mailbox_id not in keep_leases]
        if not to_drop:
            return
        try:
            async with self._database.write() as uow:
                for mailbox_id in to_drop:
                    await uow.leases.drop(lease_of(mailbox_id), self._holder)
        except (SQLAlchemyError, OSError) as error:
            log.warning("intake.leases.unreachable", error=type(error).__name__)
