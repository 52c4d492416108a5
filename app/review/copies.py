"""Who gets a copy of an answer to a mail, by what is stored of it and by the ledger of the moment."""

from app.db.repositories.ledger import as_contact
from app.db.tables.work import ReviewRow
from app.db.uow import Uow
from app.domain.copies import Copies, Copying, copies_of, of_envelope
from app.domain.message import ReadMail
from app.domain.review import OutboxState
from app.review.files import CaseFile

Pairs = tuple[tuple[str, str], ...]


async def copies_for(uow: Uow, review: ReviewRow, read: ReadMail, copying: Copying) -> Copies:
    """To whom an answer goes beside the writer, and who is left out of those to whom the mail went."""
    head = read.mail.head
    contacts = await uow.ledger.contacts(review.customer_id) if review.customer_id else ()
    return copies_of(
        (*head.to, *read.mail.cc),
        writer=head.sender.email,
        own=await uow.mailboxes.own_addresses(),
        contacts=map(as_contact, contacts),
        copying=copying,
    )


async def shown_copies(uow: Uow, case: CaseFile, copying: Copying) -> tuple[Pairs, Pairs]:
    """Name and address of who gets a copy, or got one; address and reason of who does not."""
    review, outbox = case.review, case.outbox
    if outbox is not None and outbox.state is not OutboxState.CANCELLED:
        key = await uow.words.key(outbox.conversation_id)
        return tuple(("", email) for email in of_envelope(key.open(outbox.id, outbox.envelope))[1:]), ()
    copies = await copies_for(uow, review, case.read, copying)
    kept = tuple((contact.name, contact.email) for contact in copies.kept)
    return kept, tuple((email, reason.value) for email, reason in copies.left_out)
