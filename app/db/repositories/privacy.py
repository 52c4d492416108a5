"""Everything that is kept of a person, found by address; and its erasure.

erase a thread: its sealed key, vault and salt ─▶ gone; its payloads, heads and envelopes ─▶ empty; search terms ─▶ gone
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.db.bulk import rows_changed
from app.db.repositories.messages import SealedHead
from app.db.repositories.words import Words
from app.db.sealing import Keyring
from app.db.tables.ledger import AddressRow, CaseRow, ContactProposalRow, ContactRow, CustomerRow, InvoiceRow, TaskRow
from app.db.tables.mail import ConversationRow, HistoryRow, MessageRow, PayloadRow
from app.db.tables.privacy import ErasureRow, LegalHoldRow
from app.db.tables.queue import SearchTermRow
from app.db.tables.system import LoginFailureRow
from app.db.tables.work import OutboxRow, ReviewRow
from app.domain.account import CLOSED
from app.domain.clock import Clock
from app.domain.copies import of_envelope
from app.domain.ids import new_id
from app.domain.message import UNDECIDED
from app.domain.review import RUNNING, UNDER_WAY

PAGE = 500
ERASED = b""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail from or to the person. Its bytes are the payload `raw_id`."""

    id: UUID
    conversation_id: UUID
    at: datetime
    is_ours: bool
    raw_id: UUID
    subject: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation, and what decides whether it may be erased. `country` is its customer's, `company` whose customer
    that is; None: nobody's customer."""

    id: UUID
    customer_id: str | None
    country: str | None
    last_message_at: datetime
    is_held: bool
    is_under_way: bool
    company: str = ""


