"""Dates in running text, resolved by the conventions of evals/labels.md against the day the mail was received.

Absolute dates, bare day numbers, weekdays and periods: what may be one is told by the rules of a language
(date_rules/), made of its words (calendar_words.py). Where two patterns meet, the more explicit one wins (the lower
rank), then the earlier, then the longer: "Friday 13 March" is one date.
"""

import re
from dataclasses import replace
from datetime import date
from functools import lru_cache

from app.reading.days.anchors import anchored
from app.reading.days.calendar_days import day_or_none
from app.reading.days.calendar_words import CALENDARS
from app.reading.days.date_rules.absolute import absolute
from app.reading.days.date_rules.grammar import Grammar
from app.reading.days.date_rules.periods import periods
from app.reading.days.date_rules.relative import relative
from app.reading.days.date_rules.rule import Rule
from app.reading.days.date_rules.weekdays import weekdays
from app.reading.days.found import FoundDate
from app.reading.days.workdays import country_of
from app.reading.spans import fold

_MONTH_FIRST = frozenset({"US"})


def find_dates(text: str, today: date, language: str, country: str = "") -> tuple[FoundDate, ...]:
    """Every date of a text, in order, without overlaps.

    `country` "US" reads 3/14 as 14 March; its holidays are no business days; without one, those of the language's home.
    """
    folded = fold(text)
    matches: list[tuple[tuple[int, int, int], FoundDate]] = []
    language = language if language in CALENDARS else "en"
    for rule in _rules(language, country_of(country, language), country.upper() in _MONTH_FIRST):
        for match in rule.pattern.finditer(folded):
            if language == "de" and _is_greeting(text, match):
                continue
            resolved = rule.resolve(match, today)
            if resolved is not None:
                day, candidates, kind = resolved
                matches.append(
                    (
                        (rule.rank, match.start(), -match.end()),
                        FoundDate(match.start(), match.end(), day, candidates, kind),
                    )
                )
    found: list[FoundDate] = []
    for _, hit in sorted(matches, key=lambda m: m[0]):
        if all(hit.start >= other.end or hit.end <= other.start for other in found):
            found.append(hit)
    tied = anchored(folded, sorted(found, key=lambda hit: hit.start), today, language, country_of(country, language))
    return tuple(_share_months(folded, _apposition(folded, tied)))


def _is_greeting(text: str, match: re.Match[str]) -> bool:
    """ "Guten Morgen" and "Morgen Herr Brandt" speak of no day."""
    if not match.group().startswith("morgen"):
        return False
    before = text[max(0, match.start() - 8) : match.start()].lower()
    is_first = not before.strip() or before.endswith("\n")
    return before.endswith(("guten ", "schönen ", "schoenen ")) or (
        is_first and re.match(r"\s*(?:[,!]|Herr|Frau|zusammen|⟨|\n)", text[match.end() : match.end() + 12]) is not None
    )


def _apposition(folded: str, found: list[FoundDate]) -> list[FoundDate]:
    """ "Friday, the 13th" and "sexta-feira, dia 20" are one date: the number says which; so is "tomorrow Thursday"."""
    merged: list[FoundDate] = []
    for hit in found:
        before = merged[-1] if merged else None
        if before is not None and (day := _day_of_week(folded, before, hit)) is not None:
            merged[-1] = FoundDate(before.start, hit.end, day, (day,), "weekday")
            continue
        is_beside = before is not None and re.fullmatch(r"[\s,(]*", folded[before.end : hit.start])
        if before is None or not is_beside:
            merged.append(hit)
        elif before.kind == "weekday" and hit.kind in {"day", "absolute"}:
            merged[-1] = replace(hit, start=before.start)
        elif before.kind == "relative" and hit.kind == "weekday":
            merged[-1] = replace(before, end=hit.end)
        else:
            merged.append(hit)
    return merged


_ON = re.compile(
    r"[\s,(]*(?:(?:on|the|le|la|am|an|dem|op|de|el|il|al|na|no|a|of|in|der|die|do|della|del|da|van|en|em|nella)\s+)*"
)
_DAYS_OF_A_WEEK = 5


def _day_of_week(folded: str, first: FoundDate, second: FoundDate) -> date | None:
    """ "Week 39, on the Thursday" and "Thursday of week 39": a week that is numbered and one of its days."""
    if not _ON.fullmatch(folded, first.end, second.start):
        return None
    for week, named in ((first, second), (second, first)):
        is_week = week.day is None and len(week.candidates) == _DAYS_OF_A_WEEK
        if is_week and named.kind == "weekday" and named.day is not None and named.day.weekday() < _DAYS_OF_A_WEEK:
            return week.candidates[named.day.weekday()]
    return None


def _share_months(folded: str, found: list[FoundDate]) -> list[FoundDate]:
    """ "the 5th and 20th of June": a bare number takes month and year of the date it is joined to."""
    shared = list(found)
    for index in range(len(shared) - 2, -1, -1):
        hit, after = shared[index], shared[index + 1]
        if (
            hit.kind == "day"
            and after.kind == "absolute"
            and after.day
            and hit.day
            and re.fullmatch(
                r"\s*(?:,|/|and|or|et|ou|und|oder|y|o|en|of|e|to|-|a|bis)?\s*(?:the|le|am|den|el|de|il|dia|no)?\s*",
                folded[hit.end : after.start],
            )
        ):
            day = day_or_none(after.day.year, after.day.month, hit.day.day)
            if day is not None:
                shared[index] = FoundDate(hit.start, hit.end, day, (day,), "absolute")
    return shared


@lru_cache(maxsize=64)
def _rules(language: str, country: str, month_first: bool) -> tuple[Rule, ...]:
    grammar = Grammar(language, country, month_first=month_first)
    return (*absolute(grammar), *relative(grammar), *periods(grammar), *weekdays(grammar))
