"""Does a mail that a colleague wrote past Duebox answer a customer's mail? Only by whom it goes to: a mail to the boss,
or to a lawyer, stands in the same conversation and answers nobody."""

from app.db.tables.mail import MessageRow
from app.db.uow import Uow
from app.domain.errors import NotFound
from app.reading.mail.headers import addresses, read_fields

_PUBLIC = frozenset(
    {
        *("aol.com", "gmail.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com", "laposte.net"),
        *("live.com", "mail.ru", "me.com", "msn.com", "orange.fr", "outlook.com", "proton.me", "protonmail.com"),
        *("t-online.de", "terra.es", "web.de", "wanadoo.fr", "yahoo.com", "yahoo.es", "yahoo.fr"),
    }
)
"""Domains that strangers share."""


async def is_answered_by(uow: Uow, message: MessageRow, raw: bytes) -> bool:
    """Whether the mail `raw` of ours goes to the writer of that message, to their company, or to a contact of the
    customer."""
    fields = read_fields(raw)
    recipients = {one.email for name in ("to", "cc", "bcc") for one in addresses(fields.get(name, "")) if one.email}
    recipients -= set(await uow.mailboxes.own_addresses())
    writers = await _writers(uow, message)
    domains = {writer.rpartition("@")[2] for writer in writers} - _PUBLIC - await _our_domains(uow)
    if recipients & writers or {one.rpartition("@")[2] for one in recipients} & domains:
        return True
    conversation = await uow.messages.conversation(message.conversation_id)
    customers = {message.customer_id, conversation.customer_id} - {None}
    contacts = await uow.ledger.customers_of(recipients)
    return any(row.customer_id in customers for rows in contacts.values() for row in rows)


async def was_answered_meanwhile(uow: Uow, message: MessageRow) -> bool:
    """Whether a colleague answered in the conversation, past Duebox, after this mail had come."""
    for row in await uow.messages.own_since(message):
        try:
            raw = await uow.words.get(row.raw_id)
        except NotFound:
            continue  # its words were erased: nobody can say whom it went to
        if await is_answered_by(uow, message, raw):
            return True
    return False


async def _writers(uow: Uow, message: MessageRow) -> set[str]:
    """Who wrote, and where they want the answer."""
    replies = addresses(read_fields(await uow.words.get(message.raw_id)).get("reply-to", ""))
    return {(await uow.messages.head(message)).sender.email, *(one.email for one in replies)} - {""}


async def _our_domains(uow: Uow) -> set[str]:
    return {address.rpartition("@")[2] for address in await uow.mailboxes.own_addresses()}
