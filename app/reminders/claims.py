"""Statutory interest and fixed sums of a customer's late invoices, also of those that were paid meanwhile: a claim
lives on when the principal is paid (Directive 2011/7/EU, Art. 3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import structlog

from agents.reminders.brief import Claim
from app.db.tables.ledger import CaseRow, CustomerRow, InvoiceRow
from app.db.uow import Database, Uow
from app.domain.account import InvoiceKind, InvoiceStatus, Payment
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotFound
from app.domain.interest import (
    NEVER_OF_PERSONS,
    CompanyClaims,
    InterestRule,
    InterestWish,
    InvoiceClaim,
    LateInvoice,
    claim_of,
)
from app.domain.reminder import Stage
from app.domain.review import RUNNING, CaseKind, CaseState
from app.policies.interest_tables import load_interest_rules
from app.reading.days.workdays import add_workdays, country_of, is_workday

log = structlog.get_logger()

LOOK_BACK = timedelta(days=3 * 365)
"""The shortest usual limitation of such claims (§ 195 BGB: three years)."""

NO_CLAIM = frozenset({InvoiceStatus.CANCELLED, InvoiceStatus.WRITTEN_OFF})
Disputed = Mapping[str, Decimal]


class Claims:
    """What the policy's laws give; nothing where the policy claims nothing. Each company claims by the law that its own
    contracts are under."""

    def __init__(self, wish: InterestWish | None, rules: Mapping[str, InterestRule] | None = None) -> None:
        self._wish = wish
        known = (rules or load_interest_rules()) if wish else {}
        self._rules = {law: known[law].with_rates(wish.rates.get(law, ())) for law in sorted(wish.used)} if wish else {}

    def gaps(self, since: date, until: date) -> dict[str, tuple[date, ...]]:
        """Half-years for which no rate is known or confirmed, by law in use; only of laws that have such."""
        found = {rule.law: self._gaps(rule, since, until) for rule in self._rules.values()}
        return {law: gaps for law, gaps in found.items() if gaps}

    def _gaps(self, rule: InterestRule, since: date, until: date) -> tuple[date, ...]:
        return rule.gaps(since, until, accepts_unconfirmed=self._wish is not None and self._wish.rates_checked)

    def _rule(self, company: str) -> InterestRule | None:
        return self._rules.get(self._wish.law_of(company)) if self._wish else None

    async def of_letter(
        self, uow: Uow, rows: Sequence[InvoiceRow], stage: Stage, disputed: Disputed, until: date, *, is_person: bool
    ) -> tuple[Claim | None, str]:
        """For the invoices of a letter, which are one company's; None where its stage claims nothing. A letter whose
        rate is missing claims nothing either, rather than not being written: then the second is why, for whoever
        decides on it."""
        rule = self._rule(rows[0].company) if rows else None
        if self._wish is None or rule is None or stage not in self._wish.stages or is_person:
            return None, ""
        if any(row.currency != rule.currency for row in rows):
            return None, ""
        (found,) = await self.of_invoices(uow, rows, until, disputed)
        if found.missing:
            log.warning("reminders.claim.rate_missing", law=rule.country, until=until.isoformat())
            return None, next(iter(found.missing.values()))
        interest = sum((claim.interest for claim in found.claims), Decimal(0))
        fixed = sum((claim.fixed_sum for claim in found.claims), Decimal(0))
        return (Claim(interest, fixed, rule.law) if interest or fixed else None), ""

    async def of_invoices(
        self, uow: Uow, rows: Sequence[InvoiceRow], until: date, disputed: Disputed
    ) -> tuple[CompanyClaims, ...]:
        """One for each company, with a claim for each invoice that is or was late. Raises Invalid without a law."""
        if self._wish is None:
            raise Invalid("no interest is claimed: add [reminders.interest] to the policy file")
        payments = await _payments(uow, rows)
        customers = await uow.ledger.customers({row.customer_id for row in rows})
        found: dict[str, CompanyClaims] = {}
        for row in rows:
            rule = self._rule(row.company)
            if rule is None:
                continue
            claims = found.setdefault(row.company, CompanyClaims(row.company, rule.law, rule.currency, until))
            late = _late(row, payments.get((row.customer_id, row.number), ()), disputed.get(row.number, Decimal(0)))
            if rule.moves_rest_days:
                late = replace(late, due=_last_day(late.due, customers[row.customer_id]))
            self._add(claims, late, rule)
        return tuple(found[company] for company in sorted(found))

    def _add(self, found: CompanyClaims, late: LateInvoice, rule: InterestRule) -> None:
        """Up to the last day before a half-year without a rate, which is said; an old rate is never carried on."""
        begin = late.due + timedelta(days=1)
        claim: InvoiceClaim | None
        try:
            claim = self._claim(late, rule, found.until)
        except Invalid as missing:
            gap = self._gaps(rule, begin, found.until)[0]
            found.missing[late.number] = str(missing)
            found.gaps = tuple(sorted({*found.gaps, gap}))
            claim = None if gap <= begin else self._claim(late, rule, gap - timedelta(days=1))
        if claim is not None and claim.stretches:
            found.claims.append(claim)

    def _claim(self, late: LateInvoice, rule: InterestRule, until: date) -> InvoiceClaim:
        accepts = self._wish is not None and self._wish.rates_checked
        return claim_of(late, rule, until, is_person=False, accepts_unconfirmed=accepts)

    def covers(self, row: InvoiceRow, since: date) -> bool:
        """Whether an invoice may bear a claim at all."""
        rule = self._rule(row.company)
        is_invoice = row.kind is InvoiceKind.INVOICE and row.status not in NO_CLAIM
        return is_invoice and row.due_date >= since and rule is not None and row.currency == rule.currency


class ClaimBook:
    """A customer's claims for people to look at."""

    def __init__(self, database: Database, claims: Claims, clock: Clock) -> None:
        self._database = database
        self._claims = claims
        self._clock = clock

    async def shown(self, customer_id: str) -> tuple[CompanyClaims, ...]:
        """The same for a page, which has nothing to say where nothing can be claimed. Raises NotFound."""
        try:
            found = await self.of(customer_id)
        except Invalid:
            return ()
        return tuple(one for one in found if one.claims or one.missing)

    async def of(self, customer_id: str) -> tuple[CompanyClaims, ...]:
        """The claims up to today, by company. Raises NotFound, and Invalid for a natural person or without a law."""
        today = self._clock().date()
        async with self._database.read() as uow:
            customer = await uow.ledger.customer(customer_id)
            if customer is None:
                raise NotFound("there is no customer {customer_id}", customer_id=customer_id)
            if customer.natural_person:
                raise Invalid(NEVER_OF_PERSONS)
            rows = [
                row for row in await uow.ledger.invoices(customer_id) if self._claims.covers(row, today - LOOK_BACK)
            ]
            disputed = in_dispute(await uow.cases.of_customer(customer_id), rows)
            return await self._claims.of_invoices(uow, rows, today, disputed)

    def gaps(self) -> dict[str, tuple[date, ...]]:
        """Half-years of which a claim may be made today and for which no rate is known or confirmed, by law."""
        today = self._clock().date()
        return self._claims.gaps(today - LOOK_BACK, today)


