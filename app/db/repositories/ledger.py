"""The ledger's rows: looked up by contact address and invoice number, changed by imports."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.cases import Cases
from app.db.tables.ledger import ContactRow, CustomerRow, HoldRow, InvoiceRow, PaymentRow
from app.db.tables.work import ReviewRow
from app.domain.account import CLOSED, Account, Contact, Invoice, InvoiceKind, Payment
from app.domain.clock import Clock
from app.domain.money import Money
from app.domain.review import ReviewState

T = TypeVar("T")

PAYMENTS_SHOWN = 50
BROKEN_COUNTS_FOR = timedelta(days=365)
"""A promise that was broken longer ago is forgiven: it no longer bears on tone."""

TOUCHED_AT_ONCE = 2_000
"""A statement takes only so many values."""


class Ledger:
    def __init__(self, session: AsyncSession, cases: Cases, clock: Clock) -> None:
        self._session = session
        self._cases = cases
        self._clock = clock

    async def customers_of(self, emails: Iterable[str]) -> dict[str, list[ContactRow]]:
        """Contacts by lower-case address; one address may belong to several customers."""
        wanted = {email for email in emails if email}
        found: dict[str, list[ContactRow]] = {}
        if wanted:
            rows = await self._session.scalars(
                sa.select(ContactRow).where(ContactRow.email.in_(wanted)).order_by(ContactRow.customer_id)
            )
            for row in rows:
                found.setdefault(row.email, []).append(row)
        return found

    async def customers_by_invoices(self, numbers: Iterable[str]) -> set[str]:
        """The customers to whom invoices with these numbers (case-insensitive) belong."""
        wanted = {number.upper() for number in numbers}
        if not wanted:
            return set()
        found = await self._session.scalars(
            sa.select(InvoiceRow.customer_id).where(sa.func.upper(InvoiceRow.number).in_(wanted)).distinct()
        )
        return set(found)

    async def customer(self, customer_id: str) -> CustomerRow | None:
        return await self._session.get(CustomerRow, customer_id)

    async def customers(self, customer_ids: Iterable[str]) -> dict[str, CustomerRow]:
        """By id."""
        wanted = set(customer_ids)
        rows = await self._session.scalars(sa.select(CustomerRow).where(CustomerRow.id.in_(wanted)))
        return {row.id: row for row in rows}

    async def version(self, customer_id: str) -> tuple[int, int]:
        """What changes when anything that an answer may rely on does: the ledger's version and its contacts'."""
        ledger = sa.select(CustomerRow.ledger_version).where(CustomerRow.id == customer_id)
        contacts = sa.select(sa.func.sum(ContactRow.version)).where(ContactRow.customer_id == customer_id)
        return await self._session.scalar(ledger) or 0, await self._session.scalar(contacts) or 0

    async def lock(self, customer_id: str) -> tuple[int, int]:
        """The same, and nobody changes the customer until this transaction ends. Locked before its reviews are."""
        row = sa.select(CustomerRow.id).where(CustomerRow.id == customer_id).with_for_update()
        await self._session.execute(row)
        return await self.version(customer_id)

    async def contacts(self, customer_id: str) -> Sequence[ContactRow]:
        found = await self._session.scalars(
            sa.select(ContactRow).where(ContactRow.customer_id == customer_id).order_by(ContactRow.name)
        )
        return found.all()

    async def invoices(self, customer_id: str) -> Sequence[InvoiceRow]:
        found = await self._session.scalars(
            sa.select(InvoiceRow)
            .where(InvoiceRow.customer_id == customer_id)
            .order_by(InvoiceRow.due_date, InvoiceRow.number)
        )
        return found.all()

    async def payments(self, customer_id: str) -> Sequence[PaymentRow]:
        found = await self._session.scalars(
            sa.select(PaymentRow)
            .where(PaymentRow.customer_id == customer_id)
            .order_by(PaymentRow.day.desc(), PaymentRow.id)
            .limit(PAYMENTS_SHOWN)
        )
        return found.all()

    async def numbers(self, customer_id: str | None) -> frozenset[str]:
        """A customer's own with us, and those of all their invoices."""
        if customer_id is None:
            return frozenset()
        found = await self._session.scalars(sa.select(InvoiceRow.number).where(InvoiceRow.customer_id == customer_id))
        return frozenset({customer_id, *found})

    async def account(self, customer_id: str) -> Account | None:
        """One customer with everything the agent may use."""
        customer = await self.customer(customer_id)
        if customer is None:
            return None
        invoices = await self.invoices(customer_id)
        return Account(
            customer_id=customer.id,
            name=customer.name,
            language=customer.language,
            country=customer.country,
            currency=customer.currency,
            timezone=customer.timezone,
            strategic=customer.strategic,
            natural_person=customer.natural_person,
            segment=customer.segment,
            invoices=tuple(as_invoice(row) for row in invoices),
            contacts=tuple(as_contact(row) for row in await self.contacts(customer_id)),
            payments=tuple(as_payment(row) for row in await self.payments(customer_id)),
            broken_promises=await self._broken_promises(customer),
            can_be_stated=bool(to_be_stated(invoices)),
        )

    async def _broken_promises(self, customer: CustomerRow) -> int:
        """Never of a natural person: their record bears on nothing."""
        if customer.natural_person:
            return 0
        return await self._cases.broken_promises(customer.id, self._clock() - BROKEN_COUNTS_FOR)

    async def invoices_to_judge(
        self, customer_ids: Collection[str], numbers: Collection[str], *, all_open_of: Collection[str]
    ) -> dict[str, list[Invoice]]:
        """What these customers have under these upper-case numbers, and of some of them all that is open."""
        named = sa.func.upper(InvoiceRow.number).in_(list(numbers))
        is_open = sa.and_(InvoiceRow.customer_id.in_(list(all_open_of)), InvoiceRow.status.not_in(CLOSED))
        rows = await self._session.scalars(
            sa.select(InvoiceRow).where(InvoiceRow.customer_id.in_(list(customer_ids)), sa.or_(named, is_open))
        )
        return _grouped((row.customer_id, as_invoice(row)) for row in rows)

    async def payments_to_judge(self, customer_ids: Collection[str], since: date) -> dict[str, list[Payment]]:
        """Their payments of that day or later."""
        rows = await self._session.scalars(
            sa.select(PaymentRow).where(PaymentRow.customer_id.in_(list(customer_ids)), PaymentRow.day >= since)
        )
        return _grouped((row.customer_id, as_payment(row)) for row in rows)

    async def numbers_shared(self, customer_ids: Collection[str]) -> frozenset[tuple[str, str]]:
        """Customers with invoice numbers that more than one of their companies uses."""
        rows = await self._session.execute(
            sa.select(InvoiceRow.customer_id, InvoiceRow.number)
            .where(InvoiceRow.customer_id.in_(list(customer_ids)))
            .group_by(InvoiceRow.customer_id, InvoiceRow.number)
            .having(sa.func.count() > 1)
        )
        return frozenset((customer_id, number) for customer_id, number in rows)

    async def touch(self, customer_ids: Iterable[str]) -> None:
        """The ledger of these customers changed: approvals are void, open reviews must be looked at again."""
        changed = sorted(set(customer_ids))
        for start in range(0, len(changed), TOUCHED_AT_ONCE):
            some = changed[start : start + TOUCHED_AT_ONCE]
            await self._session.execute(
                sa.update(CustomerRow)
                .where(CustomerRow.id.in_(some))
                .values(ledger_version=CustomerRow.ledger_version + 1)
            )
            await self._session.execute(
                sa.update(ReviewRow)
                .where(ReviewRow.customer_id.in_(some), ReviewRow.state == ReviewState.PENDING)
                .values(version=ReviewRow.version + 1)
            )

    async def holds(self, customer_id: str) -> Sequence[HoldRow]:
        """Holds that have neither ended nor been lifted."""
        found = await self._session.scalars(
            sa.select(HoldRow)
            .where(
                HoldRow.customer_id == customer_id, HoldRow.until >= self._clock().date(), HoldRow.lifted_at.is_(None)
            )
            .order_by(HoldRow.until)
        )
        return found.all()


