"""Reviews: the queue, and the compare-and-set by which exactly one decision wins."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import rows_changed
from app.db.changes import note_change
from app.db.tables.mail import MessageRow
from app.db.tables.system import UserRow
from app.db.tables.work import ProposalRow, ReviewRow
from app.domain.clock import Clock
from app.domain.errors import NotFound, ReviewAlreadyDecided, StateImpossible
from app.domain.review import OPEN, ReviewState, may_become
from app.domain.urgency import Urgency


class Reviews:
    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def add(self, row: ReviewRow, urgency: Urgency) -> None:
        row.rank, row.due_at = urgency.rank, urgency.due_at
        self._session.add(row)
        note_change(self._session, row.id)

    async def get(self, review_id: UUID) -> ReviewRow:
        row = await self._session.get(ReviewRow, review_id)
        if row is None:
            raise NotFound("no such review")
        return row

    async def proposal(self, row: ReviewRow) -> ProposalRow:
        proposal = await self._session.get(ProposalRow, row.proposal_id)
        if proposal is None:
            raise NotFound("no such proposal")
        return proposal

    async def decide(self, review_id: UUID, *, version: int, to: ReviewState, **values: Any) -> ReviewRow:
        """Move an open review, if it is still open at that version. Raises ReviewAlreadyDecided with the winner."""
        frm = [state for state in OPEN if may_become(state, to)]
        if not frm:
            raise StateImpossible("an open review cannot become {to}", to=to.value)
        moved = await self._session.execute(
            sa.update(ReviewRow)
            .where(ReviewRow.id == review_id, ReviewRow.state.in_(frm), ReviewRow.version == version)
            .values(state=to, version=version + 1, **values)
        )
        row = await self._fresh(review_id)
        if rows_changed(moved) != 1:
            raise await self.conflict(row)
        note_change(self._session, review_id)
        return row

    async def change(
        self, review_id: UUID, *, version: int, frm: Sequence[ReviewState] = OPEN, **values: Any
    ) -> ReviewRow:
        """Change an open review without deciding it, if nobody changed it since. Raises ReviewAlreadyDecided."""
        changed = await self._session.execute(
            sa.update(ReviewRow)
            .where(ReviewRow.id == review_id, ReviewRow.state.in_(frm), ReviewRow.version == version)
            .values(version=version + 1, **values)
        )
        row = await self._fresh(review_id)
        if rows_changed(changed) != 1:
            raise await self.conflict(row)
        note_change(self._session, review_id)
        return row

    async def reopen(
        self,
        review_id: UUID,
        *,
        from_state: ReviewState,
        reasons: list[str] | None = None,
        urgency: Urgency | None = None,
    ) -> int:
        """Bring a decided review back to the queue. Returns its version; raises ReviewAlreadyDecided if it moved on."""
        if not may_become(from_state, ReviewState.PENDING):
            raise StateImpossible("a review that is {state} cannot be reopened", state=from_state.value)
        values: dict[str, Any] = {"reasons": reasons} if reasons is not None else {}
        if urgency is not None:
            values |= {"rank": urgency.rank, "due_at": urgency.due_at}
        moved = await self._session.execute(
            sa.update(ReviewRow)
            .where(ReviewRow.id == review_id, ReviewRow.state == from_state)
            .values(
                state=ReviewState.PENDING,
                version=ReviewRow.version + 1,
                decided_at=None,
                decided_by=None,
                action=None,
                ignore_reason=None,
                **values,
            )
        )
        row = await self._fresh(review_id)
        if rows_changed(moved) != 1:
            raise await self.conflict(row)
        note_change(self._session, review_id)
        return row.version

    async def conflict(self, row: ReviewRow) -> ReviewAlreadyDecided:
        name = None
        if row.decided_by is not None:
            name = await self._session.scalar(sa.select(UserRow.name).where(UserRow.id == row.decided_by))
        return ReviewAlreadyDecided(
            state=row.state.value, version=row.version, decided_by=name, decided_at=row.decided_at
        )

    async def raise_versions(
        self, *, conversation_id: UUID | None = None, customer_id: str | None = None
    ) -> Sequence[UUID]:
        """Something newer is known: whoever has an undecided review before them must look again before approving.
        Returns the reviews."""
        same = [ReviewRow.conversation_id == conversation_id] if conversation_id else []
        if customer_id:
            same.append(ReviewRow.customer_id == customer_id)
        if not same:
            return ()
        found = await self._session.scalars(
            sa.update(ReviewRow)
            .where(ReviewRow.state.in_(OPEN), sa.or_(*same))
            .values(version=ReviewRow.version + 1)
            .returning(ReviewRow.id)
        )
        raised = found.all()
        note_change(self._session, *raised)
        return raised

    def claim(self, review: ReviewRow, user_id: UUID | None, *, until: datetime | None) -> None:
        """A courtesy among colleagues: the version stays, so that it voids nobody's decision."""
        review.claimed_by, review.claimed_until = user_id, until

    def tell(self, review_id: UUID) -> None:
        """Whoever has the case open is told to look again."""
        note_change(self._session, review_id)

    async def has_newer_mail(self, review: ReviewRow) -> bool:
        """Whether the conversation goes on after the mail that this review is about."""
        newer = sa.exists().where(
            MessageRow.conversation_id == review.conversation_id,
            MessageRow.id > review.message_id,
            sa.not_(MessageRow.is_automatic),
        )
        return await self._session.scalar(sa.select(newer)) or False

    async def page(self, *, state: ReviewState | None, after: UUID | None, limit: int) -> Sequence[ReviewRow]:
        query = sa.select(ReviewRow).order_by(ReviewRow.id).limit(limit)
        if state is not None:
            query = query.where(ReviewRow.state == state)
        if after is not None:
            query = query.where(ReviewRow.id > after)
        return (await self._session.scalars(query)).all()

    async def queue(self, *, limit: int) -> Sequence[tuple[ReviewRow, MessageRow, ProposalRow]]:
        """The oldest pending reviews, each with its mail and its proposal."""
        rows = await self._session.execute(
            sa.select(ReviewRow, MessageRow, ProposalRow)
            .join(MessageRow, MessageRow.id == ReviewRow.message_id)
            .join(ProposalRow, ProposalRow.id == ReviewRow.proposal_id)
            .where(ReviewRow.state == ReviewState.PENDING)
            .order_by(ReviewRow.id)
            .limit(limit)
        )
        return [(review, message, proposal) for review, message, proposal in rows]

    async def of_message(self, message_id: UUID) -> ReviewRow | None:
        """The newest review of a message."""
        return await self._session.scalar(
            sa.select(ReviewRow).where(ReviewRow.message_id == message_id).order_by(ReviewRow.id.desc()).limit(1)
        )

    async def pending_of_conversation(self, conversation_id: UUID) -> Sequence[ReviewRow]:
        found = await self._session.scalars(
            sa.select(ReviewRow).where(
                ReviewRow.conversation_id == conversation_id, ReviewRow.state == ReviewState.PENDING
            )
        )
        return found.all()

    async def oldest_pending(self) -> datetime | None:
        return await self._session.scalar(
            sa.select(sa.func.min(ReviewRow.opened_at)).where(ReviewRow.state == ReviewState.PENDING)
        )

    async def _fresh(self, review_id: UUID) -> ReviewRow:
        row = await self._session.get(ReviewRow, review_id, populate_existing=True)
        if row is None:
            raise NotFound("no such review")
        return row
