"""A day that a text names: what the rules find, and what all others are told."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A day at [start, end). `day` is None when the words name no one day; `candidates` are what they may mean.

    `kind`: absolute, day (a bare number), weekday, relative, period, or past (points back: "last Friday", "yesterday").
    """

    start: int
    end: int
    day: date | None
    candidates: tuple[date, ...]
    kind: str
