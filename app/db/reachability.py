"""A contact cannot be reached, or can be again: written down once, whoever found it out, with a task for a person."""

from typing import Any
from uuid import UUID

import structlog

from app.db.repositories.contacts import mark
from app.db.tables.ledger import ContactRow
from app.db.uow import Uow
from app.domain.contact import Reachability
from app.domain.task import NewTask, TaskKind

TASK_OF = {Reachability.BOUNCED: TaskKind.CONTACT_BOUNCED, Reachability.LEFT: TaskKind.CONTACT_LEFT}

log = structlog.get_logger()


async def mark_contact(
    uow: Uow, contact: ContactRow, to: Reachability, *, about: UUID, status: str = "", **ids: Any
) -> None:
    """`about` is the mail that tells it, and `ids` what the audit chain names beside the contact."""
    if not mark(contact, to):
        return
    await uow.ledger.touch([contact.customer_id])
    if to in TASK_OF:
        await _open_task(uow, contact, TASK_OF[to], about)
    uow.audit.add(
        f"ledger.contact.{'reached' if to is Reachability.OK else to.value}",
        contact_id=contact.id,
        customer_id=contact.customer_id,
        status=status,
        **ids,
    )
    log.info("ledger.contact.marked", contact_id=str(contact.id), reachability=to.value)


async def _open_task(uow: Uow, contact: ContactRow, kind: TaskKind, about: UUID) -> None:
    """Somebody must find whom to write to instead."""
    customer = await uow.ledger.customer(contact.customer_id)
    await uow.tasks.open_once(
        [
            NewTask(
                kind=kind,
                key=f"{kind.value}:{contact.id}:{about}",
                customer_id=contact.customer_id,
                due=uow.clock().date(),
                owner_email=customer.owner_email if customer else "",
            )
        ]
    )
