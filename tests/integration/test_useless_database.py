"""A PostgreSQL that is there and of no use: it may only be read (a primary that was demoted), or it does not answer."""

import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.db.changes import Listener
from app.db.engine import sync_engine
from app.db.outages import is_outage
from app.db.tables.system import LeaseRow
from app.health import Health
from tests.instances import Instance, instance_on, mail
from tests.servers.postgres import Postgres


@pytest.fixture
def url(postgres: Postgres, migrated_database: str) -> Iterator[str]:
    url = postgres.create_database(template=migrated_database)
    yield url
    postgres.drop_database(url)


@pytest.fixture
async def duebox(url: str) -> AsyncIterator[Instance]:
    async with instance_on(url) as made:
        yield made


def health_of(instance: Instance) -> Health:
    return Health(instance.database, instance.engine, instance.clock)


@contextmanager
def read_only_for_new_sessions(postgres: Postgres, url: str) -> Iterator[None]:
    """Those that are opened meanwhile stay so, as those to a server that was demoted."""
    name = url.rsplit("/", 1)[1]
    postgres.sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    yield
    postgres.sql(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')


@contextmanager
def stopped(postgres: Postgres, url: str, *, takes_new_ones: bool = False) -> Iterator[None]:
    """The sessions of the database say nothing any more; nor does the server, unless it takes new ones."""
    name = url.rsplit("/", 1)[1]
    backends = postgres.sql(f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608  # its own name
    server = (postgres.folder / "data" / "postmaster.pid").read_text().splitlines()[0]
    pids = [int(pid) for (pid,) in backends] + [int(server)] * (not takes_new_ones)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def test_a_database_that_takes_no_changes_is_an_outage_and_is_left(
    postgres: Postgres, url: str, duebox: Instance
) -> None:
    await duebox.database.dispose()
    with read_only_for_new_sessions(postgres, url):
        for _ in range(2):
            with pytest.raises(SQLAlchemyError) as refused:
                await duebox.receive(mail())
            assert is_outage(refused.value)
            assert await health_of(duebox).readiness() == {"database": "read_only"}
    await duebox.receive(mail())
    assert (await health_of(duebox).readiness())["database"] == "ok"


async def test_the_job_engine_leaves_it_too(postgres: Postgres, url: str, duebox: Instance) -> None:
    change = sa.update(LeaseRow).values(holder="somebody")
    engine = sync_engine(url)
    with read_only_for_new_sessions(postgres, url), pytest.raises(SQLAlchemyError) as refused, engine.begin() as opened:
        opened.execute(change)
    assert is_outage(refused.value)
    with engine.begin() as opened:
        opened.execute(change)
    engine.dispose()


async def test_a_database_that_does_not_answer_is_given_up_and_left(
    postgres: Postgres, url: str, duebox: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.db.engine.PING_SECONDS", 0.2)
    monkeypatch.setattr("app.health.PATIENCE_SECONDS", 0.3)
    assert (await health_of(duebox).readiness())["database"] == "ok"
    with stopped(postgres, url):
        begun = time.monotonic()
        assert await health_of(duebox).readiness() == {"database": "unreachable"}
        assert time.monotonic() - begun < 5
    assert (await health_of(duebox).readiness())["database"] == "ok"


async def test_a_statement_that_is_not_answered_is_an_outage(
    postgres: Postgres, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.db.engine.COMMAND_SECONDS", 0.5)
    async with instance_on(url) as duebox:
        with pytest.raises(TimeoutError) as silence:
            await ask_one_that_falls_silent(postgres, duebox)
        assert is_outage(silence.value)
        await duebox.receive(mail())


async def ask_one_that_falls_silent(postgres: Postgres, duebox: Instance) -> None:
    async with duebox.database.write() as uow:
        await uow.mailboxes.all()
        with stopped(postgres, duebox.url):
            await uow.mailboxes.all()


async def test_whoever_waits_to_be_told_notices_that_nobody_is_there(
    postgres: Postgres, url: str, duebox: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("STILL_THERE_SECONDS", 0.1), ("PATIENCE_SECONDS", 0.5), ("AGAIN_SECONDS", 0.1)):
        monkeypatch.setattr(f"app.db.changes.{name}", seconds)
    monkeypatch.setattr("app.db.engine.PING_SECONDS", 0.2)
    listener = Listener(url, duebox.database.changes)
    listener.start()
    try:
        with duebox.database.changes.listen() as listening:
            assert await listening.next(10) == {"queue"}
            with stopped(postgres, url, takes_new_ones=True):
                assert await listening.next(10) == {"queue"}, "it was deaf: anything may have changed"
    finally:
        await listener.stop()
