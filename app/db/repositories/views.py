"""Views of the queue that people keep under a name, for themselves or for all."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.sealing import Keyring
from app.db.tables.queue import SavedViewRow
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.ids import new_id


@dataclass(frozen=True, slots=True)
class SavedView:
    id: UUID
    owner_id: UUID
    is_shared: bool
    name: str
    query: str


class Views:
    def __init__(self, session: AsyncSession, keyring: Keyring, clock: Clock) -> None:
        self._session = session
        self._keyring = keyring
        self._clock = clock

    async def of(self, user_id: UUID | None) -> Sequence[SavedView]:
        """A person's own and those that others share, in the order in which they were saved."""
        seen = sa.or_(SavedViewRow.owner_id == user_id, SavedViewRow.is_shared)
        rows = await self._session.scalars(sa.select(SavedViewRow).where(seen).order_by(SavedViewRow.id))
        return [self._opened(row) for row in rows]

    async def add(self, owner_id: UUID, *, name: str, query: str, is_shared: bool) -> UUID:
        view_id = new_id()
        sealed = self._keyring.seal(view_id, json.dumps({"name": name, "query": query}).encode())
        self._session.add(
            SavedViewRow(id=view_id, owner_id=owner_id, is_shared=is_shared, sealed=sealed, created_at=self._clock())
        )
        return view_id

    async def get(self, view_id: UUID) -> SavedView:
        row = await self._session.get(SavedViewRow, view_id)
        if row is None:
            raise NotFound("no such view")
        return self._opened(row)

    async def remove(self, view_id: UUID) -> None:
        await self._session.execute(sa.delete(SavedViewRow).where(SavedViewRow.id == view_id))

    def _opened(self, row: SavedViewRow) -> SavedView:
        words = json.loads(self._keyring.open(row.id, row.sealed))
        return SavedView(row.id, row.owner_id, row.is_shared, words["name"], words["query"])
