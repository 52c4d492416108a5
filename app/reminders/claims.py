"""Statutory interest and fixed sums of a customer's late invoices, also of those that were paid meanwhile: a claim
lives on when the principal is paid (Directive 2011/7/EU, Art. 3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import structlog

from agents.reminders.brief import Claim
from app.db.tables.ledger import CaseRow, InvoiceRow
from app.db.uow import Database, Uow
from app.domain.account import InvoiceKind, InvoiceStatus, Payment
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotFound
from app.domain.interest import InterestRule, InterestWish, InvoiceClaim, LateInvoice, claim_of
from app.domain.reminder import Stage
from app.domain.review import RUNNING, CaseKind, CaseState
from app.policies.interest_tables import load_interest_rules

log = structlog.get_logger()

LOOK_BACK = timedelta(days=3 * 365)
"""The shortest usual limitation of such claims (§ 195 BGB: three years)."""

NO_CLAIM = frozenset({InvoiceStatus.CANCELLED, InvoiceStatus.WRITTEN_OFF})
Disputed = Mapping[str, Decimal]


@dataclass(slots=True)
class Found:
    """The claims by a law, in its currency; `missing`: why there is none, by number, where a rate is not known or was
    checked by nobody."""

    law: str
    currency: str
    claims: list[InvoiceClaim] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)


class Claims:
    """What the policy's law gives; nothing where the policy claims nothing."""

    def __init__(self, wish: InterestWish | None, rules: Mapping[str, InterestRule] | None = None) -> None:
        self._wish = wish
        self._rule = (rules or load_interest_rules())[wish.law].with_rates(wish.rates) if wish else None

    def missing_on(self, day: date) -> str:
        """Why nothing can be claimed on a day though the policy claims: no rate for it; empty where one is known."""
        try:
            if self._rule is not None:
                self._rule.rate_on(day)
        except Invalid as missing:
            return str(missing)
        return ""

    async def of_letter(
        self, uow: Uow, rows: Sequence[InvoiceRow], stage: Stage, disputed: Disputed, until: date, *, is_person: bool
    ) -> tuple[Claim | None, str]:
        """For the invoices of a letter, None where its stage claims nothing. A letter whose rate is missing claims
        nothing either, rather than not being written: then the second is why, for whoever decides on it."""
        if self._wish is None or self._rule is None or stage not in self._wish.stages or is_person:
            return None, ""
        if any(row.currency != self._rule.currency for row in rows):
            return None, ""
        found = await self.of_invoices(uow, rows, until, disputed)
        if found.missing:
            log.warning("reminders.claim.rate_missing", law=self._wish.law, until=until.isoformat())
            return None, next(iter(found.missing.values()))
        interest = sum((claim.interest for claim in found.claims), Decimal(0))
        fixed = sum((claim.fixed_sum for claim in found.claims), Decimal(0))
        return (Claim(interest, fixed, self._rule.law) if interest or fixed else None), ""

    async def of_invoices(self, uow: Uow, rows: Sequence[InvoiceRow], until: date, disputed: Disputed) -> "Found":
        """One for each invoice that is or was late. Raises Invalid without a law."""
        if self._wish is None or self._rule is None:
            raise Invalid("no interest is claimed: add [reminders.interest] to the policy file")
        payments = await _payments(uow, rows)
        found = Found(self._rule.law, self._rule.currency)
        for row in rows:
            late = _late(row, payments.get((row.customer_id, row.number), ()), disputed.get(row.number, Decimal(0)))
            try:
                claim = claim_of(late, self._rule, until, is_person=False, accepts_unconfirmed=self._wish.rates_checked)
            except Invalid as missing:
                found.missing[row.number] = str(missing)
            else:
                found.claims += [claim] if claim.stretches else []
        return found

    def covers(self, row: InvoiceRow, since: date) -> bool:
        """Whether an invoice may bear a claim at all."""
        is_invoice = row.kind is InvoiceKind.INVOICE and row.status not in NO_CLAIM
        return is_invoice and row.due_date >= since and self._rule is not None and row.currency == self._rule.currency


