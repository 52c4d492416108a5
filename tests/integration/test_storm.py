"""One sender's storm, and one mail that kills its workers: the others hardly notice."""

import sqlalchemy as sa

from app.db.engine import sync_engine
from app.db.tables.mail import MessageRow
from app.domain.job import STORM_FROM, JobKind
from app.domain.message import MessageState
from app.intake.service import FEW
from app.jobs.engine import Handler
from app.jobs.queues import TRIAGE
from app.jobs.sweep import Sweep
from tests.instances import Instance, mail

STORM = STORM_FROM + 10
ROBOT = "robot@portal.example"


async def dispatch(instance: Instance, *mails: bytes) -> None:
    """Receive mails as one batch, and queue the work of one that is dispatched."""
    before = {message.id for message in await instance.messages()}
    batches = {message.batch_id for message in await instance.receive(*mails) if message.id not in before}
    for batch in batches - {None}:
        await instance.dispatcher.work(str(batch))


async def triage_jobs(instance: Instance) -> dict[str, int]:
    async with instance.database.read() as uow:
        lines = await uow.session.run_sync(instance.engine.lines)
    return {line.standing: line.number for line in lines if line.queue == TRIAGE.name}


async def test_a_storm_waits_so_that_others_do_not(instance: Instance) -> None:
    storm = [mail(subject=f"Ticket {number}", sender=ROBOT) for number in range(STORM)]
    await dispatch(instance, *storm[: STORM // 2])
    await dispatch(instance, *storm[STORM // 2 :])
    assert await triage_jobs(instance) == {"ready": STORM_FROM}
    await dispatch(instance, *(mail(sender=f"{number}@customer.example") for number in range(5)))
    assert (await triage_jobs(instance))["ready"] == STORM_FROM + 5, "who writes meanwhile is among few, not among all"


async def test_a_storm_of_single_deliveries_keeps_nobody_waiting_for_a_dispatch(instance: Instance) -> None:
    for number in range(STORM):
        await instance.receive(mail(subject=f"Ticket {number}", sender=ROBOT))
    await instance.receive(mail())
    assert await triage_jobs(instance) == {"ready": STORM_FROM + 1}
    async with instance.database.read() as uow:
        lines = await uow.session.run_sync(instance.engine.lines)
    assert {line.queue for line in lines} == {TRIAGE.name}


async def test_a_mail_waits_for_the_dispatch_of_earlier_mail_of_its_thread(instance: Instance) -> None:
    many = [mail(sender=f"{number}@customer.example", message_id=f"{number}@x.example") for number in range(FEW + 1)]
    await instance.receive(*many)
    later = (await instance.receive(mail(references=["0@x.example"])))[-1]
    assert await triage_jobs(instance) == {}
    assert later.batch_id is not None


async def test_each_mail_that_is_worked_lets_the_next_in(instance: Instance) -> None:
    await dispatch(instance, *(mail(subject=f"Ticket {number}", sender=ROBOT) for number in range(STORM)))
    messages = await instance.messages()
    assert [message.is_held for message in messages] == [False] * STORM_FROM + [True] * (STORM - STORM_FROM)
    await instance.triage.work(str(messages[0].id))
    await instance.triage.give_up(str(messages[1].id), "ValueError")
    assert [message.is_held for message in await instance.messages()].index(True) == STORM_FROM + 2
    assert (await triage_jobs(instance))["ready"] == STORM_FROM + 2
    for message in messages[2:]:
        await instance.triage.work(str(message.id))
    assert not any(message.is_held for message in await instance.messages())
    assert (await triage_jobs(instance))["ready"] == STORM, "each once"


async def test_what_is_held_behind_nobody_is_found(instance: Instance) -> None:
    await dispatch(instance, *(mail(subject=f"Ticket {number}", sender=ROBOT) for number in range(STORM)))
    async with instance.database.write() as uow:
        gone = sa.update(MessageRow).where(~MessageRow.is_held).values(state=MessageState.NO_ANSWER)
        await uow.session.execute(gone)
    sweep = Sweep(instance.database, instance.engine, {}, instance.clock)
    assert await sweep.sweep() == STORM_FROM, "as many as have their turn at a time; each lets the next in"
    assert (await triage_jobs(instance))["ready"] == 2 * STORM_FROM
    assert await sweep.sweep() == 0


async def test_a_mail_that_kills_its_workers_is_parked_and_shown(instance: Instance) -> None:
    (message,) = await instance.receive(mail())
    engine = sync_engine(instance.url)
    table = "dbos.workflow_status" if engine.dialect.name == "postgresql" else "workflow_status"
    parked = f"UPDATE {table} SET status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' WHERE queue_name = 'triage'"  # noqa: S608
    with engine.begin() as connection:
        connection.execute(sa.text(parked))
    engine.dispose()
    instance.clock.advance(minutes=10)
    handlers = {JobKind.TRIAGE: Handler(instance.triage.work, instance.triage.give_up)}
    assert await Sweep(instance.database, instance.engine, handlers, instance.clock).sweep() == 1
    (message,) = await instance.messages()
    assert (message.state, message.error) == (MessageState.QUARANTINED, "killed_its_worker")
    assert await triage_jobs(instance) == {"parked": 1}, "which metrics, alerts and Administration show"
