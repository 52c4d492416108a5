"""The parts of a reminder that are code's alone: the statement of account and the ways to pay.

Invoice    Issued      Due         Days late    Amount      Open
INV-1001   01/08/2026  31/08/2026         45  1,250.00  1,250.00
...
Total payable (GBP)                                     1,250.00
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from agents.reminders.brief import ReminderBrief
from agents.reminders.letters import Letters, language_of, locale_of, short_day
from app.domain.errors import SettingInvalid
from app.domain.intents import LANGUAGES
from app.reading.money.written_sums import written_figure

MAX_NAMED = 4
"""So many invoice numbers fit a payment's reference (140 characters in SEPA)."""

_LABELS = Path(__file__).with_name("labels.toml")
_GAP = "  "
_LEFT = 3
"""So many columns stand flush left: number and days. The rest are figures."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line, each cell as the language writes it. `is_total` for the last."""

    cells: tuple[str, ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """Six columns: number, issued, due, days overdue, amount, open; the last row is what is payable."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]

    def as_text(self) -> str:
        table = [self.heads, *(row.cells for row in self.rows)]
        body = [cells for cells, row in zip(table[1:], self.rows, strict=True) if not row.is_total]
        widths = [max(len(cells[column]) for cells in (self.heads, *body)) for column in range(len(self.heads))]
        widths[-1] = max(len(cells[-1]) for cells in table)
        lines = [_aligned(self.heads, widths), _rule(widths)]
        for row in self.rows:
            lines += [_rule(widths), _total(row.cells, widths)] if row.is_total else [_aligned(row.cells, widths)]
        return "\n".join(lines)


def statement_of(brief: ReminderBrief) -> Statement:
    """Exactly the brief's invoices, then its credit notes, then the total."""
    words = labels(language_of(brief))
    heads = tuple(words[name] for name in ("invoice", "issued", "due", "days", "amount", "open"))
    return Statement(heads, tuple(_rows(brief, words)))


def payment_ways(brief: ReminderBrief) -> str:
    """Bank details of the company and payment links of the ledger, a line each; never anybody else's."""
    company, words = brief.company, labels(language_of(brief))
    colon, lines = words["colon"], []
    if company.iban or company.account:
        lines += [f"{words['holder']}{colon}{company.name}"]
        lines += [f"IBAN{colon}{_in_fours(company.iban)}"] if company.iban else []
        lines += [f"BIC{colon}{company.bic}"] if company.bic else []
        lines += [company.account] if company.account else []
        numbers = [invoice.number for invoice in brief.invoices]
        lines += [f"{words['reference']}{colon}{', '.join(numbers)}"] if len(numbers) <= MAX_NAMED else []
    lines += [f"{words['online']} ({i.number}){colon}{i.payment_link}" for i in brief.invoices if i.payment_link]
    return "\n".join(lines or [words["on_invoice"]])


@cache
def labels(language: str) -> Mapping[str, str]:
    """Raises SettingInvalid when a language lacks a word that English has."""
    every: Mapping[str, Mapping[str, str]] = tomllib.loads(_LABELS.read_text(encoding="utf-8"))
    lacking = [name for name in LANGUAGES if set(every.get(name, {})) != set(every["en"])]
    if lacking:
        raise SettingInvalid(f"{_LABELS}: [{lacking[0]}] must have exactly the words of [en]")
    return every[language]


def figure(amount: Decimal, brief: ReminderBrief) -> str:
    """All decimals of the currency, as the language writes them, without its name."""
    return written_figure(amount, brief.currency, locale_of(brief))


def _rows(brief: ReminderBrief, words: Mapping[str, str]) -> Iterator[Row]:
    for invoice in brief.invoices:
        days = invoice.days_overdue(brief.today)
        dates = (short_day(invoice.issued, brief), short_day(invoice.due, brief), str(days) if days else "")
        yield Row((invoice.number, *dates, figure(invoice.amount, brief), figure(invoice.open, brief)))
        if invoice.disputed:
            yield Row(("", words["disputed"], "", "", "", figure(-invoice.disputed, brief)))
    for note in brief.credit_notes:
        sums = (figure(note.amount, brief), figure(note.open, brief))
        yield Row((note.number, short_day(note.issued, brief), words["credit_note"], "", *sums))
    total = f"{words['total']} ({brief.currency})"
    yield Row((total, "", "", "", "", figure(brief.total, brief)), is_total=True)


def _aligned(cells: tuple[str, ...], widths: list[int]) -> str:
    written = [
        cell.ljust(width) if column < _LEFT else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return _GAP.join(written).rstrip()


def _total(cells: tuple[str, ...], widths: list[int]) -> str:
    room = sum(widths) + len(_GAP) * (len(widths) - 1) - len(cells[-1])
    return f"{cells[0].ljust(room)}{cells[-1]}"


def _rule(widths: list[int]) -> str:
    return "-" * (sum(widths) + len(_GAP) * (len(widths) - 1))


def _in_fours(iban: str) -> str:
    compact = iban.replace(" ", "")
    return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))


def blocks_of(brief: ReminderBrief, statement: Statement, letters: Letters) -> tuple[str, str]:
    """What code puts into the slots: the statement with its notes, the ways to pay with the claim."""
    table = "\n\n".join(filter(None, (statement.as_text(), letters.notes(brief))))
    return table, "\n\n".join(filter(None, (payment_ways(brief), letters.claim(brief))))
