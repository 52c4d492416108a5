"""Texts of tasks, drafted when they are looked at. C-1 owes INV-1 since 2026-05-01; it is 2026-05-21."""

import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from agents.reminders.brief import ReminderBrief
from agents.reminders.result import ReminderDraft
from app.db.tables.ledger import CustomerRow, ImportRow, InvoiceRow, TaskRow
from app.db.tables.system import Chain
from app.domain.errors import Invalid, NotAllowed, NotFound, StateImpossible
from app.domain.ids import new_id
from app.domain.intents import Tone
from app.domain.people import DUEBOX
from app.domain.reminder import Channel, NextAction, PlanLine, Stage, Why
from app.domain.review import Role
from app.domain.task import TaskKind, TaskState
from app.domain.workflow import Step
from app.ledger.tasks import TaskService
from app.policies.loading import load_policy
from app.reminders.spoken import SpokenTexts
from tests.desk import Desk, EmbeddedAuthor


async def task_of(desk: Desk, stage: Stage, channel: Channel) -> UUID:
    """Let one step be the only one, and the plan open its task."""
    policy = desk.plans.policy
    step = Step(3, stage, Tone.NEUTRAL, channel)
    desk.plans.policy = replace(policy, workflows=tuple(replace(one, steps=(step,)) for one in policy.workflows))
    return await opened_task(desk)


async def opened_task(desk: Desk) -> UUID:
    await desk.batches.draft(desk.instance.clock().date(), by=desk.instance.collector)
    async with desk.instance.database.read() as uow:
        found = await uow.session.scalar(sa.select(TaskRow.id).order_by(TaskRow.id.desc()).limit(1))
    assert found is not None
    return found


def texts(desk: Desk) -> SpokenTexts:
    return SpokenTexts(desk.instance.database, desk.plans, EmbeddedAuthor(), load_policy(), desk.instance.clock)


async def test_a_call_has_the_facts_and_what_to_ask(desk: Desk) -> None:
    found = await texts(desk).of(await task_of(desk, Stage.FIRST, Channel.CALL), desk.instance.collector)
    assert "is open on INV-1; the oldest is 20 days late." in found.points[0]
    assert found.points[-2].startswith("Ask on which day")


async def test_the_owner_of_a_strategic_account_gets_points_in_place_of_the_mail(desk: Desk) -> None:
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(strategic=True))
    found = await texts(desk).of(await task_of(desk, Stage.FIRST, Channel.EMAIL), desk.instance.collector)
    assert (found.kind, found.body) == (TaskKind.CALL, "")
    assert "is open on INV-1" in found.points[0]


async def test_a_letter_is_the_stages_own_and_a_formal_notice_names_who_orders_it(desk: Desk) -> None:
    letter = await texts(desk).of(await task_of(desk, Stage.SECOND, Channel.LETTER), desk.instance.collector)
    assert "INV-1" in letter.body
    assert desk.instance.collector.name not in letter.body
    formal = await texts(desk).of(await task_of(desk, Stage.FORMAL, Channel.LETTER), desk.instance.collector)
    assert formal.is_formal
    assert not formal.problems
    assert desk.instance.collector.name in formal.body
    assert "4 June 2026" in formal.body


async def test_a_formal_notice_is_ordered_by_a_named_person_and_stays_as_it_was(desk: Desk) -> None:
    task_id = await task_of(desk, Stage.FORMAL, Channel.LETTER)
    auditor = replace(desk.instance.collector, role=Role.AUDITOR)
    assert not (await texts(desk).of(task_id, auditor)).body
    with pytest.raises(NotFound, match="not ordered"):
        await texts(desk).printed(task_id, desk.instance.collector)
    for nobody in (auditor, DUEBOX):
        with pytest.raises(NotAllowed):
            await texts(desk).order(task_id, nobody)
    await texts(desk).order(task_id, desk.instance.collector)
    with pytest.raises(StateImpossible):
        await texts(desk).order(task_id, desk.instance.collector)
    ordered = await texts(desk).of(task_id, desk.instance.collector)
    desk.instance.clock.advance(days=3)
    seen = await texts(desk).of(task_id, replace(auditor, name="Noor"))
    assert seen.body == ordered.body
    assert desk.instance.collector.name in seen.body
    pdf = PdfReader(io.BytesIO(await texts(desk).printed(task_id, auditor))).pages[0].extract_text()
    for words in (desk.instance.collector.name, "INV-1", "4 June 2026"):
        assert words in pdf, words
    async with desk.instance.database.read() as uow:
        newest = await uow.audit.newest(Chain.DECISIONS)
    assert newest is not None
    assert (newest.kind, newest.actor) == ("reminders.notice.ordered", desk.instance.collector.actor)


async def test_only_a_formal_notice_is_ordered(desk: Desk) -> None:
    with pytest.raises(Invalid, match="no formal notice"):
        await texts(desk).order(await task_of(desk, Stage.SECOND, Channel.LETTER), desk.instance.collector)


async def test_every_letter_is_printed_with_its_day_and_statement_as_it_reads_today(desk: Desk) -> None:
    task_id = await task_of(desk, Stage.SECOND, Channel.LETTER)
    letter = await texts(desk).of(task_id, desk.instance.collector)
    assert letter.may_be_printed
    printed = await texts(desk).printed(task_id, desk.instance.collector)
    (page,) = PdfReader(io.BytesIO(printed)).pages
    words = page.extract_text()
    for one in ("Seller, Receivables", "Customer Ltd", "Petra Vane", "21 May 2026", letter.subject, "INV-1", "100.00"):
        assert one in words, one
    assert await texts(desk).printed(task_id, desk.instance.collector) == printed


