"""Search terms in years beside the same terms in one table, on PostgreSQL: ten years of mail, scaled down.

Pages are counted where the size matters, not seconds: as many as the newest mails touch must be in memory for them. A
page goes into the log as a whole when it is first changed after a checkpoint, and these images are counted.
"""

import time
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from app.db.engine import sync_engine
from app.db.partitions import beginning
from app.domain.ids import first_id
from tests.bench.figures import Figure, Goal
from tests.instances import prepare
from tests.servers.postgres import Postgres

ONE, PARTED = "one_table", "search_terms"
TABLES = (ONE, PARTED)
OLDEST, YEARS = 2010, 10
SEARCHES = 30

MAIL = """(lpad(to_hex((extract(epoch FROM timestamptz '{begin}') * 1000)::bigint + mail * 1000), 12, '0')
    || '7' || lpad(to_hex(mail), 3, '0') || '8' || substr(md5(mail::text), 1, 15))::uuid"""
FILL = f"""INSERT INTO {{table}} SELECT DISTINCT hashtextextended(
        CASE WHEN word <= 12 THEN '{{begin}}.' || mail || '.' || word ELSE floor(300000 ^ random())::int::text END, 0),
    {MAIL} FROM generate_series({{first}}, {{last}}) AS mail, generate_series(1, 160) AS word"""  # noqa: S608
"""160 terms a mail: 12 numbers of its own, and words by Zipf's law from all languages with their stems."""

FIND = """SELECT DISTINCT message_id FROM {table} AS a WHERE term = hashtextextended(%(first)s, 0)
    AND EXISTS (SELECT FROM {table} WHERE message_id = a.message_id AND term = hashtextextended(%(second)s, 0))
    ORDER BY message_id DESC LIMIT 51"""


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    with Postgres(extra="full_page_writes = on\nmax_wal_size = 8GB") as postgres:
        url = postgres.create_database()
        prepare(url)
        engine = sync_engine(url)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            figures = _measure(connection, 80 if quick else 800)
        engine.dispose()
    return figures


def _measure(connection: sa.Connection, mails: int) -> list[Figure]:
    """With so many mails a year."""
    _make_tables(connection)
    _run(connection, "SET enable_partitionwise_join = on")
    for year in range(OLDEST, OLDEST + YEARS):
        _run(connection, FILL.format(table=PARTED, begin=beginning(year), first=1, last=mails))
    _run(connection, f"INSERT INTO {ONE} SELECT * FROM {PARTED}", f"VACUUM ANALYZE {ONE}", f"VACUUM ANALYZE {PARTED}")  # noqa: S608
    millions = (connection.scalar(sa.text(f"SELECT count(*) FROM {ONE}")) or 0) / 1e6  # noqa: S608
    note = f"{mails * YEARS:,} mails, {millions:.1f} million terms, {YEARS} years"
    common, rare = (_search(connection, *words) for words in ((3, 5), (5000, 3)))
    pages = {table: _pages(connection, table, mails) for table in TABLES}
    end = first_id(beginning(OLDEST + YEARS + 1))
    proof = _seconds(connection, f"ALTER TABLE {ONE} ADD CHECK (message_id < '{end}')")
    oldest = first_id(beginning(OLDEST + 1))
    deleted = _seconds(connection, f"DELETE FROM {ONE} WHERE message_id < '{oldest}'", f"VACUUM {ONE}")  # noqa: S608
    dropped = _seconds(connection, f"DROP TABLE search_terms_{OLDEST}")
    return [
        Figure(
            "terms_pages",
            pages[PARTED],
            "pages",
            Goal("≤", 0.5),
            pages[ONE],
            f"touched by as many mails as a year has; {note}",
        ),
        Figure("terms_common", common[PARTED], "ms", Goal("≤", 5), common[ONE], "search for two common words"),
        Figure("terms_rare", rare[PARTED], "ms", Goal("≤", 5), rare[ONE], "search for a rare word and a common one"),
        Figure("terms_drop", dropped, "s", Goal("≤", 0.5), deleted, "oldest year, against DELETE and VACUUM"),
        Figure(
            "terms_proof", proof / millions, "s", Goal("≤", 2), note="the upgrade reads a million terms, under lock"
        ),
    ]


def _make_tables(connection: sa.Connection) -> None:
    """The terms are of no mails that are there."""
    _run(
        connection,
        f"ALTER TABLE {PARTED} DROP CONSTRAINT fk_search_terms_message_id_messages",
        "DROP TABLE search_terms_first",
        f"CREATE TABLE {ONE} (LIKE {PARTED} INCLUDING ALL)",
    )
    for year in range(OLDEST, OLDEST + YEARS):
        bounds = f"FROM ('{first_id(beginning(year))}') TO ('{first_id(beginning(year + 1))}')"
        _run(connection, f"CREATE TABLE search_terms_{year} PARTITION OF {PARTED} FOR VALUES {bounds}")


def _pages(connection: sa.Connection, table: str, mails: int) -> float:
    _run(connection, "CHECKPOINT")
    newest = FILL.format(table=table, begin=beginning(OLDEST + YEARS - 1), first=mails + 1, last=2 * mails)
    said = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, WAL, FORMAT JSON) {newest}").scalar_one()
    return float(said[0]["Plan"]["WAL FPI"])


def _search(connection: sa.Connection, first: int, second: int) -> dict[str, float]:
    """Median milliseconds of each table. As the application's own, a statement is planned a few times, then kept."""
    return {table: 1000 * median(_found(connection, table, first, second) for _ in range(SEARCHES)) for table in TABLES}


def _found(connection: sa.Connection, table: str, first: int, second: int) -> float:
    begun = time.perf_counter()
    connection.exec_driver_sql(FIND.format(table=table), {"first": str(first), "second": str(second)}).all()
    return time.perf_counter() - begun


def _seconds(connection: sa.Connection, *statements: str) -> float:
    begun = time.perf_counter()
    _run(connection, *statements)
    return time.perf_counter() - begun


def _run(connection: sa.Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
