"""On PostgreSQL the search terms lie in years: made ahead, dropped when empty, and nobody who writes or looks
notices."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.bootstrap import build, settings_from_environment
from app.db.engine import sync_engine
from app.db.migrating import MIGRATIONS, upgrade
from app.db.partitions import Partitions
from app.db.repositories.worklists import sought
from app.domain.ids import first_id
from app.domain.worklist import Worklist
from app.jobs.engine import migrate
from app.operations.backup import back_up
from app.operations.doctor import examine
from app.operations.restoring import restore
from tests.fakes import FixedClock
from tests.instances import SECRET, Instance, instance_on, mail
from tests.servers.postgres import Postgres

YEARS = "d3a86f1c95e2"
FAR = datetime(2041, 7, 15, tzinfo=UTC)
ODD = UUID("ffffffff-ffff-4fff-bfff-ffffffffffff")
FIRST, OTHER = "search_terms_first", "search_terms_other"

on_postgresql = pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)


@pytest.fixture
async def partitions(instance: Instance) -> Partitions:
    """In a far year, with the terms of one mail from before the first of them."""
    await instance.work(mail("We pay on Friday."))
    return Partitions(instance.database, FixedClock(FAR))


async def parts(instance: Instance) -> dict[str, int]:
    """Every part with the number of its terms."""
    async with instance.database.read() as uow:
        names = await uow.session.scalars(
            sa.text("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' ORDER BY relname")
        )
        return {
            name: await uow.session.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0  # noqa: S608
            for name in list(names)
        }


async def index(instance: Instance, message_id: UUID, term: str) -> None:
    """A mail of that id with a single term."""
    copied = sa.text(
        "INSERT INTO messages SELECT (jsonb_populate_record(messages,"
        " jsonb_build_object('id', CAST(:id AS uuid), 'source', CAST(:id AS text), 'is_indexed', false))).*"
        " FROM messages ORDER BY id LIMIT 1"
    )
    async with instance.database.write() as uow:
        await uow.session.execute(copied, {"id": message_id})
        await uow.search.index(await uow.messages.get(message_id), [term])


async def found(instance: Instance, word: str) -> list[UUID]:
    async with instance.database.read() as uow:
        return [row.id for row in await uow.search.find(sought(Worklist(text=word)), before=None, limit=100)]


def that_step(url: str, name: str) -> None:
    """The one migration that makes years, there or back, on a schema that is otherwise of today."""
    migration = ScriptDirectory(str(MIGRATIONS)).get_revision(YEARS).module
    engine = sync_engine(url)
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        getattr(migration, name)()
    engine.dispose()


async def test_the_upgrade_keeps_every_term_while_a_process_of_before_works_on(postgres: Postgres) -> None:
    url = postgres.create_database()
    upgrade(url)
    that_step(url, "downgrade")
    migrate(url)
    async with instance_on(url) as instance:
        await instance.work(mail("The pallets arrived damaged."))
        (message,) = await instance.messages()
        await index(instance, ODD, "pallets")
        (before,) = await found(instance, "damaged")
        async with instance.database.read() as uow:
            terms = await uow.session.scalar(sa.text("SELECT count(*) FROM search_terms"))

        that_step(url, "upgrade")

        held = await parts(instance)
        assert (held[FIRST] + held[OTHER], held[OTHER], sum(held.values())) == (terms, 1, terms)
        assert before == message.id
        await instance.work(mail("More pallets arrived damaged."))
        assert (await parts(instance))[FIRST] > held[FIRST], "what this year brings belongs to the first part"
        assert len(await found(instance, "damaged")) == 2
        assert len(await found(instance, "pallets")) == 3
        unknown = sa.text("INSERT INTO search_terms VALUES (1, :id)").bindparams(id=UUID(int=7))
        async with instance.database.read() as uow:
            with pytest.raises(IntegrityError):
                await uow.session.execute(unknown)
    postgres.drop_database(url)


@on_postgresql
async def test_years_are_made_half_a_year_ahead_and_take_what_is_theirs(
    instance: Instance, partitions: Partitions
) -> None:
    was = await parts(instance)
    ids = [first_id(datetime(year, 1, 1, tzinfo=UTC)) for year in (2040, 2041, 2042)]
    for message_id in (*ids, ODD):
        await index(instance, message_id, "pallet")
    assert (await parts(instance))[OTHER] == 4, "a year that is missing loses nothing"
    await partitions.keep()
    now = await parts(instance)
    new = {"search_terms_2041": 1, "search_terms_2042": 1}
    assert {name: now[name] for name in now.keys() - was.keys()} == new
    assert now[OTHER] == 2, "what is of no year that is made"
    assert await partitions.made_until() == datetime(2043, 1, 1, tzinfo=UTC)
    await index(instance, first_id(datetime(2042, 12, 31, 23, 59, tzinfo=UTC)), "pallet")
    assert (await parts(instance))["search_terms_2042"] == 2
    assert len(await found(instance, "pallet")) == 5
    await partitions.keep()
    assert (await parts(instance)).keys() == now.keys(), "the same again changes nothing"


@on_postgresql
async def test_what_is_past_is_dropped_when_it_is_empty_and_not_before(
    instance: Instance, partitions: Partitions
) -> None:
    await partitions.keep()
    held = await parts(instance)
    assert held[FIRST] > 0
    assert sorted(held) == ["search_terms_2041", "search_terms_2042", FIRST, OTHER], "the migration's own year is gone"
    (message,) = await instance.messages()
    async with instance.database.write() as uow:
        await uow.session.execute(sa.text("DELETE FROM search_terms"))
    await partitions.keep()
    assert FIRST not in await parts(instance)
    await index(instance, UUID(int=message.id.int - 1), "pallet")
    assert (await parts(instance))[OTHER] == 1, "a mail of then that is indexed late"
    assert await found(instance, "pallet") == [UUID(int=message.id.int - 1)]


@on_postgresql
async def test_a_mail_s_terms_are_sought_in_its_own_year_alone(instance: Instance, partitions: Partitions) -> None:
    await partitions.keep()
    async with instance.database.read() as uow:
        plan = await uow.session.scalars(
            sa.text("EXPLAIN DELETE FROM search_terms WHERE message_id = :id"),
            {"id": first_id(datetime(2041, 11, 11, tzinfo=UTC))},
        )
        said = "\n".join(plan)
    assert "search_terms_2041" in said
    assert not [name for name in (FIRST, OTHER, "search_terms_2042") if name in said]


@on_postgresql
async def test_who_works_is_not_made_to_wait_for_a_new_year(instance: Instance, partitions: Partitions) -> None:
    was = await parts(instance)
    async with instance.database.write() as uow:
        await uow.session.execute(sa.text("LOCK TABLE messages IN ROW EXCLUSIVE MODE"))
        with pytest.raises(DBAPIError):
            await partitions.keep()
    assert await parts(instance) == was
    await partitions.keep()
    assert await partitions.made_until() == datetime(2043, 1, 1, tzinfo=UTC)


@on_postgresql
async def test_a_backup_brings_the_years_back(
    instance: Instance, partitions: Partitions, postgres: Postgres, tmp_path: Path
) -> None:
    await partitions.keep()
    elsewhere = postgres.create_database()
    here, there = (
        build(settings_from_environment(database_url=url, secret_key=SECRET)) for url in (instance.url, elsewhere)
    )
    await back_up(here, tmp_path / "backup.zip")
    done = await restore(
        there,
        tmp_path / "backup.zip",
        lambda url: build(settings_from_environment(database_url=url, secret_key=SECRET)),
    )
    assert done.faults == []
    async with instance_on(elsewhere, like=instance) as again:
        assert await parts(again) == await parts(instance)
        assert await found(again, "Friday") == await found(instance, "Friday") != []
        await Partitions(again.database, FixedClock(datetime(2042, 9, 1, tzinfo=UTC))).keep()
        assert "search_terms_2043" in await parts(again)
    for services in (here, there):
        await services.close()
        services.engine.dispose()
    postgres.drop_database(elsewhere)


@on_postgresql
async def test_doctor_says_when_years_are_missing(instance: Instance) -> None:
    settings = settings_from_environment(database_url=instance.url, secret_key=SECRET)

    async def is_ok() -> bool:
        (finding,) = [finding for finding in await examine(settings) if finding.part == "partitions"]
        return finding.is_ok

    assert await is_ok()
    async with instance.database.write() as uow:
        for name in (await parts(instance)).keys() - {FIRST, OTHER}:
            await uow.session.execute(sa.text(f"DROP TABLE {name}"))
    assert not await is_ok()
