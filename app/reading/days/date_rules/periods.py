"""Days that a period or a feast stands for: "the end of the month", "mid June", "in week 12", "by Christmas"."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from app.reading.days.calendar_days import (
    FRIDAY,
    PAST_WINDOW,
    add_months,
    day_or_none,
    end_of_month,
    last_workday,
    nearest_year,
    next_with_day,
    weekday_of_next_week,
    year_of_named,
)
from app.reading.days.date_rules.grammar import Grammar
from app.reading.days.date_rules.rule import Resolve, Resolved, Rule, one_day
from app.reading.days.feasts import FEASTS, Feast

_WEEKEND = 5


def periods(grammar: Grammar) -> Iterator[Rule]:
    words = grammar.words
    yield from grammar.rules(words.end_of_next_week, _this(lambda t: weekday_of_next_week(FRIDAY, t)), 2)
    yield from grammar.rules(words.end_of_week, _this(_end_of_week), 3)
    yield from grammar.rules(words.end_of_next_month, _this(lambda t: _month_end(add_months(t, 1))), 2)
    yield from grammar.rules(words.end_of_named, _named(grammar, end_of_month), 3)
    yield from grammar.rules(words.end_of_month, _this(_month_end), 3)
    yield from grammar.rules(words.last_workday, _last_workday(grammar), 1)
    for name, feast in FEASTS[grammar.language].items():
        yield from grammar.rules((name,), _feast(feast), 3)
    yield from grammar.rules(words.end_of_year, _this(lambda t: date(t.year, 12, 31)), 3)
    yield from grammar.rules(words.mid_next_month, _this(lambda t: add_months(t, 1).replace(day=15)), 2)
    yield from grammar.rules(words.mid_named, _named(grammar, lambda y, m: date(y, m, 15)), 3)
    yield from grammar.rules(words.mid_month, _this(lambda t: next_with_day(15, t)), 3)
    yield from grammar.rules(words.start_of_next_month, _this(lambda t: add_months(t.replace(day=1), 1)), 3)
    yield from grammar.rules(words.start_of_named, _start_of_named(grammar), 3)
    yield from grammar.rules(words.day_of_next_month, _day_of_next_month, 1)
    yield from grammar.rules(words.week_number, _week, 2)


def _this(resolve: Callable[[date], date | None]) -> Resolve:
    return lambda _, today: one_day(resolve(today), "period")


def _named(grammar: Grammar, resolve: Callable[[int, int], date]) -> Resolve:
    """Of a month that is named: `resolve` is told the year and the month."""

    def resolved(match: re.Match[str], today: date) -> Resolved | None:
        month = grammar.month(match["month"])
        return one_day(resolve(year_of_named(month, today), month), "period")

    return resolved


def _start_of_named(grammar: Grammar) -> Resolve:
    return lambda match, today: one_day(nearest_year(grammar.month(match["month"]), 1, today), "period")


def _last_workday(grammar: Grammar) -> Resolve:
    def resolved(match: re.Match[str], today: date) -> Resolved | None:
        name = match["month"] if "month" in match.re.groupindex else None
        month = grammar.month(name) if name else today.month
        return one_day(last_workday(end_of_month(year_of_named(month, today), month)), "period")

    return resolved


def _feast(feast: Feast) -> Resolve:
    return lambda _, today: one_day(feast.coming(today), "feast")


def _day_of_next_month(match: re.Match[str], today: date) -> Resolved | None:
    following = add_months(today.replace(day=1), 1)
    return one_day(day_or_none(following.year, following.month, int(match["day"])), "absolute")


def _week(match: re.Match[str], today: date) -> Resolved | None:
    number, part = int(match["week"]), (match["part"] or "").strip()
    try:
        monday = date.fromisocalendar(today.isocalendar().year, number, 1)
    except ValueError:
        return None
    if monday < today - PAST_WINDOW:
        monday = date.fromisocalendar(today.isocalendar().year + 1, number, 1)
    if not part:
        return None, tuple(monday + timedelta(days=n) for n in range(5)), "period"
    offset = (
        FRIDAY if re.match(r"end|fin|eind|fim", part) else 0 if re.match(r"anf|beg|start|deb|prin|ini", part) else 2
    )
    return one_day(monday + timedelta(days=offset), "period")


def _end_of_week(today: date) -> date:
    """Its Friday; at a weekend that of the next."""
    return today + timedelta(days=FRIDAY - today.weekday() + 7 * (today.weekday() >= _WEEKEND))


def _month_end(day: date) -> date:
    return end_of_month(day.year, day.month)
