"""Makes the words of a mail findable: who wrote, for which customer, about which invoices, and what."""

import re
from collections.abc import Iterator
from uuid import UUID

from app.db.repositories.worklists import placed
from app.db.tables.mail import MessageRow
from app.db.uow import Database, Uow
from app.domain.errors import NotFound
from app.domain.message import ReadMail
from app.domain.text import text_of
from app.domain.wire import READ_MAIL, load
from app.reading.terms import mail_terms, number_term

AT_ONCE = 100
MOST_NUMBERS = 60
_NUMBER = re.compile(r"(?<!\S)\S*\d\S*")
"""Whatever has a digit in it may be somebody's invoice number, or an order's."""


async def index_mail(uow: Uow, message: MessageRow, read: ReadMail, customer: str) -> None:
    """In the transaction that stores what was read; `customer` is the linked one's name."""
    await uow.search.index(message, terms_of(read, message.customer_id or "", customer))


def terms_of(read: ReadMail, customer_id: str, customer: str) -> Iterator[str]:
    """Names and numbers first, then the writer's own words; what they quote was indexed when it came."""
    head = read.mail.head
    sender, named = f"{head.sender.name} {head.sender.email}", f"{customer} {customer_id}"
    written = text_of(read.parts.new, read.mail.text, " ") or read.mail.text
    files = " ".join(part.name for part in read.mail.attachments)
    for place, text in (("from", sender), ("customer", named)):
        yield from (placed(place, term) for term in mail_terms([text], read.language))
    numbers = dict.fromkeys([*read.invoice_mentions, *_NUMBER.findall(f"{head.subject} {written}")[:MOST_NUMBERS]])
    for number in filter(None, map(number_term, numbers)):
        yield placed("invoice", number)
        yield number
    yield from mail_terms([head.subject, sender, named, " ".join(read.invoice_mentions), files, written], read.language)


class Indexing:
    """Indexes the mails that were read before there was an index."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def work(self) -> int:
        """Returns how many mails were indexed. One whose words were erased is passed over."""
        done, after = 0, None
        while True:
            after, indexed, looked_at = await self._some(after)
            done += indexed
            if looked_at < AT_ONCE:
                return done

    async def _some(self, after: UUID | None) -> tuple[UUID | None, int, int]:
        async with self._database.write() as uow:
            messages = await uow.search.not_indexed(after=after, limit=AT_ONCE)
            customers = await uow.ledger.customers({m.customer_id for m in messages if m.customer_id})
            indexed = 0
            for message in messages:
                customer = customers.get(message.customer_id or "")
                try:
                    read = load(READ_MAIL, await uow.words.get(message.reading_id)) if message.reading_id else None
                except NotFound:
                    continue
                if read is not None:
                    await index_mail(uow, message, read, customer.name if customer else "")
                    indexed += 1
        return (messages[-1].id if messages else after), indexed, len(messages)
