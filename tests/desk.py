"""A collector's desk for reminders: the real services on an instance, worked by hand."""

from datetime import timedelta
from uuid import UUID

import pytest

from agents.reminders.brief import ReminderBrief
from agents.reminders.graph import build_reminder_graph, draft_reminder
from agents.reminders.result import ReminderDraft
from app.db.tables.ledger import ImportRow
from app.db.tables.reminders import ReminderRow
from app.domain.ids import new_id
from app.domain.reminder_life import ReminderState
from app.domain.review import OutboxState
from app.domain.sending import Pace
from app.mind import build_reminder_context
from app.outbox.service import OutboxService
from app.policies.loading import load_policy
from app.policies.reminders import load_reminders
from app.reminders.batch_pages import BatchPages
from app.reminders.batches import BatchService
from app.reminders.sending import SendingService
from app.reminders.service import ReminderService
from app.thinking import MindConfig
from tests.instances import Instance


class EmbeddedAuthor:
    """The real one, in this process."""

    def __init__(self) -> None:
        self._graph, self._context = build_reminder_graph(), build_reminder_context(MindConfig())

    async def remind(self, brief: ReminderBrief) -> ReminderDraft:
        return await draft_reminder(self._graph, brief, self._context)


class Desk:
    """A collector's day: what is due is drafted, decided, and sent by hand."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        policy = load_policy()
        self.plans = plans = ReminderService(instance.database, load_reminders(), max_age=timedelta(hours=72))
        self.batches = BatchService(instance.database, plans, EmbeddedAuthor(), policy, instance.clock)
        self.sending = SendingService(instance.database, plans, policy, instance.clock, undo_seconds=30)
        self.pages = BatchPages(instance.database)
        self.outbox = OutboxService(
            instance.database,
            instance.sender,
            instance.sent_folder,
            instance.clock,
            pace=Pace(),
            sending_stopped=False,
            due_in=self.sending.due_in,
        )

    async def draft(self) -> list[ReminderRow]:
        made = await self.batches.draft(self.instance.clock().date(), by=self.instance.collector)
        async with self.instance.database.read() as uow:
            return list(await uow.reminders.of_batch(made.batch_id))

    async def approve(self, row: ReminderRow, *, is_meant: bool = False, **words: str) -> None:
        await self.sending.approve(row.id, version=row.version, by=self.instance.collector, is_meant=is_meant, **words)

    async def send(self, row: ReminderRow) -> OutboxState:
        """Let the hour of sending come."""
        async with self.instance.database.read() as uow:
            outbox = await uow.outbox.of_reminder(row.id)
        assert outbox is not None
        self.instance.clock.now = max(self.instance.clock(), outbox.send_after + timedelta(seconds=1))
        await self.outbox.work(str(outbox.id))
        async with self.instance.database.read() as uow:
            return (await uow.outbox.get(outbox.id)).state

    async def state(self, reminder_id: UUID) -> ReminderState:
        async with self.instance.database.read() as uow:
            return (await uow.reminders.get(reminder_id)).state

    async def add(self, *rows: object) -> None:
        async with self.instance.database.write() as uow:
            uow.session.add_all(rows)
            await uow.session.flush()
            await uow.ledger.touch(["C-1"])


@pytest.fixture
async def desk(instance: Instance) -> Desk:
    """C-1 owes INV-1 since 2026-05-01; it is 2026-05-21, and the invoices were imported just now."""
    async with instance.database.write() as uow:
        uow.session.add(ImportRow(id=new_id(), kind="invoices", rows=1, changed=1, at=instance.clock()))
    return Desk(instance)
