"""What signals, forecasts and the next action are made of, for some customers at once: a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any, TypeAlias
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import among
from app.db.tables.ledger import CaseRow, ContactRow, CustomerRow, HoldRow, InvoiceRow, PaymentRow
from app.db.tables.mail import MessageRow
from app.db.tables.work import OutboxRow, ProposalRow
from app.domain.account import CLOSED, InvoiceKind, InvoiceStatus
from app.domain.conduct import (
    BrokenPromise,
    Conduct,
    CustomerFacts,
    CustomerMail,
    Exchange,
    KnownContact,
    NotScored,
    OpenItem,
    PaidInvoice,
    Position,
    Stop,
)
from app.domain.contact import Reachability
from app.domain.forecast import Delays, thinned
from app.domain.intents import Intent
from app.domain.message import UNANSWERED
from app.domain.money import Money
from app.domain.review import RUNNING, CaseKind, CaseState, OutboxState

PAYMENTS_FOR = timedelta(days=730)
MAILS_FOR = timedelta(days=365)
Query: TypeAlias = sa.Select[*tuple[Any, ...]]
Found: TypeAlias = sa.Row[*tuple[Any, ...]]
STOP_OF_KIND: Mapping[str, Stop] = {
    CaseKind.PROMISE: Stop.PROMISE,
    CaseKind.DISPUTE: Stop.DISPUTE,
    CaseKind.EXTENSION: Stop.EXTENSION,
    CaseKind.HARDSHIP: Stop.HARDSHIP,
}


class Signals:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def customers_with_open_items(self, after: str, limit: int) -> Sequence[str]:
        """Their ids in order, beyond `after`."""
        found = await self._session.scalars(
            sa.select(InvoiceRow.customer_id)
            .where(InvoiceRow.status.not_in(CLOSED), InvoiceRow.customer_id > after)
            .distinct()
            .order_by(InvoiceRow.customer_id)
            .limit(limit)
        )
        return found.all()

    async def segment_delays(self, as_of: date) -> dict[str, Delays]:
        """How late each segment's companies paid, over the last year of due dates."""
        paid = _paid_invoices(as_of - timedelta(days=365)).subquery()
        found = await self._session.execute(
            sa.select(CustomerRow.segment, paid.c.due_date, paid.c.paid_on, sa.func.count())
            .join(CustomerRow, CustomerRow.id == paid.c.customer_id)
            .where(CustomerRow.natural_person.is_(False))
            .group_by(CustomerRow.segment, paid.c.due_date, paid.c.paid_on)
        )
        histograms: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for segment, due_date, paid_on, count in found:
            histograms[segment][(paid_on - due_date).days] += count
        return {segment: thinned(histogram) for segment, histogram in histograms.items()}

    async def facts(self, customer_ids: Collection[str], as_of: date) -> list[CustomerFacts]:
        """Those of the customers that exist, by id. Nothing is read about the conduct of natural persons."""
        customers = await self._by_customer(sa.select(CustomerRow.id, *_CUSTOMER), CustomerRow.id, customer_ids)
        rows = {customer_id: found[0] for customer_id, found in sorted(customers.items())}
        positions = await self._positions(rows, as_of)
        companies = [customer_id for customer_id, row in rows.items() if not row.natural_person]
        conducts = await self._conducts({id_: rows[id_] for id_ in companies}, positions, as_of)
        return [
            CustomerFacts(
                positions[id_],
                conducts.get(id_, NotScored.NATURAL_PERSON),
                row.name,
                row.owner_email,
                row.segment,
                row.company,
            )
            for id_, row in rows.items()
        ]

    async def _positions(self, customers: Mapping[str, Found], as_of: date) -> dict[str, Position]:
        ids = list(customers)
        invoices = await self._by_customer(
            sa.select(InvoiceRow.customer_id, *_INVOICE)
            .where(InvoiceRow.status.not_in(CLOSED), InvoiceRow.open_amount != 0)
            .order_by(InvoiceRow.due_date, InvoiceRow.number),
            InvoiceRow.customer_id,
            ids,
        )
        cases = await self._by_customer(
            sa.select(CaseRow.customer_id, CaseRow.kind, CaseRow.state, CaseRow.invoices, CaseRow.amount).where(
                CaseRow.state.in_(list(RUNNING))
            ),
            CaseRow.customer_id,
            ids,
        )
        holds = await self._by_customer(
            sa.select(HoldRow.customer_id).where(HoldRow.until >= as_of, HoldRow.lifted_at.is_(None)),
            HoldRow.customer_id,
            ids,
        )
        mails = await self._by_customer(
            sa.select(MessageRow.customer_id).where(MessageRow.state.in_(UNANSWERED)), MessageRow.customer_id, ids
        )
        return {
            id_: Position(
                customer_id=id_,
                as_of=as_of,
                items=tuple(_item(row, cases[id_]) for row in invoices[id_]),
                stops=frozenset(
                    chain(
                        [Stop.HOLD] if holds[id_] else [],
                        [Stop.UNANSWERED_MAIL] if mails[id_] else [],
                        [Stop.PAYMENT_SEEN] if row.payment_seen else [],
                        (STOP_OF_KIND[case.kind] for case in cases[id_] if _is_of_all(case)),
                    )
                ),
            )
            for id_, row in customers.items()
        }

    async def _conducts(
        self, customers: Mapping[str, Found], positions: Mapping[str, Position], as_of: date
    ) -> dict[str, Conduct]:
        ids = list(customers)
        paid = await self._by_customer(_paid_invoices(as_of - PAYMENTS_FOR), InvoiceRow.customer_id, ids)
        broken = await self._by_customer(
            sa.select(CaseRow.customer_id, CaseRow.id, CaseRow.ended_at, CaseRow.opened_at)
            .where(CaseRow.kind == CaseKind.PROMISE, CaseRow.state == CaseState.BROKEN)
            .order_by(CaseRow.id),
            CaseRow.customer_id,
            ids,
        )
        contacts = await self._by_customer(
            sa.select(ContactRow.customer_id, ContactRow.id, ContactRow.active, ContactRow.reachability).order_by(
                ContactRow.email
            ),
            ContactRow.customer_id,
            ids,
        )
        since = datetime.combine(as_of - MAILS_FOR, time(), UTC)
        mails = await self._by_customer(_mails(since), MessageRow.customer_id, ids)
        sent = await self._by_customer(_sent(since), OutboxRow.customer_id, ids)
        return {
            id_: Conduct(
                customer_id=id_,
                as_of=as_of,
                segment=row.segment,
                credit_limit=None if row.credit_limit is None else Money(row.credit_limit, row.currency),
                outstanding=positions[id_].outstanding,
                paid=tuple(PaidInvoice(i.number, i.due_date, i.paid_on) for i in paid[id_]),
                broken_promises=tuple(BrokenPromise(c.id, (c.ended_at or c.opened_at).date()) for c in broken[id_]),
                exchanges=tuple(_exchanges(sent[id_], mails[id_])),
                mails=tuple(_mail(mail) for mail in mails[id_]),
                contacts=tuple(
                    KnownContact(contact.id, contact.active and contact.reachability is Reachability.OK)
                    for contact in contacts[id_]
                ),
            )
            for id_, row in customers.items()
        }

    async def _by_customer(
        self, select: Query, column: Any, customer_ids: Collection[str]
    ) -> defaultdict[str, list[Found]]:
        """Rows, of which the first value is the customer, by customer."""
        rows: defaultdict[str, list[Found]] = defaultdict(list)
        for row in await self._session.execute(select.where(among(self._session, column, customer_ids))):
            rows[row[0]].append(row)
        return rows


