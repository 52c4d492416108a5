"""The mailboxes that reminders leave from."""

from app.db.tables.mail import MailboxRow
from app.db.uow import Uow
from app.domain.company import mailbox_of
from app.domain.errors import Invalid
from app.domain.policy import Policy

NO_MAILBOX = "there is no mailbox to write from: duebox mailbox add"


async def mailbox_for(uow: Uow, policy: Policy, company: str) -> MailboxRow:
    """The mailbox that a company's reminders leave from. Raises Invalid when none speaks for it."""
    rows = {row.name: row for row in await active_mailboxes(uow)}
    return rows[mailbox_of(company, policy.companies, list(rows))]


async def active_mailboxes(uow: Uow) -> list[MailboxRow]:
    """Raises Invalid when there is none."""
    rows = [row for row in await uow.mailboxes.all() if row.active]
    if not rows:
        raise Invalid(NO_MAILBOX)
    return rows
