"""The mail of a reminder that was approved: fixed to the byte, with the versions of all that the approval relies on."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.db.tables.reminders import ReminderRow
from app.db.tables.work import OutboxRow
from app.db.uow import Uow
from app.domain.errors import Invalid
from app.domain.ids import new_id
from app.domain.job import send_job
from app.domain.message import Address, is_mailable
from app.domain.policy import Policy
from app.domain.review import VOID_AFTER, OutboxState
from app.domain.workflow import Hours
from app.reading.outgoing.composing_reminders import OutgoingReminder, Table, compose_reminder
from app.reading.outgoing.enclosing import Attached
from app.reminders.mailboxes import mailbox_for
from app.reminders.openings import opening_for


@dataclass(frozen=True, slots=True)
class Words:
    """A reminder's own words, as drafted or as a person changed them."""

    subject: str = field(repr=False)
    body: str = field(repr=False)
    table: Table = field(repr=False)
    problems: tuple[str, ...] = ()
    unclaimed: str = ""

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Words":
        table = stored["table"]
        rows = tuple(tuple(row) for row in table["rows"])
        return cls(
            stored["subject"],
            stored["body"],
            Table(table["text"], tuple(table["heads"]), rows),
            tuple(stored["problems"]),
            stored.get("unclaimed", ""),
        )


def approved_words(version: int, subject: str, body: str) -> str:
    """What exactly an approval is about: of two people who say this of a reminder, both approve the same."""
    return f"{version}\x1e{subject}\x1e{body}"


async def fix_reminder(
    uow: Uow,
    row: ReminderRow,
    words: Words,
    papers: tuple[Attached, ...],
    *,
    policy: Policy,
    hours: Hours,
    undo: timedelta,
    is_automatic: bool,
) -> OutboxRow:
    """Put the mail into the outbox, and queue its send for the hours of its customer after the undo window,
    its mailbox's own or `undo`.

    Raises Invalid when its contact is gone or has no plain address, no mailbox speaks for its company, or no such hours
    are near.
    """
    contacts = {contact.id: contact for contact in await uow.ledger.contacts(row.customer_id)}
    contact = contacts.get(row.contact_id) if row.contact_id else None
    if contact is None:
        raise Invalid("the contact is gone: draft the reminder again")
    if not is_mailable(contact.email):
        raise Invalid("the contact has no address that can be written to by mail")
    mailbox = await mailbox_for(uow, policy, row.company)
    outbox_id, now = new_id(), uow.clock()
    send_after = await opening_for(uow, row.customer_id, max(now + mailbox.undo(undo), row.send_at), hours)
    rfc_message_id = f"{outbox_id}@{mailbox.address.rpartition('@')[2]}"
    customer = await uow.ledger.customer(row.customer_id)
    raw = compose_reminder(
        OutgoingReminder(
            message_id=rfc_message_id,
            sender=Address(mailbox.team, mailbox.address),
            recipient=Address(contact.name, contact.email),
            subject=words.subject,
            body=words.body,
            table=words.table,
            language=row.language,
            date=send_after,
            attachments=papers,
            is_automatic=is_automatic,
            law=policy.law_for(customer.country if customer else ""),
        )
    )
    conversation = await uow.messages.conversation(row.conversation_id)
    key = await uow.words.key(row.conversation_id)
    outbox = OutboxRow(
        id=outbox_id,
        reminder_id=row.id,
        conversation_id=row.conversation_id,
        customer_id=row.customer_id,
        contact_id=contact.id,
        mailbox_id=mailbox.id,
        state=OutboxState.WAITING,
        rfc_message_id=rfc_message_id,
        rfc_id_hash=uow.words.keyring.index(rfc_message_id),
        raw_id=await uow.words.put(row.conversation_id, "outgoing", raw),
        envelope=key.seal(outbox_id, contact.email.encode()),
        recipient_hash=uow.words.keyring.index(contact.email),
        domain_hash=uow.words.keyring.index(contact.email.rpartition("@")[2]),
        is_automatic=is_automatic,
        conversation_version=conversation.version,
        ledger_version=customer.ledger_version if customer else None,
        contact_version=contact.version,
        send_after=send_after,
        expires_at=send_after + VOID_AFTER,
        created_at=now,
    )
    uow.outbox.add(outbox)
    await uow.session.flush()
    await uow.enqueue(send_job(outbox_id, row.conversation_id, delay_seconds=(send_after - now).total_seconds()))
    return outbox