def as_data(found: CompanyClaims) -> list[dict[str, Any]]:
    """Each claim in plain JSON types, with the dated rates that it stands on; amounts are strings."""
    return [
        {
            "company": found.company,
            "invoice": claim.number,
            "law": found.law,
            "currency": found.currency,
            "interest": str(claim.interest),
            "fixed_sum": str(claim.fixed_sum),
            "total": str(claim.total),
            "stretches": [
                {
                    "first": stretch.first.isoformat(),
                    "last": stretch.last.isoformat(),
                    "base": str(stretch.base),
                    "percent": str(stretch.percent),
                    "rate": {
                        "since": stretch.rate.since.isoformat(),
                        "percent": str(stretch.rate.percent),
                        "source": stretch.rate.source,
                        "is_confirmed": stretch.rate.is_confirmed,
                    },
                }
                for stretch in claim.stretches
            ],
        }
        for claim in found.claims
    ]


def disputed_parts(cases: Iterable[CaseRow], currency: str) -> dict[str, Decimal]:
    """Amounts that a person confirmed as disputed, as the plan takes them off (`situation_batch`)."""
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


def _last_day(due: date, customer: CustomerRow) -> date:
    """The due date, or the next business day at the place of the customer, who is to pay there."""
    home = country_of(customer.country, customer.language)
    return due if is_workday(due, home) else add_workdays(due, 1, home)


def _late(row: InvoiceRow, payments: Iterable[Payment], disputed: Decimal) -> LateInvoice:
    """What is open and what is known to have been paid. What was settled otherwise counts as paid in time, and what is
    disputed bears no interest until the dispute is over."""
    paid = [(payment.day, payment.amount.amount) for payment in payments if payment.amount.currency == row.currency]
    principal = row.open_amount - disputed + sum((amount for _, amount in paid), Decimal(0))
    return LateInvoice(row.number, max(principal, Decimal(0)), row.due_date, tuple(paid))
