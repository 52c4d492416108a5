"""Bringing the database's schema up to date, once, however many processes start together."""

from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.db.engine import sync_engine

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
UPGRADE_LOCK = 0x44554500


def upgrade(url: str) -> None:
    """Run the migrations that are missing, all or none. Waits for another process that is doing the same."""
    engine = sync_engine(url)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_lock(UPGRADE_LOCK)))
                connection.commit()
            else:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    finally:
        engine.dispose()


def is_up_to_date(engine: sa.Engine) -> bool:
    """Whether nothing is missing: only looks, so a command beside a busy `serve` waits for nobody."""
    with engine.connect() as connection:
        return is_current(connection)


def is_current(connection: sa.Connection) -> bool:
    """Whether the schema is the one that this version expects."""
    present = MigrationContext.configure(connection).get_current_revision()
    return present == _head()


@lru_cache(maxsize=1)
def _head() -> str | None:
    """Read once: it takes loading every migration."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(year)d-%%(month).2d-%%(day).2d-%%(hour).2d%%(minute).2d_%%(slug)s")
    return config
