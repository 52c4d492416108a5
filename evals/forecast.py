"""Back-test of expected payment days and weekly cash on the invented ledger of `app.demo.history`.

Rolling origin: on the first day of each month everything open is forecast from what had been paid by then, and compared
with the day on which it was paid. Against two baselines: the due date; the due date + the customer's average delay. A
baseline's day that has passed is moved to the origin, as nobody would forecast yesterday.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from statistics import fmean

from app.demo.history import SampleCustomer, SampleInvoice, SampleLedger, sample_ledger
from app.domain.cash import cash_by_week
from app.domain.conduct import Conduct, OpenItem, PaidInvoice, Position
from app.domain.forecast import COVERAGE, Delays, Expectation, Forecast, forecast_of, thinned
from app.domain.money import Money

TUNED_ON = tuple(date(2025, month, 1) for month in range(4, 10))
HELD_OUT = tuple(date(2025, month, 1) for month in (10, 11, 12)) + tuple(date(2026, month, 1) for month in range(1, 6))
"""How far a customer's invoices come together (`app/domain/cash.py`) was chosen on those for tuning, nothing here."""

WEEKS = 8
QUANTILES = (0.1, 0.5, 0.9)
OURS, DUE, AVERAGE = "own history", "due date", "due date + average delay"


@dataclass(slots=True)
class Method:
    """What one way of forecasting got: days of error, whether the interval held and its length in days, pinball losses,
    weekly sums."""

    name: str
    errors: list[int] = field(default_factory=list)
    held: list[bool] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    weeks: dict[tuple[date, str, int], float] = field(default_factory=dict)

    def count(self, invoice: SampleInvoice, low: date, middle: date, high: date) -> None:
        self.errors.append(abs((invoice.paid_on - middle).days))
        self.held.append(low <= invoice.paid_on <= high)
        self.widths.append((high - low).days)
        for quantile, day in zip(QUANTILES, (low, middle, high), strict=True):
            late = (invoice.paid_on - day).days
            self.losses.append(max(quantile * late, (quantile - 1) * late))


@dataclass(frozen=True, slots=True)
class BackTest:
    """`figures` by name; those of a week are shares of what came in."""

    seed: int
    invoices: int
    origins: int
    unknown: int
    figures: dict[str, dict[str, float]]

    @property
    def beats_both(self) -> bool:
        ours = self.figures[OURS]
        rivals = [self.figures[DUE], self.figures[AVERAGE]]
        return all(ours[name] < rival[name] for name in ("mae_days", "pinball_days", "week_error") for rival in rivals)


@dataclass(frozen=True, slots=True)
class _Origin:
    """A ledger as it stood on a day; companies only."""

    day: date
    paid: dict[str, list[PaidInvoice]]
    segments: dict[str, Delays]
    open: dict[str, list[SampleInvoice]]


def back_test(seed: int, customers: int = 300, origins: Sequence[date] = HELD_OUT) -> BackTest:
    """Measure the forecast and both baselines on the same invoices."""
    ledger = sample_ledger(customers, seed)
    methods = {name: Method(name) for name in (OURS, DUE, AVERAGE)}
    actual: dict[tuple[date, str, int], float] = {}
    intervals: list[bool] = []
    unknown = 0
    companies = {customer.id: customer for customer in ledger.customers if not customer.natural_person}
    for origin in (_origin(ledger, companies, day) for day in origins):
        forecasts = [_forecast(companies[customer_id], origin) for customer_id in origin.open]
        unknown += sum(len(forecast.unknown) for forecast in forecasts)
        for invoice, expectation in _pairs(origin, forecasts):
            _judge(methods, origin, invoice, expectation)
        actual |= _came_in(origin)
        intervals += list(_weeks(methods[OURS], origin, forecasts, actual))
    figures = {name: _figures(method, actual) for name, method in methods.items()}
    figures[OURS]["week_coverage"] = fmean(intervals)
    return BackTest(seed, len(methods[OURS].errors), len(origins), unknown, figures)


def _origin(ledger: SampleLedger, companies: Mapping[str, SampleCustomer], day: date) -> _Origin:
    before = day - timedelta(days=1)
    paid = {id_: invoices for id_, invoices in ledger.paid_before(before).items() if id_ in companies}
    segments: dict[str, Counter[int]] = {}
    for customer_id, invoices in paid.items():
        segments.setdefault(companies[customer_id].segment, Counter()).update(i.delay for i in invoices)
    opened: dict[str, list[SampleInvoice]] = {}
    for invoice in ledger.invoices:
        if invoice.customer_id in companies and invoice.issued_on <= before and invoice.open_on(before) > 0:
            opened.setdefault(invoice.customer_id, []).append(invoice)
    return _Origin(day, paid, {name: thinned(counts) for name, counts in segments.items()}, opened)


