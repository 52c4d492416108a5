"""Today's reminders drafted by a job, on SQLite and PostgreSQL: C-1 to C-4 are due."""

from collections import Counter
from uuid import UUID

import pytest
import sqlalchemy as sa

from agents.reminders.brief import ReminderBrief
from agents.reminders.result import ReminderDraft
from app.db.tables.ledger import CustomerRow
from app.db.tables.reminders import ReminderRow
from app.db.tables.system import AuditRow, UserRow
from app.domain.errors import NotAllowed
from app.domain.job import JobKind
from app.domain.reminder_life import ReminderState
from app.jobs.engine import Handler
from app.jobs.sweep import Sweep
from app.policies.loading import load_policy
from app.reminders.batch_pages import Drafting
from app.reminders.batches import Author, BatchService
from app.reminders.drafting import DraftingService
from tests.desk import Desk, EmbeddedAuthor
from tests.integration.test_batch_approvals import AUDITOR, more_customers

NAMES = [f"C-{number}" for number in range(1, 5)]


@pytest.fixture
async def office(desk: Desk) -> Desk:
    await more_customers(desk, *NAMES[1:])
    return desk


class DyingAuthor(EmbeddedAuthor):
    """Dies with its worker at the third reminder."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def remind(self, brief: ReminderBrief) -> ReminderDraft:
        self.asked += 1
        if self.asked == 3:
            raise KeyboardInterrupt
        return await super().remind(brief)


def service(desk: Desk, author: Author | None = None) -> DraftingService:
    database, clock = desk.instance.database, desk.instance.clock
    batches = BatchService(database, desk.plans, author, load_policy(), clock) if author else desk.batches
    return DraftingService(database, batches)


async def ask(desk: Desk) -> UUID:
    return await service(desk).ask(desk.instance.clock().date(), by=desk.instance.collector)


async def drafts(desk: Desk, batch_id: UUID) -> Counter[tuple[str, ReminderState]]:
    async with desk.instance.database.read() as uow:
        return Counter((row.customer_id, row.state) for row in await uow.reminders.of_batch(batch_id))


ALL = Counter((name, ReminderState.DRAFTED) for name in NAMES)


async def test_a_person_asks_once_and_a_job_drafts(office: Desk) -> None:
    (earlier, *_) = await office.draft()
    batch_id = await ask(office)
    assert await ask(office) == batch_id, "whoever asks again meanwhile is shown the same"
    assert await office.pages.drafting(batch_id) == Drafting(0, None, is_running=True)
    await service(office).work(str(batch_id))
    assert await office.pages.drafting(batch_id) == Drafting(4, 4, is_running=False)
    assert await drafts(office, batch_id) == ALL
    assert await office.state(earlier.id) is ReminderState.SUPERSEDED
    await service(office).work(str(batch_id))
    assert await drafts(office, batch_id) == ALL, "a repeat of the job changes nothing"
    assert await ask(office) != batch_id
    async with office.instance.database.read() as uow:
        actors = await uow.session.scalars(sa.select(AuditRow.actor).where(AuditRow.kind == "reminders.batch.opened"))
        assert set(actors) == {office.instance.collector.actor}


async def test_a_job_that_is_killed_and_worked_again_goes_on_behind_its_drafts(office: Desk) -> None:
    batch_id = await ask(office)
    author = DyingAuthor()
    with pytest.raises(KeyboardInterrupt):
        await service(office, author).work(str(batch_id))
    assert await office.pages.drafting(batch_id) == Drafting(2, 4, is_running=True)
    await service(office, author).work(str(batch_id))
    assert await drafts(office, batch_id) == ALL
    assert author.asked == len(NAMES) + 1


async def test_drafts_are_of_the_askers_customers_alone(office: Desk) -> None:
    batch_id = await ask(office)
    async with office.instance.database.write() as uow:
        await uow.session.execute(sa.update(UserRow).values(portfolio=["segment:key"]))
        await uow.session.execute(sa.update(CustomerRow).where(CustomerRow.id == "C-2").values(segment="key"))
    await service(office).work(str(batch_id))
    assert await drafts(office, batch_id) == Counter({("C-2", ReminderState.DRAFTED): 1})


async def test_whoever_may_not_decide_has_nothing_drafted(office: Desk) -> None:
    with pytest.raises(NotAllowed):
        await service(office).ask(office.instance.clock().date(), by=AUDITOR)
    batch_id = await ask(office)
    async with office.instance.database.write() as uow:
        await uow.session.execute(sa.update(UserRow).values(active=False))
    await service(office).work(str(batch_id))
    assert await office.pages.drafting(batch_id) == Drafting(0, None, is_running=False)


@pytest.mark.parametrize("state", ["MAX_RECOVERY_ATTEMPTS_EXCEEDED", "SUCCESS"])
async def test_a_batch_that_no_job_looks_after_is_given_another_or_given_up(office: Desk, state: str) -> None:
    batch_id = await ask(office)
    table = "dbos.workflow_status" if office.instance.url.startswith("postgresql") else "workflow_status"
    async with office.instance.database.write() as uow:
        await uow.session.execute(
            sa.text(f"UPDATE {table} SET status = :state WHERE queue_name = 'reminders'"),  # noqa: S608
            {"state": state},
        )
    office.instance.clock.advance(minutes=10)
    handlers = {JobKind.DRAFT_BATCH: Handler(service(office).work, service(office).give_up)}
    sweep = Sweep(office.instance.database, office.instance.engine, handlers, office.instance.clock)
    assert await sweep.sweep() == 1
    assert (await office.pages.drafting(batch_id)).is_running == (state == "SUCCESS")
    assert await sweep.sweep() == 0


async def test_a_worker_that_was_taken_for_dead_drafts_nobody_twice(office: Desk) -> None:
    batch_id = await ask(office)

    class Overtaken(EmbeddedAuthor):
        async def remind(self, brief: ReminderBrief) -> ReminderDraft:
            await service(office).work(str(batch_id))
            return await super().remind(brief)

    await service(office, Overtaken()).work(str(batch_id))
    assert await drafts(office, batch_id) == ALL
    async with office.instance.database.read() as uow:
        assert await uow.session.scalar(sa.select(sa.func.count()).select_from(ReminderRow)) == len(NAMES)
