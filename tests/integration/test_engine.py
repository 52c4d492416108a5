"""The job engine with its leases, its order and its safety net, on both databases."""

import asyncio
import errno
import fcntl
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.db.engine import sync_engine
from app.domain.clock import system_clock
from app.domain.errors import DatabaseBusy, SettingInvalid, Unreachable
from app.domain.ids import new_id
from app.domain.job import Job, JobKind
from app.domain.message import MessageState
from app.intake.service import FEW
from app.jobs.engine import CUT_OFF_TRIES, Engine, Handler
from app.jobs.lease import LEASE_SECONDS, WORKER, Heartbeat
from app.jobs.lock import FileLock
from app.jobs.sweep import Sweep
from tests.instances import Instance, mail


class Work:
    """A handler that remembers, and fails as often as it is told."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.given_up: list[tuple[str, str]] = []
        self.failures: dict[str, list[Exception]] = defaultdict(list)
        self.at_work: set[str] = set()
        self.overlapped = False

    async def work(self, subject: str) -> None:
        lane = subject.partition("/")[0]
        self.overlapped |= lane in self.at_work
        self.at_work.add(lane)
        await asyncio.sleep(0.02)
        self.at_work.discard(lane)
        if self.failures[subject]:
            raise self.failures[subject].pop(0)
        self.done.append(subject)

    async def give_up(self, subject: str, error: str) -> None:
        self.given_up.append((subject, error))


@asynccontextmanager
async def running(instance: Instance, work: Work) -> AsyncIterator[Engine]:
    """An engine of its own that works triage jobs with `work`."""
    engine = Engine(sync_engine(instance.url), executor_id="test", poll_seconds=0.1)
    await engine.start({JobKind.TRIAGE: Handler(work.work, work.give_up)})
    try:
        yield engine
    finally:
        await engine.stop()
        engine.dispose()


async def _queue(instance: Instance, *subjects: str) -> None:
    async with instance.database.write() as uow:
        await uow.enqueue(*(Job(JobKind.TRIAGE, s, f"triage-{s}-{new_id()}", s.partition("/")[0]) for s in subjects))


async def _queue_and_fail(instance: Instance) -> None:
    async with instance.database.write() as uow:
        await uow.enqueue(Job(JobKind.TRIAGE, "never", "triage-never", "x"))
        raise ZeroDivisionError


async def _until(claim: object, seconds: float = 20.0) -> None:
    for _ in range(int(seconds / 0.05)):
        if claim():  # type: ignore[operator]
            return
        await asyncio.sleep(0.05)
    pytest.fail("it did not happen in time")


async def test_jobs_of_one_lane_run_one_after_another_in_order(instance: Instance) -> None:
    work = Work()
    subjects = [f"{lane}/{number}" for number in range(5) for lane in "abc"]
    async with running(instance, work):
        await _queue(instance, *subjects)
        await _until(lambda: len(work.done) == len(subjects))
    for lane in "abc":
        assert [s for s in work.done if s.startswith(lane)] == [f"{lane}/{number}" for number in range(5)]
    assert not work.overlapped


async def test_a_job_of_a_rolled_back_transaction_never_runs(instance: Instance) -> None:
    work = Work()
    async with running(instance, work):
        with pytest.raises(ZeroDivisionError):
            await _queue_and_fail(instance)
        await _queue(instance, "x/after")
        await _until(lambda: work.done == ["x/after"])


async def test_the_same_key_is_one_job(instance: Instance) -> None:
    work = Work()
    async with running(instance, work):
        for _ in range(3):
            async with instance.database.write() as uow:
                await uow.enqueue(Job(JobKind.TRIAGE, "once", "triage-once", "x"))
        await _queue(instance, "x/last")
        await _until(lambda: "x/last" in work.done)
    assert work.done.count("once") == 1


async def test_a_failing_job_is_tried_again_in_its_lane_and_then_given_up(instance: Instance) -> None:
    work = Work()
    work.failures["a/0"] = [ValueError("said in a mail")] * 3
    work.failures["b/0"] = [ValueError("once")]
    async with running(instance, work):
        await _queue(instance, "a/0", "a/1", "b/0")
        await _until(lambda: "a/1" in work.done and "b/0" in work.done, 40)
    assert work.given_up == [("a/0", "ValueError")]
    assert "a/0" not in work.done


async def test_jobs_that_ended_well_are_forgotten_after_a_while_and_no_others(instance: Instance) -> None:
    work = Work()
    async with running(instance, work) as engine:
        await _queue(instance, "a/0", "a/1")
        await _until(lambda: len(work.done) == 2)
        await asyncio.sleep(0.5)
        await _lose_jobs(instance, of="a/0")
        await engine.forget_finished(system_clock() + timedelta(days=29))
        assert await _jobs(instance) == {"SUCCESS": 1, "CANCELLED": 1}
        await engine.forget_finished(system_clock() + timedelta(days=31))
        assert await _jobs(instance) == {"CANCELLED": 1}
    async with instance.database.read() as uow:
        connection = await uow.session.connection()
        schema = "dbos." if connection.dialect.name == "postgresql" else ""
        for table in ("workflow_input", "workflow_output"):
            kept = await connection.exec_driver_sql(f"SELECT count(*) FROM {schema}{table}")  # noqa: S608  # constants
            assert kept.scalar_one() <= 1, "what a job was told goes with it"


async def _jobs(instance: Instance) -> dict[str, int]:
    async with instance.database.read() as uow:
        return await uow.session.run_sync(instance.engine.counts)


async def test_what_is_out_of_reach_or_full_is_waited_for_and_no_failure(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.jobs.engine.PAUSE_SECONDS", 0.01)
    work = Work()
    full = DBAPIError("COPY", None, asyncpg.DiskFullError())
    work.failures["a/0"] = [Unreachable("away"), PoolTimeout(), full, full, full]
    async with running(instance, work):
        await _queue(instance, "a/0")
        await _until(lambda: work.done == ["a/0"], 40)
    assert work.given_up == []


async def test_what_the_database_cuts_off_each_time_is_given_up_and_what_it_cuts_off_at_times_is_not(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.jobs.engine.PAUSE_SECONDS", 0.01)
    work = Work()
    cut_off = DBAPIError("SELECT", None, asyncpg.QueryCanceledError())
    work.failures["always/0"] = [cut_off] * 100
    work.failures["busy/0"] = [cut_off] * (CUT_OFF_TRIES - 1)
    async with running(instance, work):
        await _queue(instance, "always/0", "busy/0")
        await _until(lambda: bool(work.done and work.given_up), 60)
    assert (work.done, work.given_up) == (["busy/0"], [("always/0", "database_cut_off")])


async def test_nothing_of_a_mail_reaches_the_job_tables(instance: Instance) -> None:
    work = Work()
    work.failures["a/0"] = [ValueError("Petra Vane pays")] * 3
    async with running(instance, work):
        await _queue(instance, "a/0")
        await _until(lambda: bool(work.given_up), 40)
        await asyncio.sleep(0.5)
    async with instance.database.read() as uow:
        connection = await uow.session.connection()
        schema = "dbos." if connection.dialect.name == "postgresql" else ""
        for table in ("workflow_status", "operation_outputs", "workflow_input", "workflow_output"):
            rows = (await connection.exec_driver_sql(f"SELECT * FROM {schema}{table}")).all()  # noqa: S608  # constants
            assert "Petra" not in str(rows)


async def test_a_worker_that_lost_its_lease_ends_itself(instance: Instance) -> None:
    fenced: list[bool] = []
    heartbeat = Heartbeat(instance.database, instance.engine, is_alone=False, fence=lambda: fenced.append(True))
    await heartbeat._take()  # noqa: SLF001  # one beat at a time
    await heartbeat._renew()  # noqa: SLF001
    assert fenced == []
    async with instance.database.write() as uow:
        await uow.leases.drop(WORKER + "test", "test")
    await heartbeat._renew()  # noqa: SLF001
    assert fenced == [True]


async def test_a_lease_that_ran_out_goes_on_unless_somebody_buried_it(instance: Instance) -> None:
    fenced: list[bool] = []
    heartbeat = Heartbeat(instance.database, instance.engine, is_alone=False, fence=lambda: fenced.append(True))
    async with instance.database.write() as uow:
        await uow.leases.take(WORKER + "test", "test", -60)
    await heartbeat._renew()  # noqa: SLF001  # one beat at a time
    assert fenced == []
    async with instance.database.write() as uow:
        assert await uow.leases.bury(WORKER, {"test", "gone"}, LEASE_SECONDS) == {"gone"}, "one that is alive cannot be"
        await uow.leases.take(WORKER + "test", "test", -60)
        assert await uow.leases.bury(WORKER, {"test"}, LEASE_SECONDS) == {"test"}
    await heartbeat._renew()  # noqa: SLF001
    assert fenced == [True]


async def test_where_nobody_can_take_over_a_lost_lease_is_taken_again(instance: Instance) -> None:
    fenced: list[bool] = []
    alone = Heartbeat(instance.database, instance.engine, is_alone=True, fence=lambda: fenced.append(True))
    await alone._renew()  # noqa: SLF001
    assert fenced == []


async def test_a_lease_is_held_by_one_until_it_runs_out(instance: Instance) -> None:
    async def take(holder: str, seconds: float) -> bool:
        async with instance.database.write() as uow:
            return await uow.leases.take("mailbox:1", holder, seconds)

    assert await take("first", 0.5)
    assert not await take("second", 5)
    instance.clock.advance(seconds=2)
    await asyncio.sleep(0.6)
    assert await take("second", 5)


async def _lose_jobs(instance: Instance, *, of: str = "", state: str = "CANCELLED") -> None:
    """As a backup does that is older than they are."""
    table = "dbos.workflow_status" if instance.url.startswith("postgresql") else "workflow_status"
    async with instance.database.write() as uow:
        await uow.session.execute(
            sa.text(f"UPDATE {table} SET status = :state WHERE workflow_uuid LIKE :key"),  # noqa: S608  # a constant
            {"key": f"triage-{of}%", "state": state},
        )


async def test_the_sweep_finds_mail_that_no_job_looks_after(instance: Instance) -> None:
    (message,) = await instance.receive(mail())
    await _lose_jobs(instance)
    work = Work()
    handlers = {JobKind.TRIAGE: Handler(work.work, work.give_up)}
    sweep = Sweep(instance.database, instance.engine, handlers, instance.clock)
    assert await sweep.sweep() == 0, "young mail is left alone"
    instance.clock.advance(minutes=10)
    assert await sweep.sweep() == 1
    assert await sweep.sweep() == 0, "now a job looks after it"
    async with running(instance, work):
        await _until(lambda: work.done == [str(message.id)])


@pytest.mark.parametrize("error", [ValueError(), DBAPIError("SELECT", None, asyncpg.QueryCanceledError())])
async def test_the_sweep_goes_on_behind_what_it_cannot_mend(instance: Instance, error: Exception) -> None:
    messages = await instance.receive(mail(), mail())
    await _lose_jobs(instance, state="MAX_RECOVERY_ATTEMPTS_EXCEEDED")
    instance.clock.advance(minutes=10)
    given_up = []

    async def give_up(subject: str, _error: str) -> None:
        given_up.append(subject)
        if len(given_up) == 1:
            raise error

    handlers = {JobKind.TRIAGE: Handler(Work().work, give_up)}
    assert await Sweep(instance.database, instance.engine, handlers, instance.clock).sweep() == 1
    assert sorted(given_up) == sorted(str(message.id) for message in messages)


async def test_received_mail_is_dispatched_in_order_and_a_repeat_changes_nothing(instance: Instance) -> None:
    messages = await instance.receive(*(mail(sender=f"{number % 6}@x.example") for number in range(FEW + 1)))
    batch = str(messages[0].batch_id)
    await instance.dispatcher.work(batch)
    await instance.dispatcher.work(batch)
    work = Work()
    async with running(instance, work):
        await _until(lambda: len(work.done) == len(messages))
        await asyncio.sleep(0.5)
    assert sorted(work.done) == sorted(str(message.id) for message in messages)
    assert {message.state for message in await instance.messages()} == {MessageState.IN_WORK}


def test_a_second_process_on_one_file_is_told_who_holds_it(tmp_path: Path) -> None:
    first, second = FileLock(str(tmp_path / "db"), "duebox serve"), FileLock(str(tmp_path / "db"), "duebox worker")
    first.take()
    with pytest.raises(DatabaseBusy, match=r"in use by duebox serve \(process \d+\)"):
        second.take()
    first.release()
    second.take()
    second.release()


def test_a_disk_without_room_for_a_name_or_without_locks_is_told_from_a_lock_that_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "db.lock").symlink_to("/dev/full")
    lock = FileLock(str(tmp_path / "db"), "duebox serve")
    lock.take()
    lock.release()

    def none_to_give(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none_to_give)
    with pytest.raises(SettingInvalid, match="takes no locks"):
        FileLock(str(tmp_path / "other"), "duebox serve").take()
