"""Cash expected by week as figures: each company's forecast, added up by what the dashboard is filtered by.

Expected sums and variances both add up over customers, so that any part of the ledger has its own interval. Natural
persons are not forecast, and of some companies nothing is known yet: what they owe stands in the week of its due date.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from app.db.repositories.signals import Signals
from app.db.tables.figures import FigureRow
from app.db.uow import Database
from app.domain.cash import shares_by_week
from app.domain.conduct import CustomerFacts, NotScored
from app.domain.forecast import Delays, Expectation, forecast_of
from app.domain.money import unit_of
from app.domain.receivables import CASH_WEEKS, FigureName, week_starts

AT_ONCE = 250
"""Customers read at once: few, so that pages served by the same process need not wait long."""

SPREAD_UNIT = Decimal(1_000_000)
"""Variances are kept in thousands squared, to fit a column of money."""


Key = tuple[FigureName, str, str, str, str, str]
"""Name, currency, our company, segment, owner, week."""


async def cash_figures(database: Database, day: date) -> list[FigureRow]:
    """Of everybody with something open, some at a time, each batch in a transaction of its own."""
    sums: dict[Key, Decimal] = defaultdict(Decimal)
    after = ""
    async with database.read() as uow:
        segments = await Signals(uow.session).segment_delays(day)
    while True:
        async with database.read() as uow:
            signals = Signals(uow.session)
            customer_ids = await signals.customers_with_open_items(after, AT_ONCE)
            found = await signals.facts(customer_ids, day)
        for facts in found:
            for key, value in _of_customer(facts, segments.get(facts.segment, ()), day):
                sums[key] += value
        if len(customer_ids) < AT_ONCE:
            return [_row(day, key, value) for key, value in sums.items() if value]
        after = customer_ids[-1]


def _of_customer(facts: CustomerFacts, segment: Delays, day: date) -> Iterator[tuple[Key, Decimal]]:
    weeks = week_starts(day, CASH_WEEKS)

    def key(name: FigureName, currency: str, company: str, week: int) -> Key:
        return name, currency, company or facts.company, facts.segment, facts.owner_email, weeks[week].isoformat()

    forecast = None if isinstance(facts.conduct, NotScored) else forecast_of(facts.position, facts.conduct, segment)
    for item in facts.position.items if forecast is None else forecast.unknown:
        week = (item.due_date - weeks[0]).days // 7
        if not item.is_credit and item.due_date >= day and week < len(weeks):
            yield key(FigureName.CASH_BY_DUE, item.open.currency, item.company, week), item.open.amount
    for (currency, company), own in _together(forecast.expectations if forecast else ()):
        for share in shares_by_week(own, weeks[0], len(weeks)):
            yield key(FigureName.CASH_EXPECTED, currency, company, share.week), share.expected
            variance = share.deviation * share.deviation / SPREAD_UNIT
            yield key(FigureName.CASH_SPREAD, currency, company, share.week), variance


def _together(expectations: Iterable[Expectation]) -> Iterable[tuple[tuple[str, str], list[Expectation]]]:
    grouped: dict[tuple[str, str], list[Expectation]] = defaultdict(list)
    for one in expectations:
        grouped[one.open.currency, one.company].append(one)
    return grouped.items()


def _row(day: date, key: Key, value: Decimal) -> FigureRow:
    name, currency, company, segment, owner, week = key
    places = Decimal("0.0001") if name is FigureName.CASH_SPREAD else unit_of(currency)
    return FigureRow(
        day=day,
        name=name,
        currency=currency,
        company=company,
        segment=segment,
        owner_email=owner,
        detail=week,
        value=value.quantize(places),
        count=0,
    )
