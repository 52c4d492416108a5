"""Alembic's environment: the database of DUEBOX_DATABASE_URL, batch mode on SQLite.

The caller (`duebox db upgrade`) may pass an open connection; then its transaction and lock are used.
"""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from app.db.base import Amount, Base, Moment
from app.db.engine import sync_engine
from app.db.migrating import check_references, let_tables_be_made_anew
from app.db.tables import everything

assert everything  # noqa: S101  # importing the tables fills the metadata


AMOUNT = 'sa.Numeric(18, 4).with_variant(sa.BigInteger(), "sqlite")'


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as plain ones, so that a migration never changes when a class does."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Amount):
        return AMOUNT
    if kind == "type" and isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


def partitions(connection: sa.Connection) -> frozenset[str]:
    """Parts of a table are made and dropped while the house works: they are no tables of ours to compare."""
    if connection.dialect.name != "postgresql":
        return frozenset()
    return frozenset(connection.scalars(sa.text("SELECT relname FROM pg_class WHERE relispartition")))


def run(connection: sa.Connection) -> None:
    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or name not in partitions(connection)

    context.configure(
        connection=connection,
        include_name=is_ours,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()
        check_references(connection)


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = sync_engine(context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True)["url"])
    with engine.connect() as connection:
        let_tables_be_made_anew(connection)
        run(connection)