async def test_a_call_is_not_printed_nor_a_letter_whose_words_the_checks_refused(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no letter"):
        await texts(desk).printed(await task_of(desk, Stage.FIRST, Channel.CALL), desk.instance.collector)
    task_id = await task_of(desk, Stage.SECOND, Channel.LETTER)
    found = texts(desk)
    found._author = Refused()  # noqa: SLF001
    assert not (await found.of(task_id, desk.instance.collector)).may_be_printed
    with pytest.raises(Invalid, match="refused"):
        await found.printed(task_id, desk.instance.collector)


class Refused(EmbeddedAuthor):
    async def remind(self, brief: ReminderBrief) -> ReminderDraft:
        return replace(await super().remind(brief), problems=("amount:1",))


async def test_a_message_says_it_in_a_breath(desk: Desk) -> None:
    found = await texts(desk).of(await task_of(desk, Stage.FIRST, Channel.SMS), desk.instance.collector)
    assert "invoice INV-1" in found.body
    assert len(found.body) < 240


async def test_what_is_paid_meanwhile_has_no_text_any_more(desk: Desk) -> None:
    task_id = await task_of(desk, Stage.FIRST, Channel.CALL)
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(InvoiceRow).values(open_amount=Decimal(0), status="paid"))
    found = await texts(desk).of(task_id, desk.instance.collector)
    assert found.changed
    assert not found.points


async def test_a_workflow_goes_on_after_a_call_that_was_made_and_one_that_needs_no_making(desk: Desk) -> None:
    policy = desk.plans.policy
    ways = (Stage.FIRST, Channel.CALL), (Stage.SECOND, Channel.LETTER), (Stage.THIRD, Channel.EMAIL)
    steps = tuple(Step(3, stage, Tone.NEUTRAL, channel) for stage, channel in ways)
    desk.plans.policy = replace(policy, workflows=tuple(replace(one, steps=steps) for one in policy.workflows))
    tasks = TaskService(desk.instance.database, desk.instance.clock)
    await tasks.move(await opened_task(desk), TaskState.DONE, desk.instance.collector)
    assert (await planned(desk)).reason is Why.NOT_DUE
    await week_goes_by(desk)
    line = await planned(desk)
    assert (line.action, line.stage, line.channel) == (NextAction.TASK, Stage.SECOND, Channel.LETTER)
    await tasks.move(await opened_task(desk), TaskState.DISMISSED, desk.instance.collector)
    await week_goes_by(desk)
    line = await planned(desk)
    assert (line.action, line.stage) == (NextAction.REMIND, Stage.THIRD)


async def test_a_call_counts_for_the_caps_like_a_mail(desk: Desk) -> None:
    task_id = await task_of(desk, Stage.FIRST, Channel.CALL)
    await TaskService(desk.instance.database, desk.instance.clock).move(
        task_id, TaskState.DONE, desk.instance.collector
    )
    situation, _lines = await desk.plans.explain("C-1", desk.instance.clock().date())
    assert situation.contacted == (desk.instance.clock(),)


async def test_the_same_call_is_asked_for_once_and_again_for_a_later_debt(desk: Desk) -> None:
    first = await task_of(desk, Stage.FIRST, Channel.CALL)
    assert await opened_task(desk) == first
    tasks = TaskService(desk.instance.database, desk.instance.clock)
    await tasks.move(first, TaskState.DONE, desk.instance.collector)
    desk.instance.clock.advance(days=200)
    due = desk.instance.clock().date() - timedelta(days=10)
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(InvoiceRow).values(due_date=due))
    await week_goes_by(desk)
    assert await opened_task(desk) != first


async def test_what_comes_after_the_last_step_is_told_and_not_called_outdated(desk: Desk) -> None:
    done = await task_of(desk, Stage.FIRST, Channel.CALL)
    await TaskService(desk.instance.database, desk.instance.clock).move(done, TaskState.DONE, desk.instance.collector)
    await week_goes_by(desk)
    found = await texts(desk).of(await opened_task(desk), desk.instance.collector)
    assert (found.changed, found.points) == ((), ())
    assert found.reasons[0].startswith("Every step was sent")


async def planned(desk: Desk) -> PlanLine:
    _situation, (line,) = await desk.plans.explain("C-1", desk.instance.clock().date())
    return line


async def week_goes_by(desk: Desk) -> None:
    desk.instance.clock.advance(days=7)
    await desk.add(ImportRow(id=new_id(), kind="invoices", rows=1, changed=1, at=desk.instance.clock()))


async def test_a_task_that_is_no_talk_and_not_of_the_plan_has_none(desk: Desk) -> None:
    task_id = new_id()
    await desk.add(
        TaskRow(
            id=task_id,
            key="dispute_due:1",
            kind=TaskKind.DISPUTE_DUE,
            state=TaskState.OPEN,
            customer_id="C-1",
            due=desk.instance.clock().date(),
            opened_at=desk.instance.clock(),
        )
    )
    with pytest.raises(NotFound):
        await texts(desk).of(task_id, desk.instance.collector)
