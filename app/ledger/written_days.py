"""How a file writes its days. ISO is read as it stands. `28.03.2026` is the day first: no locale of the CLDR writes the
month first with dots. `28/03/2026` is read only once the file itself leaves one order, by a date that is a day in no
other (no month is a 28th); `04/05/2026` alone is refused with the question, for nobody may guess a due date.

One column is written one way. A date cell between dates that are text is a spreadsheet's guess: an American Excel makes
4 March of a British 04/03/2026 the 3rd of April, and leaves 28/03/2026 as text.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cache, cached_property

from babel.dates import get_month_names

from app.domain.clock import written_day
from app.domain.intents import LANGUAGES
from app.ledger.cells import BadCell, iso_date
from app.ledger.sources import DecimalMark

_NUMBERS = re.compile(r"([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{1,4})")
_COMPACT = re.compile(r"(?:19|20|21)[0-9]{6}")
_DAY_AND_NAME = re.compile(r"([0-9]{1,2})(?:\.|(?:st|nd|rd|th)\b)?[ -]([^\W\d_]{3,10})\.?,?[ -]([0-9]{4})")
_NAME_AND_DAY = re.compile(r"([^\W\d_]{3,10})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")
_MIDNIGHT = re.compile(r"(?<=[0-9])[ T](?:0?0:00(?::00(?:\.0{1,6})?)?|12:00(?::00)? AM)")
_SERIAL = re.compile(r"[0-9]{5}(?:\.0)?")

CENTURY = 2000
YEAR_DIGITS = 4
SHORT_YEAR_DIGITS = 2


class DayOrder(StrEnum):
    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
    YEAR_FIRST = "year-first"


_TAKES: Mapping[DayOrder, tuple[int, int, int]] = {
    DayOrder.DAY_FIRST: (2, 1, 0),
    DayOrder.MONTH_FIRST: (2, 0, 1),
    DayOrder.YEAR_FIRST: (0, 1, 2),
}
"""Where year, month and day stand."""

Shape = tuple[str, int]
"""The mark, and where the four digits of the year stand: 0 or 2, or -1 where it has two."""

ISO: Shape = ("-", 0)
NAMED: Shape = (" ", 2)
PLAIN = frozenset({ISO, NAMED})
"""Of which nothing need be said."""


class WrittenDays:
    """The days of one file. `given`: every date cell, read once the first one that is not ISO turns up. `order`: what
    somebody said about dates that can be read two ways."""

    def __init__(self, given: Callable[[], Iterable[str]], order: DayOrder | None = None) -> None:
        self._given = given
        self._order = order
        self.read: dict[DayOrder, str] = {}

    def column(self) -> Callable[[str, DecimalMark], date]:
        """The reader of one column's cells."""
        first: list[tuple[Shape, str]] = []

        def parse(cell: str, mark: DecimalMark) -> date:
            words = _MIDNIGHT.sub("", cell)
            shape = _shape(words)
            if shape is None:
                return iso_date(_told(cell), mark)
            if not first:
                first.append((shape, cell))
            if first[0][0] != shape:
                raise BadCell(
                    f"{cell!r} is written otherwise than {first[0][1]!r} in the same column: "
                    "a spreadsheet may have swapped days and months; export the file anew, with dates as 2026-03-31"
                )
            return iso_date(words, mark) if shape == ISO else self._day(words, shape)

        return parse

    def _day(self, cell: str, shape: Shape) -> date:
        is_said = self._order in _possible(shape)
        orders = [self._order] if self._order and is_said else sorted(self._orders.get(shape, ()))
        days = {order: day for order in orders if (day := _read(cell, order)) is not None}
        if not days:
            raise BadCell(f"{cell!r} is not a date such as 2026-03-31{self._why_not(shape, orders)}")
        if len(set(days.values())) > 1:
            meanings = " or ".join(f"{day} ({order})" for order, day in days.items())
            raise BadCell(
                f"{cell!r} can be read as {meanings}, and no other date tells which: "
                "say it with --dates, or write dates as 2026-03-31"
            )
        order, day = next(iter(days.items()))
        if len(days) == 1 and order is not DayOrder.YEAR_FIRST and shape not in PLAIN:
            self.read.setdefault(order, f"{cell} as {day}")
        return day

    def _why_not(self, shape: Shape, orders: Sequence[DayOrder]) -> str:
        if not orders and shape in self._orders:
            return ": some dates of the file have the day first, and some the month"
        return f" read {orders[0]}" if len(orders) == 1 and len(_possible(shape)) > 1 else ""

    @cached_property
    def _orders(self) -> Mapping[Shape, frozenset[DayOrder]]:
        """Of each shape the orders in which every date of the file is a day; one that is a day in none is judged with
        its row. None are left where two dates contradict each other."""
        left: dict[Shape, frozenset[DayOrder]] = {}
        for cell in self._given():
            words = _MIDNIGHT.sub("", cell)
            shape = _shape(words)
            if shape is None or shape == ISO:
                continue
            fits = frozenset(order for order in _possible(shape) if _read(words, order) is not None)
            if fits:
                left[shape] = left.get(shape, fits) & fits
        return left


def _shape(cell: str) -> Shape | None:
    if numbers := _NUMBERS.fullmatch(cell):
        first, mark, _month, last = numbers.groups()
        if len(first) == YEAR_DIGITS and len(last) <= SHORT_YEAR_DIGITS:
            return mark, 0
        if len(first) <= SHORT_YEAR_DIGITS:
            return {4: (mark, 2), 2: (mark, -1)}.get(len(last))
    if _COMPACT.fullmatch(cell):
        return "", 0
    if _DAY_AND_NAME.fullmatch(cell) or _NAME_AND_DAY.fullmatch(cell):
        return NAMED
    return None


def _possible(shape: Shape) -> tuple[DayOrder, ...]:
    mark, year = shape
    if year == 0:
        return (DayOrder.YEAR_FIRST,)
    if shape == NAMED or mark == ".":
        return (DayOrder.DAY_FIRST,)
    return (DayOrder.DAY_FIRST, DayOrder.MONTH_FIRST) if year > 0 else tuple(DayOrder)


def _read(cell: str, order: DayOrder) -> date | None:
    """None where it is no day of the trade in this order."""
    parts = _parts(cell)
    year, month, day = (parts[place] for place in _TAKES[order])
    try:
        return written_day(f"{int(year) + (CENTURY if len(year) <= SHORT_YEAR_DIGITS else 0):04}-{month:0>2}-{day:0>2}")
    except ValueError:
        return None


def _parts(cell: str) -> tuple[str, str, str]:
    if numbers := _NUMBERS.fullmatch(cell):
        return numbers[1], numbers[3], numbers[4]
    if named := _DAY_AND_NAME.fullmatch(cell):
        return named[1], _months().get(named[2].lower(), ""), named[3]
    if named := _NAME_AND_DAY.fullmatch(cell):
        return named[2], _months().get(named[1].lower(), ""), named[3]
    return cell[:4], cell[4:6], cell[6:]


def _told(cell: str) -> str:
    """Raises BadCell where more can be said than that it is no date."""
    if _SERIAL.fullmatch(cell):
        raise BadCell(
            f"{cell!r} is a spreadsheet's number of a day, counted from 1900 or from 1904: format the column as dates"
        )
    return cell


@cache
def _months() -> Mapping[str, str]:
    """Of every name and abbreviation in the languages of Duebox the month's number; no name means two."""
    return {
        name.lower().rstrip("."): str(number)
        for language in LANGUAGES
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for number, name in get_month_names(width, context, language).items()
    } | {"sept": "9", "mrz": "3"}
