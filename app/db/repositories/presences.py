"""Who has which case open, by what their browsers last said."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables.queue import PresenceRow
from app.domain.clock import Clock


class Presences:
    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def see(self, review_id: UUID, user_id: UUID | None, *, is_replying: bool, before: datetime) -> bool:
        """Note that a person is at a case. Returns whether that is news to their colleagues."""
        if user_id is None:
            return False
        await self._session.execute(sa.delete(PresenceRow).where(PresenceRow.seen_at < before))
        row = await self._session.get(PresenceRow, (review_id, user_id))
        if row is None:
            self._session.add(
                PresenceRow(review_id=review_id, user_id=user_id, is_replying=is_replying, seen_at=self._clock())
            )
            return True
        is_news = row.is_replying != is_replying
        row.is_replying, row.seen_at = is_replying, self._clock()
        return is_news

    async def of(self, review_id: UUID, *, since: datetime) -> Sequence[PresenceRow]:
        found = await self._session.scalars(
            sa.select(PresenceRow)
            .where(PresenceRow.review_id == review_id, PresenceRow.seen_at >= since)
            .order_by(PresenceRow.user_id)
        )
        return found.all()

    async def forget(self, review_id: UUID, user_id: UUID | None) -> None:
        await self._session.execute(
            sa.delete(PresenceRow).where(PresenceRow.review_id == review_id, PresenceRow.user_id == user_id)
        )
