"""The audit chain as a table to read: filtered, the newest first, with the cases that its entries belong to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.audit import says
from app.db.tables.ledger import CustomerRow
from app.db.tables.mail import MailboxRow, MessageRow
from app.db.tables.system import AuditRow, Chain
from app.db.tables.work import OutboxRow, ProposalRow, ReviewRow

EXPORT_PAGE = 1_000
OF_A_CUSTOMER = ("ledger.customer.read", "reminders.customer.read", "ledger.case_file.made")
EXPORTS = (
    *("audit.log.exported", "audit.evidence.made", "insights.figures.exported", "ledger.case_file.made"),
    *("privacy.dossier.made", "privacy.subject.exported", "reminders.effects.exported", "review.corrections.exported"),
)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a reader wants to see. `actor` is as the chain writes it, or "people" for everybody but Duebox."""

    chain: Chain = Chain.DECISIONS
    actor: str = ""
    kind: str = ""
    customer: str = ""
    export: str = ""
    mailbox: str = ""
    least: Decimal | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a table says of the case that an entry belongs to."""

    customer_id: str
    customer: str
    intents: tuple[str, ...]
    at_stake: Decimal | None
    currency: str | None
    delivery: str


class Trail:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(self, sought: Sought, *, before: int | None, limit: int) -> Sequence[AuditRow]:
        """Entries older than `before`, the newest first."""
        wanted = self._wanted(sought).order_by(AuditRow.seq.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(AuditRow.seq < before)
        return (await self._session.scalars(wanted)).all()

    async def following(self, sought: Sought, seq: int, *, up_to: int) -> Sequence[AuditRow]:
        """Some entries after this one, in the order of the chain; none at its end."""
        page = self._wanted(sought).where(AuditRow.seq > seq, AuditRow.seq <= up_to).order_by(AuditRow.seq)
        return (await self._session.scalars(page.limit(EXPORT_PAGE))).all()

    async def newest_of(self, chain: Chain, kind: str) -> AuditRow | None:
        wanted = sa.select(AuditRow).where(AuditRow.chain == chain, AuditRow.kind == kind)
        return await self._session.scalar(wanted.order_by(AuditRow.seq.desc()).limit(1))

    async def cases(self, message_ids: set[UUID]) -> dict[UUID, CaseFacts]:
        """What is known of these messages: the customer, the newest reading of it, and where the answer is."""
        if not message_ids:
            return {}
        rows = await self._session.execute(
            sa.select(MessageRow.id, MessageRow.customer_id, CustomerRow.name)
            .outerjoin(CustomerRow, CustomerRow.id == MessageRow.customer_id)
            .where(MessageRow.id.in_(message_ids))
        )
        intents = await self._intents(message_ids)
        stakes = await self._stakes(message_ids)
        found = {}
        for message_id, customer_id, name in rows:
            amount, currency, delivery = stakes.get(message_id, (None, None, ""))
            found[message_id] = CaseFacts(
                customer_id or "", name or "", intents.get(message_id, ()), amount, currency, delivery
            )
        return found

    async def mails_of(self, review_ids: set[UUID]) -> dict[str, UUID]:
        """The mail that each review is about."""
        if not review_ids:
            return {}
        rows = await self._session.execute(
            sa.select(ReviewRow.id, ReviewRow.message_id).where(ReviewRow.id.in_(review_ids))
        )
        return {str(review_id): message_id for review_id, message_id in rows}

    async def names(self, customer_ids: set[str]) -> dict[str, str]:
        if not customer_ids:
            return {}
        rows = await self._session.execute(
            sa.select(CustomerRow.id, CustomerRow.name).where(CustomerRow.id.in_(customer_ids))
        )
        return {customer_id: name for customer_id, name in rows}

    async def _intents(self, message_ids: set[UUID]) -> dict[UUID, tuple[str, ...]]:
        rows = await self._session.execute(
            sa.select(ProposalRow.message_id, ProposalRow.intents)
            .where(ProposalRow.message_id.in_(message_ids))
            .order_by(ProposalRow.run)
        )
        return {message_id: tuple(intents) for message_id, intents in rows}

    async def _stakes(self, message_ids: set[UUID]) -> dict[UUID, tuple[Decimal | None, str | None, str]]:
        rows = await self._session.execute(
            sa.select(ReviewRow.message_id, ReviewRow.at_stake, ReviewRow.currency, OutboxRow.state)
            .outerjoin(OutboxRow, OutboxRow.review_id == ReviewRow.id)
            .where(ReviewRow.message_id.in_(message_ids))
            .order_by(ReviewRow.opened_at, OutboxRow.created_at)
        )
        return {
            message_id: (stake, currency, state.value if state else "") for message_id, stake, currency, state in rows
        }

    def _wanted(self, sought: Sought) -> sa.Select[AuditRow]:
        wanted = _chosen(sought)
        if sought.export:
            wanted = wanted.where(AuditRow.kind.in_(EXPORTS), says(self._session, "export_id", sought.export))
        if not (sought.customer or sought.mailbox or sought.least is not None):
            return wanted
        is_theirs: sa.ColumnElement[bool] = AuditRow.message_id.in_(_messages(sought))
        if sought.chain is Chain.ACCESS and not sought.mailbox and sought.least is None:
            names_them = says(self._session, "customer_id", sought.customer)
            is_theirs = sa.or_(is_theirs, sa.and_(AuditRow.kind.in_(OF_A_CUSTOMER), names_them))
        return wanted.where(is_theirs)


def _chosen(sought: Sought) -> sa.Select[AuditRow]:
    wanted = sa.select(AuditRow).where(AuditRow.chain == sought.chain)
    if sought.actor == "people":
        wanted = wanted.where(AuditRow.actor.startswith("user:"))
    elif sought.actor:
        wanted = wanted.where(AuditRow.actor == sought.actor)
    if sought.kind:
        wanted = wanted.where(AuditRow.kind == sought.kind)
    if sought.since:
        wanted = wanted.where(AuditRow.at >= sought.since)
    if sought.until:
        wanted = wanted.where(AuditRow.at < sought.until)
    return wanted


def _messages(sought: Sought) -> sa.Select[UUID]:
    messages = sa.select(MessageRow.id)
    if sought.customer:
        messages = messages.where(MessageRow.customer_id == sought.customer)
    if sought.mailbox:
        messages = messages.join(MailboxRow, MailboxRow.id == MessageRow.mailbox_id)
        messages = messages.where(MailboxRow.name == sought.mailbox)
    if sought.least is not None:
        messages = messages.join(ReviewRow, ReviewRow.message_id == MessageRow.id)
        messages = messages.where(ReviewRow.at_stake >= sought.least)
    return messages


def refs_of(row: AuditRow) -> dict[str, Any]:
    """The ids, words and numbers that an entry names."""
    refs: dict[str, Any] = json.loads(row.body)["refs"]
    return refs
