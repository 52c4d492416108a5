"""What people said about a mail: corrections, decided terms, drafts that they asked for, files that they chose. The
newest of a kind holds."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import among
from app.db.repositories.words import Words
from app.db.tables.guidance import GuidanceRow
from app.db.tables.mail import MessageRow
from app.db.tables.work import ReviewRow
from app.domain.clock import Clock
from app.domain.directions import Correction, DecidedTerms, Directions, GuidanceKind
from app.domain.enclosures import Enclosed
from app.domain.ids import new_id
from app.domain.proposal import Redraft
from app.domain.wire import dump, load

CORRECTION: TypeAdapter[Correction] = TypeAdapter(Correction)
TERMS: TypeAdapter[DecidedTerms] = TypeAdapter(DecidedTerms)
DRAFT: TypeAdapter[Redraft] = TypeAdapter(Redraft)
ENCLOSED: TypeAdapter[Enclosed] = TypeAdapter(Enclosed)


class Guidance:
    def __init__(self, session: AsyncSession, words: Words, clock: Clock) -> None:
        self._session = session
        self._words = words
        self._clock = clock

    async def add(
        self, review: ReviewRow, said: Correction | DecidedTerms | Redraft | Enclosed, *, by: UUID | None
    ) -> UUID:
        """Seal what was said with the words of its conversation. Returns the id of the row."""
        match said:
            case Correction():
                kind, words = GuidanceKind.CORRECTION, dump(CORRECTION, said)
            case DecidedTerms():
                kind, words = GuidanceKind.TERMS, dump(TERMS, said)
            case Redraft():
                kind, words = GuidanceKind.DRAFT, dump(DRAFT, said)
            case Enclosed():
                kind, words = GuidanceKind.ENCLOSURES, dump(ENCLOSED, said)
        row = GuidanceRow(
            id=new_id(),
            kind=kind,
            message_id=review.message_id,
            review_id=review.id,
            payload_id=await self._words.put(review.conversation_id, kind.value, words),
            created_at=self._clock(),
            created_by=by,
            calls=[call.closed for call in said.calls] if isinstance(said, Redraft) else None,
        )
        self._session.add(row)
        return row.id

    async def directions(self, message_id: UUID) -> Directions:
        """How a mail is to be read, and what was decided on the terms that it asks for; it holds for every run."""
        correction = await self._newest(GuidanceKind.CORRECTION, GuidanceRow.message_id == message_id)
        terms = await self._newest(GuidanceKind.TERMS, GuidanceRow.message_id == message_id)
        return Directions(
            correction=load(CORRECTION, await self._words.get(correction.payload_id)) if correction else None,
            terms=load(TERMS, await self._words.get(terms.payload_id)) if terms else None,
            enclosed=await self.enclosed(message_id),
        )

    async def enclosed(self, message_id: UUID) -> Enclosed | None:
        """The files that a person chose for the answer to a mail; None where nobody did."""
        row = await self._newest(GuidanceKind.ENCLOSURES, GuidanceRow.message_id == message_id)
        return load(ENCLOSED, await self._words.get(row.payload_id)) if row else None

    async def terms(self, message_id: UUID) -> tuple[GuidanceRow, DecidedTerms] | None:
        row = await self._newest(GuidanceKind.TERMS, GuidanceRow.message_id == message_id)
        return (row, load(TERMS, await self._words.get(row.payload_id))) if row else None

    async def draft(self, review_id: UUID) -> Redraft | None:
        """The draft that somebody asked for last, in place of the proposal's own."""
        rows = await self.redrafts([review_id])
        return load(DRAFT, await self._words.get(rows[-1].payload_id)) if rows else None

    async def redrafts(self, review_ids: Sequence[UUID]) -> Sequence[GuidanceRow]:
        """The drafts that were asked for on these reviews, the oldest first."""
        theirs = among(self._session, GuidanceRow.review_id, review_ids)
        rows = await self._session.scalars(
            sa.select(GuidanceRow).where(theirs, GuidanceRow.kind == GuidanceKind.DRAFT).order_by(GuidanceRow.id)
        )
        return rows.all()

    async def amended(self, review: ReviewRow) -> Correction | None:
        """How the mail is to be read since single values were put right on the page of this review."""
        row = await self._newest(GuidanceKind.CORRECTION, GuidanceRow.review_id == review.id)
        said = load(CORRECTION, await self._words.get(row.payload_id)) if row else None
        return said if said and said.amended else None

    async def is_draft_behind(self, review: ReviewRow) -> bool:
        """Whether terms were decided or facts put right on this review that its draft does not carry yet."""
        draft = await self._newest(GuidanceKind.DRAFT, GuidanceRow.review_id == review.id)
        return any(draft is None or draft.id < one for one in await self.settled(review))

    async def settled(self, review: ReviewRow) -> tuple[UUID, ...]:
        """The ids of the terms and of the corrected facts that hold on this review."""
        ours = GuidanceRow.review_id == review.id
        said = [await self._newest(kind, ours) for kind in (GuidanceKind.TERMS, GuidanceKind.CORRECTION)]
        return tuple(row.id for row in said if row is not None)

    async def corrections(self, *, after: UUID | None, limit: int) -> Sequence[tuple[GuidanceRow, MessageRow]]:
        """Corrections of all mails, the oldest first, each with its mail."""
        query = sa.select(GuidanceRow, MessageRow).join(MessageRow, MessageRow.id == GuidanceRow.message_id)
        query = query.where(GuidanceRow.kind == GuidanceKind.CORRECTION)
        query = query.where(GuidanceRow.id > after) if after else query
        found = await self._session.execute(query.order_by(GuidanceRow.id).limit(limit))
        return [(row[0], row[1]) for row in found]

    async def _newest(self, kind: GuidanceKind, where: sa.ColumnElement[bool]) -> GuidanceRow | None:
        return await self._session.scalar(
            sa.select(GuidanceRow).where(GuidanceRow.kind == kind, where).order_by(GuidanceRow.id.desc()).limit(1)
        )
