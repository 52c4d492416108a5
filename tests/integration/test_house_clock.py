"""Hosts whose clocks are minutes apart, or are set while they work: the house goes by its database's clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest

from app.bootstrap import build, settings_from_environment
from app.db.engine import async_engine
from app.db.house_clock import HouseClock
from app.db.opening import stored_keys
from app.db.sealing import Keyring
from app.db.uow import Database
from app.domain.clock import system_clock
from app.domain.ids import go_by, made_at, new_id
from app.domain.review import Action, OutboxState
from app.domain.sending import Pace
from app.outbox.service import OutboxService
from app.policies.loading import load_policy
from app.review.service import ReviewService
from tests.fakes import FixedClock, always_due
from tests.instances import SECRET, Instance, mail

on_postgres = pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)


@asynccontextmanager
async def host(instance: Instance, *, ahead: timedelta) -> AsyncIterator[Database]:
    """One more process on the instance's database, on a host whose clock is wrong by so much."""
    writing, reading = (async_engine(instance.url, for_writing=writes) for writes in (True, False))
    keyring = Keyring(SECRET, lambda: stored_keys(instance.url))
    clock = HouseClock(lambda: system_clock() + ahead)
    database = Database(writing, reading, keyring, clock, instance.engine.enqueue)
    yield database
    await database.dispose()


async def send(instance: Instance, database: Database, outbox_id: UUID) -> OutboxState:
    async with database.read() as uow:
        clock = uow.clock
    outbox = OutboxService(
        database,
        instance.sender,
        instance.sent_folder,
        clock,
        pace=Pace(),
        sending_stopped=False,
        due_in=always_due,
    )
    await outbox.work(str(outbox_id))
    async with database.read() as uow:
        return (await uow.outbox.get(outbox_id)).state


@on_postgres
@pytest.mark.parametrize(("approves", "sends"), [(0, 40), (-40, 0), (-300, 300), (300, -300)])
async def test_no_hosts_clock_cuts_or_draws_out_the_time_to_take_a_mail_back(
    instance: Instance, approves: int, sends: int
) -> None:
    (review,) = await instance.work(mail())
    async with (
        host(instance, ahead=timedelta(seconds=approves)) as here,
        host(instance, ahead=timedelta(seconds=sends)) as there,
    ):
        for undo, state in ((30, OutboxState.WAITING), (0, OutboxState.SENT)):
            async with here.read() as uow:
                reviews = ReviewService(here, load_policy(), uow.clock, undo_seconds=undo)
                version = (await uow.reviews.get(review.id)).version
            done = await reviews.decide(review.id, Action.APPROVE, version=version, by=instance.collector)
            assert done.outbox_id is not None
            assert await send(instance, there, done.outbox_id) is state
            if state is OutboxState.WAITING:
                await reviews.undo(review.id, by=instance.collector)
    assert len(instance.sender.sent) == 1


@on_postgres
async def test_what_a_host_with_a_wrong_clock_makes_sorts_among_what_others_make(instance: Instance) -> None:
    """Mails of a conversation, and mails that leave, stand in the order of their ids."""
    wrong = FixedClock(system_clock() + timedelta(hours=1))
    go_by(wrong)
    try:
        early = new_id()
        async with instance.database.read() as uow:
            await HouseClock(wrong, is_known=go_by).look(uow.session)
        between = made_at(new_id())
    finally:
        go_by(system_clock)
    assert made_at(early) > system_clock() + timedelta(minutes=50)
    assert abs(between - made_at(new_id())) < timedelta(seconds=5)


@on_postgres
async def test_what_the_host_says_counts_until_the_database_is_asked_and_never_again(instance: Instance) -> None:
    wrong, elapsed = FixedClock(system_clock() + timedelta(hours=1)), [0.0]
    clock = HouseClock(wrong, lambda: elapsed[0])
    assert clock() == wrong()
    async with instance.database.read() as uow:
        await clock.look(uow.session)
        right = system_clock()
        assert abs(clock() - right) < timedelta(seconds=5)
        wrong.advance(hours=-3)
        elapsed[0] += 7
        assert timedelta(seconds=2) < clock() - right < timedelta(seconds=12)


@on_postgres
async def test_an_answer_during_which_the_process_was_stopped_says_nothing(instance: Instance) -> None:
    moments = iter([0.0, 90.0])
    clock = HouseClock(FixedClock(), lambda: next(moments))
    async with instance.database.read() as uow:
        await clock.look(uow.session)
    assert clock() == FixedClock()()


async def test_an_installation_of_many_processes_goes_by_its_database(instance: Instance) -> None:
    services = build(settings_from_environment(database_url=instance.url, secret_key=SECRET))
    is_alone = instance.url.startswith("sqlite")
    assert (services.clock is system_clock, isinstance(services.clock, HouseClock)) == (is_alone, not is_alone)
    await services.close()
    services.engine.dispose()
