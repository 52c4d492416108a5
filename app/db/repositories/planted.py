"""Test items: what was planted, where it is shown, and what became of it. Whatever ends one is noted in the chain.

The chain names the item and its verdict, and not the person: who missed what is a figure about a person, and is shown
by the rules for those alone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import among
from app.db.changes import note_change
from app.db.repositories.audit import AuditLog
from app.db.repositories.words import Words
from app.db.tables.work import PlantedRow, ReviewRow
from app.domain.clock import Clock
from app.domain.ids import new_id
from app.domain.planted import Fault, Planted, Verdict
from app.domain.review import OPEN
from app.domain.wire import dump, load

PLANTED: TypeAdapter[Planted] = TypeAdapter(Planted)


@dataclass(frozen=True, slots=True)
class Item:
    """A test item without its words, for the figures."""

    fault: Fault
    verdict: Verdict | None
    planted_at: datetime
    decided_by: UUID | None


class PlantedItems:
    def __init__(self, session: AsyncSession, words: Words, audit: AuditLog, clock: Clock) -> None:
        self._session = session
        self._words = words
        self._audit = audit
        self._clock = clock

    def lot(self, review_id: UUID) -> int:
        """A number that only this instance's key gives: nobody foresees on which review the lot falls."""
        return int(self._words.keyring.index(f"planted\0{review_id}"), 16)

    async def add(self, review: ReviewRow, fault: Planted) -> None:
        """Nothing in the chain says which review: whoever reads it would know what is being tested."""
        row = PlantedRow(
            id=new_id(),
            review_id=review.id,
            version=review.version,
            fault=fault.fault,
            payload_id=await self._words.put(review.conversation_id, "planted", dump(PLANTED, fault)),
            planted_at=self._clock(),
        )
        self._session.add(row)
        self._audit.add("review.test.planted", planted_id=row.id, fault=row.fault.value)

    async def of_review(self, review_id: UUID) -> tuple[PlantedRow, Planted] | None:
        """The test item of a review, whatever became of it."""
        row = await self._session.scalar(sa.select(PlantedRow).where(PlantedRow.review_id == review_id))
        return (row, load(PLANTED, await self._words.get(row.payload_id))) if row else None

    async def of_conversation(self, conversation_id: UUID) -> Sequence[Planted]:
        """All that was ever planted in it."""
        rows = await self._session.scalars(
            sa.select(PlantedRow)
            .join(ReviewRow, ReviewRow.id == PlantedRow.review_id)
            .where(ReviewRow.conversation_id == conversation_id)
        )
        return [load(PLANTED, await self._words.get(row.payload_id)) for row in rows]

    async def shown(self, review: ReviewRow) -> Planted | None:
        """What is shown in place of the review's own draft."""
        return in_place(review, await self.of_review(review.id)) if review.state in OPEN else None

    async def conclude(self, review: ReviewRow, verdict: Verdict, *, by: UUID | None) -> None:
        """Say what became of the item of a review whose version was just compared and set."""
        is_untold = sa.or_(PlantedRow.verdict.is_(None), PlantedRow.verdict == Verdict.WITHDRAWN)
        row = await self._session.scalar(
            sa.update(PlantedRow)
            .where(PlantedRow.review_id == review.id, is_untold)
            .values(verdict=verdict, decided_at=self._clock(), decided_by=by)
            .returning(PlantedRow.id)
        )
        kind = "review.test.caught" if verdict is Verdict.CAUGHT else "review.test.missed"
        self._audit.add(
            kind,
            planted_id=row,
            review_id=review.id,
            message_id=review.message_id,
            conversation_id=review.conversation_id,
            version=review.version,
        )

    async def withdraw(self, review_ids: Collection[UUID]) -> None:
        """Something newer is known of these reviews: their own drafts are shown again, and nobody is told."""
        if review_ids:
            await self._withdraw(among(self._session, PlantedRow.review_id, list(review_ids)))

    async def withdraw_all(self) -> None:
        """Nobody tests any more. Whoever has such a draft before them must look again."""
        reviews = await self._session.scalars(sa.select(PlantedRow.review_id).where(PlantedRow.verdict.is_(None)))
        for review_id in await self._raised(reviews.all()):
            note_change(self._session, review_id)
        await self._withdraw(sa.true())

    async def _raised(self, review_ids: Sequence[UUID]) -> Sequence[UUID]:
        raised = await self._session.scalars(
            sa.update(ReviewRow)
            .where(among(self._session, ReviewRow.id, review_ids), ReviewRow.state.in_(OPEN))
            .values(version=ReviewRow.version + 1)
            .returning(ReviewRow.id)
        )
        return raised.all()

    async def _withdraw(self, which: sa.ColumnElement[bool]) -> None:
        withdrawn = await self._session.scalars(
            sa.update(PlantedRow)
            .where(which, PlantedRow.verdict.is_(None))
            .values(verdict=Verdict.WITHDRAWN, decided_at=self._clock())
            .returning(PlantedRow.id)
        )
        for planted_id in withdrawn:
            self._audit.add("review.test.withdrawn", planted_id=planted_id)

    async def since(self, moment: datetime) -> Sequence[Item]:
        """What was planted since, oldest first."""
        rows = await self._session.execute(
            sa.select(PlantedRow.fault, PlantedRow.verdict, PlantedRow.planted_at, PlantedRow.decided_by)
            .join(ReviewRow, ReviewRow.id == PlantedRow.review_id)
            .where(PlantedRow.planted_at >= moment)
            .order_by(PlantedRow.planted_at)
        )
        return [Item(*row) for row in rows]


def in_place(review: ReviewRow, found: tuple[PlantedRow, Planted] | None) -> Planted | None:
    """The test item of a review, as long as it is shown."""
    return found[1] if found is not None and found[0].verdict is None and review.state in OPEN else None
