"""Whose mail is it? Only an active contact's address identifies a customer; thread and invoice number merely
propose."""

from collections.abc import Collection
from dataclasses import replace

from app.db.repositories.ledger import as_contact
from app.db.tables.ledger import ContactRow
from app.db.uow import Uow
from app.domain.account import UNKNOWN_ACCOUNT, Link, LinkMethod
from app.domain.message import ReadMail


async def link_customer(uow: Uow, read: ReadMail, conversation_customer: str | None) -> Link:
    """Find the customer of a mail. Never drops it: without a customer, the candidates go to a person."""
    sender = read.mail.head.sender.email
    contacts = (await uow.ledger.customers_of([sender])).get(sender, [])
    named = await uow.ledger.customers_by_invoices(read.invoice_mentions)
    if contacts:
        return await _by_contact(uow, contacts, named, conversation_customer)
    if conversation_customer is not None:
        return await _proposed(uow, LinkMethod.THREAD, conversation_customer)
    if len(named) == 1:
        return await _proposed(uow, LinkMethod.INVOICE, next(iter(named)))
    method = LinkMethod.AMBIGUOUS if named else LinkMethod.NONE
    return Link(method, candidates=tuple(sorted(named)))


async def link_as_told(uow: Uow, read: ReadMail, customer_id: str) -> Link:
    """The customer that a person named. Who wrote is verified only by the address of a contact of that customer."""
    sender = read.mail.head.sender.email
    theirs = [c for c in (await uow.ledger.customers_of([sender])).get(sender, []) if c.customer_id == customer_id]
    if not theirs:
        return await _proposed(uow, LinkMethod.THREAD, customer_id)
    contact = next((contact for contact in theirs if contact.active), theirs[0])
    return replace(await _proposed(uow, LinkMethod.CONTACT, customer_id), contact=as_contact(contact))


async def _by_contact(
    uow: Uow, contacts: list[ContactRow], named: Collection[str], conversation_customer: str | None
) -> Link:
    """One address may write for several customers: the thread or an invoice number says which."""
    active = [contact for contact in contacts if contact.active] or contacts
    if len(active) > 1:
        fitting = [c for c in active if c.customer_id == conversation_customer] or [
            c for c in active if c.customer_id in named
        ]
        if len(fitting) != 1:
            return Link(LinkMethod.AMBIGUOUS, candidates=tuple(sorted(c.customer_id for c in active)))
        active = fitting
    link = await _proposed(uow, LinkMethod.CONTACT, active[0].customer_id)
    return replace(link, contact=as_contact(active[0]))


async def _proposed(uow: Uow, method: LinkMethod, customer_id: str) -> Link:
    account = await uow.ledger.account(customer_id)
    if account is not None:
        account = replace(account, copies=await uow.documents.on_file(customer_id))
    return Link(method, account or UNKNOWN_ACCOUNT, candidates=(customer_id,))
