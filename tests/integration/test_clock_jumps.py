"""The clock jumps by hours, ahead or back: no mail leaves twice, none is forgotten, and nobody is locked out for long.

On SQLite leases go by the clock of the one process, which these tests set; on PostgreSQL by the database's.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

import pytest

from app.domain.errors import NotAllowed, TooManyAttempts
from app.domain.message import MessageState
from app.domain.review import Action, OutboxState
from app.domain.sending import Pace
from app.identity.service import TRIES, IdentityService
from app.jobs.engine import Engine
from app.jobs.lease import LEASE_SECONDS, RENEW_SECONDS, WORKER, Heartbeat
from app.outbox.service import OutboxService
from tests.fakes import always_due
from tests.instances import Instance, mail, on_sqlite

pytestmark = on_sqlite


async def approved(instance: Instance, number: int = 1) -> UUID:
    """An answer in its undo window, to somebody of its own."""
    await instance.work(mail(subject=f"About {number}", sender=f"{number}@elsewhere.example"))
    (review,) = await instance.pending()
    done = await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    assert done.outbox_id is not None
    return done.outbox_id


async def state_of(instance: Instance, outbox_id: UUID) -> OutboxState:
    async with instance.database.read() as uow:
        return (await uow.outbox.get(outbox_id)).state


# Sending ---------------------------------------------------------------------------------------


async def test_a_day_ahead_voids_what_waits_and_nothing_leaves(instance: Instance) -> None:
    outbox_id = await approved(instance)
    instance.clock.advance(hours=25)
    await instance.outbox.work(str(outbox_id))
    assert (instance.sender.sent, await state_of(instance, outbox_id)) == ([], OutboxState.CANCELLED)
    assert [message.state for message in await instance.messages()] == [MessageState.PENDING], "a person looks again"
    instance.clock.advance(hours=-25)
    await instance.outbox.work(str(outbox_id))
    assert instance.sender.sent == [], "void is void, also when the clock is put right"


async def test_hours_back_delay_what_waits_and_it_leaves_once(instance: Instance) -> None:
    outbox_id = await approved(instance)
    instance.clock.advance(hours=-3)
    await instance.outbox.work(str(outbox_id))
    assert await state_of(instance, outbox_id) is OutboxState.WAITING
    instance.clock.advance(hours=3, minutes=1)
    await instance.outbox.work(str(outbox_id))
    await instance.outbox.work(str(outbox_id))
    assert len(instance.sender.sent) == 1


@pytest.mark.parametrize("hours", [-3, 3, 30])
async def test_a_jump_while_a_mail_is_handed_over_sends_it_no_second_time(instance: Instance, hours: int) -> None:
    outbox_id = await approved(instance)
    instance.clock.advance(minutes=1)

    async def jump() -> None:
        instance.clock.advance(hours=hours)

    instance.sender.before_body = jump
    for _ in range(3):
        await instance.outbox.work(str(outbox_id))
    assert (len(instance.sender.sent), await state_of(instance, outbox_id)) == (1, OutboxState.SENT)


async def test_what_left_before_the_clock_was_set_back_does_not_use_up_the_pace(instance: Instance) -> None:
    paced = OutboxService(
        instance.database,
        instance.sender,
        instance.sent_folder,
        instance.clock,
        pace=Pace(of_mailbox=1, to_domain=1),
        sending_stopped=False,
        due_in=always_due,
    )
    for number in range(2):
        outbox_id = await approved(instance, number)
        instance.clock.advance(minutes=1)
        await paced.work(str(outbox_id))
        instance.clock.advance(hours=-2)
    assert len(instance.sender.sent) == 2


# Leases ----------------------------------------------------------------------------------------


@dataclass
class QuietEngine:
    """An engine whose workers are at work all the time, and die only when somebody says so."""

    executor_id: str
    at_work: frozenset[str]
    taken: list[str] = field(default_factory=list)

    def jobs_at_work(self, _session: object) -> dict[str, set[str]]:
        return {executor: {f"job of {executor}"} for executor in self.at_work}

    async def take_back(self, _marked: Collection[str]) -> int:
        return 0

    async def take_over(self, dead: Collection[str]) -> int:
        self.taken += dead
        return len(dead)


def worker(instance: Instance, name: str) -> tuple[Heartbeat, QuietEngine, list[str]]:
    engine, fenced = QuietEngine(name, frozenset({"a", "b"})), list[str]()
    beat = Heartbeat(instance.database, cast(Engine, engine), is_alone=False, fence=lambda: fenced.append(name))
    return beat, engine, fenced


async def test_a_dead_worker_is_found_within_fifteen_seconds(instance: Instance) -> None:
    (a, engine, _), (b, _, _) = worker(instance, "a"), worker(instance, "b")
    await a._take()  # noqa: SLF001  # one beat at a time
    await b._take()  # noqa: SLF001
    died = instance.clock()
    while not engine.taken and (instance.clock() - died).total_seconds() < 60:
        instance.clock.advance(seconds=RENEW_SECONDS)
        await a._renew()  # noqa: SLF001
        await a._reap()  # noqa: SLF001
    waited = (instance.clock() - died).total_seconds()
    assert engine.taken == ["b"]
    assert LEASE_SECONDS < waited + RENEW_SECONDS <= 15, "also when its last look came just too early"


async def test_a_clock_that_jumps_ahead_buries_nobody_who_is_alive(instance: Instance) -> None:
    (a, engine, _), (b, _, fenced) = worker(instance, "a"), worker(instance, "b")
    await a._take()  # noqa: SLF001  # one beat at a time
    await b._take()  # noqa: SLF001
    instance.clock.advance(hours=2)
    for _ in range(3):
        await a._renew()  # noqa: SLF001
        await a._reap()  # noqa: SLF001
        await b._renew()  # noqa: SLF001
    assert (engine.taken, fenced) == ([], [])
    instance.clock.advance(seconds=LEASE_SECONDS + 0.1)
    for _ in range(2):
        await a._renew()  # noqa: SLF001
        await a._reap()  # noqa: SLF001
    assert engine.taken == ["b"], "whoever does not renew between two looks is dead"
    await b._renew()  # noqa: SLF001
    assert fenced == ["b"], "and a zombie finds out at its next beat"


async def test_a_clock_that_is_set_back_keeps_no_dead_worker_alive(instance: Instance) -> None:
    (a, engine, _), (b, _, fenced) = worker(instance, "a"), worker(instance, "b")
    await a._take()  # noqa: SLF001
    await b._take()  # noqa: SLF001
    instance.clock.advance(hours=-2)
    for _ in range(2):
        await a._renew()  # noqa: SLF001
        await a._reap()  # noqa: SLF001
    async with instance.database.read() as uow:
        assert await uow.leases.live(WORKER, LEASE_SECONDS) == {"a"}
    assert engine.taken == ["b"]
    assert fenced == []


async def test_a_clock_that_is_set_back_leaves_no_mailbox_unread(instance: Instance) -> None:
    async with instance.database.write() as uow:
        assert await uow.leases.take_many(["mailbox:1"], "dead", 10) == {"mailbox:1"}
        assert await uow.leases.take("sweep", "dead", 120)
    instance.clock.advance(hours=-2)
    async with instance.database.write() as uow:
        assert await uow.leases.take_many(["mailbox:1"], "alive", 10) == {"mailbox:1"}
        assert await uow.leases.take("sweep", "alive", 120)
        assert not await uow.leases.take("sweep", "other", 120), "and now it is held"


# People ----------------------------------------------------------------------------------------


async def test_a_clock_that_is_set_back_locks_nobody_out_for_hours(instance: Instance) -> None:
    identity = IdentityService(instance.database, instance.clock)
    async with instance.database.write() as uow:
        (await uow.users.failures("nobody@seller.example")).failures = TRIES
    with pytest.raises(TooManyAttempts):
        await identity.sign_in("nobody@seller.example", "wrong")
    instance.clock.advance(hours=-2)
    with pytest.raises(NotAllowed):
        await identity.sign_in("nobody@seller.example", "wrong")
