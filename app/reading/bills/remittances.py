"""Remittance lists: which invoices a customer says it has paid, and how much of each.

A list is a table with an invoice of the account and a sum in each row, in whatever notation; the column of the sums is
the one whose heading speaks of paying, else the last with sums in it. A table alone proves nothing (a list of open
items looks the same): somewhere the list must say that it is about a payment.

    Your reference  Invoice date  Gross      Discount  Paid          ──▶ INV-1: 98.00
    INV-1           25 Apr 2026   100.00     2.00      98.00
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from app.domain.account import Account
from app.reading.bills.numbering import serial
from app.reading.machinery.cues import REMITTANCE
from app.reading.money.amounts import parse_number
from app.reading.spans import fold

MOST_ROWS = 5_000
_MOST_CELLS = 60
_SHORTEST_SERIAL = 4
_LONGEST_LINE = 2_000
_READ_FOR_SIGNS = 20_000
_SURELY_PAID = 2

_PAYING = re.compile(
    r"\b(?:amount paid|paid(?: amount)?|payment amount|payments?|net(?: amount| pay\w*)?|remitted|transferred|"
    r"gezahlt\w*|bezahlt\w*|zahlbetrag|zahlungsbetrag|uberweis\w*|netto(?:betrag)?|zahlung|"
    r"(?:montant )?(?:paye|regle|vire)\w*|montant net|net a payer|paiement|reglement|"
    r"(?:importe )?(?:pagado|abonado|neto)|pago|importo (?:pagato|netto)|pagato|pagamento|betaald\w*|nettobedrag|"
    r"valor pago|(?:montante )?pago|valor liquido)\b"
)
_SUM = re.compile(
    r"\b(?:amount|sum|betrag|summe|montant|somme|importe?|importo|bedrag|valor|montante|total\w*|eur|gbp|usd|chf)\b"
)
_NOT_PAID = re.compile(
    r"\b(?:gross|original|invoice amount|discount|deduct\w*|open|balance|due|tax|vat|brutto\w*|skonto|abzug|"
    r"offen\w*|rest|rechnungsbetrag|mwst|brut|escompte|remise|solde|tva|bruto|descuento|saldo|iva|lordo|"
    r"sconto|korting|desconto)\b"
)
_SAYS_PAID = re.compile(
    r"\b(?:amount paid|total paid|paid on|payment date|payment (?:run|reference|order|batch)|payment of|"
    r"bank transfer|bacs|sepa|zahllauf|zahlungsdatum|zahlungslauf|uberwiesen|bezahlt|gezahlt|ordre de virement|"
    r"virement|regle le|paye le|transferencia|pagado|fecha de pago|bonifico|pagato|data pagamento|betaald|"
    r"overgemaakt|betaaldatum|pago em)\b"
)
_MONEY = re.compile(
    r"(?:[a-z]{3}|us\$|r\$|[\u20ac\u00a3$])?\s{0,40}+(?:(?P<minus>[-\u2212(])\s{0,40}+)?"
    r"(?:(?:[a-z]{3}|[\u20ac\u00a3$])\s{0,40}+)?"
    r"(?P<number>\d{1,3}(?:[.,' \u00a0]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)"
    r"\s*(?:\)|(?P<after>[-\u2212]))?\s*(?:[a-z]{3}|[\u20ac\u00a3$])?"
)
_DECIMALS = re.compile(r"[.,]\d{2}\D*$")
_TOKEN = re.compile(r"[a-z]{0,8}[-/#. ]{0,2}\d[\da-z]*(?:[-/.][\da-z]+)*")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")
_GAP = re.compile(r"\t| {2,}|\s{0,40}\|\s*")
_DELIMITERS = (";", ",")


@dataclass(frozen=True, slots=True)
class Remitted:
    """One line of a list, at [start, end) of its text. The amount is negative where a credit note is deducted."""

    invoice: str
    amount: Decimal
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Row:
    start: int
    end: int
    cells: tuple[str, ...]


def read_remittance(text: str, account: Account, *, about: str = "") -> tuple[Remitted, ...]:
    """The payments of a list, in its order, one an invoice; empty for what is no remittance list.

    `about` is what the mail says around it: there, too, it may be said that the list is one of payments.
    """
    numbers = _numbers(account)
    found: dict[str, Remitted] = {}
    heading: _Row | None = None
    speaks_of_paying = _speaks_of_paying(text) or REMITTANCE.search(about) is not None
    for row in _rows(text) if numbers else ():
        named = _invoice(row, numbers)
        if named is None:
            if _is_heading(row):
                heading = row
                speaks_of_paying = speaks_of_paying or any(_rank(fold(cell)) == _SURELY_PAID for cell in row.cells)
            continue
        amount = _amount(row, heading, named[1])
        if amount is not None:
            found.setdefault(named[0], Remitted(named[0], amount, row.start, row.end))
    return tuple(found.values()) if speaks_of_paying else ()


def _speaks_of_paying(text: str) -> bool:
    folded = fold(text[:_READ_FOR_SIGNS])
    return REMITTANCE.search(folded) is not None or _SAYS_PAID.search(folded) is not None


def _numbers(account: Account) -> Mapping[str, str]:
    """The account's invoices by their letters and digits, and by their serial number where only one has it."""
    whole = {_plain(invoice.number): invoice.number for invoice in account.invoices}
    serials: dict[str, list[str]] = {}
    for invoice in account.invoices:
        serials.setdefault(serial(invoice.number), []).append(invoice.number)
    alone = {key: found[0] for key, found in serials.items() if len(found) == 1 and len(key) >= _SHORTEST_SERIAL}
    return {**alone, **whole}


