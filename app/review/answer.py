"""The answer that a person approved: fixed to the byte, with the versions of all that the approval relies on."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from app.db.tables.mail import MailboxRow, MessageRow
from app.db.tables.work import OutboxRow, ReviewRow
from app.db.uow import Uow
from app.domain.copies import Copying, in_envelope
from app.domain.errors import Invalid
from app.domain.ids import new_id
from app.domain.job import send_job
from app.domain.jurisdiction import Jurisdiction
from app.domain.message import Address, is_mailable
from app.domain.people import SignedIn
from app.domain.policy import Policy
from app.domain.review import VOID_AFTER, OutboxState
from app.domain.text import text_of
from app.reading.outgoing.composing import Original, Outgoing, compose
from app.review.copies import copies_for
from app.review.enclosing import Ready
from app.review.files import open_reading
from app.review.reply import Reply


@dataclass(frozen=True, slots=True)
class _Versions:
    """What an approval relies on, as it stands."""

    conversation: int
    ledger: int | None = None
    contact_id: UUID | None = None
    contact: int | None = None


async def fix_answer(
    uow: Uow,
    review: ReviewRow,
    message: MessageRow,
    reply: Reply,
    files: Ready,
    *,
    by: SignedIn,
    undo: timedelta,
    policy: Policy,
) -> tuple[OutboxRow, bytes]:
    """Put the answer with its files into the outbox, and queue its send for the end of the undo window, its mailbox's
    own or `undo`. Returns the row, and the bytes that are to leave.

    Raises Invalid or NotFound.
    """
    if files.refusal is not None:
        raise files.refusal
    mailbox = await uow.mailboxes.get(message.mailbox_id)
    outbox_id, now = new_id(), uow.clock()
    rfc_message_id = f"{outbox_id}@{mailbox.address.rpartition('@')[2]}"
    undo = mailbox.undo(undo)
    send_after = now + undo
    is_automatic = by.id is None
    outgoing = await _outgoing(uow, message, mailbox, reply, rfc_message_id, send_after, is_automatic=is_automatic)
    outgoing = replace(outgoing, attachments=files.attachments)
    if is_automatic:
        outgoing = replace(outgoing, law=await _law(uow, review, policy))
    else:
        outgoing = replace(outgoing, copies=await _copied(uow, review, message, policy.copying))
    versions = await _versions(uow, review, outgoing.recipient.email)
    key = await uow.words.key(review.conversation_id)
    raw = await asyncio.to_thread(compose, outgoing)  # with its files it may hold megabytes
    row = OutboxRow(
        id=outbox_id,
        review_id=review.id,
        conversation_id=review.conversation_id,
        customer_id=review.customer_id,
        mailbox_id=mailbox.id,
        state=OutboxState.WAITING,
        rfc_message_id=rfc_message_id,
        rfc_id_hash=uow.words.keyring.index(rfc_message_id),
        raw_id=await uow.words.put(review.conversation_id, "outgoing", raw),
        envelope=key.seal(
            outbox_id, in_envelope(outgoing.recipient.email, [copied.email for copied in outgoing.copies])
        ),
        has_copies=bool(outgoing.copies),
        has_files=bool(outgoing.attachments),
        recipient_hash=uow.words.keyring.index(outgoing.recipient.email),
        domain_hash=uow.words.keyring.index(outgoing.recipient.domain),
        is_automatic=outgoing.is_automatic,
        send_after=send_after,
        expires_at=send_after + VOID_AFTER,
        created_at=now,
        conversation_version=versions.conversation,
        ledger_version=versions.ledger,
        contact_id=versions.contact_id,
        contact_version=versions.contact,
    )
    uow.outbox.add(row)
    await uow.session.flush()
    await uow.enqueue(send_job(row.id, row.conversation_id, delay_seconds=undo.total_seconds()))
    return row, raw


async def _outgoing(
    uow: Uow,
    message: MessageRow,
    mailbox: MailboxRow,
    reply: Reply,
    rfc_message_id: str,
    send_after: datetime,
    *,
    is_automatic: bool,
) -> Outgoing:
    """The recipient is the writer of the stored mail: never anything that a model or the mail's text names."""
    read = await open_reading(uow, message)
    head = await uow.messages.head(message)
    if not is_mailable(head.sender.email):
        raise Invalid("the mail has no sender address that can be answered by mail")
    return Outgoing(
        message_id=rfc_message_id,
        sender=Address(mailbox.team, mailbox.address),
        recipient=head.sender,
        subject=reply.subject,
        body=reply.body,
        language=reply.language,
        date=send_after,
        original=Original(
            message_id=head.rfc_message_id,
            references=read.mail.head.references,
            sender=head.sender,
            received_at=message.received_at,
            text=text_of(read.parts.new, read.mail.text),
        ),
        is_automatic=is_automatic,
    )


async def _copied(uow: Uow, review: ReviewRow, message: MessageRow, copying: Copying) -> tuple[Address, ...]:
    copies = await copies_for(uow, review, await open_reading(uow, message), copying)
    return copies.addresses


async def _law(uow: Uow, review: ReviewRow, policy: Policy) -> Jurisdiction | None:
    customer = await uow.ledger.customer(review.customer_id) if review.customer_id is not None else None
    return policy.law_for(customer.country if customer is not None else "")


async def _versions(uow: Uow, review: ReviewRow, recipient: str) -> _Versions:
    conversation = await uow.messages.conversation(review.conversation_id)
    await uow.session.refresh(conversation)
    if review.customer_id is None:
        return _Versions(conversation.version)
    customer = await uow.ledger.customer(review.customer_id)
    contacts = await uow.ledger.contacts(review.customer_id)
    contact = next((c for c in contacts if c.email == recipient), None)
    if customer is not None:
        await uow.session.refresh(customer)
    return _Versions(
        conversation.version,
        customer.ledger_version if customer else None,
        contact.id if contact else None,
        contact.version if contact else None,
    )
