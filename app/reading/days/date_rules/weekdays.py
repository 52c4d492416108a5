"""Days by their name: "on Friday", "next Monday", "Tuesday week", "the last Friday in May"."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from app.reading.days.calendar_days import (
    add_months,
    coming_weekday,
    weekday_in_month,
    weekday_of_next_week,
    year_of_named,
)
from app.reading.days.date_rules.grammar import Grammar
from app.reading.days.date_rules.rule import Resolve, Resolved, Rule, one_day
from app.reading.days.workdays import add_workdays

_SHORT = 3
_ENGLISH_SHORT = frozenset({"mon", "tue", "wed", "thu", "fri"})
"""Of words so short, these alone count: "sat" and "sun", and "mar" or "sex" elsewhere, are more often other words."""


def weekdays(grammar: Grammar) -> Iterator[Rule]:
    def named(resolve: Callable[[int, date], tuple[date, ...]], kind: str = "weekday") -> Resolve:
        def resolved(match: re.Match[str], today: date) -> Resolved | None:
            if "weekday" not in match.re.groupindex or match["weekday"] is None or not _is_weekday(match, grammar):
                return None
            days = resolve(grammar.weekday(match["weekday"]), today)
            return days[0], days, kind

        return resolved

    def of_month(match: re.Match[str], today: date) -> Resolved | None:
        """ "The last Friday in May", "the second Thursday of next month"."""
        weekday, place = grammar.weekday(match["weekday"]), grammar.place(match["which"])
        return _of_month(match, today, grammar, lambda first: weekday_in_month(first.year, first.month, weekday, place))

    def workday_of_month(match: re.Match[str], today: date) -> Resolved | None:
        """ "The first working day of April"; the last one is a period's."""
        place = grammar.place(match["which"])
        if place is None:
            return None
        return _of_month(
            match, today, grammar, lambda first: add_workdays(first - timedelta(days=1), place + 1, grammar.country)
        )

    words, week = grammar.words, timedelta(days=7)
    yield from grammar.rules(words.past_weekday, named(lambda w, t: (coming_weekday(w, t) - week,), "past"), 5)
    yield from grammar.rules(
        words.next_weekday, named(lambda w, t: (weekday_of_next_week(w, t), coming_weekday(w, t))), 5
    )
    yield from grammar.rules(words.weekday_plus_two_weeks, named(lambda w, t: (coming_weekday(w, t) + 2 * week,)), 3)
    yield from grammar.rules(words.weekday_plus_week, named(lambda w, t: (coming_weekday(w, t) + week,)), 3)
    yield from grammar.rules(words.weekday_of_month, of_month, 2)
    yield from grammar.rules(words.workday_of_month, workday_of_month, 2)
    yield from grammar.rules(words.coming_weekday, named(lambda w, t: (coming_weekday(w, t),)), 6)


def _of_month(match: re.Match[str], today: date, grammar: Grammar, resolve: Callable[[date], date]) -> Resolved | None:
    """`resolve` is told the first of the month: the one named, the next, January, or else this one, unless its day is
    over."""
    said = match.groupdict()
    this = today.replace(day=1)
    if said.get("month"):
        number = grammar.month(said["month"])
        return one_day(resolve(date(year_of_named(number, today), number, 1)), "period")
    if said.get("year"):
        return one_day(resolve(date(today.year + 1, 1, 1)), "period")
    if said.get("next") or resolve(this) < today:
        return one_day(resolve(add_months(this, 1)), "period")
    return one_day(resolve(this), "period")


def _is_weekday(match: re.Match[str], grammar: Grammar) -> bool:
    word, after = match["weekday"], match.string[match.end("weekday") : match.end("weekday") + 12]
    if len(word) <= _SHORT and not (grammar.language == "en" and word in _ENGLISH_SHORT):
        return False
    if grammar.language == "pt" and "feira" not in word:
        before = match.string[max(0, match.start("weekday") - 8) : match.start("weekday")]
        is_led = re.search(r"(?:\b(?:na|pra|ate|esta|nesta|proxima|ultima|para|de|ter|uma|passada)\s+)$", before)
        is_alone = re.search(r"(?:^|[,.;\n]\s?)$", before) or re.match(r"\s*(?:[,.;!?\n]|$)", after)
        if "semana" in match.group():
            return True
        is_ordinal = re.match(r"\s+(?:via|fat|vez|prest|metade|parte|tranc|quin|enc|remessa|guia)", after)
        return bool(is_led or (is_alone and not re.search(r"\b(?:a|da|e a)\s+$", before))) and not is_ordinal
    return True
