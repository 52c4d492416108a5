"""What a cell may hold: one function for each kind of value. Each takes the stripped, non-empty cell."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import TypeVar
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_precision, get_territory_currencies

from app.domain.clock import written_day
from app.domain.money import LARGEST
from app.ledger.sources import DecimalMark
from app.reading.mail.canonical import canonical_address

CURRENCIES_SINCE = date(2010, 1, 1)
LONGEST_EMAIL = 320
LONGEST_LINK = 500

_NUMBER = {
    DecimalMark.POINT: re.compile(
        r"-?(?:[0-9]+(?:\.[0-9]{1,4})?|[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{1,4}|[0-9]{1,3}(?:,[0-9]{3}){2,})"
    ),
    DecimalMark.COMMA: re.compile(r"-?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]{1,4})?"),
    DecimalMark.UNCLEAR: re.compile(r"-?[0-9]+"),
}
_SPACED = re.compile("-?[0-9]{1,3}(?:[ '\u2019\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?")
_SPACES = re.compile("[ '\u2019\u00a0\u202f]")
_TWO_WAYS = re.compile(r"-?[0-9]{1,3}[.,][0-9]{3}")
_SIDED = re.compile(r"[0-9., ]+(?:CR|DR|Cr|Dr|cr|dr|S|H)")
_DASHES = str.maketrans("\u2212\u2013", "--")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[^@\s<>\"(),:;\\]+@[^@\s<>\"(),:;\\]+\.[^@\s<>\"(),:;\\.]+")
_LINK = re.compile(r"https?://[^\s<>\"]+")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

E = TypeVar("E", bound=StrEnum)


class BadCell(ValueError):
    """Says why a cell cannot be taken. Never leaves the reader of the row."""


def text(longest: int) -> Callable[[str, DecimalMark], str]:
    def parse(cell: str, _mark: DecimalMark) -> str:
        words = cell
        if not cell.isprintable() or "  " in cell:
            if _CONTROL.search(cell):
                raise BadCell("holds control characters")
            words = " ".join(cell.split())
        if len(words) > longest:
            raise BadCell(f"is longer than {longest} characters")
        return words

    return parse


def one_of(enum: type[E], what: str) -> Callable[[str, DecimalMark], E]:
    members = {member.value: member for member in enum}

    def parse(cell: str, _mark: DecimalMark) -> E:
        try:
            return members[cell.lower()]
        except KeyError:
            raise BadCell(f"{cell!r} is not a {what}: {', '.join(members)}") from None

    return parse


def amount(cell: str, mark: DecimalMark) -> Decimal:
    words = cell if _NUMBER[mark].fullmatch(cell) else _plain(cell)
    if not _NUMBER[mark].fullmatch(words):
        if _TWO_WAYS.fullmatch(words):
            raise BadCell(f"{cell!r} can be read two ways, and no other amount tells which: write two decimals")
        if _SIDED.fullmatch(words):
            raise BadCell(f"{cell!r} says debit or credit with letters: write a minus for what is owed to the customer")
        example = "1250,00" if mark is DecimalMark.COMMA else "1250.00"
        raise BadCell(f"{cell!r} is not a number such as {example}")
    if mark is DecimalMark.COMMA:
        words = words.replace(".", "").replace(",", ".")
    number = Decimal(words.replace(",", ""))
    if abs(number) >= LARGEST:
        raise BadCell(f"{cell!r} is too large")
    return number


def _plain(cell: str) -> str:
    """`(1'234.50)`, `1 234.50-` and the like, which mean but one thing, as `-1234.50`."""
    words = cell.translate(_DASHES).removeprefix("+")
    if words.startswith("(") and words.endswith(")"):
        words = f"-{words[1:-1].strip()}"
    elif words.endswith("-"):
        words = f"-{words[:-1].strip()}"
    return _SPACES.sub("", words) if _SPACED.fullmatch(words) else words


def check_decimals(number: Decimal, currency: str) -> None:
    """Three digits after the mark are thousands as likely as not, unless a currency has thousandths. Raises BadCell."""
    if number.as_tuple().exponent == -3 and 1 <= abs(number) < 1000 and _decimals(currency) != 3:  # noqa: PLR2004
        thousands = int(number * 1000)
        raise BadCell(
            f"can be read as {number} or as {thousands}, and {currency} has no thousandths: write two decimals"
        )


def iso_date(cell: str, _mark: DecimalMark) -> date:
    try:
        if _DATE.fullmatch(cell):
            return written_day(cell)
    except ValueError:
        pass
    raise BadCell(f"{cell!r} is not a date such as 2026-03-31")


def truth(cell: str, _mark: DecimalMark) -> bool:
    try:
        return _TRUTH[cell.lower()]
    except KeyError:
        raise BadCell(f"{cell!r} is neither true nor false") from None


def days(cell: str, _mark: DecimalMark) -> int:
    if not re.fullmatch("[0-9]{1,3}", cell):
        raise BadCell(f"{cell!r} is not a number of days from 0 to 999")
    return int(cell)


def email(cell: str, _mark: DecimalMark) -> str:
    if not _EMAIL.fullmatch(cell) or _CONTROL.search(cell) or len(cell) > LONGEST_EMAIL:
        raise BadCell(f"{cell!r} is not an e-mail address")
    return canonical_address(cell)


def link(cell: str, _mark: DecimalMark) -> str:
    if not _LINK.fullmatch(cell) or _CONTROL.search(cell) or len(cell) > LONGEST_LINK:
        raise BadCell("is not a link that begins with https://")
    return cell


def currency(cell: str, _mark: DecimalMark) -> str:
    if cell.upper() not in _currencies():
        raise BadCell(f"{cell!r} is not a currency code of ISO 4217 such as EUR")
    return cell.upper()


def language(cell: str, _mark: DecimalMark) -> str:
    """Of a tag such as `de-AT` (BCP 47) the language."""
    code = re.split("[-_]", cell.lower(), maxsplit=1)[0]
    if code not in _languages():
        raise BadCell(f"{cell!r} is not a language code of ISO 639-1 such as de")
    return code


def country(cell: str, _mark: DecimalMark) -> str:
    if cell.upper() not in _countries():
        raise BadCell(f"{cell!r} is not a country code of ISO 3166-1 such as GB")
    return cell.upper()


def timezone(cell: str, _mark: DecimalMark) -> str:
    if cell not in _timezones():
        raise BadCell(f"{cell!r} is not a time zone such as Europe/Berlin")
    return cell


_decimals = cache(get_currency_precision)


@cache
def _currencies() -> frozenset[str]:
    """What has been money somewhere since 2010: old invoices keep their currency."""
    return frozenset(
        code
        for territory in get_global("territory_currencies")
        for code in get_territory_currencies(territory, start_date=CURRENCIES_SINCE)
    )


@cache
def _languages() -> frozenset[str]:
    return frozenset(code for code in map(str, Locale("en").languages) if re.fullmatch("[a-z]{2}", code))


@cache
def _countries() -> frozenset[str]:
    return frozenset(code for code in map(str, Locale("en").territories) if re.fullmatch("[A-Z]{2}", code)) - {
        "EU",
        "QO",
        "ZZ",
    }


_timezones = cache(available_timezones)
