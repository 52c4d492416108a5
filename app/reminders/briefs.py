"""What the author of a reminder is told: a line of the plan with the rows of the ledger behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from agents.reminders.brief import CreditNote, DueInvoice, ReminderBrief
from app.db.tables.ledger import CaseRow, CustomerRow, InvoiceRow
from app.db.tables.reminders import ReminderRow
from app.db.uow import Uow
from app.domain.account import InvoiceKind
from app.domain.company import Company
from app.domain.errors import Invalid
from app.domain.intents import Tone
from app.domain.policy import Policy
from app.domain.reminder import PlanLine, Stage
from app.domain.review import CaseKind, CaseState
from app.reminders.claims import Claims, disputed_parts

REMEMBERED = timedelta(days=60)
"""A promise that was broken longer ago is not held against anybody in a letter."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reminder: what a line of the plan and a stored reminder have in common."""

    customer_id: str
    company: str
    currency: str
    invoices: tuple[str, ...]
    credit_notes: tuple[str, ...]
    amount: Decimal
    stage: Stage
    tone: Tone
    language: str
    contact_id: UUID | None
    wording: str = ""

    @classmethod
    def of_line(cls, line: PlanLine) -> "Wanted":
        """Of a line that reminds."""
        assert line.stage is not None and line.tone is not None  # noqa: S101, PT018  # every reminder has them
        return cls(
            line.customer_id,
            line.company,
            line.currency,
            line.invoices,
            line.credit_notes,
            line.amount,
            line.stage,
            line.tone,
            line.language,
            line.contact_id,
            line.wording,
        )

    @classmethod
    def of_row(cls, row: ReminderRow) -> "Wanted":
        return cls(
            row.customer_id,
            row.company,
            row.currency,
            tuple(row.invoices),
            tuple(row.credit_notes),
            row.amount,
            Stage(row.stage),
            Tone(row.tone),
            row.language,
            row.contact_id,
        )


async def brief_of(
    uow: Uow,
    wanted: Wanted,
    policy: Policy,
    claims: Claims,
    *,
    team: str,
    today: date,
    approver: str = "",
    pay_by: date | None = None,
) -> ReminderBrief:
    """Raises Invalid when the ledger no longer says what the plan said; `team` signs where no company is configured.
    `approver` orders a formal notice, and `pay_by` is its day; other letters have neither.
    """
    customer = await uow.ledger.customer(wanted.customer_id)
    if customer is None:
        raise Invalid("there is no customer {customer_id} any more", customer_id=wanted.customer_id)
    rows = {row.number: row for row in await uow.ledger.invoices(wanted.customer_id) if row.company == wanted.company}
    cases = await uow.cases.of_customer(wanted.customer_id)
    disputed = disputed_parts(cases, wanted.currency)
    named = [rows[number] for number in wanted.invoices if number in rows]
    claim, unclaimed = await claims.of_letter(
        uow, named, wanted.stage, disputed, today, is_person=customer.natural_person
    )
    brief = ReminderBrief(
        stage=wanted.stage,
        tone=wanted.tone,
        language=wanted.language,
        today=today,
        currency=wanted.currency,
        company=policy.company(wanted.company) or Company(wanted.company, team),
        customer=customer.name,
        invoices=tuple(_due(_open(rows, number), disputed) for number in wanted.invoices),
        credit_notes=tuple(_credit(_open(rows, number)) for number in wanted.credit_notes),
        addressee=await _addressee(uow, customer, wanted.contact_id),
        is_person=customer.natural_person,
        country=customer.country,
        last_contact=await uow.reminders.last_sent(wanted.customer_id, wanted.company, wanted.currency),
        broken_promise=_broken(cases, wanted.invoices, today),
        wording=wanted.wording,
        approver=approver if wanted.stage is Stage.FORMAL else "",
        pay_by=pay_by if wanted.stage is Stage.FORMAL else None,
        claim=claim,
        unclaimed=unclaimed,
    )
    if brief.total != wanted.amount:
        raise Invalid("the ledger has changed since the plan: draft the reminder again")
    return brief


def _open(rows: Mapping[str, InvoiceRow], number: str) -> InvoiceRow:
    row = rows.get(number)
    if row is None or row.open_amount == 0:
        raise Invalid("{number} is not open any more: draft the reminder again", number=number)
    return row


def _due(row: InvoiceRow, disputed: Mapping[str, Decimal]) -> DueInvoice:
    return DueInvoice(
        number=row.number,
        due=row.due_date,
        amount=row.amount,
        open=row.open_amount,
        issued=row.issue_date,
        disputed=disputed.get(row.number, Decimal(0)) if row.kind is InvoiceKind.INVOICE else Decimal(0),
        payment_link=row.payment_link,
    )


def _credit(row: InvoiceRow) -> CreditNote:
    return CreditNote(row.number, row.amount, row.open_amount, row.issue_date)


def _broken(cases: Sequence[CaseRow], invoices: Sequence[str], today: date) -> date | None:
    """The newest day for which one of these invoices was promised in vain."""
    days = [
        case.day
        for case in cases
        if case.kind is CaseKind.PROMISE and case.state is CaseState.BROKEN and case.day is not None
        if today - case.day <= REMEMBERED and (not case.invoices or set(case.invoices) & set(invoices))
    ]
    return max(days, default=None)


async def _addressee(uow: Uow, customer: CustomerRow, contact_id: UUID | None) -> str:
    contacts = await uow.ledger.contacts(customer.id)
    return next((contact.name for contact in contacts if contact.id == contact_id), "")