def _forecast(customer: SampleCustomer, origin: _Origin) -> Forecast:
    before = origin.day - timedelta(days=1)
    items = tuple(
        OpenItem(i.number, Money(i.open_on(before), i.amount.currency), i.due_date) for i in origin.open[customer.id]
    )
    conduct = Conduct(customer.id, origin.day, paid=tuple(origin.paid[customer.id]))
    return forecast_of(Position(customer.id, origin.day, items), conduct, origin.segments.get(customer.segment, ()))


def _pairs(origin: _Origin, forecasts: Sequence[Forecast]) -> Iterator[tuple[SampleInvoice, Expectation]]:
    invoices = {invoice.number: invoice for invoice in chain.from_iterable(origin.open.values())}
    for expectation in (e for forecast in forecasts for e in forecast.expectations):
        yield invoices[expectation.number], expectation


def _judge(methods: dict[str, Method], origin: _Origin, invoice: SampleInvoice, expectation: Expectation) -> None:
    methods[OURS].count(invoice, expectation.earliest, expectation.expected, expectation.latest)
    delays = [paid.delay for paid in origin.paid[invoice.customer_id]]
    average = round(fmean(delays)) if delays else 0
    for name, after in ((DUE, 0), (AVERAGE, average)):
        day = max(invoice.due_date + timedelta(days=after), origin.day)
        methods[name].count(invoice, day, day, day)
        key = (origin.day, invoice.amount.currency, _week(day, origin.day))
        sums = methods[name].weeks
        sums[key] = sums.get(key, 0.0) + float(expectation.open.amount)


def _weeks(
    ours: Method, origin: _Origin, forecasts: Sequence[Forecast], actual: dict[tuple[date, str, int], float]
) -> Iterator[bool]:
    """Note our weekly sums. Gives for each week whether its interval held."""
    for currency in sorted({i.amount.currency for i in chain.from_iterable(origin.open.values())}):
        for place, week in enumerate(cash_by_week(forecasts, (), currency, origin.day, WEEKS)):
            key = (origin.day, currency, place)
            ours.weeks[key] = float(week.expected.amount)
            yield week.low.amount <= Decimal(actual.get(key, 0.0)) <= week.high.amount


def _came_in(origin: _Origin) -> dict[tuple[date, str, int], float]:
    """What was then paid on the invoices open at the origin, by week."""
    sums: dict[tuple[date, str, int], float] = {}
    for invoice in chain.from_iterable(origin.open.values()):
        for payment in (payment for payment in invoice.payments if payment.day >= origin.day):
            key = (origin.day, invoice.amount.currency, _week(payment.day, origin.day))
            sums[key] = sums.get(key, 0.0) + float(payment.amount)
    return sums


def _week(day: date, origin: date) -> int:
    return (day - (origin - timedelta(days=origin.weekday()))).days // 7


def _figures(method: Method, actual: dict[tuple[date, str, int], float]) -> dict[str, float]:
    """The error of a week is taken within its currency, as a share of what came in; then the mean over currencies."""
    return {
        "mae_days": fmean(method.errors),
        "coverage": fmean(method.held),
        "width_days": fmean(method.widths),
        "pinball_days": fmean(method.losses),
        "week_error": fmean(_week_errors(method.weeks, actual)),
    }


def _week_errors(
    weeks: dict[tuple[date, str, int], float], actual: dict[tuple[date, str, int], float]
) -> Iterator[float]:
    keys = {key for key in (*weeks, *actual) if key[2] < WEEKS}
    for currency in sorted({currency for _, currency, _ in keys}):
        own = [key for key in keys if key[1] == currency]
        yield sum(abs(weeks.get(k, 0.0) - actual.get(k, 0.0)) for k in own) / sum(actual.get(k, 0.0) for k in own)


def report_lines(result: BackTest) -> Iterator[str]:
    """For a terminal: the three methods side by side."""
    yield f"{'':24} {'MAE days':>9} {'pinball':>9} {'coverage':>9} {'width':>6} {'week error':>11}"
    for name, figures in result.figures.items():
        interval = f"{figures['coverage']:9.3f} {figures['width_days']:6.1f}" if name == OURS else f"{'-':>9} {'-':>6}"
        yield (
            f"{name:24} {figures['mae_days']:9.2f} {figures['pinball_days']:9.2f} {interval} "
            f"{figures['week_error']:11.3f}"
        )
    yield f"weekly intervals that held: {result.figures[OURS]['week_coverage']:.3f} (meant: {COVERAGE})"
    yield f"{result.invoices} forecasts from {result.origins} origins, {result.unknown} without one; seed {result.seed}"
    yield "The ledger is invented, its habits by the same hand as the forecast: real customers are less regular."
    yield "Better than both baselines." if result.beats_both else "NOT better than both baselines."