class Privacy:
    """Opens every thread, restricted ones too: for requests of the people themselves, never for a page of the queue."""

    def __init__(self, session: AsyncSession, keyring: Keyring, clock: Clock) -> None:
        self._session = session
        self._keyring = keyring
        self._clock = clock
        self._words = Words(session, keyring, clock, opens_restricted=True)

    # -- finding -------------------------------------------------------------------------------------------------------

    async def contacts(self, address: str) -> Sequence[ContactRow]:
        rows = await self._session.scalars(sa.select(ContactRow).where(sa.func.lower(ContactRow.email) == address))
        return rows.all()

    async def letters(self, address: str) -> AsyncIterator[Letter]:
        """Every mail of which the person is sender or recipient. Addresses are sealed: the keyed hash beside them finds
        those that have one, the heads of the others are opened."""
        known = self._keyring.index(address)
        by_sender = sa.or_(MessageRow.sender_hash == known, MessageRow.sender_hash.is_(None))
        by_recipient = OutboxRow.recipient_hash.in_([known, ""]) | OutboxRow.has_copies
        for table, at, where in (
            (MessageRow, MessageRow.received_at, by_sender),
            (HistoryRow, HistoryRow.received_at, sa.true()),
        ):
            async for row, plain in self._opened(table, at, table.head, where):
                head = SealedHead.from_bytes(plain)
                if head.sender.email == address:
                    yield Letter(row.id, row.conversation_id, row.at, False, row.raw_id, head.subject)
        async for row, plain in self._opened(OutboxRow, OutboxRow.created_at, OutboxRow.envelope, by_recipient):
            if address in map(str.casefold, of_envelope(plain)):
                yield Letter(row.id, row.conversation_id, row.at, True, row.raw_id)

    async def _opened(
        self, table: Any, at: Any, sealed: Any, where: sa.ColumnElement[bool]
    ) -> AsyncIterator[tuple[Any, bytes]]:
        """The rows of a table by id, each with what is sealed in one column; those of erased threads are left out."""
        query = (
            sa.select(table.id, table.conversation_id, table.raw_id, at.label("at"), sealed.label("sealed"))
            .join(ConversationRow, ConversationRow.id == table.conversation_id)
            .where(ConversationRow.sealed_key.is_not(None), where)
            .order_by(table.id)
            .limit(PAGE)
        )
        after: UUID | None = None
        while True:
            rows = (await self._session.execute(query.where(table.id > after) if after else query)).all()
            await self._words.load_keys({row.conversation_id for row in rows})
            for row in rows:
                yield row, self._words.known_key(row.conversation_id).open(row.id, row.sealed)
            if not rows:
                return
            after = rows[-1].id

    async def raw(self, letter: Letter) -> bytes:
        """The mail itself. Raises NotFound when it was erased."""
        return await self._words.get(letter.raw_id)

    async def threads(self, ids: Sequence[UUID]) -> list[Thread]:
        """With the customer's country, and whether a hold or unfinished work keeps them."""
        rows = await self._session.execute(_THREADS.where(ConversationRow.id.in_(ids)))
        return [Thread(*row) for row in rows]

    async def threads_older_than(self, strangers: datetime, customers: datetime, *, after: UUID | None) -> list[Thread]:
        """Threads with words, last written to before these moments, by id."""
        is_strangers = ConversationRow.customer_id.is_(None)
        query = _THREADS.where(
            ConversationRow.last_message_at < sa.case((is_strangers, strangers), else_=customers),
            ConversationRow.sealed_key.is_not(None),
        )
        query = query.order_by(ConversationRow.id).limit(PAGE)
        return [
            Thread(*row)
            for row in await self._session.execute(query.where(ConversationRow.id > after) if after else query)
        ]

    async def restricted_past(self, day: date) -> list[Thread]:
        past = (ConversationRow.restricted_until < day, ConversationRow.sealed_key.is_not(None))
        return [Thread(*row) for row in await self._session.execute(_THREADS.where(*past))]

    # -- erasing -------------------------------------------------------------------------------------------------------

    async def erase(self, threads: Sequence[UUID]) -> None:
        """Destroy the keys, so that no copy of the words opens; then empty the words themselves, the notes of cases and
        tasks that came of them, and the hashes by which addresses are found again.

        The hashes of Message-IDs stay: by them a mail that its server lists anew is known, and not taken in again.
        """
        await self._forget_search_terms(threads)
        messages = sa.select(MessageRow.id).where(MessageRow.conversation_id.in_(threads))
        await self._session.execute(sa.delete(ContactProposalRow).where(ContactProposalRow.message_id.in_(messages)))
        cases = sa.select(CaseRow.id).where(CaseRow.message_id.in_(messages))
        reviews = sa.select(ReviewRow.id).where(ReviewRow.conversation_id.in_(threads))
        theirs = sa.or_(TaskRow.case_id.in_(cases), TaskRow.review_id.in_(reviews))
        await self._session.execute(sa.update(TaskRow).where(theirs).values(note=None))
        await self._session.execute(sa.update(CaseRow).where(CaseRow.message_id.in_(messages)).values(note=None))
        for table, columns in (
            (PayloadRow, {"sealed": ERASED}),
            (MessageRow, {"head": ERASED, "sender_hash": None}),
            (HistoryRow, {"head": ERASED}),
            (OutboxRow, {"envelope": ERASED, "recipient_hash": "", "domain_hash": ""}),
        ):
            await self._session.execute(sa.update(table).where(table.conversation_id.in_(threads)).values(columns))
        await self._session.execute(
            sa.update(ConversationRow)
            .where(ConversationRow.id.in_(threads))
            .values(sealed_key=None, vault=None, subject_hash="")
        )

    async def restrict(self, thread: UUID, until: date) -> None:
        await self._forget_search_terms([thread])
        await self._session.execute(
            sa.update(ConversationRow).where(ConversationRow.id == thread).values(restricted_until=until)
        )

    async def forget_contact(self, contact: ContactRow) -> None:
        """The row stays, as sent mail refers to it; nothing in it names the person any more."""
        contact.name, contact.email, contact.phone = "", f"erased-{contact.id}@invalid", ""
        contact.active = False
        contact.version += 1

    async def forget_names(self, customer_ids: Collection[str]) -> int:
        """Customers who are people themselves bear their id as their name from now on, and have no address any more.
        Returns of how many something is open yet, so that theirs stay until `names_due` has them."""
        people = sa.select(CustomerRow).where(CustomerRow.id.in_(customer_ids), CustomerRow.natural_person)
        still_open = 0
        for customer in (await self._session.scalars(people)).all():
            if await self._session.scalar(sa.select(_has_something_open(customer.id))):
                customer.is_name_due = True
                still_open += 1
            else:
                customer.name, customer.is_name_due = customer.id, False
                await self._session.execute(sa.delete(AddressRow).where(AddressRow.customer_id == customer.id))
                customer.ledger_version += 1
        return still_open

    async def names_due(self) -> Sequence[str]:
        """Customers whose name was to go and stayed, of whom nothing is open any more, and who are under no hold."""
        is_held = sa.exists().where(LegalHoldRow.customer_id == CustomerRow.id, LegalHoldRow.lifted_at.is_(None))
        due = sa.select(CustomerRow.id).where(CustomerRow.is_name_due, ~_has_something_open(CustomerRow.id), ~is_held)
        return (await self._session.scalars(due.order_by(CustomerRow.id).limit(PAGE))).all()

    async def names(self, customer_ids: Collection[str]) -> dict[str, str]:
        rows = await self._session.execute(
            sa.select(CustomerRow.id, CustomerRow.name).where(CustomerRow.id.in_(customer_ids))
        )
        return {customer_id: name for customer_id, name in rows}

    async def _forget_search_terms(self, threads: Sequence[UUID]) -> None:
        messages = sa.select(MessageRow.id).where(MessageRow.conversation_id.in_(threads))
        await self._session.execute(sa.delete(SearchTermRow).where(SearchTermRow.message_id.in_(messages)))

    # -- holds and requests --------------------------------------------------------------------------------------------

    async def hold(self, customer_id: str, by: UUID | None) -> bool:
        """False when there is one already."""
        if await self.is_held(customer_id):
            return False
        self._session.add(LegalHoldRow(id=new_id(), customer_id=customer_id, set_by=by, set_at=self._clock()))
        return True

    async def lift(self, customer_id: str, by: UUID | None) -> bool:
        lifted = await self._session.execute(
            sa.update(LegalHoldRow)
            .where(LegalHoldRow.customer_id == customer_id, LegalHoldRow.lifted_at.is_(None))
            .values(lifted_at=self._clock(), lifted_by=by)
        )
        return rows_changed(lifted) > 0

    async def is_held(self, customer_id: str) -> bool:
        running = sa.select(LegalHoldRow.id).where(
            LegalHoldRow.customer_id == customer_id, LegalHoldRow.lifted_at.is_(None)
        )
        return await self._session.scalar(running.limit(1)) is not None

    async def holds(self) -> Sequence[LegalHoldRow]:
        rows = await self._session.scalars(
            sa.select(LegalHoldRow).where(LegalHoldRow.lifted_at.is_(None)).order_by(LegalHoldRow.set_at)
        )
        return rows.all()

    async def erasures(self) -> Sequence[ErasureRow]:
        """The newest first."""
        rows = await self._session.scalars(sa.select(ErasureRow).order_by(ErasureRow.asked_at.desc()).limit(PAGE))
        return rows.all()

    def note_erasure(self, erasure: ErasureRow) -> None:
        self._session.add(erasure)

    async def forget_failures(self, address: str) -> None:
        await self._session.execute(
            sa.delete(LoginFailureRow).where(LoginFailureRow.email_hash == self._keyring.index(address))
        )


