"""Past readings of mails with what people made of them, for whoever asks what another policy would have done."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables.ledger import CustomerRow
from app.db.tables.mail import ConversationRow, MessageRow
from app.db.tables.work import ProposalRow, ReviewRow
from app.domain.review import ReviewState

PAGE = 200


@dataclass(frozen=True, slots=True)
class PastRow:
    message_id: UUID
    conversation_id: UUID
    payload_id: UUID
    route: str
    intents: tuple[str, ...]
    calls: tuple[dict[str, Any], ...]
    segment: str
    is_natural_person: bool
    customer: str
    state: ReviewState | None
    action: str | None
    at_stake: Decimal | None
    currency: str | None


class Replays:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def rule_counts(self, since: datetime) -> dict[str, int]:
        rows = await self._session.execute(
            sa.select(ProposalRow.rule, sa.func.count())
            .where(ProposalRow.created_at >= since)
            .group_by(ProposalRow.rule)
        )
        return {rule: count for rule, count in rows}

    async def segments(self) -> list[str]:
        rows = await self._session.scalars(sa.select(CustomerRow.segment).distinct().order_by(CustomerRow.segment))
        return [segment for segment in rows if segment]

    async def newest(self, since: datetime, *, most: int) -> AsyncIterator[list[PastRow]]:
        """Pages of the last run of each mail, the newest first, without those whose words were erased."""
        later = sa.orm.aliased(ProposalRow)
        has_later = sa.exists().where(later.message_id == ProposalRow.message_id, later.run > ProposalRow.run)
        wanted = (
            sa.select(ProposalRow, MessageRow.conversation_id, CustomerRow, ReviewRow)
            .join(MessageRow, MessageRow.id == ProposalRow.message_id)
            .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
            .outerjoin(CustomerRow, CustomerRow.id == MessageRow.customer_id)
            .outerjoin(ReviewRow, ReviewRow.proposal_id == ProposalRow.id)
            .where(ProposalRow.created_at >= since, ~has_later, ConversationRow.sealed_key.is_not(None))
            .order_by(ProposalRow.id.desc())
        )
        last: UUID | None = None
        taken = 0
        while taken < most:
            page = wanted if last is None else wanted.where(ProposalRow.id < last)
            rows = (await self._session.execute(page.limit(min(PAGE, most - taken)))).all()
            if not rows:
                return
            taken += len(rows)
            last = rows[-1][0].id
            yield [_past(*row) for row in rows]


def _past(
    proposal: ProposalRow, conversation_id: UUID, customer: CustomerRow | None, review: ReviewRow | None
) -> PastRow:
    return PastRow(
        message_id=proposal.message_id,
        conversation_id=conversation_id,
        payload_id=proposal.payload_id,
        route=proposal.route.value,
        intents=tuple(proposal.intents),
        calls=tuple(proposal.calls),
        segment=customer.segment if customer else "",
        is_natural_person=customer is not None and customer.natural_person,
        customer=customer.name if customer else "",
        state=review.state if review else None,
        action=review.action if review else None,
        at_stake=review.at_stake if review else None,
        currency=review.currency if review else None,
    )
