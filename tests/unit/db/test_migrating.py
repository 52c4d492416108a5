"""What is asked at every start without Alembic has Alembic's answer; and the migrations make the tables of the classes,
there and back."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.db.engine import sync_engine
from app.db.migrating import MIGRATIONS, head, is_up_to_date, let_tables_be_made_anew, revisions, upgrade
from app.db.tables.ledger import TaskRow
from app.domain.ids import new_id


def config() -> Config:
    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS))
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'duebox.db'}"


def test_the_head_is_the_one_that_alembic_finds() -> None:
    assert head() == ScriptDirectory.from_config(config()).get_current_head()


def test_the_migrations_make_the_tables_of_the_classes_and_can_be_undone(url: str) -> None:
    upgrade(url)
    engine = sync_engine(url)
    with engine.connect() as connection:
        asked = config()
        asked.attributes["connection"] = connection
        command.check(asked)
        command.downgrade(asked, "base")
        command.upgrade(asked, "head")
        command.check(asked)
        connection.commit()
    engine.dispose()


def test_tasks_of_the_plan_from_before_keep_what_they_were_for(url: str) -> None:
    at = datetime(2026, 5, 21, 10, tzinfo=UTC)
    engine = sync_engine(url)
    with engine.connect() as connection:
        let_tables_be_made_anew(connection)
        asked = config()
        asked.attributes["connection"] = connection
        command.upgrade(asked, "5e0c9d27ab41")
        connection.execute(
            sa.text(
                "INSERT INTO customers (id, name, language, country, currency, timezone, payment_terms_days, strategic,"
                " natural_person, segment, owner_email, payment_method, company, payment_seen, ledger_version)"
                " VALUES ('C:1', 'Ash', '', '', '', 'UTC', 30, false, false, '', '', '', '', false, 1)"
            )
        )
        for number, (key, kind) in enumerate(
            [
                ("reminder:C:1:north:EUR:second:due", "letter"),
                ("reminder:C:1::EUR:None:steps_done", "call"),
                ("dispute_due:7", "dispute_due"),
            ]
        ):
            task = {"id": UUID(int=number), "key": key, "kind": kind, "state": "open", "customer_id": "C:1"}
            times = {"owner_email": "", "due": at.date(), "opened_at": at}
            connection.execute(sa.insert(TaskRow).values(task | times))
        command.upgrade(asked, "head")
        found = connection.execute(sa.text("SELECT company, currency, stage, channel FROM persons_steps ORDER BY id"))
        assert [tuple(row) for row in found] == [("north", "EUR", "second", "letter"), ("", "EUR", "", None)]
        connection.commit()
    engine.dispose()


WORDS: Mapping[str, Any] = {
    "reminders.state": "approved",
    "outbox.state": "sent",
    "mailboxes.kind": "webhook",
    "mailboxes.security": "tls",
    "mailboxes.sent_copy": "server",
}
"""What stands in columns whose words a later migration looks at."""


@pytest.mark.parametrize("before", ["5b0c7d2e91fa", "5c9e2a7f4b18"])
def test_a_table_that_others_refer_to_is_made_anew_with_its_rows(tmp_path: Path, before: str) -> None:
    """On SQLite, where nothing but the referring row matters: its other words may be any."""
    url = f"sqlite:///{tmp_path / 'duebox.db'}"
    engine = sync_engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        asked = config()
        asked.attributes["connection"] = connection
        command.upgrade(asked, revisions()[before])
        schema = sa.MetaData()
        schema.reflect(connection)
        reminder = fill(connection, schema.tables["reminders"])
        fill(connection, schema.tables["outbox"], reminder_id=reminder)
        connection.commit()
    upgrade(url)
    with engine.connect() as connection:
        kept = connection.execute(sa.text("SELECT count(*) FROM outbox JOIN reminders ON reminder_id = reminders.id"))
        assert kept.scalar_one() == 1
    engine.dispose()


def fill(connection: sa.Connection, table: sa.Table, **given: Any) -> Any:
    """One row with what must be given, and the rows that it refers to. Returns its id."""
    row = dict(given)
    for column in table.columns:
        if column.name in row or column.server_default is not None or (column.nullable and not column.primary_key):
            continue
        parent = next(iter(column.foreign_keys), None)
        row[column.name] = (
            fill(connection, parent.column.table) if parent else WORDS.get(f"{table.name}.{column.name}", plain(column))
        )
    connection.execute(sa.insert(table).values(row))
    return row.get("id")


def plain(column: sa.Column[Any]) -> Any:
    """A value of the column's type. SQLite reflects UUIDs as CHAR(32)."""
    kind = column.type
    if isinstance(kind, sa.CHAR) and kind.length == 32:
        return new_id().hex
    values = {
        sa.DateTime: datetime(2026, 5, 21, tzinfo=UTC),
        sa.Date: date(2026, 5, 21),
        sa.LargeBinary: b"",
        sa.JSON: [],
    }
    values |= {sa.Boolean: False, sa.Integer: 1}
    return next((value for known, value in values.items() if isinstance(kind, known)), new_id().hex[-3:])


