"""years: on PostgreSQL the search terms lie in a part for each year, which is dropped as a whole when it is empty

The table that is there becomes the first part: no row is written anew. It is read once, to prove that nothing in it
belongs to a later part, and nobody uses it meanwhile.

Revision: d3a86f1c95e2
After: b71c5e0d48f3
"""

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "d3a86f1c95e2"
down_revision = "b71c5e0d48f3"
branch_labels = None
depends_on = None

PARENT = """(
    term bigint NOT NULL,
    message_id uuid NOT NULL,
    CONSTRAINT pk_search_terms PRIMARY KEY (term, message_id),
    CONSTRAINT fk_search_terms_message_id_messages FOREIGN KEY (message_id) REFERENCES messages (id)
)"""
INDEX = "CREATE INDEX ix_search_terms_message_id ON search_terms (message_id)"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    next_year = connection.scalars(sa.text("SELECT now()")).one().astimezone(UTC).year + 1
    end = _first_id(next_year)
    op.execute("ALTER TABLE search_terms RENAME TO search_terms_first")
    op.execute("ALTER TABLE search_terms_first RENAME CONSTRAINT pk_search_terms TO pk_search_terms_first")
    op.execute("ALTER INDEX ix_search_terms_message_id RENAME TO ix_search_terms_first_message_id")
    op.execute(f"CREATE TABLE search_terms {PARENT} PARTITION BY RANGE (message_id)")
    op.execute(INDEX)
    op.execute("CREATE TABLE search_terms_other PARTITION OF search_terms DEFAULT")
    op.execute(
        f"WITH moved AS (DELETE FROM search_terms_first WHERE message_id >= '{end}' RETURNING *)"  # noqa: S608
        " INSERT INTO search_terms_other SELECT * FROM moved"
    )
    op.execute(f"ALTER TABLE search_terms ATTACH PARTITION search_terms_first FOR VALUES FROM (MINVALUE) TO ('{end}')")
    op.execute(  # the work of each day makes more
        f"CREATE TABLE search_terms_{next_year} PARTITION OF search_terms"
        f" FOR VALUES FROM ('{end}') TO ('{_first_id(next_year + 1)}')"
    )


def downgrade() -> None:
    """Into one table again: every row is written anew."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT term, message_id FROM search_terms")
    op.execute("DROP TABLE search_terms")
    op.execute(f"CREATE TABLE search_terms {PARENT}")
    op.execute("INSERT INTO search_terms SELECT * FROM kept")
    op.execute(INDEX)


def _first_id(year: int) -> UUID:
    """Ids begin with the milliseconds since 1970."""
    return UUID(int=int(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000) << 80)
