"""Proposals, reviews and the outbox."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Amount, Base, Moment, words
from app.domain.four_eyes import Guarded
from app.domain.intents import Route
from app.domain.planted import Fault, Verdict
from app.domain.review import OutboxState, ReviewState


class ProposalRow(Base):
    """What the agent suggested in one run. Closed words stand in columns; every word of the mail is in the payload."""

    __tablename__ = "proposals"
    __table_args__ = (sa.UniqueConstraint("message_id", "run"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(sa.ForeignKey("messages.id"))
    run: Mapped[int]
    route: Mapped[Route] = mapped_column(words(Route, "route"))
    rule: Mapped[str] = mapped_column(sa.String(64))
    reasons: Mapped[list[str]] = mapped_column(sa.JSON)
    intents: Mapped[list[str]] = mapped_column(sa.JSON)
    confidence: Mapped[float]
    language: Mapped[str] = mapped_column(sa.String(8))
    policy_version: Mapped[str] = mapped_column(sa.String(64))
    calls: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    payload_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payloads.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)


class ReviewRow(Base):
    """A proposal before a person. A decision is a compare-and-set on (id, state, version).

    `rank` orders the queue (see app/domain/urgency.py). `claimed_by` works on it until `claimed_until`: a courtesy
    among colleagues, which decides nothing.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        sa.Index("ix_reviews_state_id", "state", "id"),
        sa.Index("ix_reviews_state_rank_id", "state", "rank", "id"),
        sa.Index("ix_reviews_customer_id_state", "customer_id", "state"),
        sa.Index("ix_reviews_decided_by_decided_at", "decided_by", "decided_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(sa.ForeignKey("messages.id"), index=True)
    proposal_id: Mapped[UUID] = mapped_column(sa.ForeignKey("proposals.id"), unique=True)
    conversation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("conversations.id"), index=True)
    customer_id: Mapped[str | None] = mapped_column(sa.String(64))
    state: Mapped[ReviewState] = mapped_column(words(ReviewState, "state"))
    version: Mapped[int] = mapped_column(default=1)
    rule: Mapped[str] = mapped_column(sa.String(64))
    reasons: Mapped[list[str]] = mapped_column(sa.JSON)
    at_stake: Mapped[Decimal | None] = mapped_column(Amount)
    currency: Mapped[str | None] = mapped_column(sa.CHAR(3))
    opened_at: Mapped[datetime] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    action: Mapped[str | None] = mapped_column(sa.String(16))
    ignore_reason: Mapped[str | None] = mapped_column(sa.String(32))
    edited_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("payloads.id"))
    rank: Mapped[float] = mapped_column(default=0.0, server_default="0")
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    assignee_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    snoozed_until: Mapped[datetime | None] = mapped_column(Moment)
    claimed_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    claimed_until: Mapped[datetime | None] = mapped_column(Moment)


class PlantedRow(Base):
    """A draft with one fault in it, sealed in its payload, that is shown in place of a review's own until its verdict.

    `version` is the review's when it was planted.
    """

    __tablename__ = "planted_items"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    review_id: Mapped[UUID] = mapped_column(sa.ForeignKey("reviews.id"), unique=True)
    version: Mapped[int]
    fault: Mapped[Fault] = mapped_column(words(Fault, "fault"))
    payload_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payloads.id"))
    planted_at: Mapped[datetime] = mapped_column(Moment, index=True)
    verdict: Mapped[Verdict | None] = mapped_column(words(Verdict, "verdict"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))


class AssentRow(Base):
    """One person's word for an action above a limit, which a second person has to say too (`app/domain/four_eyes.py`).

    `subject_id` is a review, a case or a reminder; `content` the keyed hash of what exactly is to be done. What the
    second person has to see of it: `said` holds days and sums, and `words_id` a text, sealed with its conversation.
    """

    __tablename__ = "assents"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    action: Mapped[Guarded] = mapped_column(words(Guarded, "action"))
    subject_id: Mapped[UUID] = mapped_column(index=True)
    content: Mapped[str] = mapped_column(sa.String(64))
    by: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    said: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    words_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("payloads.id"))


class OutboxRow(Base):
    """A mail fixed to the byte, on its way out, with the versions that it was approved against.

    It answers a mail (`review_id`) or reminds (`reminder_id`). `is_automatic`: no person approved it. `has_begun`: its
    body may be on the wire, so that a lost outcome is unknown. `is_copy_due`: it was sent, and we are yet to file it in
    Sent. The hashes are those of the address and of its domain. `has_copies`: the envelope names others beside the one
    that it is for. `has_files`: documents of the customer go along, which only an active contact of theirs gets.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        sa.CheckConstraint("(review_id IS NULL) <> (reminder_id IS NULL)", name="purpose"),
        sa.Index("ix_outbox_state_id", "state", "id"),
        sa.Index("ix_outbox_customer_id_id", "customer_id", "id"),
        sa.Index("ix_outbox_mailbox_id_claimed_at", "mailbox_id", "claimed_at"),
        sa.Index("ix_outbox_domain_hash_claimed_at", "domain_hash", "claimed_at"),
        sa.Index("ix_outbox_recipient_hash_created_at", "recipient_hash", "created_at"),
        sa.Index(
            "uq_outbox_review_id_live",
            "review_id",
            unique=True,
            sqlite_where=sa.text("state <> 'cancelled'"),
            postgresql_where=sa.text("state <> 'cancelled'"),
        ),
        sa.Index(
            "uq_outbox_reminder_id_live",
            "reminder_id",
            unique=True,
            sqlite_where=sa.text("state <> 'cancelled'"),
            postgresql_where=sa.text("state <> 'cancelled'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    review_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("reviews.id"), index=True)
    reminder_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("reminders.id"), index=True)
    conversation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("conversations.id"), index=True)
    customer_id: Mapped[str | None] = mapped_column(sa.String(64))
    contact_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("contacts.id"))
    mailbox_id: Mapped[UUID] = mapped_column(sa.ForeignKey("mailboxes.id"))
    state: Mapped[OutboxState] = mapped_column(words(OutboxState, "state"))
    rfc_message_id: Mapped[str] = mapped_column(sa.String(255), unique=True)
    rfc_id_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    raw_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payloads.id"))
    envelope: Mapped[bytes]
    conversation_version: Mapped[int]
    ledger_version: Mapped[int | None]
    contact_version: Mapped[int | None]
    send_after: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(sa.String(64), default="")
    claimed_by: Mapped[str] = mapped_column(sa.String(120), default="")
    claimed_at: Mapped[datetime | None] = mapped_column(Moment)
    next_attempt_at: Mapped[datetime | None] = mapped_column(Moment)
    has_begun: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    is_automatic: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    is_copy_due: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    has_copies: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    has_files: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    recipient_hash: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
    domain_hash: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
