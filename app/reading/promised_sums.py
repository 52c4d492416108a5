"""How much will the customer pay? As stated, else what is open of the invoices that a promise covers in full."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from app.domain.account import Account, Invoice
from app.reading.amounts import FoundAmount
from app.reading.commitments import is_done
from app.reading.dates import FoundDate
from app.reading.settling import SETTLE
from app.reading.spans import fold
from app.reading.statements import REST, Statement

_PERCENT = re.compile(r"(\d{1,2}(?:[.,]\d)?)\s?(?:%|percent|prozent|pour cent|por ciento|procent|per cento|por cento)")
_HALF = re.compile(r"\b(?:half|la moitie|moitie|die halfte|halfte|la mitad|mitad|de helft|helft|la meta|meta|metade)\b")
_CENT = Decimal("0.01")


def find_sum(
    body: Sequence[Statement],
    statement: Statement | None,
    found: FoundDate | None,
    invoices: tuple[str, ...],
    account: Account,
) -> tuple[Decimal | None, str | None]:
    """The sum promised in a statement for a day, and its currency."""
    amount = _promise_amount(body, statement, found, invoices, account)
    value = amount.value if amount is not None else _open_sum(invoices, account)
    currency = (amount.currency if amount is not None else None) or _currency(invoices, account)
    return value, currency if value is not None else None


def _promise_amount(
    body: Sequence[Statement],
    statement: Statement | None,
    found: FoundDate | None,
    invoices: tuple[str, ...],
    account: Account,
) -> FoundAmount | None:
    if statement is None:
        return None
    open_sum = _open_sum(invoices, account)
    rest = _rest(body, statement, open_sum)
    inside = [a for a in statement.amounts if _is_plausible(a, open_sum)]
    same = [
        a
        for s in body
        if s.sentence == statement.sentence and "other_dispute" not in s.says - {"pay"} and not is_done(s)
        for a in s.amounts
        if _is_plausible(a, open_sum)
    ]
    value = rest if not inside else None
    if value is None and (inside or same):
        return min(inside or same, key=lambda amount: _distance(amount, found, statement))
    if value is None:
        value = _share(statement, open_sum)
    if value is None:
        return None
    return FoundAmount(
        statement.start, statement.end, value.quantize(_CENT, ROUND_HALF_UP), _currency(invoices, account)
    )


def _rest(body: Sequence[Statement], statement: Statement, open_sum: Decimal | None) -> Decimal | None:
    """What is left of the open sum after what the mail says was paid, if the words beside the date say "the rest"."""
    if open_sum is None or not REST.search(fold(statement.text)):
        return None
    paid = [
        a.value
        for s in body
        if "past" in s.says and s is not statement
        for a in s.amounts
        if _is_plausible(a, open_sum)
    ]
    left = open_sum - sum(paid)
    return left if paid and left > 0 else None


def _share(statement: Statement, open_sum: Decimal | None) -> Decimal | None:
    """ "40 %" or "half" of the open sum; "half April" is a date."""
    words = fold(statement.text)
    if open_sum is None:
        return None
    percent = _PERCENT.search(words)
    if percent and not SETTLE.search(words):
        return open_sum * Decimal(percent[1].replace(",", ".")) / 100
    halves = (statement.start + half.start() for half in _HALF.finditer(words))
    is_half = any(not any(d.start <= place < d.end for d in statement.dates) for place in halves)
    return open_sum / 2 if is_half else None


def _is_plausible(amount: FoundAmount, open_sum: Decimal | None) -> bool:
    """A bare number is a sum of money only up to what is open."""
    return amount.value > 0 and not (amount.is_bare and (open_sum is None or amount.value > open_sum))


def _distance(amount: FoundAmount, found: FoundDate | None, statement: Statement) -> tuple[int, int]:
    """Characters between a sum and the date; a comma between them counts as a wall."""
    if found is None:
        return (0, amount.start)
    first, last = (amount.end, found.start) if amount.end <= found.start else (found.end, amount.start)
    between = statement.text[first - statement.start : last - statement.start]
    return (last - first + 40 * sum(between.count(mark) for mark in ",;:"), amount.start)


def _open_sum(numbers: tuple[str, ...], account: Account) -> Decimal | None:
    chosen = _invoices(numbers, account)
    if not chosen or len({invoice.open.currency for invoice in chosen}) != 1:
        return None
    total = sum((invoice.open.amount for invoice in chosen), Decimal(0))
    return total if total > 0 else None


def _currency(numbers: tuple[str, ...], account: Account) -> str | None:
    chosen = _invoices(numbers, account) or account.invoices
    currencies = {invoice.open.currency for invoice in chosen}
    return currencies.pop() if len(currencies) == 1 else account.currency or None


def _invoices(numbers: tuple[str, ...], account: Account) -> tuple[Invoice, ...]:
    return tuple(invoice for invoice in account.invoices if invoice.number in numbers)
