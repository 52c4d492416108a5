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
        """ "The last Friday in May", "the first Monday of the month": of the next month where this one's is over."""
        weekday, last = grammar.weekday(match["weekday"]), match["which"][0] in "lud"
        if match["month"]:
            number = grammar.month(match["month"])
            return one_day(weekday_in_month(year_of_named(number, today), number, weekday, last=last), "period")
        day = weekday_in_month(today.year, today.month, weekday, last=last)
        later = add_months(today.replace(day=1), 1)
        following = weekday_in_month(later.year, later.month, weekday, last=last)
        return one_day(day if day >= today else following, "period")

    words, week = grammar.words, timedelta(days=7)
    yield from grammar.rules(words.past_weekday, named(lambda w, t: (coming_weekday(w, t) - week,), "past"), 5)
    yield from grammar.rules(
        words.next_weekday, named(lambda w, t: (weekday_of_next_week(w, t), coming_weekday(w, t))), 5
    )
    yield from grammar.rules(words.weekday_plus_two_weeks, named(lambda w, t: (coming_weekday(w, t) + 2 * week,)), 3)
    yield from grammar.rules(words.weekday_plus_week, named(lambda w, t: (coming_weekday(w, t) + week,)), 3)
    yield from grammar.rules(words.weekday_of_month, of_month, 2)
    yield from grammar.rules(words.coming_weekday, named(lambda w, t: (coming_weekday(w, t),)), 6)


def _is_weekday(match: re.Match[str], grammar: Grammar) -> bool:
    word, after = match["weekday"], match.string[match.end("weekday") : match.end("weekday") + 12]
    if len(word) <= _SHORT and not (grammar.language == "en" and word in _ENGLISH_SHORT):
        return False
    if grammar.language == "pt" and "feira" not in word:
        before = match.string[max(0, match.start("weekday") - 8) : match.start("weekday")]
        is_led = re.search(r"(?:\b(?:na|ate|esta|nesta|proxima|ultima|para|de|ter|uma|passada)\s+)$", before)
        is_alone = re.search(r"(?:^|[,.;\n]\s?)$", before) or re.match(r"\s*(?:[,.;!?\n]|$)", after)
        is_ordinal = re.match(r"\s+(?:via|fat|vez|prest|metade|parte|tranc|quin|enc|remessa|guia)", after)
        return bool(is_led or (is_alone and not re.search(r"\b(?:a|da|e a)\s+$", before))) and not is_ordinal
    return True
