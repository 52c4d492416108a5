"""Texts of tasks, drafted when they are looked at. C-1 owes INV-1 since 2026-05-01; it is 2026-05-21."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.db.tables.ledger import InvoiceRow, TaskRow
from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.domain.intents import Tone
from app.domain.reminder import Channel, Stage
from app.domain.task import TaskKind, TaskState
from app.domain.workflow import Step
from app.policies.loading import load_policy
from app.reminders.spoken import SpokenTexts
from tests.desk import Desk, EmbeddedAuthor


async def task_of(desk: Desk, stage: Stage, channel: Channel) -> UUID:
    """Let one step be the only one, and the plan open its task."""
    policy = desk.plans.policy
    step = Step(3, stage, Tone.NEUTRAL, channel)
    desk.plans.policy = replace(policy, workflows=tuple(replace(one, steps=(step,)) for one in policy.workflows))
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


async def test_a_letter_is_the_stages_own_and_a_formal_notice_names_who_orders_it(desk: Desk) -> None:
    letter = await texts(desk).of(await task_of(desk, Stage.SECOND, Channel.LETTER), desk.instance.collector)
    assert "INV-1" in letter.body
    assert desk.instance.collector.name not in letter.body
    formal = await texts(desk).of(await task_of(desk, Stage.FORMAL, Channel.LETTER), desk.instance.collector)
    assert formal.is_formal
    assert not formal.problems
    assert desk.instance.collector.name in formal.body
    assert "4 June 2026" in formal.body


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


async def test_a_task_that_is_not_of_the_plan_has_none(desk: Desk) -> None:
    task_id = new_id()
    await desk.add(
        TaskRow(
            id=task_id,
            key="promise:1",
            kind=TaskKind.BROKEN_PROMISE,
            state=TaskState.OPEN,
            customer_id="C-1",
            due=desk.instance.clock().date(),
            opened_at=desk.instance.clock(),
        )
    )
    with pytest.raises(NotFound):
        await texts(desk).of(task_id, desk.instance.collector)
