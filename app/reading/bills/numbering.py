"""How an account numbers its invoices, and how others write such a number."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.domain.account import Account, Invoice
from app.reading.spans import fold

_YEAR = re.compile(r"20\d\d")
_LAST_MONTH = 12


class MatchKind(StrEnum):
    EXACT = "exact"
    PARTIAL = "partial"
    RANGE = "range"
    GROUP = "group"
    SLIP = "slip"


@dataclass(frozen=True, slots=True)
class InvoiceMatch:
    """Words at [start, end) that name these invoices of the account. `left_out` are those that they name to except
    them: "all but R-2"."""

    start: int
    end: int
    numbers: tuple[str, ...]
    kind: MatchKind = MatchKind.EXACT
    left_out: tuple[str, ...] = ()


def shape(number: str) -> str:
    return re.sub(r"\d", "9", re.sub(r"[A-Z]", "A", number.upper()))


@lru_cache(maxsize=4096)
def number_pattern(number: str) -> re.Pattern[str]:
    """The number as the account writes it, whatever stands between its parts."""
    parts = re.findall(r"[a-z]+|\d+", fold(number))
    joined = r"[\s\-_/.#]{0,2}".join(re.escape(part) for part in parts)
    return re.compile(rf"(?<![a-z0-9]){joined}(?![a-z0-9]|[.,]\d{_dates_with(number)})")


def _dates_with(number: str) -> str:
    """What follows 31 in "31/3" and 3 in "3/2026", and follows no invoice: a day or month is none."""
    if not number.isdigit() or len(number) > len("31"):
        return ""
    return r"|/\d" if int(number) <= _LAST_MONTH else r"|/\d{1,3}(?!\d)"


@lru_cache(maxsize=4096)
def serial(number: str) -> str:
    """The digits that count the invoices: the last, or those beside a year at the end ("71/2026")."""
    groups: list[str] = re.findall(r"\d+", number)
    if len(groups) > 1 and _YEAR.fullmatch(groups[-1]):
        return groups[-2]
    return groups[-1] if groups else ""


def with_serial(digits: str, account: Account) -> tuple[str, ...]:
    bare = digits.lstrip("0")
    return tuple(invoice.number for invoice in account.invoices if serial(invoice.number).lstrip("0") == bare and bare)


def with_ending(digits: str, account: Account) -> tuple[str, ...]:
    return tuple(invoice.number for invoice in account.invoices if serial(invoice.number).endswith(digits))


def has_same_prefix(token: str, invoice: Invoice) -> bool:
    prefix = re.match(r"[a-z]+", token)
    return prefix is None or fold(invoice.number).startswith(prefix.group())


def is_slip(written: str, meant: str) -> bool:
    """One digit wrong, missing or too many, or two neighbours exchanged."""
    if abs(len(written) - len(meant)) > 1 or written == meant:
        return False
    if len(written) == len(meant):
        wrong = [i for i, (a, b) in enumerate(zip(written, meant, strict=True)) if a != b]
        swapped = (
            len(wrong) == len("ab")
            and wrong[1] == wrong[0] + 1
            and written[wrong[0]] == meant[wrong[1]]
            and written[wrong[1]] == meant[wrong[0]]
        )
        return len(wrong) == 1 or swapped
    longer, shorter = (written, meant) if len(written) > len(meant) else (meant, written)
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))


def between(first: str, last: str, account: Account) -> tuple[str, ...]:
    low, high = serial(first), serial(last)
    if not low or not high or int(low) >= int(high):
        return ()
    return tuple(
        i.number for i in account.invoices if serial(i.number) and int(low) <= int(serial(i.number)) <= int(high)
    )
