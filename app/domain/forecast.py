"""When an open invoice will be paid, from the company's own last payments.

Each of its last invoices says how late one may be (or, for a company with pay runs, how many runs after the due date).
Put after the due date of the open invoice, and left out where that day has passed, these are the days that are still
possible, each as likely as another: the expected day is their median, the interval is meant to hold the day in four
cases of five. With few of its own, the segment's are taken; with none of either, there is no forecast.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from app.domain.conduct import Conduct, OpenItem, PaidInvoice, Position
from app.domain.money import Money
from app.domain.pay_runs import pay_runs_of

COVERAGE = 0.8
LAST_PAID = 12
"""How many of the company's last paid invoices speak."""

LEAST = 4
"""So many of its own must still be possible, else the segment speaks too."""

SEGMENT_POINTS = 49

Delays = tuple[int, ...]
"""Days beyond terms of a segment, ascending, each as likely as another."""


class Basis(StrEnum):
    """What a forecast stands on."""

    OWN = "own"
    PAY_RUNS = "pay_runs"
    SEGMENT = "segment"


@dataclass(frozen=True, slots=True)
class Expectation:
    """When an invoice is expected. `days`: the days that are possible, `sample` of them. `company`: as of the item."""

    number: str
    open: Money
    due_date: date
    earliest: date
    expected: date
    latest: date
    basis: Basis
    days: tuple[date, ...] = field(repr=False)
    company: str = ""

    @property
    def sample(self) -> int:
        return len(self.days)


@dataclass(frozen=True, slots=True)
class Forecast:
    """`unknown`: invoices later than anything that this company or its segment has ever paid."""

    customer_id: str
    expectations: tuple[Expectation, ...]
    unknown: tuple[OpenItem, ...] = ()


def forecast_of(position: Position, conduct: Conduct, segment: Delays = ()) -> Forecast:
    """For every open invoice of a company. Raises ValueError when the two records are of two customers."""
    if conduct.customer_id != position.customer_id:
        raise ValueError("the position and the conduct belong to two customers")
    habit = _Habit(conduct.paid[-LAST_PAID:], segment)
    expectations: list[Expectation] = []
    unknown: list[OpenItem] = []
    for item in (item for item in position.items if not item.is_credit):
        basis, days = habit.possible(item.due_date, position.as_of)
        if days:
            earliest, latest = interval(days, position.as_of)
            expectations.append(
                Expectation(
                    item.number, item.open, item.due_date, earliest, _middle(days), latest, basis, days, item.company
                )
            )
        else:
            unknown.append(item)
    return Forecast(position.customer_id, tuple(expectations), tuple(unknown))


def thinned(histogram: Mapping[int, int], points: int = SEGMENT_POINTS) -> Delays:
    """A segment's delays (days → how many invoices) as so many quantiles, or as they are when there are fewer."""
    count = sum(histogram.values())
    wanted = [(2 * place + 1) * count / (2 * points) for place in range(points)] if count > points else None
    delays: list[int] = []
    seen = 0
    for delay in sorted(histogram):
        seen += histogram[delay]
        if wanted is None:
            delays += [delay] * histogram[delay]
        else:
            while len(delays) < points and wanted[len(delays)] <= seen:
                delays.append(delay)
    return tuple(delays)


def interval(days: Sequence[date], as_of: date) -> tuple[date, date]:
    """Bounds of the ascending possible days that hold the next one with probability COVERAGE.

    Between the order statistics r and s of n such days the next lies with probability (s - r) / (n + 1) (Wilks 1941);
    where that is above COVERAGE by a fraction of a place, each bound moves inwards by that fraction of the way to the
    next day (Hyndman and Fan 1996, type 6). Where even the first and the last day hold less than wanted, both move away
    from the median in that proportion.
    """
    count = len(days)
    place = (1 - COVERAGE) / 2 * (count + 1) + 1e-9
    if place >= 1:
        rank, part = int(place), place % 1
        first, last = days[rank - 1], days[count - rank]
        inwards = round((days[min(rank, count - 1)] - first).days * part)
        outwards = round((last - days[max(count - rank - 1, 0)]).days * part)
        return first + timedelta(days=inwards), last - timedelta(days=outwards)
    middle = _middle(days)
    reach = COVERAGE * (count + 1) / (count - 1) if count > 1 else 2.0
    before, after = (middle - days[0]).days, (days[-1] - middle).days
    slack = 7 if count == 1 else 0
    earliest = middle - timedelta(days=round(before * reach) + slack)
    return max(earliest, as_of), middle + timedelta(days=round(after * reach) + slack)


class _Habit:
    """A company's last payments, and its segment's where they say too little."""

    def __init__(self, paid: Sequence[PaidInvoice], segment: Delays) -> None:
        self._delays = [invoice.delay for invoice in paid]
        self._segment = segment
        self._runs = pay_runs_of([invoice.paid_on for invoice in paid])
        self._runs_after = (
            [self._runs.nearest(i.paid_on) - self._runs.first_from(i.due_date) for i in paid] if self._runs else []
        )

    def possible(self, due: date, as_of: date) -> tuple[Basis, tuple[date, ...]]:
        """The days on which an invoice with this due date may be paid, ascending, none of them before `as_of`."""
        if self._runs is not None:
            first = self._runs.first_from(due)
            days = _from(as_of, (self._runs.day_of(first + after) for after in self._runs_after))
            if len(days) >= LEAST:
                return Basis.PAY_RUNS, days
        own = _from(as_of, (due + timedelta(days=delay) for delay in self._delays))
        if len(own) >= LEAST:
            return Basis.OWN, own
        return Basis.SEGMENT, _from(as_of, (*own, *(due + timedelta(days=delay) for delay in self._segment)))


def _from(as_of: date, days: Iterable[date]) -> tuple[date, ...]:
    return tuple(sorted(day for day in days if day >= as_of))


def _middle(days: Sequence[date]) -> date:
    return days[len(days) // 2]
