"""Days counted from today: "tomorrow", "yesterday", "in three weeks", "within 48 hours"."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from app.reading.days.calendar_days import add_months
from app.reading.days.date_rules.grammar import Grammar
from app.reading.days.date_rules.rule import Resolve, Resolved, Rule, one_day
from app.reading.days.workdays import add_workdays


def relative(grammar: Grammar) -> Iterator[Rule]:
    def counted(count: Callable[[date, int], date]) -> Resolve:
        def resolve(match: re.Match[str], today: date) -> Resolved | None:
            return one_day(count(today, grammar.number(match["n"])), "relative")

        return resolve

    words = grammar.words
    yield from grammar.rules(words.today, _offset(0), 4)
    yield from grammar.rules(words.tomorrow, _offset(1), 5)
    yield from grammar.rules(words.day_after_tomorrow, _offset(2), 4)
    yield from grammar.rules(words.yesterday, _offset(-1, "past"), 4)
    yield from grammar.rules(words.in_days, counted(lambda today, n: today + timedelta(days=n)), 4)
    yield from grammar.rules(words.in_workdays, counted(lambda today, n: add_workdays(today, n, grammar.country)), 4)
    yield from grammar.rules(words.in_weeks, counted(lambda today, n: today + timedelta(weeks=n)), 4)
    yield from grammar.rules(words.in_months, counted(add_months), 4)
    for pattern, days in words.fixed_days.items():
        yield from grammar.rules((pattern,), _offset(days), 4)


def _offset(days: int, kind: str = "relative") -> Resolve:
    return lambda _, today: one_day(today + timedelta(days=days), kind)
