"""What each model's provider was asked, in one row that all workers share."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables.oversight import RationRow
from app.domain.ration import EXPECTED, Limits, Ration, fresh, settle, take


@dataclass(frozen=True, slots=True)
class Place:
    """Leave to think about one mail after so many seconds, paid for with so many tokens."""

    wait: float
    tokens: int


class Rations:
    """`now` is the database's clock."""

    def __init__(self, session: AsyncSession, now: float) -> None:
        self._session = session
        self._now = now

    async def take(self, provider: str, limits: Limits) -> Place | None:
        """A place for one mail; None when there is none today."""
        row = await self._locked(provider, limits)
        tokens = _usual_tokens(row) if limits.tokens_a_day else 0
        ration, wait = take(_ration(row), limits, self._now, tokens=tokens)
        _keep(row, ration)
        row.refused_total += wait is None
        return None if wait is None else Place(wait, tokens)

    async def settle(
        self, provider: str, limits: Limits, place: Place, *, requests: int, tokens_in: int, tokens_out: int
    ) -> None:
        row = await self._locked(provider, limits)
        beyond = tokens_in + tokens_out - place.tokens
        _keep(row, settle(_ration(row), limits, self._now, requests=requests, tokens=beyond))
        row.requests_total += requests
        row.tokens_in_total += tokens_in
        row.tokens_out_total += tokens_out

    async def all(self) -> Sequence[RationRow]:
        return (await self._session.scalars(sa.select(RationRow).order_by(RationRow.provider))).all()

    async def _locked(self, provider: str, limits: Limits) -> RationRow:
        start = fresh(limits, self._now)
        values = {"provider": provider, "level": start.level, "at": start.at, "day": start.day}
        is_postgresql = self._session.get_bind().dialect.name == "postgresql"
        insert = postgresql.insert(RationRow) if is_postgresql else sqlite.insert(RationRow)
        await self._session.execute(insert.values(values).on_conflict_do_nothing())
        return await self._session.get_one(RationRow, provider, with_for_update=True, populate_existing=True)


def _usual_tokens(row: RationRow) -> int:
    """Of one mail, by what requests have taken so far."""
    return EXPECTED * (row.tokens_in_total + row.tokens_out_total) // row.requests_total if row.requests_total else 0


def _ration(row: RationRow) -> Ration:
    return Ration(row.level, row.at, row.day, row.tokens)


def _keep(row: RationRow, ration: Ration) -> None:
    row.level, row.at, row.day, row.tokens = ration.level, ration.at, ration.day, ration.tokens
