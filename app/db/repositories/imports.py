"""What imports ask and change beside the rows themselves: newest files, closed invoices, marks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.staging import IS_OPEN
from app.db.tables.ledger import CustomerRow, ImportRow, InvoiceRow, PaymentRow
from app.db.tables.papers import LedgerRequestRow
from app.db.tables.privacy import ErasureRow
from app.domain.account import InvoiceStatus
from app.domain.errors import Invalid

IMPORT_LOCK = 0x44554510
"""Advisory lock number on PostgreSQL: one import at a time. On SQLite BEGIN IMMEDIATE is the lock."""

AT_ONCE = 2_000

LOOKED_BACK = 200
"""A company whose newest import lies further back is stale, whatever its age exactly."""


@dataclass(frozen=True, slots=True)
class NewerPayment:
    customer_id: str
    invoice_number: str
    day: date


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """Keyed hashes of a request's idempotency key and of what it asks for."""

    key_hash: str
    body_hash: str


@dataclass(frozen=True, slots=True)
class NumberedInvoice:
    """`number` is upper-case."""

    id: UUID
    customer_id: str
    number: str
    company: str
    is_open: bool


class Imports:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> None:
        if self._session.get_bind().dialect.name == "postgresql":
            await self._session.execute(sa.select(sa.func.pg_advisory_xact_lock(IMPORT_LOCK)))

    async def customer_ids(self) -> frozenset[str]:
        return frozenset(await self._session.scalars(sa.select(CustomerRow.id)))

    async def erased(self) -> frozenset[str]:
        """The keyed hashes of the addresses of people who were erased at their wish."""
        return frozenset(await self._session.scalars(sa.select(ErasureRow.address_hash)))

    async def whole(self, kind: str = "invoices") -> list[tuple[datetime, list[str]]]:
        """When files of a kind were taken that are no parts, and the companies that each speaks for; the newest first,
        so many as matter."""
        found = await self._session.execute(
            sa.select(ImportRow.at, ImportRow.companies)
            .where(ImportRow.kind == kind, ~ImportRow.is_partial)
            .order_by(ImportRow.at.desc())
            .limit(LOOKED_BACK)
        )
        return [(row.at, row.companies) for row in found]

    async def recent(self, most: int, *, before: UUID | None = None) -> Sequence[ImportRow]:
        """What was taken last, the newest first; `before` an import that the caller has seen."""
        rows = sa.select(ImportRow).order_by(ImportRow.id.desc()).limit(most)
        found = await self._session.scalars(rows if before is None else rows.where(ImportRow.id < before))
        return found.all()

    async def answer_to(self, request: KeyedRequest) -> dict[str, Any] | None:
        """How a request was answered before. Raises Invalid when its key had another body. Ask under the lock."""
        row = await self._session.get(LedgerRequestRow, request.key_hash)
        if row is None:
            return None
        if row.body_hash != request.body_hash:
            raise Invalid("this Idempotency-Key came with another request before: use a new key for a new request")
        return row.answer

    def remember(self, request: KeyedRequest, answer: dict[str, Any], at: datetime) -> None:
        self._session.add(
            LedgerRequestRow(key_hash=request.key_hash, body_hash=request.body_hash, answer=answer, at=at)
        )

    def add(self, row: ImportRow) -> None:
        self._session.add(row)

    async def close(self, invoices: Iterable[UUID]) -> None:
        for some in portions(invoices):
            await self._session.execute(
                sa.update(InvoiceRow)
                .where(InvoiceRow.id.in_(some))
                .values(status=InvoiceStatus.PAID, open_amount=Decimal(0))
                .execution_options(synchronize_session=False)
            )

    async def payments_since(self, day: date) -> Sequence[NewerPayment]:
        """Payments to us (refunds and chargebacks are negative) of that day or later."""
        found = await self._session.execute(
            sa.select(PaymentRow.customer_id, PaymentRow.invoice_number, PaymentRow.day).where(
                PaymentRow.day >= day, PaymentRow.amount > Decimal(0)
            )
        )
        return [NewerPayment(*row) for row in found]

    async def invoices_numbered(self, numbers: Iterable[str]) -> Sequence[NumberedInvoice]:
        """The invoices with these upper-case numbers."""
        upper = sa.func.upper(InvoiceRow.number)
        invoices: list[NumberedInvoice] = []
        for some in portions(numbers):
            found = await self._session.execute(
                sa.select(InvoiceRow.id, InvoiceRow.customer_id, upper, InvoiceRow.company, IS_OPEN).where(
                    upper.in_(some)
                )
            )
            invoices += [NumberedInvoice(*row) for row in found]
        return invoices

    async def companies_of(self, customer_ids: Iterable[str]) -> dict[str, set[str]]:
        """With which of our companies these customers have open items."""
        companies: dict[str, set[str]] = {}
        for some in portions(customer_ids):
            found = await self._session.execute(
                sa.select(InvoiceRow.customer_id, InvoiceRow.company)
                .where(InvoiceRow.customer_id.in_(some), IS_OPEN)
                .distinct()
            )
            for customer_id, company in found:
                companies.setdefault(customer_id, set()).add(company)
        return companies

    async def marked(self) -> tuple[dict[UUID, str], set[str]]:
        """What is marked *payment seen*: invoices, each with its customer, and customers."""
        invoices = await self._session.execute(
            sa.select(InvoiceRow.id, InvoiceRow.customer_id).where(InvoiceRow.payment_seen)
        )
        customers = await self._session.scalars(sa.select(CustomerRow.id).where(CustomerRow.payment_seen))
        return {row.id: row.customer_id for row in invoices}, set(customers)

    async def mark(self, table: type[InvoiceRow] | type[CustomerRow], ids: Iterable[Any], *, seen: bool) -> None:
        for some in portions(ids):
            await self._session.execute(
                sa.update(table)
                .where(table.id.in_(some))
                .values(payment_seen=seen)
                .execution_options(synchronize_session=False)
            )


def portions(values: Iterable[Any]) -> Iterator[list[Any]]:
    """A statement takes only so many values."""
    rest = iter(values)
    while some := list(islice(rest, AT_ONCE)):
        yield some
