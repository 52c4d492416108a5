"""Reminders: one row a mail, gathered in batches that a person looks through before they leave; and one row a step that
is a person's to take."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Amount, Base, Moment, words
from app.domain.outcome import Answer
from app.domain.reminder_life import ReminderState


class BatchRow(Base):
    """The reminders that one plan made. `as_of` is the day that it was made for, `planned` how many it wanted.
    `drafting_since`: a person asked for them, and a job drafts them."""

    __tablename__ = "reminder_batches"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    as_of: Mapped[date] = mapped_column(index=True)
    policy_version: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    planned: Mapped[int | None]
    drafting_since: Mapped[datetime | None] = mapped_column(Moment)


class BatchApprovalRow(Base):
    """A person's wish to have a whole batch approved. Its reminders bear its id until they are decided otherwise."""

    __tablename__ = "reminder_batch_approvals"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(sa.ForeignKey("reminder_batches.id"), index=True)
    asked_by: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    total: Mapped[int]
    finished_at: Mapped[datetime | None] = mapped_column(Moment)


class ReminderRow(Base):
    """One reminder of one customer in one currency, as drafted and as decided. Its words are payloads of its
    conversation; `edited_id` are those of the person who changed them. `is_refused`: the checks found something
    in the draft, and a person must change it before it may be approved. `is_automatic`: nobody was asked.

    `approval_id`: it is, or was, approved with the whole of its batch. `experiment` is "name:arm" of a test.
    `paid_after` (days from sending until what was asked for had come in) and `answer` are noted for as long as a
    reminder is followed."""

    __tablename__ = "reminders"
    __table_args__ = (
        sa.UniqueConstraint("batch_id", "customer_id", "company", "currency"),
        sa.Index("ix_reminders_state_id", "state", "id"),
        sa.Index("ix_reminders_customer_id_id", "customer_id", "id"),
        sa.Index("ix_reminders_sent_on", "sent_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(sa.ForeignKey("reminder_batches.id"))
    customer_id: Mapped[str] = mapped_column(sa.ForeignKey("customers.id"))
    company: Mapped[str] = mapped_column(sa.String(64), default="")
    currency: Mapped[str] = mapped_column(sa.CHAR(3))
    amount: Mapped[Decimal] = mapped_column(Amount)
    invoices: Mapped[list[str]] = mapped_column(sa.JSON)
    credit_notes: Mapped[list[str]] = mapped_column(sa.JSON)
    stage: Mapped[str] = mapped_column(sa.String(16))
    tone: Mapped[str] = mapped_column(sa.String(16))
    channel: Mapped[str] = mapped_column(sa.String(16))
    language: Mapped[str] = mapped_column(sa.String(8))
    contact_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("contacts.id"))
    conversation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("conversations.id"), index=True)
    draft_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payloads.id"))
    edited_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("payloads.id"))
    state: Mapped[ReminderState] = mapped_column(words(ReminderState, "state"))
    version: Mapped[int] = mapped_column(default=1)
    is_refused: Mapped[bool] = mapped_column(default=False)
    send_at: Mapped[datetime] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    workflow: Mapped[str] = mapped_column(sa.String(64), default="")
    experiment: Mapped[str] = mapped_column(sa.String(40), default="")
    is_automatic: Mapped[bool] = mapped_column(default=False)
    approval_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("reminder_batch_approvals.id"))
    sent_on: Mapped[date | None]
    paid_after: Mapped[int | None]
    answer: Mapped[Answer | None] = mapped_column(words(Answer, "answer"))


class PersonsStepRow(Base):
    """What the plan asked a person for when it opened a task of the same id: a call, a letter, a message, an important
    customer. Without `channel` nobody is contacted by it (no contact is known, the workflow is at its end).

    `sent_on` is the day (UTC) on which it was done, once that is followed; `paid_after` and `answer` as of a reminder.
    `ordered_by` ordered a formal notice in their own name; `letter` is what it says, sealed as it was then.
    """

    __tablename__ = "persons_steps"
    __table_args__ = (
        sa.Index("ix_persons_steps_customer_id", "customer_id"),
        sa.Index("ix_persons_steps_sent_on", "sent_on"),
    )

    id: Mapped[UUID] = mapped_column(sa.ForeignKey("tasks.id"), primary_key=True)
    customer_id: Mapped[str] = mapped_column(sa.ForeignKey("customers.id"))
    company: Mapped[str] = mapped_column(sa.String(64))
    currency: Mapped[str] = mapped_column(sa.CHAR(3))
    amount: Mapped[Decimal] = mapped_column(Amount)
    invoices: Mapped[list[str]] = mapped_column(sa.JSON)
    stage: Mapped[str] = mapped_column(sa.String(16))
    tone: Mapped[str] = mapped_column(sa.String(16))
    channel: Mapped[str | None] = mapped_column(sa.String(16))
    language: Mapped[str] = mapped_column(sa.String(8))
    workflow: Mapped[str] = mapped_column(sa.String(64))
    ordered_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    ordered_at: Mapped[datetime | None] = mapped_column(Moment)
    letter: Mapped[bytes | None]
    sent_on: Mapped[date | None]
    paid_after: Mapped[int | None]
    answer: Mapped[Answer | None] = mapped_column(words(Answer, "answer"))
