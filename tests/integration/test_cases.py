"""The lives of promises, disputes, extensions and holds, on SQLite and PostgreSQL. C-1 owes INV-1, 100.00 EUR."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.db.repositories.cases import as_step
from app.db.repositories.correspondence import Correspondence
from app.db.sealing import Keyring
from app.db.tables.ledger import CaseRow, CustomerRow, HoldRow, TaskRow
from app.db.tables.system import AuditRow
from app.domain.case import Case
from app.domain.clock import DayBegin
from app.domain.dispute import Resolution
from app.domain.errors import Invalid, NotAllowed, NotFound, StateImpossible
from app.domain.extension import Step, StepState, Terms
from app.domain.intents import DisputeReason, Intent, Reason
from app.domain.money import Money
from app.domain.people import DUEBOX, SignedIn
from app.domain.ports import Thought
from app.domain.proposal import IntentFinding, PromiseFact
from app.domain.review import Action, CaseKind, CaseState, Role
from app.domain.task import TaskKind, TaskState
from app.jobs.daily import Daily
from app.ledger.cases import CaseNote, CaseService
from app.ledger.holds import HoldService
from app.ledger.pages import LedgerPages
from app.ledger.service import LedgerService
from app.ledger.settling import Settling
from app.ledger.tasks import TaskService
from tests.instances import SECRET, Instance, mail, on_sqlite

INVOICES = "number,customer_id,kind,amount,open_amount,currency,issue_date,due_date,po_number,status"
FRIDAY, NEXT_FRIDAY = date(2026, 5, 29), date(2026, 6, 5)
EUR_100 = Money(Decimal("100.00"), "EUR")


@dataclass
class Desk:
    instance: Instance
    folder: Path

    @property
    def cases(self) -> CaseService:
        return CaseService(self.instance.database, self.instance.clock)

    @property
    def by(self) -> SignedIn:
        return self.instance.collector

    async def note(self, kind: CaseKind = CaseKind.PROMISE, **changes: Any) -> UUID:
        note = CaseNote(kind, "C-1", ("INV-1",), day=FRIDAY if kind is CaseKind.PROMISE else None)
        return await self.cases.note(replace(note, **changes), self.by)

    async def take_invoices(self, left: str = "100.00") -> None:
        """Import what is open; that settles what runs, too."""
        path = self.folder / "invoices.csv"
        path.write_text(f"{INVOICES}\nINV-1,C-1,invoice,100.00,{left},EUR,2026-04-01,2026-05-01,,open\n")
        await LedgerService(self.instance.database, self.instance.clock).import_file("invoices", path)

    async def take_payments(self, *rows: str) -> None:
        path = self.folder / "payments.csv"
        path.write_text("\n".join(["payment_id,customer_id,date,amount,currency,reference,invoice_number", *rows]))
        await LedgerService(self.instance.database, self.instance.clock).import_file("payments", path)

    async def case(self, case_id: UUID) -> CaseRow:
        async with self.instance.database.read() as uow:
            return await uow.cases.get(case_id)

    async def state(self, case_id: UUID) -> CaseState:
        return (await self.case(case_id)).state

    async def tasks(self) -> list[TaskRow]:
        async with self.instance.database.read() as uow:
            return list(await uow.session.scalars(sa.select(TaskRow).order_by(TaskRow.id)))

    async def version(self) -> int:
        async with self.instance.database.read() as uow:
            customer = await uow.ledger.customer("C-1")
            assert customer is not None
            return customer.ledger_version

    async def audited(self) -> list[str]:
        async with self.instance.database.read() as uow:
            kinds = await uow.session.scalars(sa.select(AuditRow.kind).order_by(AuditRow.seq))
            return [kind for kind in kinds if kind.startswith("ledger.") and kind != "ledger.file.imported"]

    async def mailed(self, intent: Intent, day: date | None = None) -> UUID:
        """A mail arrives with one intent about INV-1. Returns the case that it opened."""
        think = self.instance.mind.think

        async def thinking(case: Case) -> Thought:
            thought = await think(case)
            facts = replace(thought.proposal.facts, promise=PromiseFact(day) if day else None)
            finding = IntentFinding(intent, 0.9, ("INV-1",))
            return replace(thought, proposal=replace(thought.proposal, intents=(finding,), facts=facts))

        self.instance.mind.think = thinking  # type: ignore[method-assign]
        await self.instance.work(mail())
        self.instance.mind.think = think  # type: ignore[method-assign]
        async with self.instance.database.read() as uow:
            newest = await uow.session.scalars(sa.select(CaseRow.id).order_by(CaseRow.id.desc()).limit(1))
            return newest.one()

    async def approve(self, *removed: UUID) -> UUID:
        review = (await self.instance.pending())[-1]
        await self.instance.reviews.decide(
            review.id, Action.APPROVE, version=review.version, by=self.by, removed=removed
        )
        return review.id


@pytest.fixture
def desk(instance: Instance, tmp_path: Path) -> Desk:
    return Desk(instance, tmp_path)


async def test_a_broken_promise_opens_one_task_and_bears_on_tone(desk: Desk) -> None:
    case_id = await desk.note()
    assert await desk.state(case_id) is CaseState.CONFIRMED
    desk.instance.clock.advance(days=12)
    before = await desk.version()
    await desk.take_invoices()
    assert await desk.state(case_id) is CaseState.CONFIRMED, "on the last day of grace it still runs"
    desk.instance.clock.advance(days=1)
    await desk.take_invoices()
    await Settling(desk.instance.database, desk.instance.clock).settle()
    assert await desk.state(case_id) is CaseState.BROKEN
    (task,) = await desk.tasks()
    assert (task.kind, task.case_id, task.state) == (TaskKind.BROKEN_PROMISE, case_id, TaskState.OPEN)
    assert await desk.version() == before + 1
    assert await desk.audited() == ["ledger.case.noted", "ledger.case.broken", "ledger.task.opened"]
    async with desk.instance.database.read() as uow:
        account = await uow.ledger.account("C-1")
    assert account is not None
    assert account.broken_promises == 1
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(natural_person=True))
    async with desk.instance.database.read() as uow:
        account = await uow.ledger.account("C-1")
    assert account is not None
    assert account.broken_promises == 0, "their record bears on nothing"


@on_sqlite
async def test_nobody_breaks_a_promise_while_the_ledger_is_old(desk: Desk) -> None:
    await desk.take_invoices()
    case_id = await desk.note()
    desk.instance.clock.advance(days=30)
    settled = await Settling(desk.instance.database, desk.instance.clock).settle()
    assert (settled.judged, settled.ended) == (1, 0)
    assert await desk.state(case_id) is CaseState.CONFIRMED


@on_sqlite
async def test_a_promise_short_by_a_banks_fee_is_kept(desk: Desk) -> None:
    case_id = await desk.note(amount=EUR_100)
    await desk.take_payments("P-1,C-1,2026-05-22,99.20,EUR,,INV-1")
    assert await desk.state(case_id) is CaseState.CONFIRMED, "a cent is a cent, unless the policy says otherwise"
    await Settling(desk.instance.database, desk.instance.clock, short_by={"EUR": Decimal("1.00")}).settle()
    assert await desk.state(case_id) is CaseState.KEPT


async def test_a_promise_is_kept_when_its_invoice_is_closed(desk: Desk) -> None:
    case_id = await desk.note(amount=EUR_100)
    desk.instance.clock.advance(days=2)
    await desk.take_invoices(left="0.00")
    row = await desk.case(case_id)
    assert (row.state, row.outcome_amount) == (CaseState.KEPT, Decimal(100))
    assert await desk.tasks() == []


async def test_a_promise_whose_payment_was_taken_back_is_broken_after_all(desk: Desk) -> None:
    """A direct debit comes back days after it came in."""
    case_id = await desk.note(amount=EUR_100)
    desk.instance.clock.advance(days=7)
    await desk.take_payments("P-1,C-1,2026-05-28,100.00,EUR,,INV-1")
    await desk.take_invoices(left="0.00")
    assert await desk.state(case_id) is CaseState.KEPT
    desk.instance.clock.advance(days=8)
    await desk.take_payments("P-2,C-1,2026-06-04,-100.00,EUR,returned,INV-1")
    await desk.take_invoices()
    assert await desk.state(case_id) is CaseState.BROKEN
    assert [task.kind for task in await desk.tasks()] == [TaskKind.BROKEN_PROMISE]
    await desk.cases.say_kept(case_id, desk.by)
    await desk.take_invoices()
    assert await desk.state(case_id) is CaseState.KEPT, "a person knows better"


async def test_part_of_a_promise_is_kept_and_a_person_may_say_that_all_was(desk: Desk) -> None:
    case_id = await desk.note()
    desk.instance.clock.advance(days=20)
    await desk.take_invoices(left="60.00")
    row = await desk.case(case_id)
    assert (row.state, row.outcome_amount) == (CaseState.PARTLY_KEPT, Decimal(40))
    await desk.cases.say_kept(case_id, desk.by)
    assert await desk.state(case_id) is CaseState.KEPT
    assert [task.state for task in await desk.tasks()] == [TaskState.DISMISSED]
    assert (await desk.audited())[-1] == "ledger.task.dismissed"
    async with desk.instance.database.read() as uow:
        contacted = await Correspondence(uow.session).contacted(desk.instance.clock().date())
    assert contacted == {}, "nobody called: it is no contact"


async def test_more_cases_than_fit_in_one_transaction(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ledger.settling.AT_ONCE", 2)
    for _ in range(5):
        await desk.note(CaseKind.DISPUTE, detail="price", due=FRIDAY)
    await desk.note()
    desk.instance.clock.advance(days=20)
    await desk.take_invoices()
    kinds = [task.kind for task in await desk.tasks()]
    assert kinds.count(TaskKind.DISPUTE_DUE) == 5
    assert kinds.count(TaskKind.BROKEN_PROMISE) == 1


async def test_a_promise_in_two_parts_is_two_promises_and_each_wants_its_own_money(desk: Desk) -> None:
    half = Money(Decimal(50), "EUR")
    first = await desk.note(amount=half)
    second = await desk.note(amount=half, day=NEXT_FRIDAY)
    assert (await desk.case(second)).kind is CaseKind.PROMISE
    desk.instance.clock.advance(days=7)
    await desk.take_invoices(left="50.00")
    assert (await desk.state(first), await desk.state(second)) == (CaseState.KEPT, CaseState.CONFIRMED)
    desk.instance.clock.advance(days=20)
    await desk.take_invoices(left="50.00")
    assert await desk.state(second) is CaseState.BROKEN


async def test_a_second_promise_for_the_invoice_is_a_request_for_more_time(desk: Desk) -> None:
    first = await desk.mailed(Intent.PAYMENT_PROMISE, FRIDAY)
    second = await desk.mailed(Intent.PAYMENT_PROMISE, NEXT_FRIDAY)
    row = await desk.case(second)
    assert (row.kind, row.state, row.earlier_id) == (CaseKind.EXTENSION, CaseState.PROPOSED, first)
    assert (await desk.case(first)).kind is CaseKind.PROMISE
    reviews = await desk.instance.pending()
    assert Reason.NEGOTIATION.value in reviews[-1].reasons
    await desk.approve()
    assert await desk.state(second) is CaseState.PROPOSED, "an answer grants nothing"


async def test_a_proposed_case_is_taken_out_with_the_decision_and_comes_back_with_it(desk: Desk) -> None:
    promise = await desk.mailed(Intent.PAYMENT_PROMISE, FRIDAY)
    review = await desk.approve(promise)
    assert await desk.state(promise) is CaseState.REMOVED, "the answer leaves all the same"
    await desk.instance.reviews.undo(review, by=desk.by)
    assert await desk.state(promise) is CaseState.PROPOSED
    await desk.approve()
    assert await desk.state(promise) is CaseState.CONFIRMED


async def test_an_earlier_promise_moved_by_phone_waits_for_terms_too(desk: Desk) -> None:
    first = await desk.note()
    second = await desk.note(day=NEXT_FRIDAY)
    row = await desk.case(second)
    assert (row.kind, row.state, row.earlier_id) == (CaseKind.EXTENSION, CaseState.PROPOSED, first)


async def test_the_page_of_a_case_leads_to_its_mail_and_tells_its_life(desk: Desk) -> None:
    first = await desk.mailed(Intent.PAYMENT_PROMISE, FRIDAY)
    review_id = await desk.approve()
    pages = LedgerPages(desk.instance.database, desk.instance.clock)
    view = await pages.case(first)
    assert view.review_id == str(review_id)
    assert [event.word for event in view.events] == ["opened", "decided", "day", "deadline"]
    assert [event.who for event in view.events[:2]] == ["", "Ines Halvard"]
    assert view.may == {"proposed", "kept", "withdrawn"}
    assert view.kept is None, "none has come due"
    desk.instance.clock.advance(days=30)
    await desk.take_invoices()
    view = await pages.case(first)
    assert view.kept is not None
    assert (view.kept.kept, view.kept.total) == (0, 1)
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(natural_person=True))
    assert (await pages.case(first)).kept is None, "nobody scores a natural person"


async def test_undoing_a_review_leaves_alone_what_went_its_own_way(desk: Desk) -> None:
    case_id = await desk.mailed(Intent.PAYMENT_PROMISE, FRIDAY)
    review_id = await desk.approve()
    assert await desk.state(case_id) is CaseState.CONFIRMED
    await desk.cases.withdraw(case_id, desk.by)
    await desk.instance.reviews.undo(review_id, by=desk.by)
    assert await desk.state(case_id) is CaseState.WITHDRAWN


async def test_a_dispute_is_amended_and_resolved(desk: Desk) -> None:
    case_id = await desk.mailed(Intent.DISPUTE)
    await desk.cases.confirm(case_id, desk.by)
    await desk.cases.amend_dispute(
        case_id,
        desk.by,
        reason=DisputeReason.PRICE,
        amount=Money(Decimal(30), "EUR"),
        owner_email=desk.by.email,
        due=FRIDAY,
    )
    desk.instance.clock.advance(days=20)
    await Settling(desk.instance.database, desk.instance.clock).settle()
    (task,) = await desk.tasks()
    assert (task.kind, task.owner_email) == (TaskKind.DISPUTE_DUE, desk.by.email)
    await desk.cases.resolve(case_id, desk.by, resolution=Resolution.SETTLED, amount=Decimal(10))
    row = await desk.case(case_id)
    assert (row.state, row.resolution, row.outcome_amount) == (CaseState.RESOLVED, Resolution.SETTLED, Decimal(10))
    assert [task.state for task in await desk.tasks()] == [TaskState.DONE]
    with pytest.raises(StateImpossible, match="resolved already"):
        await desk.cases.withdraw(case_id, desk.by)


async def test_a_plan_is_granted_followed_and_broken(desk: Desk) -> None:
    case_id = await desk.mailed(Intent.EXTENSION_REQUEST)
    with pytest.raises(Invalid, match="needs terms"):
        await desk.cases.confirm(case_id, desk.by)
    steps = tuple(Step(day, Money(Decimal(50), "EUR")) for day in (FRIDAY, date(2026, 6, 29)))
    await desk.cases.grant(case_id, Terms(steps=steps), desk.by)
    desk.instance.clock.advance(days=14)
    await desk.take_invoices(left="50.00")
    assert await _steps(desk, case_id) == [StepState.PAID, StepState.DUE]
    desk.instance.clock.advance(days=30)
    await desk.take_invoices(left="50.00")
    assert await _steps(desk, case_id) == [StepState.PAID, StepState.MISSED]
    assert await desk.state(case_id) is CaseState.BROKEN
    assert [task.kind for task in await desk.tasks()] == [TaskKind.MISSED_INSTALMENT]


async def test_a_later_day_is_granted_and_kept(desk: Desk) -> None:
    case_id = await desk.note(CaseKind.EXTENSION)
    await desk.cases.grant(case_id, Terms(until=NEXT_FRIDAY), desk.by)
    desk.instance.clock.advance(days=3)
    await desk.take_invoices(left="0.00")
    row = await desk.case(case_id)
    assert (row.state, row.day, row.detail) == (CaseState.KEPT, NEXT_FRIDAY, "due_date")


@on_sqlite
async def test_terms_that_do_not_fit_change_nothing(desk: Desk) -> None:
    case_id = await desk.note(CaseKind.EXTENSION)
    with pytest.raises(Invalid, match=r"100\.00 EUR is open"):
        await desk.cases.grant(case_id, Terms(steps=(Step(FRIDAY, Money(Decimal(99), "EUR")),)), desk.by)
    assert await desk.state(case_id) is CaseState.PROPOSED
    with pytest.raises(NotAllowed, match="only a person"):
        await desk.cases.grant(case_id, Terms(until=FRIDAY), DUEBOX)


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "changes", "complaint"),
    [
        (CaseKind.PROMISE, {"day": None}, "needs the day"),
        (CaseKind.PROMISE, {"invoices": ("INV-1", "INV-7")}, "no invoice INV-7"),
        (CaseKind.PROMISE, {"amount": Money(Decimal(-1), "EUR")}, "above zero"),
        (CaseKind.DISPUTE, {"detail": "mood"}, "use one of duplicate, missing_po"),
        (CaseKind.DISPUTE, {"detail": "price", "owner_email": "nobody@seller.example"}, "nobody signs in as"),
    ],
)
async def test_a_note_that_cannot_be_says_what_to_mend(
    desk: Desk, kind: CaseKind, changes: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(Invalid, match=complaint):
        await desk.note(kind, **changes)


async def test_a_file_of_another_company_breaks_no_promise(desk: Desk) -> None:
    case_id = await desk.note()
    desk.instance.clock.advance(days=40)
    path = desk.folder / "invoices.csv"
    north = "N-1,C-1,invoice,5.00,5.00,EUR,2026-04-01,2026-05-01,,open,north"
    path.write_text(f"{INVOICES},company\n{north}\n")
    ledger = LedgerService(desk.instance.database, desk.instance.clock)
    await ledger.import_file("invoices", path)
    path.write_text(
        f"payment_id,customer_id,date,amount,currency,reference,invoice_number\nP-1,C-1,{FRIDAY},5,EUR,,N-1\n"
    )
    await ledger.import_file("payments", path)
    assert await desk.state(case_id) is CaseState.CONFIRMED
    await desk.take_invoices()
    assert await desk.state(case_id) is CaseState.BROKEN


@on_sqlite
async def test_a_note_names_invoices_as_the_ledger_does_however_they_were_typed(desk: Desk) -> None:
    path = desk.folder / "invoices.csv"
    path.write_text(f"{INVOICES}\nInv 17,C-1,invoice,5.00,5.00,EUR,2026-04-01,2026-05-01,,open\n")
    await LedgerService(desk.instance.database, desk.instance.clock).import_file("invoices", path)
    case_id = await desk.note(CaseKind.DISPUTE, detail="price", invoices=("inv 17", "inv-1 INV-1"))
    assert (await desk.case(case_id)).invoices == ["Inv 17", "INV-1"]


@on_sqlite
async def test_who_reads_does_not_decide(desk: Desk) -> None:
    case_id, reader = await desk.note(), SignedIn(None, "Oda", "", Role.AUDITOR)
    with pytest.raises(NotAllowed):
        await desk.cases.withdraw(case_id, reader)
    with pytest.raises(NotAllowed):
        await desk.cases.note(CaseNote(CaseKind.PROMISE, "C-1", day=FRIDAY), reader)
    with pytest.raises(NotFound):
        await desk.cases.note(CaseNote(CaseKind.PROMISE, "C-9", day=FRIDAY), desk.by)


async def test_what_was_said_on_the_phone_is_sealed(desk: Desk) -> None:
    case_id = await desk.note(words="her husband is ill")
    row = await desk.case(case_id)
    assert row.note is not None
    assert Keyring(SECRET).open(case_id, row.note) == b"her husband is ill"
    async with desk.instance.database.read() as uow:
        bodies = b"".join(await uow.session.scalars(sa.select(AuditRow.body)))
    assert b"husband" not in row.note + bodies


@on_sqlite
async def test_a_task_is_done_once_and_can_be_opened_again(desk: Desk) -> None:
    await desk.note()
    desk.instance.clock.advance(days=20)
    await desk.take_invoices()
    (task,) = await desk.tasks()
    service = TaskService(desk.instance.database, desk.instance.clock)
    await service.move(task.id, TaskState.DONE, desk.by)
    with pytest.raises(StateImpossible, match="done already"):
        await service.move(task.id, TaskState.DISMISSED, desk.by)
    await service.move(task.id, TaskState.OPEN, desk.by)
    assert [task.state for task in await desk.tasks()] == [TaskState.OPEN]


async def test_a_hold_is_sealed_and_can_be_lifted(desk: Desk) -> None:
    holds = HoldService(desk.instance.database, desk.instance.clock)
    hold_id = await holds.set("C-1", date(2026, 6, 30), " in hospital ", desk.by)
    async with desk.instance.database.read() as uow:
        (hold,) = await uow.ledger.holds("C-1")
        entry = (await uow.session.scalars(sa.select(AuditRow).where(AuditRow.kind == "ledger.hold.set"))).one()
    assert isinstance(hold, HoldRow)
    assert hold.reason is not None
    assert b"hospital" not in hold.reason + entry.body
    assert Keyring(SECRET).open(hold_id, hold.reason) == b"in hospital"
    assert entry.actor == desk.by.actor
    assert await desk.version() == 2
    await holds.lift(hold_id, desk.by)
    async with desk.instance.database.read() as uow:
        assert await uow.ledger.holds("C-1") == []
    with pytest.raises(StateImpossible, match="over already"):
        await holds.lift(hold_id, desk.by)


@on_sqlite
async def test_a_hold_is_refused(desk: Desk) -> None:
    holds, until = HoldService(desk.instance.database, desk.instance.clock), date(2026, 6, 30)
    with pytest.raises(NotFound):
        await holds.set("C-9", until, "", desk.by)
    with pytest.raises(Invalid, match="has passed"):
        await holds.set("C-1", date(2026, 5, 20), "", desk.by)
    with pytest.raises(NotAllowed):
        await holds.set("C-1", until, "", SignedIn(None, "Oda", "", Role.AUDITOR))


@on_sqlite
async def test_daily_work_is_done_once_a_day_and_again_when_it_failed(desk: Desk) -> None:
    done: list[str] = []

    async def fine() -> None:
        done.append("fine")

    async def failing() -> None:
        done.append("failing")
        if done.count("failing") == 1:
            raise RuntimeError("the database was away")

    works = {"fine": fine, "failing": failing}
    one, other = (Daily(desk.instance.database, desk.instance.clock, works) for _ in range(2))
    assert await one.look() == ["fine"]
    assert await other.look() == ["failing"]
    assert await one.look() == []
    desk.instance.clock.advance(days=1)
    assert await other.look() == ["fine", "failing"]


@on_sqlite
async def test_daily_work_with_an_hour_of_its_own_waits_for_it(desk: Desk) -> None:
    done: list[datetime] = []
    clock = desk.instance.clock

    async def work() -> None:
        done.append(clock())

    daily = Daily(desk.instance.database, clock, {"work": work}, {"work": DayBegin(time(12), "Europe/Berlin")})
    clock.now = datetime(2026, 5, 21, 9, 30, tzinfo=UTC)
    for _minute in range(24 * 60):
        await daily.look() if clock.now.minute % 30 == 0 else None
        clock.advance(minutes=1)
    assert done == [datetime(2026, 5, 21, 9, 30, tzinfo=UTC), datetime(2026, 5, 21, 10, 0, tzinfo=UTC)]


async def test_settling_loads_only_what_it_judges(desk: Desk) -> None:
    async with desk.instance.database.write() as uow:
        uow.session.add(CustomerRow(id="C-2", name="Other Ltd", language="en", currency="EUR"))
    await desk.note()
    async with desk.instance.database.read() as uow:
        invoices = await uow.ledger.invoices_to_judge(["C-1", "C-2"], ["INV-1"], all_open_of=["C-2"])
        payments = await uow.ledger.payments_to_judge(["C-1"], FRIDAY - timedelta(days=9))
    assert [invoice.number for invoice in invoices["C-1"]] == ["INV-1"]
    assert "C-2" not in invoices
    assert payments == {}


async def _steps(desk: Desk, case_id: UUID) -> list[StepState]:
    async with desk.instance.database.read() as uow:
        return [as_step(row).state for row in (await uow.cases.steps([case_id]))[case_id]]
