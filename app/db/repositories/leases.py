"""Leases: names that one process holds for some seconds, by the clock of the database. Who watches a mailbox, which
workers are alive, and who does what is done once are told by them."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import is_postgresql
from app.db.tables.system import LeaseRow
from app.domain.clock import Clock

LINE, ASKED = "line:", "asked"
ASKED_SECONDS = 100.0
"""How long a mailbox is left alone after the last wish: its watcher sees it within a minute, and whoever wished comes
back after some 75 s and 90 s (`app/outbox/outcomes.py`)."""


class Leases:
    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def take(self, name: str, holder: str, seconds: float, *, longest: float = 0) -> bool:
        """Take or renew a named lease for some seconds, by the database's clock. False when somebody else holds it.

        Nobody's lease of this name is longer than `longest`, or than `seconds`: one that seems to be was taken before
        the clock was set back, and holds nothing.
        """
        now = await self.database_time()
        row = await self._session.get(LeaseRow, name, with_for_update=True)
        if row is None:
            self._session.add(LeaseRow(name=name, holder=holder, expires_at=now + seconds))
            return True
        if row.holder != holder and now < row.expires_at <= now + max(seconds, longest):
            return False
        row.holder, row.expires_at = holder, now + seconds
        return True

    async def take_many(self, names: Collection[str], holder: str, seconds: float) -> set[str]:
        """The same for many at once. Returns the names of those that are the holder's now."""
        now = await self.database_time()
        found = await self._session.scalars(
            sa.select(LeaseRow).where(LeaseRow.name.in_(names)).order_by(LeaseRow.name).with_for_update()
        )
        rows = {row.name: row for row in found}
        taken = {
            name for name, row in rows.items() if row.holder == holder or not now < row.expires_at <= now + seconds
        }
        await self._session.execute(
            sa.update(LeaseRow).where(LeaseRow.name.in_(taken)).values(holder=holder, expires_at=now + seconds)
        )
        new = sorted(set(names) - rows.keys())
        self._session.add_all(LeaseRow(name=name, holder=holder, expires_at=now + seconds) for name in new)
        return taken.union(new)

    async def lock(self, name: str) -> LeaseRow | None:
        """The lease, which nobody can bury until this transaction ends."""
        return await self._session.get(LeaseRow, name, with_for_update=True)

    async def has(self, name: str, holder: str) -> bool:
        """Whether the lease is this holder's and has not run out."""
        held = sa.select(LeaseRow.name).where(
            LeaseRow.name == name, LeaseRow.holder == holder, LeaseRow.expires_at >= self._now()
        )
        return await self._session.scalar(held) is not None

    async def live(self, prefix: str, longest: float) -> set[str]:
        """The holders whose leases on names with this prefix have not run out, and are not longer than any."""
        now = await self.database_time()
        found = await self._session.scalars(
            sa.select(LeaseRow.holder).where(
                LeaseRow.name.startswith(prefix), LeaseRow.expires_at.between(now, now + longest)
            )
        )
        return set(found)

    async def ages(self, prefix: str, seconds: float) -> dict[str, float]:
        """For how many seconds each holder of such a lease, which is taken for so many, has not renewed it."""
        now = await self.database_time()
        rows = await self._session.execute(
            sa.select(LeaseRow.holder, LeaseRow.expires_at).where(LeaseRow.name.startswith(prefix))
        )
        return {holder: now - (expires_at - seconds) for holder, expires_at in rows}

    async def drop(self, name: str, holder: str) -> None:
        await self._session.execute(sa.delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == holder))

    async def drop_all(self) -> None:
        """Of a database whose workers are all gone."""
        await self._session.execute(sa.delete(LeaseRow))

    async def bury(self, prefix: str, holders: Collection[str], longest: float) -> set[str]:
        """Remove the leases of these holders that have run out, or are longer than any. Returns those that have none,
        now or before."""
        name_of = {holder: prefix + holder for holder in holders}
        now = await self.database_time()
        await self._session.execute(
            sa.delete(LeaseRow).where(
                LeaseRow.name.in_(name_of.values()), sa.not_(LeaseRow.expires_at.between(now, now + longest))
            )
        )
        left = set(await self._session.scalars(sa.select(LeaseRow.name).where(LeaseRow.name.in_(name_of.values()))))
        return {holder for holder, name in name_of.items() if name not in left}

    async def end_sessions(self, names: Collection[str]) -> int:
        """End the sessions of these names, with their transactions and locks. Returns how many there were.

        On SQLite, where there is one process, none. PostgreSQL lets a role end its own sessions.
        """
        if not is_postgresql(self._session):
            return 0
        ended = await self._session.scalars(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND application_name IN :names"
            ).bindparams(sa.bindparam("names", sorted(names), expanding=True))
        )
        return sum(ended)

    async def ask_for_line(self, mailbox_id: UUID) -> None:
        """Wish that whoever watches the mailbox hangs up for a while: its server allows one connection."""
        await self.take(LINE + str(mailbox_id), ASKED, ASKED_SECONDS)

    async def is_line_asked_for(self, mailbox_id: UUID) -> bool:
        return await self.has(LINE + str(mailbox_id), ASKED)

    async def check_writable(self) -> None:
        """Raises the driver's error where the database takes no changes; changes nothing, and waits for nobody."""
        await self._session.execute(sa.select(LeaseRow.name).limit(0).with_for_update())

    async def database_time(self) -> float:
        """Seconds since 1970 by the database's clock: hosts may disagree, the database is one."""
        return float(await self._session.scalar(sa.select(self._now())) or 0)

    def _now(self) -> sa.ColumnElement[float]:
        """Of a single process on SQLite its own clock."""
        if is_postgresql(self._session):
            return sa.extract("epoch", sa.func.clock_timestamp()).cast(sa.Double)
        return sa.literal(self._clock().timestamp())
