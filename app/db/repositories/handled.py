"""What people did with what the agent proposed: one row a decided review, for the figures of quality and work."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import among
from app.db.tables.guidance import GuidanceRow
from app.db.tables.ledger import CustomerRow
from app.db.tables.mail import MailboxRow, MessageRow
from app.db.tables.system import AuditRow, Chain
from app.db.tables.work import OutboxRow, PlantedRow, ProposalRow, ReviewRow
from app.domain.directions import GuidanceKind
from app.domain.planted import Verdict
from app.domain.review import OutboxState, ReviewState
from app.domain.urgency import AS_SHIPPED, UrgencyWeights
from app.domain.working_hours import ALWAYS, WorkingHours

MOST = 20_000
_IS_MISS = sa.and_(AuditRow.chain == Chain.DECISIONS, AuditRow.kind == "review.message.needs_answer")


@dataclass(frozen=True, slots=True)
class Handled:
    """`by` is None where Duebox itself approved. `was_tested`: decided right after its reader was told that it had been
    a test item. `was_corrected`: a person put right what had been read; `was_told`: it was read as a person had said
    before, and is as sure as they were. `hours`: when the team works whose mailbox it came to."""

    review_id: UUID
    message_id: UUID
    conversation_id: UUID
    customer: str
    intents: tuple[str, ...]
    rule: str
    confidence: float
    action: str
    by: UUID | None
    received_at: datetime
    decided_at: datetime
    sent_at: datetime | None
    at_stake: Decimal | None
    currency: str | None
    edited_id: UUID | None
    payload_id: UUID
    due_at: datetime | None
    was_tested: bool = False
    was_corrected: bool = False
    was_told: bool = False
    first_touch: datetime | None = None
    hours: WorkingHours = ALWAYS


class HandledReviews:
    def __init__(self, session: AsyncSession, weights: UrgencyWeights = AS_SHIPPED) -> None:
        self._session = session
        self._weights = weights

    async def since(self, moment: datetime, *, by: UUID | None = None) -> list[Handled]:
        """The newest decided reviews, at most MOST of them; of one person where `by` says so."""
        was_tested = sa.exists().where(
            PlantedRow.review_id == ReviewRow.id, PlantedRow.verdict.in_((Verdict.CAUGHT, Verdict.MISSED))
        )
        correction = sa.exists().where(GuidanceRow.kind == GuidanceKind.CORRECTION)
        was_corrected = correction.where(GuidanceRow.review_id == ReviewRow.id)
        was_told = correction.where(
            GuidanceRow.message_id == ReviewRow.message_id, GuidanceRow.review_id < ReviewRow.id
        )
        left_at = sa.func.max(OutboxRow.sent_at)
        wanted = (
            sa.select(
                ReviewRow,
                ProposalRow,
                MessageRow.received_at,
                CustomerRow.name,
                left_at,
                was_tested.label("was_tested"),
                was_corrected.label("was_corrected"),
                was_told.label("was_told"),
                MailboxRow.name,
            )
            .join(ProposalRow, ProposalRow.id == ReviewRow.proposal_id)
            .join(MessageRow, MessageRow.id == ReviewRow.message_id)
            .join(MailboxRow, MailboxRow.id == MessageRow.mailbox_id)
            .outerjoin(CustomerRow, CustomerRow.id == ReviewRow.customer_id)
            .outerjoin(OutboxRow, sa.and_(OutboxRow.review_id == ReviewRow.id, OutboxRow.state == OutboxState.SENT))
            .where(ReviewRow.decided_at >= moment, ReviewRow.action.is_not(None))
            .group_by(ReviewRow.id, ProposalRow.id, MessageRow.id, CustomerRow.id, MailboxRow.id)
            .order_by(ReviewRow.decided_at.desc())
            .limit(MOST)
        )
        if by is not None:
            wanted = wanted.where(ReviewRow.decided_by == by)
        rows = (await self._session.execute(wanted)).all()
        touched = await self._first_touches([row[0].message_id for row in rows])
        hours = self._weights.working_hours
        return [
            replace(
                _handled(*row[:5]),
                was_tested=row.was_tested,
                was_corrected=row.was_corrected,
                was_told=row.was_told,
                first_touch=touched.get(row[0].message_id),
                hours=hours(row[-1]),
            )
            for row in rows
        ]

    async def waiting(self) -> list[tuple[str, int, Decimal, datetime]]:
        """What lies in the queue, by currency: how many, how much, and since when the oldest."""
        rows = await self._session.execute(
            sa.select(
                ReviewRow.currency, sa.func.count(), sa.func.sum(ReviewRow.at_stake), sa.func.min(ReviewRow.opened_at)
            )
            .where(ReviewRow.state.in_((ReviewState.PENDING, ReviewState.AWAITING_SECOND)))
            .group_by(ReviewRow.currency)
        )
        return [(currency or "", count, amount or Decimal(0), oldest) for currency, count, amount, oldest in rows]

    async def overdue(self, now: datetime) -> int:
        """How many still wait although the queue asked for a decision by now."""
        waiting = ReviewRow.state.in_((ReviewState.PENDING, ReviewState.AWAITING_SECOND))
        return await self._session.scalar(sa.select(sa.func.count()).where(waiting, ReviewRow.due_at < now)) or 0

    async def routes(self, first: date, weeks: int) -> dict[date, dict[str, int]]:
        """How many mails were read in each week from this Monday on, by where they went."""
        mondays = [first + timedelta(weeks=number) for number in range(weeks)]
        ends = [datetime.combine(day + timedelta(weeks=1), datetime.min.time(), UTC) for day in mondays]
        week = sa.case(*((ProposalRow.created_at < end, number) for number, end in enumerate(ends)), else_=weeks)
        rows = await self._session.execute(
            sa.select(week, ProposalRow.route, sa.func.count())
            .where(ProposalRow.created_at >= datetime.combine(first, datetime.min.time(), UTC), ProposalRow.run == 1)
            .group_by(sa.literal_column("1"), ProposalRow.route)
        )
        found: dict[date, dict[str, int]] = {monday: {} for monday in mondays}
        for number, route, count in rows:
            if number < weeks:
                found[mondays[number]][route.value] = count
        return found

    async def misses(self, moment: datetime) -> int:
        """Mails of the no-answer list that a person said needed an answer."""
        counting = sa.select(sa.func.count()).where(_IS_MISS, AuditRow.at >= moment)
        return await self._session.scalar(counting) or 0

    async def missed(self, *, after: int, limit: int) -> list[tuple[int, MessageRow]]:
        """Those mails themselves, the earliest said first, each with the number of its entry."""
        rows = await self._session.execute(
            sa.select(AuditRow.seq, MessageRow)
            .join(MessageRow, MessageRow.id == AuditRow.message_id)
            .where(_IS_MISS, AuditRow.seq > after)
            .order_by(AuditRow.seq)
            .limit(limit)
        )
        return [(seq, message) for seq, message in rows]

    async def _first_touches(self, message_ids: Sequence[UUID]) -> dict[UUID, datetime]:
        """When a person first did something with a mail."""
        theirs = among(self._session, AuditRow.message_id, message_ids)
        rows = await self._session.execute(
            sa.select(AuditRow.message_id, sa.func.min(AuditRow.at))
            .where(theirs, AuditRow.chain == Chain.DECISIONS, AuditRow.actor.startswith("user:"))
            .group_by(AuditRow.message_id)
        )
        return {message_id: at for message_id, at in rows if message_id is not None}


def _handled(
    review: ReviewRow,
    proposal: ProposalRow,
    received_at: datetime,
    name: str | None,
    sent_at: datetime | None,
) -> Handled:
    assert review.decided_at is not None  # noqa: S101  # asked for
    return Handled(
        review_id=review.id,
        message_id=review.message_id,
        conversation_id=review.conversation_id,
        customer=name or "",
        intents=tuple(proposal.intents),
        rule=review.rule,
        confidence=proposal.confidence,
        action=review.action or "",
        by=review.decided_by,
        received_at=received_at,
        decided_at=review.decided_at,
        sent_at=sent_at,
        at_stake=review.at_stake,
        currency=review.currency,
        edited_id=review.edited_id if review.action == "edit" else None,
        payload_id=proposal.payload_id,
        due_at=review.due_at,
    )
