"""The plan of all customers, streamed: what the scheduled run works through and what people look at."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, date, datetime, time, timedelta

from app.db.repositories.reminders import Situations
from app.db.uow import Database
from app.domain.errors import NotFound
from app.domain.reminder import CustomerSituation, PlanLine
from app.domain.workflow import ReminderPolicy
from app.reminders.schedule import plan

STALE_AFTER = timedelta(hours=72)
"""Older invoices say nothing reliable: somebody who has paid would be reminded. A weekend passes."""


class ReminderService:
    def __init__(self, database: Database, policy: ReminderPolicy) -> None:
        self._database = database
        self.policy = policy

    async def plan(self, as_of: date) -> AsyncGenerator[PlanLine, None]:
        """Every customer's outcome on this day, in the order of their ids."""
        async with aclosing(self._situations(as_of)) as situations:
            async for situation in situations:
                for line in plan(situation, self.policy, as_of):
                    yield line

    async def explain(self, customer_id: str, as_of: date) -> tuple[CustomerSituation, list[PlanLine]]:
        """One customer's outcome with all that it depends on. Raises NotFound."""
        async with aclosing(self._situations(as_of, only=customer_id)) as found:
            async for situation in found:
                return situation, plan(situation, self.policy, as_of)
        raise NotFound(f"there is no customer {customer_id}")

    async def _situations(self, as_of: date, only: str | None = None) -> AsyncGenerator[CustomerSituation, None]:
        async with self._database.read() as uow:
            situations = Situations(uow.session)
            stale = is_stale(await situations.newest_invoices(), as_of)
            async for situation in situations.stream(
                as_of, is_stale=stale, with_delays=bool(self.policy.moves), only=only
            ):
                yield situation


def is_stale(imported_at: datetime | None, as_of: date) -> bool:
    """Whether the invoices are too old for a plan of this day; without any import they are."""
    morning = datetime.combine(as_of, time(), UTC)
    return imported_at is None or morning - imported_at > STALE_AFTER
