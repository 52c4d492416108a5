"""How one language speaks of days: its calendar words, and the rules that patterns of them become."""

import re
from collections.abc import Iterable, Iterator

from app.reading.days.calendar_words import CALENDARS
from app.reading.days.date_rules.rule import Resolve, Rule
from app.reading.days.ordinals import ORDINALS, PLACES

_LAST = 4
"""The place of the last in PLACES."""


class Grammar:
    """`month_first`: 3/14 is 14 March. `country`: the one whose holidays are no business days."""

    def __init__(self, language: str, country: str, *, month_first: bool) -> None:
        words, ordinals = CALENDARS[language], ORDINALS[language]
        self.words, self.language, self.country, self.month_first = words, language, country, month_first
        self._days = _alternatives(ordinals)
        self._months = _alternatives(words.months)
        self._places = _alternatives(PLACES[language])
        self._weekdays = _alternatives(words.weekdays)
        self._names = {
            "MONTHS": "|".join(sorted(words.months, key=len, reverse=True)),
            "WEEKDAYS": "|".join(words.weekdays),
            "NUMBERS": "|".join(sorted(words.numbers, key=len, reverse=True)),
            "PLACES": "|".join(PLACES[language]),
            "DAYWORDS": "|".join(sorted(ordinals, key=len, reverse=True)),
        }

    def rules(self, patterns: Iterable[str], resolve: Resolve, rank: int) -> Iterator[Rule]:
        """MONTHS, WEEKDAYS, NUMBERS, PLACES and DAYWORDS stand for the language's own names in a pattern."""
        for pattern in patterns:
            for name, words in self._names.items():
                pattern = pattern.replace(name, words)  # noqa: PLW2901 filled in step by step
            yield Rule(re.compile(rf"(?<![\w-])(?:{pattern})(?!\w)"), resolve, rank)

    def number(self, word: str) -> int:
        """A count, in digits or in words."""
        return int(word) if word.isdigit() else self.words.numbers[word]

    def day(self, word: str) -> int:
        """A day of a month, in digits or in words."""
        return int(word) if word.isdigit() else _place(self._days.fullmatch(word)) + 1

    def month(self, name: str) -> int:
        return _place(self._months.fullmatch(name)) + 1

    def weekday(self, name: str) -> int:
        """Monday is 0."""
        return _place(self._weekdays.fullmatch(name))

    def place(self, word: str) -> int | None:
        """Which one of a month, from 0; None for the last."""
        place = _place(self._places.fullmatch(word))
        return None if place == _LAST else place

    def first_weekday(self, words: str) -> int | None:
        """That with which the words begin."""
        match = self._weekdays.match(words)
        return _place(match) if match and len(match.group()) > 1 else None  # "d'" and the like


def _alternatives(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<n{place}>{name})" for place, name in enumerate(names)))


def _place(match: re.Match[str] | None) -> int:
    """Which of the alternatives it is, from 0; the first where it is none."""
    return int(match.lastgroup[1:]) if match and match.lastgroup else 0
