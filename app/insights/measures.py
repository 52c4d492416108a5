"""From rolled-up sums to the figures that people read, and to the geometry of their charts."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from app.domain.cash import reach_of
from app.domain.receivables import (
    AGES,
    POSITION,
    FigureName,
    MonthSales,
    Week,
    average_days_delinquent,
    best_possible_dso,
    collection_effectiveness,
    dso_count_back,
    dso_simple,
    kept_rate,
    month_days,
    month_starts,
    week_starts,
)
from app.domain.reminder import Stage
from app.insights.cash import SPREAD_UNIT
from app.insights.view import Bar, Line, Measures, PromiseDay, Reminded, WeekBar

Sums = Mapping[tuple[FigureName, str], tuple[Decimal, int]]
Position = Mapping[FigureName, Decimal]
NOTHING = (Decimal(0), 0)
LINE_WIDTH, LINE_HEIGHT = 600, 100


def measures(sums: Sums, day: date, begin: tuple[date, Position] | None) -> Measures:
    """`begin` is the position of the day that the period began with, where it is known."""

    def plain(name: FigureName) -> tuple[Decimal, int]:
        return sums.get((name, ""), NOTHING)

    position = [plain(name) for name in POSITION]
    late = [plain(name) for name in AGES[1:]]
    outstanding, not_due = sum((value for value, _ in position), Decimal(0)), plain(FigureName.NOT_DUE)[0]
    sales = plain(FigureName.SALES)[0]
    months = tuple(
        MonthSales(start, month_days(start, day), sums.get((FigureName.SALES_MONTH, start.isoformat()), NOTHING)[0])
        for start in month_starts(day)
    )
    dso, best = dso_simple(outstanding, sales), best_possible_dso(not_due, sales)
    began_with = owed(begin[1]) if begin else None
    kept, partly, broken = (
        sums.get((FigureName.PROMISE_ENDED, state), NOTHING)[1] for state in ("kept", "partly_kept", "broken")
    )
    disputed = parts_of(sums, FigureName.DISPUTED)
    return Measures(
        outstanding=outstanding,
        items=sum(count for _, count in position),
        overdue=sum((value for value, _ in late), Decimal(0)),
        overdue_items=sum(count for _, count in late),
        not_due=not_due,
        credits=plain(FigureName.CREDITS)[0],
        ages=tuple((name.value, *plain(name)) for name in AGES),
        sales=sales,
        months=months,
        dso=dso,
        dso_count_back=dso_count_back(outstanding, months),
        best_dso=best,
        delinquent_days=average_days_delinquent(dso, best),
        effectiveness=None if began_with is None else collection_effectiveness(began_with, sales, outstanding, not_due),
        begin_day=begin[0] if begin else None,
        begin=began_with,
        promises=tuple(
            PromiseDay(date.fromisoformat(due), count, value)
            for due, value, count in parts_of(sums, FigureName.PROMISE_DUE)
        ),
        kept=kept,
        partly_kept=partly,
        broken=broken,
        kept_rate=kept_rate(kept, partly, broken),
        disputed=sum((value for _, value, _ in disputed), Decimal(0)),
        disputes=sum(count for _, _, count in disputed),
    )


def owed(position: Position) -> Decimal:
    return sum((position.get(name, Decimal(0)) for name in POSITION), Decimal(0))


def parts_of(sums: Sums, name: FigureName) -> list[tuple[str, Decimal, int]]:
    """Each detail of a figure with its value and count, in order of the details."""
    return sorted((detail, *sums[found, detail]) for found, detail in sums if found is name)


def cash_weeks(sums: Sums, day: date) -> tuple[Week, ...]:
    """What is expected in each of the coming weeks with its interval; natural persons' by due date alone."""

    def value(name: FigureName, start: date) -> Decimal:
        return sums.get((name, start.isoformat()), NOTHING)[0]

    weeks = []
    for start in week_starts(day):
        by_due, expected = value(FigureName.CASH_BY_DUE, start), value(FigureName.CASH_EXPECTED, start)
        reach = reach_of(value(FigureName.CASH_SPREAD, start) * SPREAD_UNIT)
        low = max(Decimal(0), expected - reach) + by_due
        weeks.append(Week(start, low, expected + by_due, expected + by_due + reach, value(FigureName.DUE_WEEK, start)))
    return tuple(weeks)


def reminded(sums: Sums) -> tuple[Reminded, ...]:
    """By stage, in the order of stages."""
    asked = {stage: (value, count) for stage, value, count in parts_of(sums, FigureName.REMINDED)}
    paid = {stage: (value, count) for stage, value, count in parts_of(sums, FigureName.REMINDED_PAID)}
    return tuple(Reminded(stage.value, *asked[stage], *paid.get(stage, NOTHING)) for stage in Stage if stage in asked)


def bars(parts: Sequence[tuple[str, Decimal, int]]) -> tuple[Bar, ...]:
    longest = max((value for _, value, _ in parts), default=Decimal(0))
    total = sum((max(value, Decimal(0)) for _, value, _ in parts), Decimal(0))
    return tuple(
        Bar(label, value, count, max(value, Decimal(0)) / (longest or 1), max(value, Decimal(0)) / (total or 1))
        for label, value, count in parts
    )


def week_bars(weeks: Sequence[Week]) -> tuple[tuple[WeekBar, ...], Decimal]:
    """The bars, and the amount that the top of the chart stands for."""
    top = max((week.high for week in weeks), default=Decimal(0))
    room = top if top > 0 else Decimal(1)
    return tuple(WeekBar(week, week.expected / room, week.low / room, week.high / room) for week in weeks), top


def trend(days: Mapping[date, Position]) -> Line | None:
    """Simple DSO by day. One day is no trend."""
    known = [
        (day, dso_simple(owed(position), position.get(FigureName.SALES, Decimal(0)))) for day, position in days.items()
    ]
    values = tuple((day, dso) for day, dso in known if dso is not None)
    if len(values) < 2:  # noqa: PLR2004  # a line has two ends
        return None
    least, most = min(dso for _, dso in values), max(dso for _, dso in values)
    first, last = values[0][0], values[-1][0]

    def point(day: date, dso: Decimal) -> str:
        right = LINE_WIDTH * (day - first).days / (last - first).days
        down = LINE_HEIGHT * (most - dso) / ((most - least) or 1)
        return f"{right:.1f},{down:.1f}"

    return Line(" ".join(point(day, dso) for day, dso in values), values, least, most)
