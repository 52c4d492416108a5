"""Next best actions that become tasks, and the plan that waits for them. C-1 owes INV-1 since 2026-05-01; it is
2026-05-21."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.db.tables.figures import NextStepRow
from app.db.tables.ledger import CaseRow, ContactRow, CustomerRow, InvoiceRow, TaskRow
from app.domain.case import Case
from app.domain.errors import Invalid, NotAllowed, NotFound, StateImpossible
from app.domain.ids import new_id
from app.domain.intents import Intent
from app.domain.next_action import ActionKind
from app.domain.ports import Thought
from app.domain.proposal import Evidence, IntentFinding
from app.domain.reminder import NextAction, PlanLine, Why
from app.domain.review import CaseKind, CaseState, Role
from app.domain.task import TaskKind, TaskState
from app.ledger.standing import StandingService
from app.ledger.tasks import TaskService
from app.policies.loading import load_policy
from app.policies.standing import load_actions, load_standing
from app.reminders.next_steps import NextStepService, Standings
from app.reminders.persons_steps import open_tasks
from app.reminders.spoken import SpokenText, SpokenTexts
from app.reminders.talks import TalkService
from tests.desk import Desk, EmbeddedAuthor
from tests.instances import mail


def steps(desk: Desk) -> NextStepService:
    database, clock = desk.instance.database, desk.instance.clock
    standing = StandingService(database, load_standing(), load_actions(), clock)
    return NextStepService(database, Standings(standing.of, standing.of_all), desk.plans, clock)


async def opened(desk: Desk, customer_id: str = "C-1") -> UUID:
    talks = TalkService(desk.instance.database, steps(desk), desk.instance.clock)
    return await talks.open(customer_id, desk.instance.collector)


async def text_of(desk: Desk, task_id: UUID) -> SpokenText:
    texts = SpokenTexts(desk.instance.database, desk.plans, EmbeddedAuthor(), load_policy(), desk.instance.clock)
    return await texts.of(task_id, desk.instance.collector)


async def move(desk: Desk, task_id: UUID, to: TaskState) -> None:
    await TaskService(desk.instance.database, desk.instance.clock).move(task_id, to, desk.instance.collector)


async def planned(desk: Desk, ahead: int = 0) -> PlanLine:
    _situation, (line,) = await desk.plans.explain("C-1", desk.instance.clock().date() + timedelta(days=ahead))
    return line


async def grown_old(desk: Desk, days: int) -> None:
    async with desk.instance.database.write() as uow:
        due = desk.instance.clock().date() - timedelta(days=days)
        await uow.session.execute(sa.update(InvoiceRow).values(due_date=due))


async def row(desk: Desk, task_id: UUID) -> TaskRow:
    async with desk.instance.database.read() as uow:
        return await uow.tasks.get(task_id)


def broken(desk: Desk, **other: object) -> CaseRow:
    usual: dict[str, object] = {
        "kind": CaseKind.PROMISE,
        "state": CaseState.BROKEN,
        "day": date(2026, 5, 15),
        "invoices": ["INV-1"],
        "ended_at": desk.instance.clock(),
    }
    return CaseRow(id=new_id(), customer_id="C-1", run=0, opened_at=desk.instance.clock(), **(usual | other))


async def test_an_action_becomes_one_owned_task_with_a_day(desk: Desk) -> None:
    await grown_old(desk, 65)
    assert (await steps(desk).of("C-1")).next_action.task_id is None
    task_id = await opened(desk)
    task = await row(desk, task_id)
    assert (task.kind, task.state, task.owner_email) == (TaskKind.CALL, TaskState.OPEN, desk.instance.collector.email)
    assert task.due == desk.instance.clock().date() + timedelta(days=1)
    assert await opened(desk) == task_id
    assert (await steps(desk).of("C-1")).next_action.task_id == task_id
    await steps(desk).refresh_today()
    (item,) = (await steps(desk).page(limit=9)).items
    assert (item.kind, item.task_id, item.may_be_opened) == (ActionKind.CALL, task_id, False)


async def test_a_task_that_is_done_makes_room_for_the_next(desk: Desk) -> None:
    await grown_old(desk, 65)
    first = await opened(desk)
    await move(desk, first, TaskState.DONE)
    desk.instance.clock.advance(days=2)
    assert await opened(desk) != first


@pytest.mark.parametrize(
    ("days", "kind", "says"),
    [(65, TaskKind.CALL, "Note what they say"), (130, TaskKind.HAND_TO_LEGAL, "Decide whether a lawyer takes over")],
)
async def test_each_action_has_its_own_task_and_words(desk: Desk, days: int, kind: TaskKind, says: str) -> None:
    await grown_old(desk, days)
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(InvoiceRow).values(open_amount=Decimal(900), amount=Decimal(900)))
    text = await text_of(desk, await opened(desk))
    assert text.kind == kind
    assert text.points[-1].startswith(says)


async def test_in_hardship_a_person_proposes_a_plan(desk: Desk) -> None:
    await desk.add(broken(desk, kind=CaseKind.HARDSHIP, state=CaseState.CONFIRMED, day=None, ended_at=None))
    text = await text_of(desk, await opened(desk))
    assert text.kind == TaskKind.PROPOSE_PLAN
    assert any("They are in difficulty" in point for point in text.points)


async def test_the_plan_s_own_call_is_opened_as_its_step(desk: Desk) -> None:
    """Nobody can be written to: the plan asks for a contact, and so does the list."""
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(strategic=True))
    line = await planned(desk)
    assert (line.action, line.reason) == (NextAction.TASK, Why.STRATEGIC_ACCOUNT)
    assert (await steps(desk).of("C-1")).next_action.kind is ActionKind.CALL
    task_id = await opened(desk)
    assert await opened(desk) == task_id
    async with desk.instance.database.read() as uow:
        assert await uow.reminders.persons_step(task_id) is not None
    assert (await planned(desk)).action is NextAction.TASK, "its own step is no reason to wait"


@pytest.mark.parametrize("opened_as", [TaskKind.SWITCH_CONTACT, TaskKind.CALL])
async def test_the_task_of_a_lost_contact_is_found_again(desk: Desk, opened_as: TaskKind) -> None:
    """Also where it was opened as a call, as it once was."""
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(ContactRow).values(active=False))
    line = await planned(desk)
    assert line.reason is Why.NO_CONTACT
    assert await open_tasks(desk.instance.database, [line], desk.instance.clock().date()) == 1
    task_id = await opened(desk)
    assert (await row(desk, task_id)).kind is TaskKind.SWITCH_CONTACT
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(TaskRow).values(kind=opened_as))
    action = (await steps(desk).of("C-1")).next_action
    assert (action.kind, action.task_id) == (ActionKind.SWITCH_CONTACT, task_id)
    await steps(desk).refresh_today()
    (item,) = (await steps(desk).page(limit=9)).items
    assert (item.task_id, item.may_be_opened) == (task_id, False)
    talks = TalkService(desk.instance.database, steps(desk), desk.instance.clock, opening={item.rule})
    assert await talks.open_today() == 0
    assert (await text_of(desk, task_id)).kind == opened_as


async def test_where_nothing_is_left_to_a_person_no_task_is_opened(desk: Desk) -> None:
    with pytest.raises(StateImpossible, match="nothing is left to a person here"):
        await opened(desk)
    with pytest.raises(NotFound):
        await opened(desk, "nobody")
    auditor = replace(desk.instance.collector, role=Role.AUDITOR)
    with pytest.raises(NotAllowed):
        await TalkService(desk.instance.database, steps(desk), desk.instance.clock).open("C-1", auditor)


async def test_no_mail_overtakes_the_talk_until_it_is_held(desk: Desk) -> None:
    await grown_old(desk, 65)
    assert (await planned(desk)).action is NextAction.REMIND
    task_id = await opened(desk)
    line = await planned(desk)
    assert (line.action, line.reason) == (NextAction.WAIT, Why.TALK_FIRST)
    assert await desk.draft() == []
    await move(desk, task_id, TaskState.DONE)
    assert (await planned(desk)).reason is Why.CONTACT_CAP, "a talk counts for the caps like a mail"
    assert (await planned(desk, ahead=2)).action is NextAction.REMIND


async def test_a_talk_that_needs_no_holding_or_is_left_lying_stops_no_reminder_for_ever(desk: Desk) -> None:
    await grown_old(desk, 65)
    task_id = await opened(desk)
    assert (await planned(desk, ahead=6)).reason in {Why.TALK_FIRST, Why.STALE_DATA}
    days = desk.plans.policy.talk_days
    desk.plans.max_age = timedelta(days=days + 1)
    assert (await planned(desk, ahead=days - 1)).reason is Why.TALK_FIRST
    assert (await planned(desk, ahead=days)).action is NextAction.REMIND
    await move(desk, task_id, TaskState.DISMISSED)
    assert (await planned(desk)).action is NextAction.REMIND


async def test_an_approved_mail_does_not_overtake_a_talk_that_was_asked_for_since(desk: Desk) -> None:
    (drafted,) = await desk.draft()
    await desk.add(task(desk, TaskKind.BROKEN_PROMISE))
    with pytest.raises(Invalid, match="no longer wants this reminder"):
        await desk.approve(drafted)


async def test_no_mail_overtakes_a_talk_of_their_day_though_ours_is_the_next(desk: Desk) -> None:
    """Half past two in the afternoon in Honolulu; in UTC the next day has begun."""
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(country="US", timezone="Pacific/Honolulu"))
    (drafted,) = await desk.draft()
    await desk.approve(drafted)
    desk.instance.clock.now = datetime(2026, 5, 22, 0, 30, tzinfo=UTC)

    async def may_leave() -> bool:
        async with desk.instance.database.read() as uow:
            return await desk.sending.due_in(uow, drafted.id) is not None

    assert await may_leave()
    await desk.add(task(desk, TaskKind.CALL))
    assert not await may_leave()


def task(desk: Desk, kind: TaskKind, case_id: UUID | None = None) -> TaskRow:
    day = desk.instance.clock().date()
    return TaskRow(
        id=new_id(),
        key=f"{kind}:{new_id()}",
        kind=kind,
        state=TaskState.OPEN,
        customer_id="C-1",
        case_id=case_id,
        due=day,
        opened_at=desk.instance.clock(),
    )


async def test_a_broken_promise_is_talked_about_first_and_is_the_call_that_is_next(desk: Desk) -> None:
    case = broken(desk)
    await desk.add(case)
    asked = task(desk, TaskKind.BROKEN_PROMISE, case.id)
    await desk.add(asked)
    assert (await planned(desk)).reason is Why.TALK_FIRST
    action = (await steps(desk).of("C-1")).next_action
    assert (action.kind, action.rule, action.task_id) == (ActionKind.CALL, "call-after-broken-promise", asked.id)
    assert await opened(desk) == asked.id


async def test_talking_points_are_facts_and_the_customer_s_own_words(desk: Desk) -> None:
    words = "The goods of INV-1 arrived broken."
    think = desk.instance.mind.think

    async def understanding(case: Case) -> Thought:
        thought = await think(case)
        said = IntentFinding(Intent.DISPUTE, 0.9, ("INV-1",), Evidence("body", 0, len(words), words))
        return replace(thought, proposal=replace(thought.proposal, intents=(said,)))

    desk.instance.mind.think = understanding  # type: ignore[method-assign]
    await desk.instance.work(mail(words))
    await desk.add(
        broken(desk),
        broken(desk, state=CaseState.PARTLY_KEPT, day=date(2026, 5, 8)),
        broken(desk, kind=CaseKind.DISPUTE, state=CaseState.CONFIRMED, day=None, ended_at=None),
        task(desk, TaskKind.BROKEN_PROMISE),
    )
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(ContactRow).values(phone="+44 20 7946 0000"))
    async with desk.instance.database.read() as uow:
        asked, *_ = (await uow.tasks.page(TaskState.OPEN, limit=1)).rows[0]
    text = await text_of(desk, asked.id)
    assert text.points[:3] == (
        "100.00 EUR is open on INV-1; the oldest is 20 days late.",
        "They promised to pay by 15 May 2026, and nothing came.",
        "They promised to pay by 8 May 2026, and only a part came.",
    )
    assert "In dispute, and not asked for: INV-1." in text.points
    assert [words for quote in text.quotes for words in quote.words] == [words]
    assert (text.contact, text.phone) == ("Petra Vane", "+44 20 7946 0000")


async def test_a_rule_that_says_so_opens_its_task_by_itself_once_for_each_debt(desk: Desk) -> None:
    await grown_old(desk, 65)
    await steps(desk).refresh_today()
    quiet = TalkService(desk.instance.database, steps(desk), desk.instance.clock, opening=load_actions().opening)
    assert await quiet.open_today() == 0, "this rule does not say so as it ships"
    talks = TalkService(desk.instance.database, steps(desk), desk.instance.clock, opening={"two-months"})
    assert (await talks.open_today(), await talks.open_today()) == (1, 0)
    assert (await planned(desk)).reason is Why.TALK_FIRST
    await move(desk, await opened(desk), TaskState.DISMISSED)
    assert await talks.open_today() == 0
    await grown_old(desk, 90)
    await steps(desk).refresh_today()
    assert await talks.open_today() == 1


async def test_who_no_longer_answers_is_called_before_the_next_mail_but_not_waited_for_without_end(desk: Desk) -> None:
    await grown_old(desk, 35)
    await steps(desk).refresh_today()
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(NextStepRow).values(kind=ActionKind.CALL, rule="call-silent"))
    talks = TalkService(desk.instance.database, steps(desk), desk.instance.clock, opening=load_actions().opening)
    assert (await planned(desk)).action is NextAction.REMIND
    assert await talks.open_today() == 1
    assert (await planned(desk)).reason is Why.TALK_FIRST
    later = await planned(desk, desk.plans.policy.talk_days)
    assert later.reason is Why.STALE_DATA, "and with a ledger as fresh as today's, a reminder"


async def test_a_natural_person_is_talked_with_and_not_scored(desk: Desk) -> None:
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(natural_person=True))
    await grown_old(desk, 65)
    standing = await steps(desk).of("C-1")
    text = await text_of(desk, await opened(desk))
    assert standing.next_action.rule == "two-months"
    assert text.points[0].startswith("100.00 EUR is open on INV-1")
