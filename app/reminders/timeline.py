"""A customer's months as a drawing: one lane a kind of event, its dots and bars in units of days. Pure geometry.

  first day                                  today              last day
├────────────────────────────────────────────┼──────────────────┤
0                                            90                 121
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

PAST_DAYS, DAYS_AHEAD = 90, 30
WIDTH = PAST_DAYS + 1 + DAYS_AHEAD
MIDDAY = Decimal("0.5")

LANES = ("planned", "sent", "task", "mail", "payment", "promise", "dispute", "extension", "hardship", "hold")
"""From above to below: what comes next, what was said, what was paid, what stops reminders."""

ROW_HEIGHT = 18
MOST_ROWS = 6
"""Beyond that bars lie over each other; the table still names each."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened on a day, or lasted from a day to another (both included). `state`, `detail`, `stage` and `tone`
    are closed words; `link` leads to where more is known."""

    lane: str
    begin: date
    end: date | None = None
    state: str = ""
    detail: str = ""
    stage: str = ""
    tone: str = ""
    amount: tuple[Decimal, str] | None = None
    invoices: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A dot in the middle of its day, or a bar if it has a width. `y` is the middle of its row."""

    x: Decimal
    y: int
    width: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Lane:
    name: str
    height: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """`days`: the first day of each quarter of the drawing, then its last day. `lines`: where each begins."""

    today: date
    lanes: tuple[Lane, ...]
    days: tuple[date, ...]
    lines: tuple[Decimal, ...]
    entries: tuple[Entry, ...]


def draw(entries: Iterable[Entry], today: date) -> Timeline:
    """Lanes that have something in the window, and its entries, the newest first."""
    first = today - timedelta(days=PAST_DAYS)
    last = today + timedelta(days=DAYS_AHEAD)
    seen = [entry for entry in entries if entry.begin <= last and (entry.end or entry.begin) >= first]
    lanes = [_lane(name, [entry for entry in seen if entry.lane == name], first, last) for name in LANES]
    quarters = range(0, WIDTH, DAYS_AHEAD)
    return Timeline(
        today=today,
        lanes=tuple(lane for lane in lanes if lane.marks),
        days=tuple(first + timedelta(days=days) for days in quarters),
        lines=tuple(days + MIDDAY for days in quarters),
        entries=tuple(sorted(seen, key=lambda entry: (entry.begin, entry.end or entry.begin), reverse=True)),
    )


def _lane(name: str, entries: Sequence[Entry], first: date, last: date) -> Lane:
    """Bars that overlap lie in rows below each other."""
    marks: list[Mark] = []
    free_from: list[date] = []
    for entry in sorted(entries, key=lambda entry: entry.begin):
        row = _free_row(free_from, entry)
        marks.append(_mark(entry, row, first, last))
    return Lane(name, ROW_HEIGHT * max(len(free_from), 1), tuple(marks))


def _free_row(free_from: list[date], entry: Entry) -> int:
    """The first row that is free on the day on which a bar begins, and taken until after its end."""
    if entry.end is None:
        return 0
    row = next((row for row, day in enumerate(free_from) if day <= entry.begin), len(free_from))
    row = min(row, MOST_ROWS - 1)
    after = entry.end + timedelta(days=1)
    if row == len(free_from):
        free_from.append(after)
    else:
        free_from[row] = max(free_from[row], after)
    return row


def _mark(entry: Entry, row: int, first: date, last: date) -> Mark:
    y = row * ROW_HEIGHT + ROW_HEIGHT // 2
    begin = (max(entry.begin, first) - first).days
    if entry.end is None:
        return Mark(begin + MIDDAY, y, 0, entry)
    return Mark(Decimal(begin), y, (min(entry.end, last) - first).days + 1 - begin, entry)
