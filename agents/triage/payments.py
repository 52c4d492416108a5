"""The payments that a mail speaks of, clause by clause: those to come, each with its day, and the one that was made."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from agents.triage.brief import Payment
from agents.triage.evidence import span_here
from app.domain.account import Account, Invoice, InvoiceStatus
from app.domain.account import Payment as LedgerPayment
from app.domain.case import Letter
from app.domain.intents import Intent
from app.domain.proposal import BODY, IntentFinding
from app.reading.facts.commitments import is_about_the_past, is_done, is_firm
from app.reading.facts.speech import shows
from app.reading.facts.statements import Statement, read_statements
from app.reading.spans import fold

READ = 20_000

_REFERENCE = re.compile(
    r"\b(?:ref(?:erence|erencia|\.)?\b|verwendungszweck|concepto\b|kenmerk|betalingskenmerk|riferimento|cro\b|trn\b|utr\b|"
    r"confirmation (?:number|no)|(?:check|cheque) (?:#|no|number)|clave de rastreo|transaction (?:id|number)|"
    r"remittance|avis de virement|zahlungsavis|aviso de pago|comprobante|contabile)"
)


def payments_to_come(letter: Letter, account: Account, invoices: tuple[str, ...]) -> tuple[Payment, ...]:
    """One payment for each clause that firmly promises one for invoices of its own; none unless they cover all."""
    found: dict[tuple[str, ...], Payment] = {}
    for statement in _statements(letter, account):
        payment = _payment_to_come(statement, account, letter.today)
        if payment is not None and set(payment.invoices) <= set(invoices):
            found.setdefault(payment.invoices, payment)
    covered = [number for numbers in found for number in numbers]
    return tuple(found.values()) if sorted(covered) == sorted(invoices) else ()


def payment_made(
    letter: Letter, account: Account, finding: IntentFinding, *, besides: Decimal | None = None
) -> Payment:
    """What the clause behind a confirmation says of sum and day, where it names one of each.

    `besides` is a sum that the mail promises: it is not the one that was paid.
    """
    span = span_here(letter, finding.evidence)
    if span is None or finding.evidence is None or finding.evidence.source != BODY:
        return Payment(finding.invoices)
    clauses = [s for s in _statements(letter, account) if s.touches(BODY, span.start, span.end)]
    told = [s for s in clauses if shows(Intent.PAYMENT_CONFIRMATION, s)] or clauses
    sums = {(a.value, a.currency) for s in told for a in s.amounts if not a.is_bare}
    sums = {(value, currency) for value, currency in sums if value != besides} or sums
    days = {found.day for s in told for found in s.dates if found.day is not None}
    if len(days) != 1:
        days = set()
    amount, currency = sums.pop() if len(sums) == 1 else (None, None)
    return Payment(finding.invoices, days.pop() if days else None, amount, currency or account.currency)


def shows_payment(account: Account, invoice: Invoice, since: date | None = None) -> bool:
    """Whether the ledger shows that money has come for an invoice: it is paid, or a part has been paid since a day."""
    is_settled = not invoice.is_open and invoice.status not in {InvoiceStatus.CANCELLED, InvoiceStatus.WRITTEN_OFF}
    return (
        is_settled
        or invoice.payment_seen
        or any(paid.invoice_number == invoice.number for paid in payments_since(account, since))
    )


def payments_since(account: Account, since: date | None) -> list[LedgerPayment]:
    """The account's payments of that day and later ones; all of them where no day is known."""
    return [paid for paid in account.payments if since is None or paid.day >= since]


def names_a_reference(letter: Letter) -> bool:
    """Whether the writer has said, or attached, how the payment can be found."""
    said = letter.body.value[:READ]
    return _REFERENCE.search(fold(said)) is not None or any(text.value.strip() for text in letter.attachments)


def _payment_to_come(statement: Statement, account: Account, today: date) -> Payment | None:
    days = set(_days(statement, today))
    if not statement.invoices or len(days) != 1 or not is_firm(statement) or is_done(statement):
        return None
    concerned = [invoice.open for invoice in account.invoices if invoice.number in statement.invoices]
    sums = {(a.value, a.currency) for a in statement.amounts if not a.is_bare}
    if len(sums) > 1 or len({money.currency for money in concerned}) != 1:
        return None
    currency = concerned[0].currency
    if not all(a.could_be(currency) for a in statement.amounts if not a.is_bare):
        return None
    amount = next(iter(sums))[0] if sums else sum(money.amount for money in concerned)
    return Payment(statement.invoices, days.pop(), amount or None, currency)


def _days(statement: Statement, today: date) -> Iterator[date]:
    is_plain = {"pay", "future"} <= statement.says
    for found in statement.dates:
        if found.day is not None and found.day >= today and (is_plain or not is_about_the_past(statement, found)):
            yield found.day


def _statements(letter: Letter, account: Account) -> list[Statement]:
    read = read_statements(letter.body.value[:READ], "", letter.language, letter.today, account)
    return [statement for statement in read if statement.source == BODY]
