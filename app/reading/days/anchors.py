"""Days that are told by another day: "the Tuesday after Easter", "not this Monday but the one after", "the Thursday of
that week". Found dates go in as their rules made them, and come out as what they mean together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from app.reading.days.anchor_words import ANCHOR_WORDS, AnchorWords
from app.reading.days.calendar_days import coming_weekday, weekday_of_next_week
from app.reading.days.found import FoundDate
from app.reading.days.workdays import add_workdays

_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_DAYS_OF_A_WEEK = 5
_BEFORE = 60
"""So many characters in front of a day may tie it to another one."""

_NEAR = 160
"""So many characters lie at most between a week and the words that mean it: "in week 36, we pay on its Thursday"."""

FEAST = "feast"
"""The kind of a feast day that nothing has made a term yet."""

_NAMED = frozenset({"absolute", "day", FEAST})


@dataclass(frozen=True, slots=True)
class _Ties:
    """The words of a language, as patterns: `between` two days, `lead` in front of one, `tail` behind one."""

    after: re.Pattern[str]
    before: re.Pattern[str]
    leads: tuple[tuple[re.Pattern[str], int | None], ...]
    following_week: re.Pattern[str]
    that_week: re.Pattern[str]
    not_this: re.Pattern[str]
    but_the_next: re.Pattern[str]
    counted: re.Pattern[str]
    led: re.Pattern[str]
    compound: re.Pattern[str] | None


@lru_cache(maxsize=16)
def _ties(language: str) -> _Ties:
    words: AnchorWords = ANCHOR_WORDS[language]

    def tail(pattern: str) -> re.Pattern[str]:
        return re.compile(rf",? (?:{pattern})(?!\w)")

    def lead(pattern: str) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)(?:{pattern})$")

    leads = ((lead(words.day_after), 1), (lead(words.day_before), -1), (lead(words.workday_after), None))
    return _Ties(
        re.compile(rf",? (?:{words.after})"),
        re.compile(rf",? (?:{words.before})"),
        leads,
        tail(words.following_week),
        tail(words.that_week),
        lead(words.not_this),
        re.compile(rf",? (?:{words.but_the_next})(?!\w)"),
        re.compile(rf",? ?(?:{words.counted}) ?"),
        lead(words.led),
        re.compile(words.compound) if words.compound else None,
    )


def anchored(folded: str, found: Sequence[FoundDate], today: date, language: str, country: str) -> list[FoundDate]:
    """The dates of a folded text, in order, with those that another one tells resolved by it; a feast that is neither
    an anchor nor a term is left out: "Frohe Ostern"."""
    ties = _ties(language)
    merged: list[FoundDate] = []
    for hit in found:
        shifted = _from_its_day(folded, hit, ties, country)
        before = merged[-1] if merged else None
        if before is not None and (one := _together(folded, before, shifted, ties, today)) is not None:
            merged[-1] = one
        else:
            merged.append(_in_its_week(folded, shifted, merged, ties, today))
    return [hit for hit in (_as_term(folded, hit, ties) for hit in merged) if hit.kind != FEAST]


def _from_its_day(folded: str, hit: FoundDate, ties: _Ties, country: str) -> FoundDate:
    """ "The day after Easter Monday", "the first working day after the 15th"."""
    if hit.kind not in _NAMED or hit.day is None:
        return hit
    start = max(0, hit.start - _BEFORE)
    for lead, days in ties.leads:
        match = lead.search(folded[start : hit.start])
        if match is not None:
            day = add_workdays(hit.day, 1, country) if days is None else hit.day + days * _DAY
            return FoundDate(start + match.start(), hit.end, day, (day,), "absolute")
    return hit


def _together(folded: str, first: FoundDate, second: FoundDate, ties: _Ties, today: date) -> FoundDate | None:
    """Two dates that are one: "the Monday after 15 August", "in ten days, counted from today"."""
    if first.day is None or second.day is None:
        return None
    between = folded[first.end : second.start]
    if first.kind == "weekday" and second.kind in _NAMED:
        weekday = first.day.weekday()
        day = None
        if ties.after.fullmatch(between):
            day = coming_weekday(weekday, second.day)
        elif ties.before.fullmatch(between):
            day = coming_weekday(weekday, second.day - _WEEK - _DAY)
        return None if day is None else FoundDate(first.start, second.end, day, (day,), "absolute")
    if not first.kind == second.kind == "relative":
        return None
    if first.day > second.day and ties.counted.fullmatch(between):
        return replace(first, end=second.end)
    return replace(second, start=first.start) if first.day == today < second.day and between == " " else None


def _in_its_week(folded: str, hit: FoundDate, earlier: Sequence[FoundDate], ties: _Ties, today: date) -> FoundDate:
    """ "The Friday of the week after", "on the Thursday of that week", "not this Monday but the one after"."""
    if hit.kind != "weekday" or hit.day is None:
        return hit
    before = next((e for e in reversed(earlier) if e.kind != "past" and e.candidates), None)
    known = before.day or before.candidates[0] if before is not None and hit.start - before.end <= _NEAR else None
    weekday = hit.day.weekday()
    if (tail := ties.following_week.match(folded, hit.end)) is not None:
        return _moved(hit, tail.end(), weekday_of_next_week(weekday, known or today))
    if known is not None and before is not None and (tail := ties.that_week.match(folded, hit.end)) is not None:
        is_week = before.day is None and len(before.candidates) == _DAYS_OF_A_WEEK
        return _moved(hit, tail.end(), weekday_of_next_week(weekday, known - _WEEK)) if is_week else hit
    start = max(0, hit.start - _BEFORE)
    denial = ties.not_this.search(folded[start : hit.start])
    tail = ties.but_the_next.match(folded, hit.end) if denial else None
    if denial is None or tail is None:
        return hit
    return _moved(replace(hit, start=start + denial.start()), tail.end(), hit.day + _WEEK)


def _moved(hit: FoundDate, end: int, day: date) -> FoundDate:
    return FoundDate(hit.start, end, day, (day,), "weekday")


def _as_term(folded: str, hit: FoundDate, ties: _Ties) -> FoundDate:
    """A feast behind "by" or "until" is a day like others."""
    if ties.compound is not None and ties.compound.match(folded, hit.end):
        return hit
    is_led = hit.kind == FEAST and ties.led.search(folded[max(0, hit.start - _BEFORE) : hit.start])
    return replace(hit, kind="absolute") if is_led else hit
