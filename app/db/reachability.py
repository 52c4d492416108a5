"""A contact cannot be reached, or can be again: written down once, whoever found it out, with a task for a person."""

from typing import Any
from uuid import UUID

import structlog

from app.db.repositories.contacts import mark
from app.db.tables.ledger import ContactRow
from app.db.uow import Uow
from app.domain.contact import Reachability
from app.domain.task import NewTask, TaskKind, key_of_contact

TASK_OF = {Reachability.BOUNCED: TaskKind.CONTACT_BOUNCED, Reachability.LEFT: TaskKind.CONTACT_LEFT}

log = structlog.get_logger()


async def mark_contact(
    uow: Uow, contact: ContactRow, to: Reachability, *, about: UUID, status: str = "", **ids: Any
) -> None:
    """`about` is the mail that tells it, theirs or ours that was refused; `ids` is what the audit chain names beside
    the contact."""
    if not mark(contact, to):
        return
    await uow.ledger.touch([contact.customer_id])
    if to in TASK_OF:
        await ask_about(uow, contact, to, about)
    uow.audit.add(
        f"ledger.contact.{'reached' if to is Reachability.OK else to.value}",
        contact_id=contact.id,
        customer_id=contact.customer_id,
        status=status,
        **ids,
    )
    log.info("ledger.contact.marked", contact_id=str(contact.id), reachability=to.value)


async def ask_about(uow: Uow, contact: ContactRow, state: Reachability, about: UUID) -> None:
    """Somebody must find whom to write to instead, or that the mail is not true where the contact is not marked."""
    kind = TASK_OF[state]
    customer = await uow.ledger.customer(contact.customer_id)
    await uow.tasks.open_once(
        [
            NewTask(
                kind=kind,
                key=key_of_contact(kind, contact.id, about),
                customer_id=contact.customer_id,
                due=uow.clock().date(),
                owner_email=customer.owner_email if customer else "",
            )
        ]
    )