def _plain(number: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", fold(number))


def _rows(text: str) -> Iterator[_Row]:
    delimiter = _delimiter(text)
    start = 0
    for line in text.split("\n")[:MOST_ROWS]:
        if line.strip() and len(line) <= _LONGEST_LINE:
            yield _Row(start, start + len(line), tuple(_cells(line, delimiter))[:_MOST_CELLS])
        start += len(line) + 1


def _delimiter(text: str) -> str | None:
    """Of a CSV file: the mark that most of its lines have equally often. None for columns that stand apart."""
    lines = [line for line in text.split("\n")[:50] if line.strip()]
    if sum(1 for line in lines if _GAP.search(line.strip())) * 2 > len(lines):
        return None
    return next((mark for mark in _DELIMITERS if sum(1 for line in lines if mark in line) * 2 > len(lines)), None)


def _cells(line: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return [cell.strip() for cell in _GAP.split(line.strip())]
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]
    except (csv.Error, StopIteration):
        return [cell.strip() for cell in line.split(delimiter)]


def _invoice(row: _Row, numbers: Mapping[str, str]) -> tuple[str, int] | None:
    """The one invoice that a row names, and the cell that names it. A row with several is a sentence."""
    named = {
        number: place
        for place, cell in reversed(list(enumerate(row.cells)))
        for token in (cell, *(match.group() for match in _TOKEN.finditer(fold(cell))))
        if (number := numbers.get(_plain(token))) is not None
    }
    return next(iter(named.items())) if len(named) == 1 and len(row.cells) > 1 else None


def _is_heading(row: _Row) -> bool:
    folded = [fold(cell) for cell in row.cells]
    names = sum(1 for cell in folded if _PAYING.search(cell) or _SUM.search(cell) or _NOT_PAID.search(cell))
    return len(folded) > 1 and names > 0 and not any(map(_money, folded))


def _amount(row: _Row, heading: _Row | None, named_in: int) -> Decimal | None:
    sums = {place: sum_ for place, cell in enumerate(row.cells) if place != named_in and (sum_ := _money(fold(cell)))}
    if heading is not None:
        shift = len(row.cells) - len(heading.cells)  # a cell left empty moves the others in a printed table
        ranked = sorted(((_rank(fold(name)), place) for place, name in enumerate(heading.cells)), reverse=True)
        for rank, place in ranked:
            for candidate in (place + shift, place):
                if rank > 0 and candidate in sums:
                    return sums[candidate]
    written = [place for place in sums if _DECIMALS.search(row.cells[place])]
    places: Sequence[int] = written or list(sums)
    return sums[places[-1]] if places else None


def _rank(name: str) -> int:
    """How surely a column holds what was paid."""
    if _NOT_PAID.search(name) and not _PAYING.search(name):
        return 0
    return _SURELY_PAID if _PAYING.search(name) else int(_SUM.search(name) is not None)


def _money(cell: str) -> Decimal | None:
    match = _MONEY.fullmatch(cell.strip())
    if match is None:
        return None
    try:
        value = parse_number(match["number"].replace("\u00a0", " "))
    except InvalidOperation:
        return None
    return -value if match["minus"] or match["after"] else value
