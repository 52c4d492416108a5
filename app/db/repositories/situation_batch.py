"""What hangs on a batch of customers, for the plan of reminders: a fixed number of queries each, raw columns.

A million open invoices are read in one plan, so no mapped object is built, and words stay text until they are needed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.correspondence import Mail, end_of, start_of
from app.db.sealing import Keyring
from app.db.tables.ledger import (
    CaseRow,
    ContactRow,
    CustomerRow,
    HoldRow,
    InvoiceRow,
    PaymentRow,
    TaskRow,
)
from app.db.tables.mail import MessageRow
from app.db.tables.reminders import PersonsStepRow, ReminderRow
from app.db.tables.work import OutboxRow
from app.domain.account import CLOSED, ContactRole, InvoiceKind, InvoiceStatus
from app.domain.contact import Reachability
from app.domain.freshness import Staleness
from app.domain.intents import ExtensionKind
from app.domain.money import Money
from app.domain.reminder import (
    Addressee,
    Channel,
    CustomerSituation,
    OpenItem,
    PutAside,
    RunningCase,
    SentReminder,
    Stage,
    Why,
)
from app.domain.reminder_life import ReminderState
from app.domain.review import CaseKind, CaseState, OutboxState
from app.domain.task import OF_THE_PLAN, TALKS, TaskState

REPLIES_LOOK_BACK = timedelta(days=180)
RECORD_LOOK_BACK = timedelta(days=365)
"""How far back replies, and payments and promises are looked at."""

_STATE = sa.type_coerce(CaseRow.state, sa.String)
GONE = (OutboxState.SENDING, OutboxState.SENT, OutboxState.UNKNOWN)


@dataclass(slots=True)
class _Promises:
    kept: int = 0
    broken: int = 0


class Batch:
    """What hangs on the customers from one id to another."""

    def __init__(self, session: AsyncSession, keyring: Keyring, as_of: date, first: str, last: str) -> None:
        self._session = session
        self._keyring = keyring
        self._as_of = as_of
        self._range = first, last
        self._items: dict[str, list[OpenItem]] = defaultdict(list)
        self._contacts: dict[str, list[Addressee]] = defaultdict(list)
        self._cases: dict[str, list[RunningCase]] = defaultdict(list)
        self._promises: dict[str, _Promises] = defaultdict(_Promises)
        self._holds: dict[str, date] = {}
        self._talks: dict[str, datetime] = {}
        self._sent: dict[str, list[SentReminder]] = defaultdict(list)
        self._aside: dict[str, list[PutAside]] = defaultdict(list)
        self._replies: dict[str, list[tuple[datetime, str | None]]] = defaultdict(list)
        self._delays: dict[str, list[int]] = defaultdict(list)

    async def load(self, *, with_delays: bool) -> None:
        await self._load_items()
        await self._load_contacts()
        await self._load_cases()
        await self._load_holds()
        await self._load_talks()
        await self._load_replies()
        await self._load_sent()
        await self._load_put_aside()
        if with_delays:
            await self._load_delays()

    def situation(self, customer: Any, mail: Mail, *, stale: Staleness) -> CustomerSituation:
        key, is_person = customer.id, customer.natural_person
        items, replies = self._items.get(key, []), self._replies.get(key, [])
        contacts: Iterable[Addressee] = self._contacts.get(key, ())
        if replies and not is_person:
            contacts = (self._with_replies(contact, replies) for contact in contacts)
        unanswered, contacted = mail
        promises = _Promises() if is_person else self._promises.get(key, _Promises())
        delays = self._delays.get(key)
        return CustomerSituation(
            customer_id=key,
            language=customer.language,
            country=customer.country,
            currency=customer.currency,
            timezone=customer.timezone,
            segment=customer.segment,
            is_strategic=customer.strategic,
            is_natural_person=is_person,
            payment_seen=customer.payment_seen,
            has_unanswered_mail=key in unanswered,
            stale=stale.among(item.company for item in items),
            hold_until=self._holds.get(key),
            items=tuple(items),
            contacts=tuple(contacts),
            cases=tuple(self._cases.get(key, ())),
            sent=tuple(self._sent.get(key, ())),
            put_aside=tuple(self._aside.get(key, ())),
            contacted=tuple(sorted(contacted.get(key, ()))),
            replies=tuple(moment for moment, _sender in replies),
            talk_since=self._talks.get(key),
            average_delay=sum(delays) / len(delays) if delays else None,
            kept_promises=promises.kept,
            broken_promises=promises.broken,
        )

    async def _rows(self, column: Any, select: sa.Select[*tuple[Any, ...]]) -> Iterable[Any]:
        """Read by the connection: the session would pass each row through the mapper, which has nothing to map."""
        connection = await self._session.connection()
        return (await connection.execute(select.where(column.between(*self._range)))).all()

    async def _load_items(self) -> None:
        select = (
            sa.select(
                InvoiceRow.customer_id,
                InvoiceRow.number,
                InvoiceRow.company,
                InvoiceRow.kind == InvoiceKind.CREDIT_NOTE,
                InvoiceRow.open_amount,
                InvoiceRow.currency,
                InvoiceRow.due_date,
                InvoiceRow.status == InvoiceStatus.DISPUTED,
                InvoiceRow.payment_seen,
            )
            .where(InvoiceRow.status.not_in(CLOSED), InvoiceRow.open_amount != 0)
            .order_by(InvoiceRow.due_date, InvoiceRow.number)
        )
        for row in await self._rows(InvoiceRow.customer_id, select):
            self._items[row[0]].append(OpenItem._make(row[1:]))

    async def _load_contacts(self) -> None:
        role = sa.type_coerce(ContactRow.role, sa.String)
        reachability = sa.type_coerce(ContactRow.reachability, sa.String)
        select = sa.select(
            ContactRow.customer_id, ContactRow.id, ContactRow.email, role, ContactRow.language, reachability
        ).where(ContactRow.active)
        for customer, contact_id, email, role_word, language, reach in await self._rows(ContactRow.customer_id, select):
            self._contacts[customer].append(
                Addressee(contact_id, email, ContactRole(role_word), language, reachability=Reachability(reach))
            )

    async def _load_cases(self) -> None:
        """What stops reminders; and the promises of the last year that were kept or broken, as counts."""
        since = start_of(self._as_of) - RECORD_LOOK_BACK
        over = sa.and_(
            _STATE.in_((CaseState.KEPT.value, CaseState.BROKEN.value)),
            CaseRow.kind == CaseKind.PROMISE,
            CaseRow.opened_at >= since,
        )
        select = (
            sa.select(
                CaseRow.customer_id,
                CaseRow.kind,
                _STATE.label("word"),
                CaseRow.invoices,
                CaseRow.amount,
                CaseRow.currency,
                CaseRow.detail,
            )
            .where(sa.or_(_STATE.in_((CaseState.PROPOSED.value, CaseState.CONFIRMED.value)), over))
            .order_by(CaseRow.id)
        )
        for row in await self._rows(CaseRow.customer_id, select):
            if row.word == CaseState.KEPT:
                self._promises[row.customer_id].kept += 1
            elif row.word == CaseState.BROKEN:
                self._promises[row.customer_id].broken += 1
            else:
                self._cases[row.customer_id].append(_running(row))

    async def _load_holds(self) -> None:
        select = (
            sa.select(HoldRow.customer_id, sa.func.max(HoldRow.until))
            .where(HoldRow.until >= self._as_of, HoldRow.lifted_at.is_(None))
            .group_by(HoldRow.customer_id)
        )
        self._holds = {customer: until for customer, until in await self._rows(HoldRow.customer_id, select)}

    async def _load_talks(self) -> None:
        """Open tasks of a person that are no step of the plan: the plan waits for these."""
        select = (
            sa.select(TaskRow.customer_id, sa.func.max(TaskRow.opened_at))
            .where(
                TaskRow.state == TaskState.OPEN,
                TaskRow.kind.in_(TALKS),
                ~TaskRow.key.startswith(OF_THE_PLAN),
                TaskRow.opened_at < end_of(self._as_of),
            )
            .group_by(TaskRow.customer_id)
        )
        self._talks = {customer: since for customer, since in await self._rows(TaskRow.customer_id, select)}

    async def _load_replies(self) -> None:
        select = sa.select(MessageRow.customer_id, MessageRow.received_at, MessageRow.sender_hash).where(
            ~MessageRow.is_automatic,
            MessageRow.received_at >= start_of(self._as_of) - REPLIES_LOOK_BACK,
            MessageRow.received_at < end_of(self._as_of),
        )
        for customer, moment, sender in await self._rows(MessageRow.customer_id, select):
            self._replies[customer].append((moment, sender))

    def _with_replies(self, contact: Addressee, replies: Iterable[tuple[datetime, str | None]]) -> Addressee:
        own = self._keyring.index(contact.email)
        return replace(contact, replies=tuple(moment for moment, sender in replies if sender == own))

    async def _load_sent(self) -> None:
        """Reminders that left, or may have left, and the steps that a person took, or said to need no doing."""
        mails = (
            sa.select(
                ReminderRow.customer_id,
                ReminderRow.stage,
                ReminderRow.channel,
                sa.func.coalesce(OutboxRow.sent_at, OutboxRow.send_after),
                ReminderRow.currency,
                ReminderRow.company,
            )
            .join(OutboxRow, OutboxRow.reminder_id == ReminderRow.id)
            .where(OutboxRow.state.in_(GONE))
            .order_by(ReminderRow.id)
        )
        steps = (
            sa.select(
                PersonsStepRow.customer_id,
                PersonsStepRow.stage,
                PersonsStepRow.channel,
                TaskRow.closed_at,
                PersonsStepRow.currency,
                PersonsStepRow.company,
            )
            .join(TaskRow, TaskRow.id == PersonsStepRow.id)
            .where(TaskRow.state != TaskState.OPEN, PersonsStepRow.channel.is_not(None))
            .order_by(PersonsStepRow.id)
        )
        for column, select in ((ReminderRow.customer_id, mails), (PersonsStepRow.customer_id, steps)):
            for customer, stage, channel, *rest in await self._rows(column, select):
                self._sent[customer].append(SentReminder(Stage(stage), Channel(channel), *rest))

    async def _load_put_aside(self) -> None:
        select = sa.select(
            ReminderRow.customer_id,
            ReminderRow.company,
            ReminderRow.currency,
            ReminderRow.stage,
            ReminderRow.decided_at,
        ).where(
            ReminderRow.state.in_((ReminderState.SKIPPED, ReminderState.REJECTED)),
            ReminderRow.decided_at >= start_of(self._as_of) - RECORD_LOOK_BACK,
            ReminderRow.decided_at < end_of(self._as_of),
        )
        for customer, company, currency, stage, moment in await self._rows(ReminderRow.customer_id, select):
            self._aside[customer].append(PutAside(company, currency, Stage(stage), moment.date()))

    async def _load_delays(self) -> None:
        """Days from the due date to each payment of the last year. Those of natural persons are never read."""
        select = (
            sa.select(PaymentRow.customer_id, PaymentRow.day, InvoiceRow.due_date)
            .join(
                InvoiceRow,
                sa.and_(
                    InvoiceRow.number == PaymentRow.invoice_number, InvoiceRow.customer_id == PaymentRow.customer_id
                ),
            )
            .join(CustomerRow, CustomerRow.id == PaymentRow.customer_id)
            .where(
                ~CustomerRow.natural_person,
                PaymentRow.day <= self._as_of,
                PaymentRow.day > self._as_of - RECORD_LOOK_BACK,
            )
        )
        for customer, paid, due in await self._rows(PaymentRow.customer_id, select):
            self._delays[customer].append((paid - due).days)


def _running(row: Any) -> RunningCase:
    """The amount of a dispute counts once a person has confirmed it; what is only proposed stops the whole invoice."""
    is_confirmed = row.word == CaseState.CONFIRMED.value
    if row.kind is CaseKind.DISPUTE:
        parted = Money(row.amount, row.currency) if is_confirmed and row.amount and row.currency else None
        return RunningCase(Why.DISPUTE, tuple(row.invoices), parted)
    if row.kind is CaseKind.EXTENSION and is_confirmed and row.detail == ExtensionKind.INSTALMENTS.value:
        return RunningCase(Why.PLAN_RUNNING, tuple(row.invoices))
    return RunningCase(WHY_OF_KIND[row.kind], tuple(row.invoices))


WHY_OF_KIND = {
    CaseKind.PROMISE: Why.PROMISE_RUNNING,
    CaseKind.EXTENSION: Why.EXTENSION,
    CaseKind.HARDSHIP: Why.HARDSHIP,
}
