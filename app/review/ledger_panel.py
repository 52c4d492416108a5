"""The ledger panel beside a case: what is open, how old it is, what was promised, who may be written to."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from app.db.tables.ledger import CaseRow as CaseRecord
from app.db.uow import Uow
from app.domain.account import Account, Invoice, InvoiceKind
from app.domain.money import Money, total
from app.domain.promise import reliability
from app.domain.receivables import AGES, age_of
from app.domain.review import CaseKind
from app.review.ledger_view import Ageing, Amount, CaseRow, ContactRow, Hold, InvoiceRow, LedgerView, Payment

MOST_INVOICES, MOST_CASES = 30, 20
"""Beside a case: those that the mail is about, then the oldest; of cases the newest."""

LOOKED_BACK = 5
"""Of so many mails written last, the newest that has left counts."""


async def ledger_panel(
    uow: Uow, customer_id: str, *, today: date, concerned: Collection[str], writer: str, with_reasons: bool
) -> LedgerView | None:
    """The panel of one customer. `concerned` are the invoices that the mail is about, `writer` its sender's address.
    `with_reasons`: the reader may know why nobody writes to them."""
    account = await uow.ledger.account(customer_id)
    if account is None:
        return None
    cases = await uow.cases.of_customer(customer_id)
    holds = await uow.ledger.holds(customer_id)
    contacts = await uow.ledger.contacts(customer_id)
    names = await uow.users.names()
    known = reliability(
        (c.state for c in cases if c.kind is CaseKind.PROMISE), is_natural_person=account.natural_person
    )
    received = await uow.balances.messages(customer_id, 1)
    written = [row.sent_at for row, _ in await uow.balances.sent(customer_id, LOOKED_BACK) if row.sent_at]
    overdue = total(
        i.open for i in account.invoices if i.is_open and i.kind is InvoiceKind.INVOICE and i.due_date < today
    )
    invoices = [_invoice(invoice, today, concerned) for invoice in account.invoices if invoice.is_open]
    invoices.sort(key=lambda invoice: (not invoice.concerned, -invoice.days_late))
    return LedgerView(
        kept=known.kept if known else 0,
        promised=known.total if known else 0,
        last_heard=received[0][0].received_at if received else None,
        last_written=max(written, default=None),
        customer_id=account.customer_id,
        name=account.name,
        open=_amounts(account.outstanding),
        overdue=_amounts(overdue),
        last_payment=_last_payment(account),
        ageing=tuple(_ageing(account, currency, today) for currency in _currencies(account)),
        invoices=tuple(invoices[:MOST_INVOICES]),
        more_invoices=max(len(invoices) - MOST_INVOICES, 0),
        cases=tuple(_case(case) for case in cases[-MOST_CASES:]),
        more_cases=max(len(cases) - MOST_CASES, 0),
        holds=tuple(
            Hold(
                hold.until,
                names.get(hold.set_by, "") if hold.set_by else "",
                uow.words.opened(hold.id, hold.reason) if with_reasons else "",
            )
            for hold in holds
        ),
        contacts=tuple(
            ContactRow(
                c.name,
                c.email,
                c.role.value,
                c.language,
                c.active,
                wrote_this=c.email == writer,
                reachability=c.reachability.value,
                id=c.id,
            )
            for c in contacts
        ),
    )


def amount(money: Money) -> Amount:
    return Amount(money.amount, money.currency)


def _amounts(sums: Sequence[Money]) -> tuple[Amount, ...]:
    return tuple(amount(money) for money in sums)


def _currencies(account: Account) -> list[str]:
    return sorted({invoice.open.currency for invoice in account.invoices if invoice.is_open})


def _last_payment(account: Account) -> Payment | None:
    if not account.payments:
        return None
    newest = max(account.payments, key=lambda payment: payment.day)
    return Payment(amount(newest.amount), newest.day)


def _invoice(invoice: Invoice, today: date, concerned: Collection[str]) -> InvoiceRow:
    return InvoiceRow(
        number=invoice.number,
        open=amount(invoice.open),
        due=invoice.due_date,
        days_late=max((today - invoice.due_date).days, 0) if invoice.kind is InvoiceKind.INVOICE else 0,
        kind=invoice.kind.value,
        status=invoice.status.value,
        concerned=invoice.number in concerned,
    )


def _ageing(account: Account, currency: str, today: date) -> Ageing:
    """Open invoices of one currency by days late; credit notes are not aged."""
    parts = dict.fromkeys(AGES, Decimal(0))
    for invoice in account.invoices:
        if invoice.is_open and invoice.kind is InvoiceKind.INVOICE and invoice.open.currency == currency:
            parts[age_of((today - invoice.due_date).days)] += invoice.open.amount
    return Ageing(currency, tuple(parts.values()))


def _case(case: CaseRecord) -> CaseRow:
    return CaseRow(
        kind=case.kind.value,
        state=case.state.value,
        case_id=str(case.id),
        invoices=tuple(case.invoices),
        amount=Amount(case.amount, case.currency) if case.amount is not None and case.currency else None,
        day=case.day,
        reason=case.detail if case.kind is not CaseKind.PROMISE else "",
        earlier_id=str(case.earlier_id) if case.earlier_id else "",
    )
