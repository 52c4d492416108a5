"""Attached remittance lists: the payments that they itemise, and the confirmation that they are."""

from collections.abc import Iterator
from dataclasses import replace

from agents.triage.evidence import evidence
from app.domain.account import Account
from app.domain.case import Letter
from app.domain.intents import CONSEQUENCE, Intent
from app.domain.proposal import Evidence, IntentFinding, PaymentFact
from app.domain.text import Span
from app.reading.bills.remittances import read_remittance

SURE = 0.95
"""A list names invoices of the account, sums, and that they are paid: nothing in it is guessed."""

_SAID_ALREADY = frozenset({Intent.PAYMENT_CONFIRMATION, Intent.PAYMENT_PROMISE})
_EMPTY_WORDS = frozenset({Intent.ACKNOWLEDGEMENT, Intent.UNRELATED})
"""What a covering note ("please see attached") is taken for when nobody looks into the attachment."""


def remitted(letter: Letter, account: Account) -> tuple[PaymentFact, ...]:
    """The payments of all lists; where two name an invoice, the first one's."""
    found: dict[str, PaymentFact] = {}
    for payment in _payments(letter, account):
        found.setdefault(payment.invoice, payment)
    return tuple(found.values())


def as_paid(findings: tuple[IntentFinding, ...], payments: tuple[PaymentFact, ...]) -> tuple[IntentFinding, ...]:
    """With the confirmation that a list is, unless the mail's own words say when it is, or will be, paid."""
    if not payments or _SAID_ALREADY & {finding.intent for finding in findings}:
        return findings
    numbers = tuple(payment.invoice for payment in payments)
    paid = IntentFinding(Intent.PAYMENT_CONFIRMATION, SURE, numbers, _rows_of(payments))
    kept = (finding for finding in findings if finding.intent not in _EMPTY_WORDS)
    return tuple(sorted((*kept, paid), key=lambda finding: CONSEQUENCE[finding.intent]))


def with_listed_invoices(finding: IntentFinding, payments: tuple[PaymentFact, ...]) -> IntentFinding:
    """A confirmation that names no invoice itself is of those on the list."""
    if finding.intent is not Intent.PAYMENT_CONFIRMATION or finding.invoices:
        return finding
    return replace(finding, invoices=tuple(payment.invoice for payment in payments))


def _payments(letter: Letter, account: Account) -> Iterator[PaymentFact]:
    about = f"{letter.subject.value}\n{letter.body.value}"
    currencies = {invoice.number: invoice.open.currency for invoice in account.invoices}
    for number, text in enumerate(letter.attachments):
        for line in read_remittance(text.value, account, about=about):
            shown = evidence(letter, f"attachment:{number}", Span(line.start, line.end))
            yield PaymentFact(line.invoice, line.amount, currencies[line.invoice], shown)


def _rows_of(payments: tuple[PaymentFact, ...]) -> Evidence | None:
    """From the first line to the last, of the file that the first one stands in."""
    shown = [payment.evidence for payment in payments if payment.evidence is not None]
    if not shown:
        return None
    rows = [row for row in shown if row.source == shown[0].source]
    return Evidence(shown[0].source, min(row.start for row in rows), max(row.end for row in rows))
