"""The ledger's rows: looked up by contact address and invoice number, changed by imports and cases."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables.ledger import CaseKind, CaseRow, ContactRow, CustomerRow, HoldRow, InvoiceRow, PaymentRow
from app.db.tables.work import ReviewRow
from app.domain.account import Account, Contact, Invoice, Payment
from app.domain.clock import Clock
from app.domain.money import Money
from app.domain.review import CaseState, ReviewState

PAYMENTS_SHOWN = 50
TOUCHED_AT_ONCE = 2_000
"""A statement takes only so many values."""


class Ledger:
    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
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

    async def customer_names(self, customer_ids: Iterable[str]) -> dict[str, CustomerRow]:
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

    async def account(self, customer_id: str) -> Account | None:
        """One customer with everything the agent may use."""
        customer = await self.customer(customer_id)
        if customer is None:
            return None
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
            invoices=tuple(_invoice(row) for row in await self.invoices(customer_id)),
            contacts=tuple(as_contact(row) for row in await self.contacts(customer_id)),
            payments=tuple(_payment(row) for row in await self.payments(customer_id)),
            promised=await self._promised(customer_id),
        )

    async def _promised(self, customer_id: str) -> tuple[date, ...]:
        """Days of confirmed promises that have an open invoice."""
        still_open = {row.number for row in await self.invoices(customer_id) if _invoice(row).is_open}
        promises = (
            case
            for case in await self.cases(customer_id)
            if case.kind is CaseKind.PROMISE and case.state is CaseState.CONFIRMED
        )
        return tuple(case.day for case in promises if case.day and still_open.intersection(case.invoices))

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

    def add_case(self, row: CaseRow) -> None:
        self._session.add(row)

    async def cases(self, customer_id: str) -> Sequence[CaseRow]:
        """Cases of a customer that stand: proposed or confirmed."""
        found = await self._session.scalars(
            sa.select(CaseRow)
            .where(CaseRow.customer_id == customer_id, CaseRow.state != CaseState.REMOVED)
            .order_by(CaseRow.id)
        )
        return found.all()

    async def cases_of_message(self, message_id: UUID, run: int) -> Sequence[CaseRow]:
        found = await self._session.scalars(
            sa.select(CaseRow).where(CaseRow.message_id == message_id, CaseRow.run == run).order_by(CaseRow.id)
        )
        return found.all()

    async def decide_cases(
        self,
        message_id: UUID,
        run: int,
        *,
        to: CaseState,
        by: UUID | None,
        kinds: Iterable[CaseKind] = tuple(CaseKind),
    ) -> int:
        """Confirm, remove or re-open the cases that a proposal opened. Returns how many changed."""
        moved = await self._session.execute(
            sa.update(CaseRow)
            .where(
                CaseRow.message_id == message_id,
                CaseRow.run == run,
                CaseRow.state != to,
                CaseRow.kind.in_(list(kinds)),
            )
            .values(state=to, decided_at=None if to is CaseState.PROPOSED else self._clock(), decided_by=by)
        )
        assert isinstance(moved, sa.CursorResult)  # noqa: S101  # an UPDATE gives a cursor result
        return moved.rowcount

    def add_hold(self, row: HoldRow) -> None:
        self._session.add(row)

    async def holds(self, customer_id: str) -> Sequence[HoldRow]:
        """Holds that have not ended."""
        found = await self._session.scalars(
            sa.select(HoldRow)
            .where(HoldRow.customer_id == customer_id, HoldRow.until >= self._clock().date())
            .order_by(HoldRow.until)
        )
        return found.all()


def as_contact(row: ContactRow) -> Contact:
    return Contact(row.name, row.email, row.role, row.language, row.active, row.reachability)


def _invoice(row: InvoiceRow) -> Invoice:
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


def _payment(row: PaymentRow) -> Payment:
    return Payment(row.day, Money(row.amount, row.currency), row.reference, row.invoice_number)
