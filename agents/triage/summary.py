"""At most three lines for the reviewer: what they want, what happened before, what is open. Facts only, no prose.

Wants: promise to pay £640.00 by 29 May 2026 (INV-2118); documents (INV-2118)
Before: last payment £2,310.40 on 13 May 2026; reference 55-1207
Open: £640.00; oldest concerned INV-2118, due 29 May 2026
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency

from app.domain.account import Account, InvoiceKind
from app.domain.intents import Intent
from app.domain.money import Money
from app.domain.proposal import Facts, IntentFinding

_LOCALE = "en_GB"
"""The language of the review pages."""

WANTS = {
    Intent.AUTOMATIC_REPLY: "automatic reply",
    Intent.DELIVERY_FAILURE: "delivery failure",
    Intent.BANK_DETAIL_CHANGE: "change of bank details",
    Intent.HARDSHIP: "tells of hardship",
    Intent.LEGAL_OR_COMPLAINT: "legal matter or complaint",
    Intent.DISPUTE: "dispute",
    Intent.EXTENSION_REQUEST: "other terms",
    Intent.PAYMENT_PROMISE: "promise to pay",
    Intent.PAYMENT_CONFIRMATION: "says it is paid",
    Intent.DOCUMENT_REQUEST: "documents",
    Intent.CONTACT_UPDATE: "new contact",
    Intent.QUERY: "question",
    Intent.ACKNOWLEDGEMENT: "acknowledges",
    Intent.UNRELATED: "nothing of ours",
}


def summarise(
    findings: tuple[IntentFinding, ...], facts: Facts, account: Account, invoices: tuple[str, ...], today: date
) -> tuple[str, ...]:
    """A line is left out when there is nothing to say in it."""
    lines = {
        "Wants": "; ".join(_want(finding, facts) for finding in findings),
        "Before": "; ".join(_before(account)),
        "Open": "; ".join(_open(account, invoices, today)),
    }
    return tuple(f"{name}: {text}" for name, text in lines.items() if text)


def restated(lines: tuple[str, ...], findings: tuple[IntentFinding, ...], facts: Facts) -> tuple[str, ...]:
    """The lines, with what is wanted as it is read now."""
    wants = f"Wants: {'; '.join(_want(finding, facts) for finding in findings)}"
    return tuple(wants if line.startswith("Wants: ") else line for line in lines)


def _want(finding: IntentFinding, facts: Facts) -> str:
    about = f" ({', '.join(finding.invoices)})" if finding.invoices else ""
    return f"{WANTS[finding.intent]}{''.join(_details(finding.intent, facts))}{about}"


def _details(intent: Intent, facts: Facts) -> Iterator[str]:
    match intent:
        case Intent.PAYMENT_PROMISE if facts.promise is not None:
            if facts.promise.amount is not None:
                yield f" {_money(Money(facts.promise.amount, facts.promise.currency or ''))}"
            yield f" by {_day(facts.promise.day)}" if facts.promise.day else ", no day named"
        case Intent.EXTENSION_REQUEST if facts.extension is not None:
            yield f": {facts.extension.kind.value.replace('_', ' ')}" if facts.extension.kind else ""
            yield f" until {_day(facts.extension.until)}" if facts.extension.until else ""
        case Intent.PAYMENT_CONFIRMATION if facts.payments:
            currencies = {paid.currency for paid in facts.payments}
            if len(currencies) == 1:
                listed = sum((paid.amount for paid in facts.payments), Decimal(0))
                yield f": {_money(Money(listed, currencies.pop() or ''))} listed"
        case Intent.DISPUTE if facts.dispute is not None:
            yield f": {facts.dispute.reason.value.replace('_', ' ')}"


def _before(account: Account) -> Iterator[str]:
    last = max(account.payments, key=lambda payment: payment.day, default=None)
    if last is not None:
        yield f"last payment {_money(last.amount)} on {_day(last.day)}"
        yield from [f"reference {last.reference}"] if last.reference else []


def _open(account: Account, invoices: tuple[str, ...], today: date) -> Iterator[str]:
    yield from map(_money, account.outstanding)
    owed = [i for i in account.invoices if i.is_open and i.kind is not InvoiceKind.CREDIT_NOTE]
    concerned = [i for i in owed if i.number in invoices or not invoices]
    oldest = min(concerned, key=lambda invoice: invoice.due_date, default=None)
    if oldest is not None:
        days = (today - oldest.due_date).days
        overdue = f"{days} {'day' if days == 1 else 'days'} overdue" if days > 0 else f"due {_day(oldest.due_date)}"
        yield f"oldest {'concerned ' if invoices else ''}{oldest.number}, {overdue}"


def _money(money: Money) -> str:
    if not money.currency:
        return f"{money.amount:.2f}"
    written: str = format_currency(money.amount, money.currency, locale=_LOCALE)
    return written


def _day(day: date) -> str:
    return format_date(day, "d MMM yyyy", locale=_LOCALE)