class ClaimBook:
    """A customer's claims for people to look at."""

    def __init__(self, database: Database, claims: Claims, clock: Clock) -> None:
        self._database = database
        self._claims = claims
        self._clock = clock

    async def shown(self, customer_id: str) -> Found | None:
        """The same for a page, which has nothing to say where nothing can be claimed. Raises NotFound."""
        try:
            found = await self.of(customer_id)
        except Invalid:
            return None
        return found if found.claims or found.missing else None

    async def of(self, customer_id: str) -> "Found":
        """The claims up to today. Raises NotFound, and Invalid for a natural person or without a law."""
        today = self._clock().date()
        async with self._database.read() as uow:
            customer = await uow.ledger.customer(customer_id)
            if customer is None:
                raise NotFound("there is no customer {customer_id}", customer_id=customer_id)
            if customer.natural_person:
                raise Invalid("statutory interest between businesses is never claimed of a natural person")
            rows = [
                row for row in await uow.ledger.invoices(customer_id) if self._claims.covers(row, today - LOOK_BACK)
            ]
            disputed = in_dispute(await uow.cases.of_customer(customer_id), rows)
            return await self._claims.of_invoices(uow, rows, today, disputed)


def disputed_parts(cases: Iterable[CaseRow], currency: str) -> dict[str, Decimal]:
    """Amounts that a person confirmed as disputed, as the plan takes them off (app/db/repositories/reminders.py)."""
    found: dict[str, Decimal] = {}
    for case in cases:
        is_part = case.kind is CaseKind.DISPUTE and case.state is CaseState.CONFIRMED and len(case.invoices) == 1
        if is_part and case.amount is not None and case.currency == currency:
            found[case.invoices[0]] = found.get(case.invoices[0], Decimal(0)) + case.amount
    return found


def in_dispute(cases: Sequence[CaseRow], rows: Iterable[InvoiceRow]) -> dict[str, Decimal]:
    """What of each invoice is disputed by now: a confirmed part, else all that is open."""
    running = [case for case in cases if case.kind is CaseKind.DISPUTE and case.state in RUNNING]
    found: dict[str, Decimal] = {}
    for row in rows:
        about = [case for case in running if not case.invoices or row.number in case.invoices]
        parts = disputed_parts(about, row.currency)
        is_whole = len(about) > len([case for case in about if disputed_parts([case], row.currency)])
        if is_whole or (row.status is InvoiceStatus.DISPUTED and not parts):
            found[row.number] = row.open_amount
        elif parts:
            found[row.number] = parts[row.number]
    return found


async def _payments(uow: Uow, rows: Sequence[InvoiceRow]) -> Mapping[tuple[str, str], list[Payment]]:
    """By customer and invoice number, from the first due date on: what came before leaves no claim. Payments name no
    company, so those of a number that two of the customer's companies use are left out: it counts as paid in time."""
    if not rows:
        return {}
    customers = sorted({row.customer_id for row in rows})
    shared = await uow.ledger.numbers_shared(customers)
    known = await uow.ledger.payments_to_judge(customers, min(row.due_date for row in rows))
    found: dict[tuple[str, str], list[Payment]] = {}
    for customer_id, payments in known.items():
        for payment in sorted(payments, key=lambda payment: payment.day):
            if (customer_id, payment.invoice_number) not in shared:
                found.setdefault((customer_id, payment.invoice_number), []).append(payment)
    return found


def _late(row: InvoiceRow, payments: Iterable[Payment], disputed: Decimal) -> LateInvoice:
    """What is open and what is known to have been paid. What was settled otherwise counts as paid in time, and what is
    disputed bears no interest until the dispute is over."""
    paid = [(payment.day, payment.amount.amount) for payment in payments if payment.amount.currency == row.currency]
    principal = row.open_amount - disputed + sum((amount for _, amount in paid), Decimal(0))
    return LateInvoice(row.number, max(principal, Decimal(0)), row.due_date, tuple(paid))
