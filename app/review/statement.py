"""A statement of account that a mail asks for: what is open as of today, as the one that goes along with a reminder."""

from datetime import date

from agents.reminders.brief import CreditNote, DueInvoice, ReminderBrief
from app.db.repositories.ledger import to_be_stated
from app.db.uow import Uow
from app.domain.account import InvoiceKind
from app.domain.company import Company
from app.domain.intents import Tone
from app.domain.policy import Policy
from app.domain.reminder import Stage
from app.reading.outgoing.enclosing import Attached


async def statement_brief(
    uow: Uow, customer_id: str, policy: Policy, *, team: str, language: str, today: date
) -> ReminderBrief | None:
    """None where the ledger allows of no plain statement. `team` stands for a company that is not configured."""
    customer = await uow.ledger.customer(customer_id)
    rows = to_be_stated(await uow.ledger.invoices(customer_id))
    if customer is None or not rows:
        return None
    company = rows[0].company
    return ReminderBrief(
        stage=Stage.COURTESY,
        tone=Tone.NEUTRAL,
        language=language,
        today=today,
        currency=rows[0].currency,
        company=policy.company(company) or Company(company, team),
        customer=customer.name,
        invoices=tuple(
            DueInvoice(row.number, row.due_date, row.amount, row.open_amount, row.issue_date)
            for row in rows
            if row.kind is InvoiceKind.INVOICE
        ),
        credit_notes=tuple(
            CreditNote(row.number, row.amount, row.open_amount, row.issue_date)
            for row in rows
            if row.kind is InvoiceKind.CREDIT_NOTE
        ),
        is_person=customer.natural_person,
        country=customer.country,
    )


def statement_file(brief: ReminderBrief) -> Attached:
    """The same bytes for the same brief."""
    from app.papers.statement_pdf import statement_pdf  # noqa: PLC0415  # slow to load; a start need not wait

    return Attached(f"statement-{brief.today.isoformat()}.pdf", "application/pdf", statement_pdf(brief))
