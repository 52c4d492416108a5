"""What to do next about a customer, in agreement with the plan of reminders; and the list of all for whom something is
to be done, worked out once a day: who to call, who to write to, what is at risk."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import structlog

from app.db.repositories.next_steps import NextSteps
from app.db.repositories.talks import OpenTalks, Talks
from app.db.tables.figures import NextStepRow
from app.db.tables.ledger import CustomerRow
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.conduct import NotScored
from app.domain.next_action import ActionKind, agreed, tasks_of
from app.domain.reminder import NextAction, PlanLine
from app.domain.sentence import kept, kept_sentence
from app.domain.standing import CustomerStanding
from app.reminders.service import ReminderService

TO_DO = frozenset(ActionKind) - {ActionKind.WAIT}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Standings:
    """Who knows the standing of customers: of one, and of everybody with something open."""

    of: Callable[[str], Awaitable[CustomerStanding]]
    of_all: Callable[[], AsyncIterator[CustomerStanding]]


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One line of the list. `at_risk` is None for a natural person, whom nobody may score. `task_id`: the open task in
    which a person sees to it; `may_be_opened`: there is none yet, and could be one."""

    customer_id: str
    customer: str
    owner: str
    kind: str
    stage: str
    tone: str
    because: str
    rule: str
    asks: tuple[Decimal, str]
    at_risk: tuple[Decimal, str] | None
    days_overdue: int
    task_id: UUID | None = None

    @property
    def may_be_opened(self) -> bool:
        return self.task_id is None and bool(tasks_of(ActionKind(self.kind)))


@dataclass(frozen=True, slots=True)
class Worklist:
    """A page of it. `day`: as of which it is, None before the first look; `next`: where the next page begins; `names`:
    people's by address."""

    day: date | None
    items: tuple[WorkItem, ...]
    kind: str = ""
    owner: str = ""
    next: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)


class NextStepService:
    def __init__(self, database: Database, standings: Standings, plans: ReminderService, clock: Clock) -> None:
        self._database = database
        self._standings = standings
        self._plans = plans
        self._clock = clock

    async def of(self, customer_id: str) -> CustomerStanding:
        """One customer as of now. Raises NotFound."""
        standing, _lines = await self.asked(customer_id)
        return standing

    async def asked(self, customer_id: str) -> tuple[CustomerStanding, list[PlanLine]]:
        """The same, with the lines of the plan that it agrees with."""
        standing = await self._standings.of(customer_id)
        _situation, lines = await self._plans.explain(customer_id, self._clock().date())
        action = agreed(standing.next_action, lines)
        async with self._database.read() as uow:
            open_talks = await Talks(uow.session).open_of([customer_id])
        task_id = task_in(open_talks, customer_id, action.kind)
        return replace(standing, next_action=replace(action, task_id=task_id)), lines

    async def refresh_today(self) -> None:
        """Work the list out anew. The same again changes nothing."""
        today = self._clock().date()
        lines: dict[str, PlanLine] = {}
        async for line in self._plans.plan(today):
            if line.customer_id not in lines or line.action is not NextAction.WAIT:
                lines[line.customer_id] = line  # at most one of them contacts the customer
        rows = [
            _row(standing, lines[standing.customer_id], today)
            async for standing in self._standings.of_all()
            if standing.customer_id in lines
        ]
        async with self._database.write() as uow:
            await NextSteps(uow.session).replace(rows)
        log.info("reminders.next_steps.refreshed", day=today.isoformat(), customers=len(rows))

    async def page(self, *, kind: str = "", owner: str = "", after: int = 0, limit: int) -> Worklist:
        """For whom something is to be done, from `next` of the page before on. An unknown `kind` finds nothing."""
        kinds = TO_DO if not kind else {one for one in TO_DO if one == kind}
        async with self._database.read() as uow:
            steps = NextSteps(uow.session)
            found = await steps.page(kinds, owner=owner, after=after, limit=limit + 1)
            day = await steps.day()
            open_talks = await Talks(uow.session).open_of([row.customer_id for row, _customer in found])
            names = await uow.users.names_by_address()
        items = tuple(
            _item(row, customer, task_in(open_talks, row.customer_id, row.kind)) for row, customer in found[:limit]
        )
        following = found[limit - 1][0].place if len(found) > limit else None
        return Worklist(day, items, kind, owner, following, names)


def task_in(open_talks: OpenTalks, customer_id: str, kind: ActionKind) -> UUID | None:
    """The open task in which a person sees to an action."""
    return next((found for task in tasks_of(kind) if (found := open_talks.get((customer_id, task)))), None)


def _row(standing: CustomerStanding, line: PlanLine, today: date) -> NextStepRow:
    action = agreed(standing.next_action, [line])
    risks = () if isinstance(standing.priority, NotScored) else standing.priority
    at_risk = next((risk.total.amount for risk in risks if risk.total.currency == line.currency), None)
    is_scored = not isinstance(standing.priority, NotScored)
    return NextStepRow(
        customer_id=standing.customer_id,
        day=today,
        kind=action.kind,
        stage=action.stage or "",
        tone=action.tone or "",
        rule=action.rule,
        because=kept(action.because),
        currency=line.currency,
        asks=line.amount,
        at_risk=at_risk if at_risk is not None or not is_scored else Decimal(0),
        days_overdue=line.days_overdue,
    )


def _item(row: NextStepRow, customer: CustomerRow, task_id: UUID | None) -> WorkItem:
    return WorkItem(
        customer_id=row.customer_id,
        customer=customer.name,
        owner=customer.owner_email,
        kind=row.kind.value,
        stage=row.stage,
        tone=row.tone,
        because=kept_sentence(row.because),
        rule=row.rule,
        asks=(row.asks, row.currency),
        at_risk=(row.at_risk, row.currency) if row.at_risk is not None else None,
        days_overdue=row.days_overdue,
        task_id=task_id,
    )
