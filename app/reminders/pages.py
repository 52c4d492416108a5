"""The plan some customers at a time, and the months of one. Builds views; changes nothing.

A plan of all customers takes up to a minute, so no page waits for one: it goes through the customers in the order of
their ids and stops when it has enough to show.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from app.db.repositories.situations import Situations
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Invalid
from app.domain.reminder import NextAction, PlanLine, Why
from app.reminders.claims import ClaimBook
from app.reminders.history import history
from app.reminders.outlook import Ahead, outlook
from app.reminders.phrases import PHRASES
from app.reminders.schedule import plan
from app.reminders.service import ReminderService
from app.reminders.timeline import DAYS_AHEAD, Entry, draw
from app.reminders.view import Count, Group, Outlook, Plan, Row, Shown

AT_ONCE = 100
"""Customers planned at a time, and lines that fill a page."""
MOST_LOOKED_AT = 1_000
"""Where a filter finds little, a page ends after so many customers and offers the next ones."""
DAYS_FROM_TODAY = 366


class ReminderPages:
    def __init__(
        self, database: Database, reminders: ReminderService, claims: ClaimBook, clock: Clock, *, max_age: timedelta
    ) -> None:
        self._database = database
        self._reminders = reminders
        self._claims = claims
        self._clock = clock
        self._max_age = max_age

    async def lines(self, as_of: date | None, *, after: str, limit: int) -> tuple[list[PlanLine], str | None]:
        """The plan of so many customers after one, and after whom the next begin, None at the end.

        Without a day, today's. Raises Invalid for a day that is too far away.
        """
        day = self._day(as_of)
        async with self._database.read() as uow:
            lines, last, is_more = await self._some(uow, day, after, limit)
        return lines, last if is_more else None

    async def plan(self, as_of: date | None, *, action: str, reason: str, after: str) -> Plan:
        """A page of the plan. An action or reason that does not exist is none. Raises Invalid as `lines` does."""
        shown = Shown(
            self._day(as_of),
            action if action in set(NextAction) else "",
            reason if reason in set(Why) else "",
        )
        looked: list[PlanLine] = []
        place, is_more, customers = after, True, 0
        async with self._database.read() as uow:
            while is_more and customers < MOST_LOOKED_AT and sum(_fits(line, shown) for line in looked) < AT_ONCE:
                lines, place, is_more = await self._some(uow, shown.as_of, place, AT_ONCE)
                looked += lines
                customers += len({line.customer_id for line in lines})
            rows = await uow.ledger.customers(line.customer_id for line in looked if _fits(line, shown))
        return Plan(
            shown=shown,
            today=self._today(),
            groups=tuple(_groups(looked, shown, {key: row.name for key, row in rows.items()})),
            customers=customers,
            first=looked[0].customer_id if looked else "",
            last=looked[-1].customer_id if looked else "",
            after=after,
            next=place if is_more else "",
            is_stale=any(line.reason is Why.STALE_DATA for line in looked),
        )

    async def outlook(self, customer_id: str) -> Outlook:
        """What happened with a customer and what will if nothing changes. Raises NotFound."""
        today = self._today()
        situation, lines = await self._reminders.explain(customer_id, today)
        ahead = outlook(situation, await self._reminders.policy_of(today), today, DAYS_AHEAD)
        async with self._database.read() as uow:
            names = {key: row.name for key, row in (await uow.ledger.customers([customer_id])).items()}
            past = await history(uow, customer_id, today)
        return Outlook(
            customer_id=customer_id,
            name=names.get(customer_id, customer_id),
            timeline=draw([*past, *map(_planned, ahead)], today),
            rows=tuple(_row(line, names) for line in lines),
            claims=await self._claims.shown(customer_id),
        )

    async def _some(self, uow: Uow, day: date, after: str, limit: int) -> tuple[list[PlanLine], str, bool]:
        """Lines, the last customer, and whether there are more."""
        situations, policy = Situations(uow.session, uow.words.keyring), await self._reminders.policy_of(day)
        found = await situations.page(
            day,
            stale=await situations.staleness(datetime.combine(day, time(), UTC), self._max_age),
            with_delays=bool(policy.moves),
            after=after,
            limit=limit + 1,
        )
        lines = [line for situation in found[:limit] for line in plan(situation, policy, day)]
        return lines, lines[-1].customer_id if lines else after, len(found) > limit

    def _today(self) -> date:
        return self._clock().astimezone(UTC).date()

    def _day(self, as_of: date | None) -> date:
        today = self._today()
        if as_of is None:
            return today
        if abs((as_of - today).days) > DAYS_FROM_TODAY:
            raise Invalid("{as_of} is too far away: plan for a day within a year of {today}", as_of=as_of, today=today)
        return as_of


def _fits(line: PlanLine, shown: Shown) -> bool:
    return shown.action in ("", line.action) and shown.reason in ("", line.reason)


def _groups(looked: Sequence[PlanLine], shown: Shown, names: dict[str, str]) -> Iterator[Group]:
    for action in NextAction:
        mine = [line for line in looked if line.action is action]
        if not mine or shown.action not in ("", action):
            continue
        counts = Counter(line.reason for line in mine).most_common()
        rows = [_row(line, names) for line in mine if _fits(line, shown)]
        yield Group(
            action=action.value,
            lines=len(mine),
            counts=tuple(Count(reason.value, PHRASES[reason], count) for reason, count in counts),
            sums=tuple(_sums(rows)),
            rows=tuple(rows),
        )


def _sums(rows: Iterable[Row]) -> Iterator[tuple[Decimal, str]]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        value, currency = row.amount
        sums[currency] += value
    return ((value, currency) for currency, value in sorted(sums.items()) if value)


def _row(line: PlanLine, names: dict[str, str]) -> Row:
    return Row(
        customer_id=line.customer_id,
        name=names.get(line.customer_id, line.customer_id),
        company=line.company,
        action=line.action.value,
        reason=line.reason.value,
        why=line.why,
        amount=(line.amount, line.currency),
        invoices=line.invoices,
        credit_notes=line.credit_notes,
        days_overdue=line.days_overdue,
        stage=line.stage or "",
        tone=line.tone or "",
        channel=line.channel or "",
        language=line.language,
        contact=line.contact_email,
        send_at=line.send_at,
    )


def _planned(ahead: Ahead) -> Entry:
    line = ahead.line
    return Entry(
        "planned",
        ahead.day,
        state=line.action.value,
        detail=line.reason.value,
        stage=line.stage or "",
        tone=line.tone or "",
        amount=(line.amount, line.currency),
        invoices=line.invoices,
    )