TAKEN_AWAY: Mapping[str, str] = {
    "4c1de0a97f25: cases.owner_email is new and has no default": "before the first release",
}
"""What a migration takes from those who work with the schema before it, such as `revision: table.column is gone`, with
the reason why no running process can miss it. See `migrations/README.md`."""


def test_no_migration_breaks_the_version_before_it(tmp_path: Path) -> None:
    engine = sync_engine(f"sqlite:///{tmp_path / 'duebox.db'}")
    order = [revision.revision for revision in ScriptDirectory.from_config(config()).walk_revisions()][::-1]
    before: Columns = {}
    broken: set[str] = set()
    for revision in order:
        with engine.connect() as connection:
            asked = config()
            asked.attributes["connection"] = connection
            command.upgrade(asked, revision)
            connection.commit()
            after = columns(connection)
        broken |= {f"{revision}: {what}" for what in breaks(before, after)}
        before = after
    engine.dispose()
    assert broken == TAKEN_AWAY.keys()


Columns = dict[str, dict[str, tuple[bool, bool]]]
"""Of each table the columns: whether one must be given, and whether it may be left empty."""


def columns(connection: sa.Connection) -> Columns:
    look = sa.inspect(connection)
    return {
        table: {
            column["name"]: (not column["nullable"] and column["default"] is None, bool(column["nullable"]))
            for column in look.get_columns(table)
        }
        for table in look.get_table_names()
    }


def breaks(before: Columns, after: Columns) -> Iterator[str]:
    """What whoever knows only `before` cannot do any more."""
    for table, known in before.items():
        if table not in after:
            yield f"{table} is gone"
            continue
        yield from (f"{table}.{name} is gone" for name in known.keys() - after[table].keys())
        for name, (is_needed, may_be_empty) in after[table].items():
            if name not in known and is_needed:
                yield f"{table}.{name} is new and has no default"
            if name in known and known[name][1] and not may_be_empty:
                yield f"{table}.{name} may not be empty any more"


def test_each_way_of_breaking_is_seen() -> None:
    before: Columns = {"a": {"x": (False, True), "y": (True, False)}, "b": {}}
    after: Columns = {"a": {"x": (True, False), "z": (True, False)}}
    assert list(breaks(before, after)) == [
        "a.y is gone",
        "a.x may not be empty any more",
        "a.z is new and has no default",
        "b is gone",
    ]


def test_an_empty_database_an_old_one_and_a_current_one_are_told_apart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'duebox.db'}"
    engine = sync_engine(url)
    assert not is_up_to_date(engine)
    upgrade(url)
    assert is_up_to_date(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :older"), {"older": revisions()[head()]})
    assert not is_up_to_date(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'one_of_tomorrow'"))
    assert is_up_to_date(engine), "a later version made it, and this one can work with it"
    engine.dispose()