def _has_something_open(
    customer_id: str | sa.ColumnElement[str] | InstrumentedAttribute[str],
) -> sa.ColumnElement[bool]:
    """A claim is defended with its debtor's name (GDPR art. 17 (3) (e))."""
    return sa.or_(
        sa.exists().where(
            InvoiceRow.customer_id == customer_id, InvoiceRow.status.not_in(CLOSED), InvoiceRow.open_amount != 0
        ),
        sa.exists().where(CaseRow.customer_id == customer_id, CaseRow.state.in_(RUNNING)),
    )


_LINKED = sa.select(MessageRow.customer_id).where(MessageRow.conversation_id == ConversationRow.id)
_CUSTOMER = sa.func.coalesce(
    ConversationRow.customer_id, _LINKED.with_only_columns(sa.func.min(MessageRow.customer_id)).scalar_subquery()
)
"""A thread is a customer's too where only a mail of it names them, as by an invoice's number."""

_THREADS = sa.select(
    ConversationRow.id,
    _CUSTOMER,
    sa.case((_CUSTOMER.is_not(None), sa.func.coalesce(CustomerRow.country, ""))),
    ConversationRow.last_message_at,
    sa.exists().where(
        LegalHoldRow.lifted_at.is_(None),
        sa.or_(LegalHoldRow.customer_id == ConversationRow.customer_id, LegalHoldRow.customer_id.in_(_LINKED)),
    ),
    sa.or_(
        sa.exists().where(MessageRow.conversation_id == ConversationRow.id, MessageRow.state.in_(UNDECIDED)),
        sa.exists().where(OutboxRow.conversation_id == ConversationRow.id, OutboxRow.state.in_(UNDER_WAY)),
    ),
    sa.func.coalesce(CustomerRow.company, ""),
).outerjoin(CustomerRow, CustomerRow.id == _CUSTOMER)