_CUSTOMER = (
    CustomerRow.name,
    CustomerRow.natural_person,
    CustomerRow.segment,
    CustomerRow.owner_email,
    CustomerRow.company,
    CustomerRow.currency,
    CustomerRow.credit_limit,
    CustomerRow.payment_seen,
)
_INVOICE = (
    InvoiceRow.number,
    InvoiceRow.company,
    InvoiceRow.open_amount,
    InvoiceRow.currency,
    InvoiceRow.due_date,
    InvoiceRow.status,
    InvoiceRow.payment_seen,
)


def _paid_invoices(due_since: date) -> Query:
    """Paid invoices with the day of their last payment. One that was closed without a payment says nothing."""
    paid_on = sa.func.max(PaymentRow.day).label("paid_on")
    return (
        sa.select(InvoiceRow.customer_id, InvoiceRow.number, InvoiceRow.due_date, paid_on)
        .join(
            PaymentRow,
            sa.and_(
                PaymentRow.customer_id == InvoiceRow.customer_id,
                sa.func.upper(PaymentRow.invoice_number) == sa.func.upper(InvoiceRow.number),
            ),
        )
        .where(
            InvoiceRow.status == InvoiceStatus.PAID,
            InvoiceRow.kind == InvoiceKind.INVOICE,
            InvoiceRow.due_date >= due_since,
            PaymentRow.amount > 0,
        )
        .group_by(InvoiceRow.id, InvoiceRow.customer_id, InvoiceRow.number, InvoiceRow.due_date)
        .order_by(paid_on, InvoiceRow.number)
    )


