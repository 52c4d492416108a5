"""Bringing the database's schema up to date, once, however many processes start together.

Alembic does it. Whether there is anything to do is asked at every start, and answered without loading it.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

from app.db.engine import sync_engine

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
UPGRADE_LOCK = 0x44554500
VERSION_TABLE = "alembic_version"

_REVISION = re.compile(r"^(revision|down_revision)\b[^=]*= .(\w+).$", re.MULTILINE)


def upgrade(url: str) -> None:
    """Run the migrations that are missing, all or none. Waits for another process that is doing the same."""
    from alembic import command  # noqa: PLC0415  # slow to load
    from alembic.config import Config  # noqa: PLC0415  # likewise

    engine = sync_engine(url)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_lock(UPGRADE_LOCK)))
                connection.commit()
            else:
                let_tables_be_made_anew(connection)
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    finally:
        engine.dispose()


def let_tables_be_made_anew(connection: sa.Connection) -> None:
    """On SQLite a table is changed by dropping it once it was copied, which deletes its rows, and is refused where
    others refer to them: so references are looked at at the end instead (`check_references`,
    in Alembic's environment).

    Before the transaction begins: within one, SQLite ignores it. See https://www.sqlite.org/lang_altertable.html, 7.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")


def check_references(connection: sa.Connection) -> None:
    """Raises RuntimeError where a row refers to one that is not there: before that is committed."""
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RuntimeError(f"a migration left rows of {broken[0]} that refer to missing ones of {broken[2]}")


def is_up_to_date(engine: sa.Engine) -> bool:
    """Whether nothing is missing: only looks, so a command beside a busy `serve` waits for nobody."""
    with engine.connect() as connection:
        return is_current(connection)


def is_current(connection: sa.Connection) -> bool:
    """Whether this version can work with the schema: its own, or one that a later version made, which holds all that
    this one needs (see `migrations/README.md`): old processes run beside new ones while a new version is rolled out."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return False
    present = connection.scalar(sa.select(sa.column("version_num")).select_from(sa.table(VERSION_TABLE)))
    return present == head() or (present is not None and present not in revisions())


@lru_cache(maxsize=1)
def revisions() -> Mapping[str, str]:
    """Every revision with the one that it comes after ("" for the first), read once from the migrations' files."""
    found: dict[str, str] = {}
    for path in (MIGRATIONS / "versions").glob("*.py"):
        pairs = dict(_REVISION.findall(path.read_text(encoding="utf-8")))
        found[pairs["revision"]] = pairs.get("down_revision", "")
    return found


def head() -> str:
    """The newest revision: the one that no other comes after."""
    newest: str
    (newest,) = revisions().keys() - set(revisions().values())
    return newest
