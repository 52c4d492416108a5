"""A whole batch approved by a job, on SQLite and PostgreSQL: C-1 to C-6 are due, and the plan wants no more of one."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.db.engine import sync_engine
from app.db.repositories.approvals import Approvals
from app.db.tables.ledger import ContactRow, CustomerRow, InvoiceRow
from app.db.tables.reminders import ReminderRow
from app.db.tables.system import AuditRow, UserRow
from app.db.tables.work import OutboxRow
from app.db.uow import Database
from app.domain.errors import NotAllowed, StateImpossible
from app.domain.ids import new_id
from app.domain.job import JobKind
from app.domain.people import SignedIn
from app.domain.reminder_life import ReminderState
from app.domain.review import OutboxState, Role
from app.jobs.engine import Engine, Handler
from app.jobs.sweep import Sweep
from app.reminders import approvals as approvals_module
from app.reminders import batch_pages
from app.reminders.approvals import ApprovalService
from tests.desk import Desk
from tests.instances import customers_papers

AUDITOR = SignedIn(new_id(), "Noor", "noor@seller.example", Role.AUDITOR)


@pytest.fixture
async def office(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(batch_pages, "ON_A_PAGE", 2)
    monkeypatch.setattr(approvals_module, "AT_ONCE", 2)
    await more_customers(desk, *(f"C-{number}" for number in range(2, 7)))
    return desk


async def more_customers(desk: Desk, *customer_ids: str) -> None:
    async with desk.instance.database.write() as uow:
        for customer_id in customer_ids:
            uow.session.add(CustomerRow(id=customer_id, name=f"{customer_id} Ltd", language="en", currency="EUR"))
            await uow.session.flush()
            for row in customers_papers():
                row.customer_id = customer_id
                if isinstance(row, ContactRow):
                    row.email = f"{customer_id.lower()}@customer.example"
                else:
                    row.number = f"INV-of-{customer_id}"
                uow.session.add(row)
            await uow.session.flush()


def service(desk: Desk) -> ApprovalService:
    return ApprovalService(desk.instance.database, desk.sending, desk.instance.clock)


async def ask(desk: Desk, batch_id: UUID, without: set[UUID] | None = None) -> UUID:
    """As the page does. Returns the approval's id."""
    whole = (await desk.pages.batch(batch_id)).whole
    assert whole is not None
    await service(desk).ask(batch_id, mark=whole.mark, by=desk.instance.collector, without=without or set())
    async with desk.instance.database.write() as uow:
        running = await Approvals(uow.session).running(batch_id)
    assert running is not None
    return running.id


async def states(desk: Desk, batch_id: UUID) -> dict[str, ReminderState]:
    async with desk.instance.database.read() as uow:
        return {row.customer_id: row.state for row in await uow.reminders.of_batch(batch_id)}


async def mails(desk: Desk) -> list[Any]:
    async with desk.instance.database.read() as uow:
        return list(await uow.session.scalars(sa.select(OutboxRow)))


async def test_a_whole_batch_is_approved_some_at_a_time_and_what_changed_stays_behind(office: Desk) -> None:
    rows = {row.customer_id: row for row in await office.draft()}
    batch_id = rows["C-1"].batch_id
    approval_id = await ask(office, batch_id, without={rows["C-2"].id})
    async with office.instance.database.write() as uow:
        paid = sa.update(InvoiceRow).where(InvoiceRow.customer_id == "C-3")
        await uow.session.execute(paid.values(open_amount=Decimal(0), status="paid"))
    await service(office).work(str(approval_id))
    halfway = await office.pages.progress(batch_id)
    assert halfway is not None
    assert (halfway.total, halfway.approved, halfway.kept, halfway.left, halfway.is_running) == (5, 1, 1, 3, True)
    for _job in range(2):
        await service(office).work(str(approval_id))
    found = await states(office, batch_id)
    assert {key for key, state in found.items() if state is ReminderState.DRAFTED} == {"C-2", "C-3"}
    over = await office.pages.progress(batch_id)
    assert over is not None
    assert (over.approved, over.kept, over.left, over.is_running) == (4, 1, 0, False)
    async with office.instance.database.read() as uow:
        noted = await uow.session.scalars(sa.select(AuditRow.kind).where(AuditRow.kind.like("reminders.approval.%")))
        assert sorted(noted) == ["reminders.approval.asked", "reminders.approval.finished"]


