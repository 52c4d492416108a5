"""Statutory interest and fixed sums of a customer's late invoices, also of those that were paid meanwhile: a claim
lives on when the principal is paid (Directive 2011/7/EU, Art. 3)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import structlog

from agents.reminders.brief import Claim
from app.db.tables.ledger import InvoiceRow, PaymentRow
from app.db.uow import Database, Uow
from app.domain.account import InvoiceKind, InvoiceStatus
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotFound
from app.domain.interest import InterestRule, InterestWish, InvoiceClaim, LateInvoice, claim_of
from app.domain.reminder import Stage
from app.policies.interest_tables import load_interest_rules

log = structlog.get_logger()

LOOK_BACK = timedelta(days=3 * 365)
"""The shortest usual limitation of such claims (§ 195 BGB: three years)."""

NO_CLAIM = frozenset({InvoiceStatus.CANCELLED, InvoiceStatus.WRITTEN_OFF})
Disputed = Mapping[str, Decimal]


class Claims:
    """What the policy's law gives; nothing where the policy claims nothing."""

    def __init__(self, wish: InterestWish | None, rules: Mapping[str, InterestRule] | None = None) -> None:
        self._wish = wish
        self._rule = (rules or load_interest_rules())[wish.law] if wish else None

    @property
    def law(self) -> str:
        return self._rule.law if self._rule else ""

    async def of_letter(
        self, uow: Uow, rows: Sequence[InvoiceRow], stage: Stage, disputed: Disputed, until: date, *, is_person: bool
    ) -> Claim | None:
        """For the invoices of a letter, None where its stage claims nothing. A letter whose rate is missing claims
        nothing either, rather than not being written."""
        if self._wish is None or self._rule is None or stage not in self._wish.stages or is_person:
            return None
        if any(row.currency != self._rule.currency for row in rows):
            return None
        try:
            claims = await self.of_invoices(uow, rows, until, disputed)
        except Invalid:
            log.warning("reminders.claim.rate_missing", law=self._wish.law, until=until.isoformat())
            return None
        interest = sum((claim.interest for claim in claims), Decimal(0))
        fixed = sum((claim.fixed_sum for claim in claims), Decimal(0))
        return Claim(interest, fixed, self._rule.law) if interest or fixed else None

    async def of_invoices(
        self, uow: Uow, rows: Sequence[InvoiceRow], until: date, disputed: Disputed
    ) -> list[InvoiceClaim]:
        """One for each invoice that is or was late. Raises Invalid for a missing rate, or without a law."""
        if self._wish is None or self._rule is None:
            raise Invalid("no interest is claimed: add [reminders.interest] to the policy file")
        payments = await _payments(uow, {row.customer_id for row in rows})
        found = []
        for row in rows:
            late = _late(row, payments, disputed.get(row.number, Decimal(0)))
            found.append(
                claim_of(late, self._rule, until, is_person=False, accepts_unconfirmed=self._wish.rates_checked)
            )
        return [claim for claim in found if claim.stretches]

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

    async def of(self, customer_id: str) -> tuple[str, list[InvoiceClaim]]:
        """The law and the claims up to today. Raises NotFound, and Invalid for a natural person or without a law."""
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
            return self._claims.law, await self._claims.of_invoices(uow, rows, today, {})


async def _payments(uow: Uow, customer_ids: Iterable[str]) -> Mapping[tuple[str, str], list[PaymentRow]]:
    found: dict[tuple[str, str], list[PaymentRow]] = {}
    for customer_id in customer_ids:
        for row in await uow.ledger.payments(customer_id):
            found.setdefault((customer_id, row.invoice_number), []).append(row)
    return found


def _late(row: InvoiceRow, payments: Mapping[tuple[str, str], Sequence[PaymentRow]], disputed: Decimal) -> LateInvoice:
    """What is open and what is known to have been paid. What was settled otherwise counts as paid in time, and what is
    disputed bears no interest until the dispute is over."""
    paid = [
        (payment.day, payment.amount)
        for payment in payments.get((row.customer_id, row.number), ())
        if payment.currency == row.currency
    ]
    principal = row.open_amount - disputed + sum((amount for _, amount in paid), Decimal(0))
    return LateInvoice(row.number, max(principal, Decimal(0)), row.due_date, tuple(paid))