def to_be_stated(rows: Iterable[InvoiceRow]) -> list[InvoiceRow]:
    """The rows of a customer's statement of account: what is open, in one currency and of one company. None where that
    would not be the whole truth: a payment was seen that the ledger has not booked yet, or nothing is owed in the end.
    """
    found = [row for row in rows if as_invoice(row).is_open]
    is_plain = all((row.open_amount > 0) == (row.kind is InvoiceKind.INVOICE) and not row.payment_seen for row in found)
    is_one_book = len({(row.company, row.currency) for row in found}) == 1
    return found if is_plain and is_one_book and sum(row.open_amount for row in found) > 0 else []


def as_contact(row: ContactRow) -> Contact:
    return Contact(row.name, row.email, row.role, row.language, row.active, row.reachability)


def as_invoice(row: InvoiceRow) -> Invoice:
    return Invoice(
        number=row.number,
        kind=row.kind,
        amount=Money(row.amount, row.currency),
        open=Money(row.open_amount, row.currency),
        due_date=row.due_date,
        issue_date=row.issue_date,
        status=row.status,
        po_number=row.po_number,
        payment_link=row.payment_link,
        payment_seen=row.payment_seen,
    )


def as_payment(row: PaymentRow) -> Payment:
    return Payment(row.day, Money(row.amount, row.currency), row.reference, row.invoice_number)


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
