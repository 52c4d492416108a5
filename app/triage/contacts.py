"""What a mail tells of contacts: who cannot be reached, who has left, who follows, and who is there after all.

A mail server's word counts only about a mail of ours, and a customer's only from a contact's own address that no check
refused. Anybody may write that address: that somebody has left is believed only where a check confirms the sender, else
a person is asked. Whoever else names a new contact merely proposes one. No address is ever added without a person.
"""

from app.db.proposing import propose_contact
from app.db.reachability import ask_about, mark_contact
from app.db.repositories.contacts import Newcomer
from app.db.tables.ledger import ContactRow
from app.db.tables.mail import MessageRow
from app.db.uow import Uow
from app.domain.account import Link
from app.domain.contact import Reachability, departed
from app.domain.message import Authentication, Machine, ReadMail
from app.domain.proposal import Proposal
from app.domain.text import text_of
from app.reading.people.departures import departures, is_own
from app.reading.spans import fold


async def note_contacts(uow: Uow, message: MessageRow, read: ReadMail, link: Link, proposal: Proposal) -> None:
    """Change what is known of the contacts, once a mail, in the transaction that saves its proposal."""
    if message.run > 1:
        return
    if read.screening.machine is Machine.BOUNCE:
        await _note_bounce(uow, message, read)
        return
    if message.customer_id is None or read.screening.machine not in {None, Machine.AUTO_REPLY}:
        return
    is_believed = _is_believed(read, link)
    left = await _who_left(uow, read, link) if is_believed and proposal.facts.contact is not None else None
    is_confirmed = read.screening.authentication is Authentication.PASS
    if left is not None and is_confirmed:
        await _mark(uow, left, Reachability.LEFT, message)
    elif left is not None:
        await ask_about(uow, left, Reachability.LEFT, message.id)
    if is_believed and read.screening.machine is None:
        await _note_writer(uow, message, read, left)
    await _propose(uow, message, proposal, link, left, is_verified=is_believed and is_confirmed)


def _is_believed(read: ReadMail, link: Link) -> bool:
    screening = read.screening
    is_refused = screening.authentication is Authentication.FAIL or screening.fraud_signs or screening.has_injection
    return link.is_verified_contact and not is_refused


async def _note_bounce(uow: Uow, message: MessageRow, read: ReadMail) -> None:
    """Anybody can send something that looks like a bounce: it must speak of a mail that left our own outbox, and where
    it does so in words, of the address to which that mail went."""
    bounce = read.screening.bounce
    index = uow.words.keyring.index
    hashes = [index(rfc_id) for rfc_id in bounce.originals]
    if not any([await uow.messages.is_our_own(digest) for digest in hashes]):
        return
    written_to = await uow.outbox.recipients_of(hashes)
    for recipient in bounce.failed:
        if bounce.is_worded and index(recipient.email) not in written_to:
            continue
        for contact in await uow.contacts.at(recipient.email):
            if contact.reachability is Reachability.OK:
                await _mark(uow, contact, Reachability.BOUNCED, message, status=recipient.status)


async def _note_writer(uow: Uow, message: MessageRow, read: ReadMail, left: ContactRow | None) -> None:
    """Who writes to us can be written to, unless the mail is their farewell, or they have asked for no more e-mail."""
    for contact in await uow.contacts.at(read.mail.head.sender.email):
        if contact is not left and contact.reachability in {Reachability.BOUNCED, Reachability.LEFT}:
            await _mark(uow, contact, Reachability.OK, message)


async def _who_left(uow: Uow, read: ReadMail, link: Link) -> ContactRow | None:
    told = departures(text_of(read.parts.new, read.mail.text))
    contacts = await uow.ledger.contacts(link.account.customer_id)
    names = [(fold(contact.name), contact.email) for contact in contacts]
    speaks_of_itself = read.screening.machine is Machine.AUTO_REPLY or any(map(is_own, told))
    email = departed(told, names, read.mail.head.sender.email, speaks_of_itself=speaks_of_itself)
    return next((contact for contact in contacts if contact.email == email), None)


async def _propose(
    uow: Uow, message: MessageRow, proposal: Proposal, link: Link, left: ContactRow | None, *, is_verified: bool
) -> None:
    found = proposal.facts.contact
    if found is None or await uow.contacts.has_proposal(message.id):
        return
    newcomer = Newcomer(found.name, found.email)
    await propose_contact(uow, message, link.account.customer_id, newcomer, left=left, is_verified=is_verified)


async def _mark(uow: Uow, contact: ContactRow, to: Reachability, message: MessageRow, status: str = "") -> None:
    ids = {"message_id": message.id, "conversation_id": message.conversation_id}
    await mark_contact(uow, contact, to, about=message.id, status=status, **ids)
