"""Promises to pay: what one covers, whether it was kept, and how reliable a customer's promises are.

    running ──▶ kept           paid by the deadline: the sum, or all that was open on its invoices; short of it by no
            │                  more than the policy allows for fees and rounding (`short_by`)
            ├─▶ partly kept    something was paid by then
            ├─▶ broken         nothing was
            └─▶ withdrawn      nothing is left to pay for (cancelled, written off), or it never named a day
    kept ────▶ broken          the payment was taken back: a direct debit that was returned

The deadline is the promised day with its grace (`app.ledger.grace`). `today` is the last day that the ledger knows of:
nobody has broken a promise only because we have not imported the payment yet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from app.domain.account import Invoice, InvoiceKind, InvoiceStatus, Payment
from app.domain.money import Money
from app.domain.review import CaseState

LAPSES_AFTER = timedelta(days=14)
"""A promise without a day ("soon") stops reminders so long. It is never called broken: no day was promised."""

SMALL = Decimal("0.01")
"""Whatever the policy allows, more than this share of what was promised is no matter of fees and rounding."""

EXACT: Mapping[str, Decimal] = MappingProxyType({})
"""Nothing may be missing, in any currency."""

VOID = frozenset({InvoiceStatus.CANCELLED, InvoiceStatus.WRITTEN_OFF})


@dataclass(frozen=True, slots=True)
class Promise:
    """`invoices`: upper-case numbers, none where the customer named none. `amount`: the promised sum, None for all that
    is open. `owed`: what was open on its invoices when it was made, None where that is not known. `before`: what other
    promises, for earlier days, ask for on the same invoices: "500 on the 5th and 500 on the 12th" are two."""

    made_on: date
    day: date | None
    invoices: frozenset[str] = frozenset()
    amount: Money | None = None
    owed: Money | None = None
    before: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`state` is None while the promise runs. `paid`: what came in for it by the deadline, in its own currency."""

    state: CaseState | None
    paid: Decimal = Decimal(0)


def covered(promise: Promise, invoices: Iterable[Invoice]) -> tuple[Invoice, ...]:
    """The invoices that a promise is about: those it names; else all that were overdue when it was made; else, where
    none was, all that had been issued by then."""
    claims = [invoice for invoice in invoices if invoice.kind is InvoiceKind.INVOICE]
    if promise.invoices:
        return tuple(invoice for invoice in claims if invoice.number.upper() in promise.invoices)
    overdue = tuple(invoice for invoice in claims if invoice.due_date < promise.made_on)
    return overdue or tuple(i for i in claims if i.issue_date is None or i.issue_date <= promise.made_on)


def owed_on(promise: Promise, invoices: Iterable[Invoice]) -> Money | None:
    """What is open on the promise's invoices, in its own currency, or in the only one that they have."""
    opened = [invoice.open for invoice in covered(promise, invoices) if invoice.is_open]
    currencies = {money.currency for money in opened}
    currency = promise.amount.currency if promise.amount else next(iter(currencies)) if len(currencies) == 1 else None
    if currency not in currencies or currency is None:
        return None
    return Money(sum((money.amount for money in opened if money.currency == currency), Decimal(0)), currency)


def judge_promise(
    promise: Promise,
    invoices: Sequence[Invoice],
    payments: Sequence[Payment],
    today: date,
    deadline: date,
    short_by: Mapping[str, Decimal] = EXACT,
) -> Verdict:
    """Whether a promise was kept, going by payments dated by the `deadline`, and by invoices that were closed.

    Of an invoice that is closed and of which no later payment is known, we take it that it was paid in time.
    """
    about = covered(promise, invoices)
    claims = [invoice for invoice in about if invoice.status not in VOID]
    if about and not claims:
        return Verdict(CaseState.WITHDRAWN)
    promise, payments = _without_void(promise, about), _standing(payments)
    counting = _explaining(promise, claims, _counting(promise, claims, payments), deadline)
    late = sum((p.amount.amount for p in counting if p.day > deadline), Decimal(0))
    in_all = paid_by(promise, claims, counting, deadline)
    paid = max(in_all - promise.before, Decimal(0)) if promise.before else in_all
    is_closed = bool(claims) and not late and not any(invoice.is_open for invoice in claims)
    target = promise.amount or promise.owed
    if is_closed or (target is not None and target.amount > 0 and paid >= _enough(target, short_by)):
        return Verdict(CaseState.KEPT, paid)
    if today <= deadline:
        return Verdict(None, paid)
    if promise.day is None:
        return Verdict(CaseState.WITHDRAWN, paid)
    some_closed = not late and any(not invoice.is_open for invoice in claims)
    is_partly = paid > 0 or some_closed or _paid_as_invoiced(promise, claims, payments, deadline)
    return Verdict(CaseState.PARTLY_KEPT if is_partly else CaseState.BROKEN, paid)


def _enough(target: Money, short_by: Mapping[str, Decimal]) -> Decimal:
    return target.amount - min(short_by.get(target.currency, Decimal(0)), target.amount * SMALL)


def _without_void(promise: Promise, about: Iterable[Invoice]) -> Promise:
    """What was cancelled since is owed no more: nobody has paid it."""
    if promise.owed is None:
        return promise
    void = (i.amount.amount for i in about if i.status in VOID and i.amount.currency == promise.owed.currency)
    left = max(promise.owed.amount - sum(void, Decimal(0)), Decimal(0))
    return replace(promise, owed=Money(left, promise.owed.currency))


