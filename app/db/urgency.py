"""How urgent a stored mail is, by the working hours of the mailbox that it came to."""

from collections.abc import Iterable
from decimal import Decimal

from app.db.tables.mail import MessageRow
from app.db.uow import Uow
from app.domain.urgency import Urgency, UrgencyWeights, urgency


async def urgency_of(
    uow: Uow, message: MessageRow, reasons: Iterable[str], at_stake: Decimal | None, weights: UrgencyWeights
) -> Urgency:
    mailbox = (await uow.mailboxes.get(message.mailbox_id)).name if weights.working_of else ""
    return urgency(reasons, at_stake, message.received_at, weights, mailbox=mailbox)
