"""A job that is marked as running in a worker that is alive, and that nobody works: the database died just
when it was claimed, or had ended."""

import asyncio
import select
import socket
import socketserver
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import pytest
import sqlalchemy as sa

from app.db.engine import sync_engine
from app.domain.job import Job, JobKind
from app.jobs.engine import Engine, Handler
from app.jobs.lease import Heartbeat
from app.jobs.presence import LOOKS
from tests.instances import Instance, instance_on
from tests.integration.test_engine import Work, _until
from tests.servers.postgres import Postgres

CHUNK = 64 * 1024


class DyingAtTheClaim(socketserver.ThreadingTCPServer):
    """Stands before a server in threads of its own. Hands it the commit of the first claim, and breaks the connection
    instead of bringing the answer."""

    daemon_threads = True

    def __init__(self, target: int) -> None:
        self.target = target
        self.has_struck = False
        super().__init__(("127.0.0.1", 0), _Between)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Between(socketserver.BaseRequestHandler):
    server: DyingAtTheClaim

    def handle(self) -> None:
        is_claiming = False
        with socket.create_connection(("127.0.0.1", self.server.target)) as there:
            while True:
                for end in select.select([self.request, there], [], [])[0]:
                    data = end.recv(CHUNK)
                    if not data:
                        return
                    other = there if end is self.request else self.request
                    other.sendall(data)
                    is_claiming |= b"UPDATE dbos.workflow_status" in data and b"recovery_attempts=" in data
                    if is_claiming and other is there and b"COMMIT" in data and not self.server.has_struck:
                        self.server.has_struck = bool(there.recv(CHUNK))
                        return


@asynccontextmanager
async def engine_at(url: str, work: Work) -> AsyncIterator[Engine]:
    engine = Engine(sync_engine(url), executor_id="test", poll_seconds=0.1)
    await engine.start({JobKind.TRIAGE: Handler(work.work, work.give_up)})
    try:
        yield engine
    finally:
        await engine.stop()
        engine.dispose()


async def has_ended(instance: Instance) -> None:
    for _ in range(400):
        async with instance.database.read() as uow:
            if await uow.session.run_sync(instance.engine.states_of, "triage-") == {"SUCCESS"}:
                return
        await asyncio.sleep(0.05)
    pytest.fail("it did not end in time")


async def beat(instance: Instance, engine: Engine, times: int = LOOKS) -> None:
    heartbeat = Heartbeat(instance.database, engine, is_alone=True)
    for _ in range(times):
        await heartbeat._reap()  # noqa: SLF001  # one beat at a time


async def test_a_job_that_was_claimed_as_the_database_died_is_taken_back(
    postgres: Postgres, migrated_database: str
) -> None:
    url, work = postgres.create_database(template=migrated_database), Work()
    async with instance_on(url) as instance:
        with DyingAtTheClaim(postgres.port) as proxy:
            through = sa.make_url(url).set(port=proxy.server_address[1]).render_as_string(hide_password=False)
            async with instance.database.write() as uow:
                await uow.enqueue(
                    Job(JobKind.TRIAGE, "a/0", "triage-a", "a"), Job(JobKind.TRIAGE, "a/1", "triage-b", "a")
                )
            async with engine_at(through, work) as engine:
                await _until(lambda: proxy.has_struck)
                async with instance.database.read() as uow:
                    marked = await uow.session.run_sync(engine.jobs_at_work)
                assert marked == {"test": {"triage-a"}}
                assert work.done == []
                await beat(instance, engine)
                await _until(lambda: work.done == ["a/0", "a/1"])


async def test_a_job_whose_end_was_not_written_down_runs_again(instance: Instance) -> None:
    work = Work()
    async with instance.database.write() as uow:
        await uow.enqueue(Job(JobKind.TRIAGE, "a/0", "triage-a", "a"))
    async with engine_at(instance.url, work) as engine:
        await has_ended(instance)
        table = "dbos.workflow_status" if instance.url.startswith("postgresql") else "workflow_status"
        async with instance.database.write() as uow:
            await uow.session.execute(sa.text(f"UPDATE {table} SET status = 'PENDING', owner_xid = 'gone'"))  # noqa: S608
        await beat(instance, engine, LOOKS - 1)
        assert work.done == ["a/0"], "the engine itself may still do it"
        await beat(instance, engine)
        await _until(lambda: work.done == ["a/0", "a/0"])
        await has_ended(instance)
