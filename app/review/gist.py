"""The gist of a mail, kept as English lines when it was read, as sentences that can be said in other languages.

What no pattern fits stays as it was written: a proposal of an older version, or one that was typed in.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date

from app.domain.money import Money
from app.domain.sentence import Sentence

Line = tuple[Sentence, tuple[Sentence, ...]]

NAMES = (Sentence("Wants"), Sentence("Before"), Sentence("Open"))
CLAUSES = (
    Sentence("promise to pay {amount} by {day}"),
    Sentence("promise to pay {amount}, no day named"),
    Sentence("promise to pay by {day}"),
    Sentence("promise to pay, no day named"),
    Sentence("promise to pay"),
    Sentence("other terms: {kind} until {day}"),
    Sentence("other terms: {kind}"),
    Sentence("other terms until {day}"),
    Sentence("other terms"),
    Sentence("says it is paid: {amount} listed"),
    Sentence("says it is paid"),
    Sentence("dispute: {reason}"),
    Sentence("dispute"),
    Sentence("automatic reply"),
    Sentence("delivery failure"),
    Sentence("change of bank details"),
    Sentence("tells of hardship"),
    Sentence("legal matter or complaint"),
    Sentence("documents"),
    Sentence("new contact"),
    Sentence("question"),
    Sentence("acknowledges"),
    Sentence("nothing of ours"),
    Sentence("last payment {amount} on {day}"),
    Sentence("reference {reference}"),
    Sentence("oldest concerned {number}, {days} days overdue"),
    Sentence("oldest concerned {number}, 1 day overdue"),
    Sentence("oldest concerned {number}, due {day}"),
    Sentence("oldest {number}, {days} days overdue"),
    Sentence("oldest {number}, 1 day overdue"),
    Sentence("oldest {number}, due {day}"),
)
CLOSED = {"kind", "reason"}
"""Places that hold a word of ours."""

SYMBOLS = {"£": "GBP", "€": "EUR", "US$": "USD"}
_AMOUNT = re.compile(r"(-?)(£|€|US\$|[A-Z]{3})\N{NO-BREAK SPACE}?([0-9,]+\.[0-9]{2})")
_PLACE = re.compile(r"\\\{(\w+)\\\}")
_READERS = [(clause, re.compile(_PLACE.sub(r"(?P<\1>.{1,200})", re.escape(clause)))) for clause in CLAUSES]


class Day(date):
    """A day that reads in English as the line had it."""

    def __format__(self, _spec: str) -> str:
        return str(format_date(self, "d MMM yyyy", locale="en_GB"))


@dataclass(frozen=True, slots=True)
class Sum(Money):
    """An amount that reads in English as the line had it."""

    text: str = ""

    def __format__(self, _spec: str) -> str:
        return self.text


def gist(lines: Iterable[str]) -> tuple[Line, ...]:
    return tuple(_line(line) for line in lines)


def _line(line: str) -> Line:
    name, _, said = line.partition(": ")
    return Sentence(name), tuple(_clauses(said))


def _clauses(said: str) -> Iterator[Sentence]:
    for clause in said.split("; "):
        want, mark, numbers = clause.rpartition(" (")
        if mark and numbers.endswith(")"):
            yield Sentence("{clause} ({numbers})", clause=_clause(want), numbers=numbers.removesuffix(")"))
        else:
            yield _clause(clause)


def _clause(text: str) -> Sentence:
    for pattern, reader in _READERS:
        found = reader.fullmatch(text)
        if found is not None:
            return Sentence(pattern, **{name: _value(name, value) for name, value in found.groupdict().items()})
    return Sentence("{amount}", amount=_amount(text))


def _value(name: str, text: str) -> object:
    if name in CLOSED:
        return Sentence(text)
    return _day(text) if name == "day" else _amount(text) if name == "amount" else text


def _day(text: str) -> object:
    try:
        read = datetime.strptime(text.replace("Sept ", "Sep "), "%d %b %Y")  # noqa: DTZ007  # a day has no zone
    except ValueError:
        return text
    return Day(read.year, read.month, read.day)


def _amount(text: str) -> object:
    """What is no amount stays as it is."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return text
    sign, symbol, digits = found.groups()
    return Sum(Decimal(sign + digits.replace(",", "")), SYMBOLS.get(symbol, symbol), text)
