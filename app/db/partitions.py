"""Search terms by years (UTC), on PostgreSQL. (SQLite keeps them in one table.)

    search_terms ─┬─ search_terms_first   all that was there when years began, up to the first of them
                  ├─ search_terms_2027    by the message's id, which begins with the moment it was made
                  ├─ …
                  └─ search_terms_other   what fits nowhere, so that no insert ever fails

Why this table and no other, and why years: "Tens of millions of mails" in `app/operations/README.md`. A year is made
half a year ahead, and dropped when retention has emptied it. Both take locks that everybody waits for, each for
milliseconds, and in one order, `messages` first. One that is not to be had at once is not waited for: the work fails,
and is tried again a minute later.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables.mail import MessageRow
from app.db.tables.queue import SearchTermRow
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.ids import first_id, made_at

TABLE = SearchTermRow.__tablename__
OTHER = f"{TABLE}_other"
MESSAGES = MessageRow.__tablename__
AHEAD = timedelta(days=180)
LEAST_AHEAD = timedelta(days=90)
"""With less, the work of each day has failed for three months."""

PATIENCE = "500ms"
"""Less than PostgreSQL's deadlock_timeout: in a deadlock this gives way, never a mail's triage."""

log = structlog.get_logger()


class Partitions:
    """On PostgreSQL alone."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def keep(self) -> None:
        """The work of each day: years that are missing are made, past ones that hold nothing are dropped."""
        end, now = await self._end(), self._clock()
        for year in range(now.year, (now + AHEAD).year + 1):
            if first_id(beginning(year)) >= end:
                await self._add(year)
        for name in await self._past():
            await self._drop_if_empty(name)

    async def made_until(self) -> datetime:
        """The moment until which there are years."""
        return made_at(await self._end())

    async def _end(self) -> UUID:
        return max((end for _, end in await self._parts()), default=UUID(int=0))

    async def _past(self) -> list[str]:
        now = first_id(self._clock())
        return [name for name, end in await self._parts() if end <= now]

    async def _parts(self) -> list[tuple[str, UUID]]:
        """Every part with the id that it ends before; not the one for what fits nowhere."""
        async with self._database.read() as uow:
            rows = await uow.session.execute(_PARTS, {"parent": TABLE})
            return [(name, UUID(end)) for name, end in rows if end is not None]

    async def _add(self, year: int) -> None:
        """What lies in the part for the rest and belongs here moves over, under the lock: nobody misses it."""
        name, begin, end = f"{TABLE}_{year}", first_id(beginning(year)), first_id(beginning(year + 1))
        async with self._database.write() as uow:
            await _run(
                uow.session,
                f"LOCK TABLE {MESSAGES} IN SHARE ROW EXCLUSIVE MODE",
                f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING DEFAULTS)",
                f"LOCK TABLE {OTHER}",
                f"WITH moved AS (DELETE FROM {OTHER} WHERE message_id >= '{begin}' AND message_id < '{end}'"  # noqa: S608
                f" RETURNING *) INSERT INTO {name} SELECT * FROM moved",
                f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM ('{begin}') TO ('{end}')",
            )
        log.info("partitions.year.made", name=name)

    async def _drop_if_empty(self, name: str) -> None:
        """Looks without a lock first. A late mail of that time goes to the part for the rest from then on."""
        holds_any = sa.text(f"SELECT message_id FROM {name} ORDER BY message_id LIMIT 1")  # noqa: S608  # by its index
        async with self._database.read() as uow:
            if await uow.session.scalar(holds_any) is not None:
                return
        async with self._database.write() as uow:
            await _run(uow.session, f"LOCK TABLE {MESSAGES}", f"LOCK TABLE ONLY {TABLE}", f"LOCK TABLE {name}")
            if await uow.session.scalar(holds_any) is not None:
                return
            await _run(uow.session, f"DROP TABLE {name}")
        log.info("partitions.year.dropped", name=name)


def beginning(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


async def _run(session: AsyncSession, *statements: str) -> None:
    for statement in (f"SET LOCAL lock_timeout = '{PATIENCE}'", *statements):
        await session.execute(sa.text(statement))


_PARTS = sa.text(
    "SELECT part.relname, substring(pg_get_expr(part.relpartbound, part.oid) FROM 'TO \\(''([0-9a-f-]+)''\\)')"
    " FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid"
    " WHERE inhparent = CAST(:parent AS regclass) ORDER BY part.relname"
)
