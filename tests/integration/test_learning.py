"""What came of reminders, and what goes without a person, on SQLite and PostgreSQL."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from app.db.repositories.figures import Slice
from app.db.repositories.outcomes import Outcomes
from app.db.tables.ledger import CaseRow, ImportRow, InvoiceRow, PaymentRow, TaskRow
from app.db.tables.reminders import ReminderRow
from app.domain.experiment import Experiment
from app.domain.ids import new_id
from app.domain.intents import Tone
from app.domain.outcome import Answer, Automatic, Record
from app.domain.reminder import Channel, Stage
from app.domain.reminder_life import ReminderState
from app.domain.review import CaseKind, CaseState, OutboxState
from app.domain.task import TaskState
from app.domain.workflow import ReminderPolicy, Step
from app.insights.pages import InsightsPages
from app.insights.service import InsightsService
from app.ledger.tasks import TaskService
from app.policies.loading import load_policy
from app.policies.reminders import load_reminders
from app.reminders.automatic import Morning
from app.reminders.learning import LearningPages
from app.reminders.outcomes import OutcomeService
from tests.desk import Desk

FIRST = Automatic(frozenset({"standard"}), frozenset({Stage.FIRST}), after=1, edited=0.5, disputed=0.05)


def payment(day: date, amount: str) -> PaymentRow:
    return PaymentRow(
        id=str(new_id()), customer_id="C-1", day=day, amount=Decimal(amount), currency="EUR", invoice_number="INV-1"
    )


async def sent_reminder(desk: Desk) -> ReminderRow:
    (row,) = await desk.draft()
    await desk.approve(row)
    assert await desk.send(row) is OutboxState.SENT
    return row


async def follow(desk: Desk) -> ReminderRow:
    await OutcomeService(desk.instance.database, desk.instance.clock).follow_today()
    async with desk.instance.database.read() as uow:
        found = await uow.session.scalar(sa.select(ReminderRow).order_by(ReminderRow.id).limit(1))
    assert found is not None
    return found


async def test_a_reminder_is_paid_when_what_it_asked_for_has_come_in(desk: Desk) -> None:
    row = await sent_reminder(desk)
    sent = desk.instance.clock().date()
    half = row.amount / 2
    await desk.add(payment(sent + timedelta(days=2), f"{half:f}"))
    desk.instance.clock.advance(days=10)
    assert (await follow(desk)).paid_after is None
    await desk.add(payment(sent + timedelta(days=9), f"{row.amount - half:f}"))
    found = await follow(desk)
    assert (found.sent_on, found.paid_after) == (sent, 9)
    async with desk.instance.database.read() as uow:
        address = (await uow.mailboxes.all())[0].address
        (effect,) = await Outcomes(uow.session).effects("sender", desk.instance.clock().date())
    assert (effect.label, effect.sent) == (address, 1)
    desk.instance.clock.advance(days=10)
    assert (await follow(desk)).paid_after == 9


async def test_a_call_is_followed_like_a_mail_and_its_effect_is_told_by_channel(desk: Desk) -> None:
    policy = desk.plans.policy
    call = Step(3, Stage.FIRST, Tone.NEUTRAL, Channel.CALL)
    desk.plans.policy = replace(policy, workflows=tuple(replace(one, steps=(call,)) for one in policy.workflows))
    await desk.draft()
    async with desk.instance.database.read() as uow:
        task_id = await uow.session.scalar(sa.select(TaskRow.id))
    assert task_id is not None
    tasks, called = TaskService(desk.instance.database, desk.instance.clock), desk.instance.clock().date()
    await tasks.move(task_id, TaskState.DONE, desk.instance.collector)
    await desk.add(payment(called + timedelta(days=2), "1250.00"))
    desk.instance.clock.advance(days=8)
    outcomes = OutcomeService(desk.instance.database, desk.instance.clock)
    await outcomes.follow_today()
    async with desk.instance.database.read() as uow:
        (effect,) = await Outcomes(uow.session).effects("channel", desk.instance.clock().date())
        assert await Outcomes(uow.session).effects("decided", desk.instance.clock().date()) == []
    assert (effect.label, effect.sent, effect.paid[0], effect.of[0]) == ("call", 1, 1, 1)
    await tasks.move(task_id, TaskState.OPEN, desk.instance.collector)
    await outcomes.follow_today()
    async with desk.instance.database.read() as uow:
        assert await Outcomes(uow.session).effects("channel", desk.instance.clock().date()) == []


async def test_a_payment_that_is_imported_late_still_counts_by_its_own_day(desk: Desk) -> None:
    row = await sent_reminder(desk)
    sent = desk.instance.clock().date()
    desk.instance.clock.advance(days=33)
    await desk.add(payment(sent + timedelta(days=32), f"{row.amount:f}"))
    assert (await follow(desk)).paid_after is None, "what comes after a month is not its doing"
    await desk.add(payment(sent + timedelta(days=29), f"{row.amount:f}"))
    assert (await follow(desk)).paid_after == 29


async def test_a_ledger_that_only_closes_invoices_is_believed_from_the_day_it_is_seen(desk: Desk) -> None:
    await sent_reminder(desk)
    desk.instance.clock.advance(days=4)
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(InvoiceRow).values(open_amount=Decimal(0), status="paid"))
    assert (await follow(desk)).paid_after == 4
    desk.instance.clock.advance(days=3)
    assert (await follow(desk)).paid_after == 4


async def test_a_dispute_after_it_is_its_answer_and_two_quiet_weeks_are_silence(desk: Desk) -> None:
    await sent_reminder(desk)
    assert (await follow(desk)).answer is None
    desk.instance.clock.advance(days=14)
    assert (await follow(desk)).answer is Answer.SILENCE
    await desk.add(
        CaseRow(
            id=new_id(),
            kind=CaseKind.DISPUTE,
            state=CaseState.PROPOSED,
            customer_id="C-1",
            run=0,
            invoices=["INV-1"],
            opened_at=desk.instance.clock(),
        )
    )
    assert (await follow(desk)).answer is Answer.DISPUTE


@pytest.mark.parametrize("status", ["cancelled", "written_off"])
async def test_what_was_cancelled_or_written_off_is_not_paid(desk: Desk, status: str) -> None:
    await sent_reminder(desk)
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(InvoiceRow).values(open_amount=Decimal(0), status=status))
    assert (await follow(desk)).paid_after is None


def like(row: ReminderRow, **changes: object) -> ReminderRow:
    """Another reminder, of a batch of its own."""
    values = {column.key: getattr(row, column.key) for column in ReminderRow.__table__.columns}
    return ReminderRow(**values | {"id": new_id(), "company": str(new_id()), **changes})


async def test_a_steps_automatic_mails_are_those_of_a_year_since_its_last_rejection(desk: Desk) -> None:
    row = await sent_reminder(desk)
    today, now = desk.instance.clock().date(), desk.instance.clock()
    alone = {"is_automatic": True, "decided_at": now, "sent_on": today}
    await desk.add(
        like(row, **alone),
        like(row, **alone, answer=Answer.DISPUTE),
        like(row, **alone | {"sent_on": today - timedelta(days=365)}, answer=Answer.DISPUTE),
        like(row, **alone | {"sent_on": None}),
    )

    async def record() -> Record:
        async with desk.instance.database.read() as uow:
            return await Outcomes(uow.session).record("standard", "first", today)

    assert await record() == Record(1, 0, automatic=2, disputed=1)
    await desk.add(like(row, state=ReminderState.REJECTED, decided_at=now + timedelta(hours=1), sent_on=None))
    assert await record() == Record(0, 0)


def morning(desk: Desk, policy: ReminderPolicy) -> Morning:
    return Morning(desk.instance.database, desk.batches, desk.sending, load_policy(), policy)


async def next_month(desk: Desk) -> None:
    """The debt is settled, and a new one stands where it stood."""
    desk.instance.clock.advance(days=40)
    due = desk.instance.clock().date() - timedelta(days=10)
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(InvoiceRow).values(due_date=due))
    await desk.add(ImportRow(id=new_id(), kind="invoices", rows=1, changed=1, at=desk.instance.clock()))


async def newest(desk: Desk) -> ReminderRow:
    async with desk.instance.database.read() as uow:
        found = await uow.session.scalar(sa.select(ReminderRow).order_by(ReminderRow.id.desc()).limit(1))
    assert found is not None
    return found


async def test_a_step_goes_alone_once_it_has_earned_that_and_a_rejection_takes_it_back(desk: Desk) -> None:
    policy = replace(load_reminders(), automatic=(FIRST,))
    await sent_reminder(desk)
    await next_month(desk)
    await morning(desk, policy).run()
    row = await newest(desk)
    assert (row.state, row.is_automatic, row.decided_by) == (ReminderState.APPROVED, True, None)
    assert await desk.send(row) is OutboxState.SENT
    assert b"Auto-Submitted: auto-generated" in desk.instance.sender.sent[-1]
    assert b"X-AI-Generated: yes; human-approved=no" in desk.instance.sender.sent[-1]
    assert b"To reach a person, simply reply" in desk.instance.sender.sent[-1].replace(b"=\r\n", b"")

    await next_month(desk)
    await desk.draft()
    row = await newest(desk)
    await desk.sending.reject(row.id, version=row.version, by=desk.instance.collector)
    desk.instance.clock.advance(days=1)
    await morning(desk, policy).run()
    assert (await newest(desk)).id == row.id  # it rests
    await next_month(desk)
    await morning(desk, policy).run()
    assert (await newest(desk)).state is ReminderState.DRAFTED


async def test_what_a_person_skipped_is_not_sent_alone_the_next_morning(desk: Desk) -> None:
    policy = replace(load_reminders(), automatic=(FIRST,))
    await sent_reminder(desk)
    await next_month(desk)
    await desk.draft()
    row = await newest(desk)
    await desk.sending.skip(row.id, version=row.version, by=desk.instance.collector)
    desk.instance.clock.advance(days=1)
    await morning(desk, policy).run()
    assert (await newest(desk)).id == row.id
    await desk.sending.undo(row.id, by=desk.instance.collector)
    await morning(desk, policy).run()
    assert (await newest(desk)).state is ReminderState.APPROVED


@pytest.mark.parametrize(
    "changed",
    [
        lambda: replace(load_reminders(), automatic=(replace(FIRST, stages=frozenset({Stage.SECOND})),)),
        lambda: replace(load_reminders(), automatic=(replace(FIRST, after=2),)),
        load_reminders,
    ],
    ids=["another stage", "not earned yet", "as shipped"],
)
async def test_nothing_else_goes_alone(desk: Desk, changed: Callable[[], ReminderPolicy]) -> None:
    await sent_reminder(desk)
    await next_month(desk)
    await morning(desk, changed()).run()
    assert (await newest(desk)).state is ReminderState.DRAFTED


async def test_the_pages_tell_what_came_of_it(desk: Desk) -> None:
    row = await sent_reminder(desk)
    await desk.add(payment(desk.instance.clock().date() + timedelta(days=5), f"{row.amount:f}"))
    desk.instance.clock.advance(days=15)
    await follow(desk)
    test = Experiment("tone", date(2026, 1, 1), frozenset({Stage.FIRST}), tone=Tone.NEUTRAL)
    policy = replace(load_reminders(), experiments=(test,), automatic=(FIRST,))
    pages = LearningPages(desk.instance.database, policy, desk.instance.clock, sending_stopped=False)
    view = await pages.learning()
    (step,) = view.groups["step"]
    assert (step.effect.label, step.effect.paid, step.effect.of) == ("standard, first", (1, 1, 0), (1, 1, 0))
    assert step.interval is None
    assert view.tests[0].found.usual == (0, 0)
    assert view.steps[0].record.approved == 1
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(ReminderRow).values(company="=1+1"))
    exported = await pages.export(desk.instance.collector)
    assert 'step,"standard, first",1,1,1,1,1,0,0,' in exported
    assert "company,'=1+1,1," in exported

    await InsightsService(desk.instance.database, desk.instance.clock).refresh_today()
    part = await InsightsPages(desk.instance.database, desk.instance.clock).dashboard(
        Slice(""), desk.instance.collector
    )
    assert part is not None
    assert [(one.stage, one.count, one.paid) for one in part.reminded] == [("first", 1, row.amount)]


async def test_arms_count_the_first_reminder_of_each_customer(desk: Desk) -> None:
    await sent_reminder(desk)
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(ReminderRow).values(experiment="tone:other"))
    desk.instance.clock.advance(days=15)
    await follow(desk)
    async with desk.instance.database.read() as uow:
        arms = await Outcomes(uow.session).arms(desk.instance.clock().date(), timedelta(days=14))
    assert arms == {"tone:other": (0, 1)}
