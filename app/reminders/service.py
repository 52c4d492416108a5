"""The plan of all customers, streamed: what the scheduled run works through and what people look at."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, date, datetime, time, timedelta

from app.db.repositories.situations import Situations
from app.db.uow import Database
from app.domain.errors import NotFound
from app.domain.reminder import CustomerSituation, PlanLine
from app.domain.tracing import StepName, step
from app.domain.workflow import ReminderPolicy
from app.reminders.claims import Claims
from app.reminders.outcomes import comparisons
from app.reminders.schedule import plan


class ReminderService:
    """`max_age` is how old the invoices may be: somebody who has paid meanwhile would be reminded."""

    def __init__(self, database: Database, policy: ReminderPolicy, *, max_age: timedelta) -> None:
        self._database = database
        self.max_age = max_age
        self.policy = policy
        self.claims = Claims(policy.interest)

    async def plan(self, as_of: date) -> AsyncGenerator[PlanLine, None]:
        """Every customer's outcome on this day, in the order of their ids."""
        policy = await self.policy_of(as_of)
        with step(StepName.PLAN, is_apart=True):
            async with aclosing(self._situations(as_of)) as situations:
                async for situation in situations:
                    for line in plan(situation, policy, as_of):
                        yield line

    async def policy_of(self, as_of: date) -> ReminderPolicy:
        """The policy without the tests that are over: those with a clear difference, or none in as many customers as
        were asked for."""
        async with self._database.read() as uow:
            found = await comparisons(uow, self.policy, as_of)
        return self.policy.without({name for name, one in found.items() if one.verdict.is_over})

    async def explain(self, customer_id: str, as_of: date) -> tuple[CustomerSituation, list[PlanLine]]:
        """One customer's outcome with all that it depends on. Raises NotFound."""
        policy = await self.policy_of(as_of)
        async with aclosing(self._situations(as_of, only=customer_id)) as found:
            async for situation in found:
                return situation, plan(situation, policy, as_of)
        raise NotFound("there is no customer {customer_id}", customer_id=customer_id)

    async def _situations(self, as_of: date, only: str | None = None) -> AsyncGenerator[CustomerSituation, None]:
        async with self._database.read() as uow:
            situations = Situations(uow.session, uow.words.keyring)
            stale = await situations.staleness(_morning(as_of), self.max_age)
            async for situation in situations.stream(
                as_of, stale=stale, with_delays=bool(self.policy.moves), only=only
            ):
                yield situation


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
