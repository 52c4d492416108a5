"""The ledger: imported rows, and the cases (promise, dispute, extension, hardship) and holds noted on it."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Amount, Base, Moment, words
from app.domain.account import ContactRole, InvoiceKind, InvoiceStatus
from app.domain.contact import ProposalState, Reachability
from app.domain.dispute import Resolution
from app.domain.extension import StepState
from app.domain.review import CaseKind, CaseState
from app.domain.task import TaskKind, TaskState


class CustomerRow(Base):
    """`ledger_version` rises whenever something changes that an approved mail may have relied on.

    `payment_seen` marks a payment without an invoice number that is newer than the newest invoice import, `is_name_due`
    a person who asked to be erased while something of theirs was open: their name goes when nothing is.
    """

    __tablename__ = "customers"

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(255))
    language: Mapped[str] = mapped_column(sa.String(8), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="")
    currency: Mapped[str] = mapped_column(sa.CHAR(3), default="")
    timezone: Mapped[str] = mapped_column(sa.String(64), default="UTC")
    payment_terms_days: Mapped[int] = mapped_column(default=30)
    strategic: Mapped[bool] = mapped_column(default=False)
    natural_person: Mapped[bool] = mapped_column(default=False)
    segment: Mapped[str] = mapped_column(sa.String(32), default="standard")
    owner_email: Mapped[str] = mapped_column(sa.String(320), default="")
    credit_limit: Mapped[Decimal | None] = mapped_column(Amount)
    payment_method: Mapped[str] = mapped_column(sa.String(32), default="")
    company: Mapped[str] = mapped_column(sa.String(64), default="")
    payment_seen: Mapped[bool] = mapped_column(default=False)
    ledger_version: Mapped[int] = mapped_column(default=1)
    is_name_due: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class AddressRow(Base):
    """Where a customer's letters go: the lines of a postal address, sealed. `mark` (a keyed hash) tells whether an
    import brings another one."""

    __tablename__ = "addresses"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(sa.ForeignKey("customers.id"), unique=True)
    sealed: Mapped[bytes]
    mark: Mapped[str] = mapped_column(sa.String(64))


class ContactRow(Base):
    __tablename__ = "contacts"
    __table_args__ = (sa.UniqueConstraint("customer_id", "email"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(sa.ForeignKey("customers.id"))
    name: Mapped[str] = mapped_column(sa.String(255))
    email: Mapped[str] = mapped_column(sa.String(320), index=True)
    role: Mapped[ContactRole] = mapped_column(words(ContactRole, "role"))
    language: Mapped[str] = mapped_column(sa.String(8), default="")
    active: Mapped[bool] = mapped_column(default=True)
    phone: Mapped[str] = mapped_column(sa.String(64), default="")
    version: Mapped[int] = mapped_column(default=1)
    reachability: Mapped[Reachability] = mapped_column(
        words(Reachability, "reachability"), default=Reachability.OK, server_default="ok"
    )


class ContactProposalRow(Base):
    """A new contact that a mail names; one a mail. Name and address are sealed with the mail's conversation.

    `old_contact_id` is whom it would follow, if the mail says so. Confirmed, it becomes a contact.
    """

    __tablename__ = "contact_proposals"
    __table_args__ = (sa.Index("ix_contact_proposals_state_id", "state", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    old_contact_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("contacts.id"))
    message_id: Mapped[UUID] = mapped_column(sa.ForeignKey("messages.id"), unique=True)
    payload_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payloads.id"))
    role: Mapped[ContactRole] = mapped_column(words(ContactRole, "role"))
    state: Mapped[ProposalState] = mapped_column(words(ProposalState, "state"))
    is_verified: Mapped[bool]
    proposed_at: Mapped[datetime] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))


class InvoiceRow(Base):
    __tablename__ = "invoices"
    __table_args__ = (sa.UniqueConstraint("company", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(64), index=True)
    company: Mapped[str] = mapped_column(sa.String(64), default="")
    customer_id: Mapped[str] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    kind: Mapped[InvoiceKind] = mapped_column(words(InvoiceKind, "kind"))
    amount: Mapped[Decimal] = mapped_column(Amount)
    open_amount: Mapped[Decimal] = mapped_column(Amount)
    currency: Mapped[str] = mapped_column(sa.CHAR(3))
    issue_date: Mapped[date]
    due_date: Mapped[date]
    po_number: Mapped[str] = mapped_column(sa.String(64), default="")
    status: Mapped[InvoiceStatus] = mapped_column(words(InvoiceStatus, "status"))
    payment_link: Mapped[str] = mapped_column(sa.String(500), default="")
    payment_seen: Mapped[bool] = mapped_column(default=False)


class PaymentRow(Base):
    __tablename__ = "payments"

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    customer_id: Mapped[str] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    day: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Amount)
    currency: Mapped[str] = mapped_column(sa.CHAR(3))
    reference: Mapped[str] = mapped_column(sa.String(255), default="")
    invoice_number: Mapped[str] = mapped_column(sa.String(64), default="")


class ImportRow(Base):
    """One accepted file. The newest that is no part dates the ledger of the `companies` that it speaks for; of all,
    when it names none. A part (`is_partial`) changes what it names, and says nothing of the rest."""

    __tablename__ = "imports"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    rows: Mapped[int]
    changed: Mapped[int]
    companies: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    is_partial: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    at: Mapped[datetime] = mapped_column(Moment, index=True)


class CaseRow(Base):
    """A promise, dispute, extension or hardship.

    `day` is the promised, asked-for or granted date; `detail` a closed word: the reason of a dispute, the kind of an
    extension. `amount`: promised, or disputed (None: all that is open on its invoices). `owed`: what was open on its
    invoices when it was noted. `earlier_id`: the promise that this request moves. `due`: by when its owner has to
    settle a dispute. `outcome_amount`: paid by a promise's deadline, or granted to the customer in a dispute. `note`:
    a person's words, sealed. Without a message a person noted it, at `opened_at`, after a call.
    """

    __tablename__ = "cases"
    __table_args__ = (
        sa.Index("ix_cases_customer_id_state", "customer_id", "state"),
        sa.Index("ix_cases_kind_state_id", "kind", "state", "id"),
        sa.Index("ix_cases_kind_ended_at", "kind", "ended_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[CaseKind] = mapped_column(words(CaseKind, "kind"))
    state: Mapped[CaseState] = mapped_column(words(CaseState, "state"))
    customer_id: Mapped[str] = mapped_column(sa.ForeignKey("customers.id"))
    message_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("messages.id"), index=True)
    run: Mapped[int] = mapped_column(default=0)
    invoices: Mapped[list[str]] = mapped_column(sa.JSON)
    amount: Mapped[Decimal | None] = mapped_column(Amount)
    currency: Mapped[str | None] = mapped_column(sa.CHAR(3))
    day: Mapped[date | None]
    detail: Mapped[str] = mapped_column(sa.String(32), default="")
    owed: Mapped[Decimal | None] = mapped_column(Amount)
    owed_currency: Mapped[str | None] = mapped_column(sa.CHAR(3))
    earlier_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("cases.id"))
    owner_email: Mapped[str] = mapped_column(sa.String(320), default="")
    due: Mapped[date | None]
    resolution: Mapped[Resolution | None] = mapped_column(words(Resolution, "resolution"))
    outcome_amount: Mapped[Decimal | None] = mapped_column(Amount)
    note: Mapped[bytes | None]
    opened_at: Mapped[datetime] = mapped_column(Moment)
    opened_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))


class PlanStepRow(Base):
    """One instalment of a granted extension; `seq` counts from 1."""

    __tablename__ = "plan_steps"

    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Amount)
    currency: Mapped[str] = mapped_column(sa.CHAR(3))
    state: Mapped[StepState] = mapped_column(words(StepState, "state"))


class TaskRow(Base):
    """Something that a person has to do. `key` says what it is about, so that a repeat opens nothing twice; `note` is
    sealed. Closed by nobody: it is not needed for now, and may be needed again."""

    __tablename__ = "tasks"
    __table_args__ = (
        sa.Index("ix_tasks_state_due", "state", "due"),
        sa.Index("ix_tasks_state_closed_at", "state", "closed_at", "id"),
        sa.Index("ix_tasks_customer_id_state", "customer_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    kind: Mapped[TaskKind] = mapped_column(words(TaskKind, "kind"))
    state: Mapped[TaskState] = mapped_column(words(TaskState, "state"))
    customer_id: Mapped[str] = mapped_column(sa.ForeignKey("customers.id"))
    case_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    review_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("reviews.id"), index=True)
    owner_email: Mapped[str] = mapped_column(sa.String(320), default="")
    due: Mapped[date]
    note: Mapped[bytes | None]
    opened_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))


class HoldRow(Base):
    """ "Do not contact until …", set by a person, perhaps lifted early. Its reason is sealed and never in a prompt."""

    __tablename__ = "holds"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    until: Mapped[date]
    reason: Mapped[bytes | None]
    set_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    set_at: Mapped[datetime] = mapped_column(Moment)
    lifted_at: Mapped[datetime | None] = mapped_column(Moment)
    lifted_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))