def _standing(payments: Sequence[Payment]) -> list[Payment]:
    """Without those that were taken back, whenever that was: of a reversal the newest payment of the same sum for the
    same invoice. A reversal of nothing we know stays, and counts."""
    standing: list[Payment] = []
    for payment in sorted(payments, key=lambda payment: payment.day):
        given = Money(-payment.amount.amount, payment.amount.currency)
        back = next((p for p in reversed(standing) if p.amount == given and _same_invoice(p, payment)), None)
        if payment.amount.amount < 0 and back is not None:
            standing.remove(back)
        else:
            standing.append(payment)
    return standing


def _same_invoice(one: Payment, other: Payment) -> bool:
    return one.invoice_number.upper() == other.invoice_number.upper()


def _paid_as_invoiced(promise: Promise, claims: Iterable[Invoice], payments: Iterable[Payment], deadline: date) -> bool:
    """Who promised dollars and paid the invoice in its own euros did not pay nothing."""
    billed = {(invoice.number.upper(), invoice.open.currency) for invoice in claims}
    return any(
        promise.made_on <= payment.day <= deadline
        and payment.amount.amount > 0
        and (payment.invoice_number.upper(), payment.amount.currency) in billed
        and (promise.amount is not None and payment.amount.currency != promise.amount.currency)
        for payment in payments
    )


def paid_by(promise: Promise, claims: Iterable[Invoice], payments: Sequence[Payment], day: date) -> Decimal:
    """What came in for a promise from the day it was made until `day`: by the payments that we know, or by how far the
    open amounts fell, whichever is more; an import may bring the one without the other."""
    known = sum((p.amount.amount for p in payments if p.day <= day), Decimal(0))
    if promise.owed is None:
        return known
    later = sum((p.amount.amount for p in payments if p.day > day), Decimal(0))
    left = sum((i.open.amount for i in claims if i.is_open and i.open.currency == promise.owed.currency), Decimal(0))
    return max(known, promise.owed.amount - left - later)


def _counting(promise: Promise, claims: Sequence[Invoice], payments: Iterable[Payment]) -> list[Payment]:
    """Payments since the promise that may count for it: naming its invoices or none at all, in its currency."""
    numbers = {invoice.number.upper() for invoice in claims}
    known = promise.amount or promise.owed
    currencies = {known.currency} if known else {invoice.open.currency for invoice in claims}
    return [
        payment
        for payment in payments
        if payment.day >= promise.made_on
        and payment.amount.currency in currencies
        and (not payment.invoice_number or payment.invoice_number.upper() in numbers)
    ]


def _explaining(
    promise: Promise, claims: Sequence[Invoice], payments: Sequence[Payment], deadline: date
) -> list[Payment]:
    """Without late payments that name no invoice, unless they explain how far the open amounts fell: a smaller one was
    for something else, and is held against nobody."""
    vague = [p for p in payments if p.day > deadline and not p.invoice_number]
    known = [p for p in payments if p not in vague]
    left = sum((invoice.open.amount for invoice in claims if invoice.is_open), Decimal(0))
    owed = promise.owed.amount if promise.owed else sum((invoice.amount.amount for invoice in claims), Decimal(0))
    fell = owed - left - sum((p.amount.amount for p in known), Decimal(0))
    is_explained = 0 < fell <= sum((p.amount.amount for p in vague), Decimal(0))
    return list(payments) if is_explained else known


def named(promise: Promise, invoices: Iterable[Invoice]) -> Promise:
    """The same with the numbers of the open invoices that it is about, where it named none."""
    about = frozenset(invoice.number.upper() for invoice in covered(promise, invoices) if invoice.is_open)
    return promise if promise.invoices else replace(promise, invoices=about)


def completes(earlier: Promise, later: Promise) -> bool:
    """Whether a second promise is for another part of the same invoices: together they come to no more than what is
    owed. The same sum again, on another day, is the first one moved."""
    first, second, owed = earlier.amount, later.amount, later.owed or earlier.owed
    if first is None or second is None or owed is None or not first.currency == second.currency == owed.currency:
        return False
    is_another = earlier.made_on == later.made_on or first != second
    return is_another and first.amount + second.amount <= owed.amount


def moves(earlier: Promise, later: Promise) -> bool:
    """Whether a second promise only moves the day of an earlier one for the same invoices: then it is a request for
    more time, which a person decides."""
    if earlier.day is None or later.day is None or later.day <= earlier.day:
        return False
    return not earlier.invoices or not later.invoices or bool(earlier.invoices & later.invoices)


@dataclass(frozen=True, slots=True)
class Reliability:
    """How a customer's promises ended, as counts."""

    kept: int
    partly_kept: int
    broken: int

    @property
    def total(self) -> int:
        return self.kept + self.partly_kept + self.broken

    @property
    def share(self) -> float | None:
        """The share of promises kept in full; None while none has come due."""
        return self.kept / self.total if self.total else None


def reliability(states: Iterable[CaseState], *, is_natural_person: bool) -> Reliability | None:
    """How reliable a company's promises are. Never for a natural person, whom nobody may score (Regulation (EU)
    2024/1689, Annex III, point 5(b)): of them there is the plain list of promises only."""
    if is_natural_person:
        return None
    ended = list(states)
    return Reliability(ended.count(CaseState.KEPT), ended.count(CaseState.PARTLY_KEPT), ended.count(CaseState.BROKEN))