def _mails(since: datetime) -> Query:
    """What people wrote, with the intents of the newest run."""
    newest = sa.and_(ProposalRow.message_id == MessageRow.id, ProposalRow.run == MessageRow.run)
    return (
        sa.select(
            MessageRow.customer_id,
            MessageRow.id,
            MessageRow.conversation_id,
            MessageRow.received_at,
            ProposalRow.intents,
        )
        .outerjoin(ProposalRow, newest)
        .where(MessageRow.received_at >= since, MessageRow.is_automatic.is_(False))
        .order_by(MessageRow.received_at)
    )


def _sent(since: datetime) -> Query:
    return (
        sa.select(OutboxRow.customer_id, OutboxRow.id, OutboxRow.conversation_id, OutboxRow.sent_at)
        .where(OutboxRow.state == OutboxState.SENT, OutboxRow.sent_at >= since)
        .order_by(OutboxRow.sent_at)
    )


def _item(row: Found, cases: Iterable[Found]) -> OpenItem:
    stops = {STOP_OF_KIND[case.kind] for case in cases if _covers(case, row)}
    if row.status is InvoiceStatus.DISPUTED:
        stops.add(Stop.DISPUTE)
    if row.payment_seen:
        stops.add(Stop.PAYMENT_SEEN)
    return OpenItem(row.number, Money(row.open_amount, row.currency), row.due_date, frozenset(stops), row.company)


def _covers(case: Found, invoice: Found) -> bool:
    """A dispute about a part of one invoice, once a person has confirmed it, leaves the rest to be asked for."""
    is_part = case.kind == CaseKind.DISPUTE and case.state is CaseState.CONFIRMED and len(case.invoices) == 1
    is_partial = is_part and case.amount is not None and case.amount < invoice.open_amount
    return not is_partial and invoice.number.upper() in {number.upper() for number in case.invoices}


def _is_of_all(case: Found) -> bool:
    """Hardship concerns everything, and so does a case that names no invoice."""
    return case.kind == CaseKind.HARDSHIP or not case.invoices


def _exchanges(sent: Iterable[Found], mails: Sequence[Found]) -> Iterable[Exchange]:
    """Each mail of ours with the next that a person wrote in its conversation."""
    written: dict[UUID, list[datetime]] = defaultdict(list)
    for mail in mails:
        written[mail.conversation_id].append(mail.received_at)
    for row in sent:
        answer = next((at for at in written[row.conversation_id] if at > row.sent_at), None)
        yield Exchange(row.id, row.sent_at.date(), answer.date() if answer else None)


def _mail(row: Found) -> CustomerMail:
    return CustomerMail(row.id, row.received_at.date(), frozenset(Intent(word) for word in row.intents or ()))