async def test_a_job_that_is_killed_and_worked_again_approves_nothing_twice(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = (await office.draft())[0].batch_id
    approval_id = str(await ask(office, batch_id))
    approve, calls = office.sending.approve, 0

    async def killed(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt
        return await approve(*args, **kwargs)

    monkeypatch.setattr(office.sending, "approve", killed)
    await service(office).work(approval_id)
    with pytest.raises(KeyboardInterrupt):
        await service(office).work(approval_id)
    for _job in range(4):
        await service(office).work(approval_id)
    assert set((await states(office, batch_id)).values()) == {ReminderState.APPROVED}
    assert len({mail.reminder_id for mail in await mails(office)}) == len(await mails(office)) == len("123456")


async def test_what_is_taken_back_meanwhile_is_not_approved_again(office: Desk) -> None:
    batch_id = (await office.draft())[0].batch_id
    approval_id = str(await ask(office, batch_id))
    await service(office).work(approval_id)
    async with office.instance.database.read() as uow:
        approved = next(row for row in await uow.reminders.of_batch(batch_id) if row.state is ReminderState.APPROVED)
    await office.sending.undo(approved.id, by=office.instance.collector)
    for _job in range(3):
        await service(office).work(approval_id)
    assert await office.state(approved.id) is ReminderState.DRAFTED
    assert [mail.state for mail in await mails(office) if mail.reminder_id == approved.id] == [OutboxState.CANCELLED]


async def test_a_batch_that_looks_otherwise_now_is_not_approved_unseen(office: Desk) -> None:
    row = (await office.draft())[0]
    whole = (await office.pages.batch(row.batch_id)).whole
    assert whole is not None
    with pytest.raises(NotAllowed):
        await service(office).ask(row.batch_id, mark=whole.mark, by=AUDITOR)
    await office.sending.skip(row.id, version=row.version, by=office.instance.collector)
    with pytest.raises(StateImpossible, match="has changed"):
        await service(office).ask(row.batch_id, mark=whole.mark, by=office.instance.collector)
    await ask(office, row.batch_id)
    with pytest.raises(StateImpossible, match="already"):
        await ask(office, row.batch_id)


async def test_whoever_may_no_longer_decide_approves_nothing(office: Desk) -> None:
    batch_id = (await office.draft())[0].batch_id
    approval_id = str(await ask(office, batch_id))
    async with office.instance.database.write() as uow:
        await uow.session.execute(sa.update(UserRow).values(active=False))
    await service(office).work(approval_id)
    assert set((await states(office, batch_id)).values()) == {ReminderState.DRAFTED}
    progress = await office.pages.progress(batch_id)
    assert progress is not None
    assert not progress.is_running


async def test_a_job_given_up_leaves_the_rest_for_a_person(office: Desk) -> None:
    batch_id = (await office.draft())[0].batch_id
    approval_id = await ask(office, batch_id)
    await service(office).give_up(str(approval_id), "OSError")
    progress = await office.pages.progress(batch_id)
    assert progress is not None
    assert (progress.is_running, progress.left) == (False, 0)


async def test_its_jobs_follow_one_another_until_it_is_finished(office: Desk) -> None:
    batch_id = (await office.draft())[0].batch_id
    await ask(office, batch_id)
    engine = Engine(sync_engine(office.instance.url), executor_id="test", poll_seconds=0.1)
    own = service(office)
    await engine.start({JobKind.APPROVE_BATCH: Handler(own.work, own.give_up)})
    try:
        async with asyncio.timeout(60):
            while (progress := await office.pages.progress(batch_id)) is None or progress.is_running:  # noqa: ASYNC110  # jobs tell nobody
                await asyncio.sleep(0.1)
    finally:
        await engine.stop()
        engine.dispose()
    assert (progress.approved, progress.kept) == (6, 0)


@pytest.mark.parametrize("state", ["MAX_RECOVERY_ATTEMPTS_EXCEEDED", "SUCCESS"])
async def test_an_approval_that_no_job_looks_after_is_given_another_or_given_up(office: Desk, state: str) -> None:
    batch_id = (await office.draft())[0].batch_id
    await ask(office, batch_id)
    table = "dbos.workflow_status" if office.instance.url.startswith("postgresql") else "workflow_status"
    async with office.instance.database.write() as uow:
        await uow.session.execute(
            sa.text(f"UPDATE {table} SET status = :state WHERE queue_name = 'reminders'"),  # noqa: S608
            {"state": state},
        )
    office.instance.clock.advance(minutes=10)
    handlers = {JobKind.APPROVE_BATCH: Handler(service(office).work, service(office).give_up)}
    sweep = Sweep(office.instance.database, office.instance.engine, handlers, office.instance.clock)
    assert await sweep.sweep() == 1
    progress = await office.pages.progress(batch_id)
    assert progress is not None
    assert progress.is_running == (state == "SUCCESS")
    assert await sweep.sweep() == 0


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is asked of a database meanwhile."""
    asked: list[str] = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


async def test_a_page_of_a_batch_asks_as_much_for_many_mails_as_for_few(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await more_customers(desk, *(f"C-{number}" for number in range(2, 14)))
    (first, *_), counts = await desk.draft(), []
    await desk.approve(first)
    for on_a_page in (3, 12):
        monkeypatch.setattr(batch_pages, "ON_A_PAGE", on_a_page)
        with statements(desk.instance.database) as asked:
            page = await desk.pages.batch(first.batch_id)
        assert len(page.reminders) == on_a_page
        counts.append(len(asked))
    assert counts[0] == counts[1]
    async with desk.instance.database.read() as uow:
        assert await uow.session.scalar(sa.select(sa.func.count()).select_from(ReminderRow)) == len(range(1, 14))
