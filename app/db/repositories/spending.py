"""What models were asked, and how much: read from the calls that every proposal and every draft keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables.guidance import GuidanceRow
from app.db.tables.work import ProposalRow
from app.domain.proposal import EMBEDDED

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Usage:
    model: str
    calls: int
    tokens_in: int
    tokens_out: int

    @property
    def is_paid(self) -> bool:
        """The model that ships with Duebox costs nothing."""
        return self.model != EMBEDDED


class Spending:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def mails(self, since: datetime) -> int:
        counting = sa.select(sa.func.count(ProposalRow.message_id.distinct())).where(ProposalRow.created_at >= since)
        return await self._session.scalar(counting) or 0

    async def by_model(self, since: datetime) -> Sequence[Usage]:
        """The dearest in tokens first."""
        sums: dict[str, list[int]] = {}
        wanted = sa.union_all(
            sa.select(ProposalRow.calls).where(ProposalRow.created_at >= since),
            sa.select(GuidanceRow.calls).where(GuidanceRow.created_at >= since, GuidanceRow.calls.is_not(None)),
        )
        async for calls in await self._session.stream_scalars(wanted.execution_options(yield_per=AT_ONCE)):
            for call in calls:
                sum_ = sums.setdefault(call["model"], [0, 0, 0])
                sum_[0] += 1
                sum_[1] += call["in"]
                sum_[2] += call["out"]
        usage = [Usage(model, *numbers) for model, numbers in sums.items()]
        return sorted(usage, key=lambda one: (-one.tokens_in - one.tokens_out, one.model))
