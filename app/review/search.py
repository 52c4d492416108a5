"""Finding any mail again: by its words, its writer, its customer or an invoice, whatever became of it; and reading it
where no other page shows it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.db.repositories.worklists import sought
from app.db.tables.mail import MessageRow
from app.db.tables.work import ReviewRow
from app.db.uow import Database
from app.domain.message import MessageState
from app.domain.worklist import Worklist
from app.review.files import open_reading
from app.review.item_view import MailView
from app.review.mails import mail_view
from app.review.queue import understood

PAGE = 50


@dataclass(frozen=True, slots=True)
class FoundRow:
    """`href` leads to the case, or to where the mail is read."""

    sender: str
    customer: str
    subject: str
    received_at: datetime
    state: str
    href: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """`complaint`: what of the query means nothing here. `following`: the id to page on with."""

    query: str
    rows: tuple[FoundRow, ...] = ()
    complaint: str = ""
    following: str = ""


@dataclass(frozen=True, slots=True)
class LoneMail:
    """A mail that is in no case and no list of mails without an answer; without `mail` it has not been read."""

    state: str
    sender: str
    subject: str
    received_at: datetime
    customer_id: str = ""
    customer: str = ""
    mail: MailView | None = None


class SearchPages:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, query: str, *, before: UUID | None) -> Found:
        asked, complaint = _words_of(query)
        if complaint or not query.strip():
            return Found(query.strip(), complaint=complaint)
        async with self._database.read() as uow:
            messages = await uow.search.find(sought(asked), before=before, limit=PAGE + 1)
            shown = messages[:PAGE]
            heads = await uow.messages.heads(shown)
            customers = await uow.ledger.customers({m.customer_id for m in shown if m.customer_id})
            rows = []
            for message in shown:
                head = heads.get(message.id)
                if head is None:
                    continue
                review = await uow.reviews.of_message(message.id)
                saved = await uow.messages.latest_proposal(message.id)
                customer = customers.get(message.customer_id or "")
                rows.append(
                    FoundRow(
                        sender=head.sender.name or head.sender.email,
                        customer=customer.name if customer else "",
                        subject=head.subject,
                        received_at=message.received_at,
                        state=message.state.value,
                        language=saved.language if saved else "",
                        href=place_of(message, review),
                    )
                )
        return Found(query.strip(), tuple(rows), following=str(shown[-1].id) if len(messages) > PAGE else "")

    async def mail(self, message_id: UUID) -> LoneMail | str:
        """A mail that no other page shows, or the address of the page that does. Raises NotFound."""
        async with self._database.read() as uow:
            message = await uow.messages.get(message_id)
            review = await uow.reviews.of_message(message_id)
            if (place := place_of(message, review)) != alone(message_id):
                return place
            head = (await uow.messages.heads([message])).get(message_id)
            customer = await uow.ledger.customer(message.customer_id) if message.customer_id else None
            read = await open_reading(uow, message) if message.reading_id else None
            return LoneMail(
                state=message.state.value,
                sender=(head.sender.name or head.sender.email) if head else "",
                subject=head.subject if head else "",
                received_at=message.received_at,
                customer_id=message.customer_id or "",
                customer=customer.name if customer else "",
                mail=mail_view(message, read, None) if read else None,
            )


def place_of(message: MessageRow, review: ReviewRow | None) -> str:
    """Where a mail is read: on the page of its case, beside its list, or alone."""
    if review is not None:
        return f"/reviews/{review.id}"
    is_listed = message.state is MessageState.NO_ANSWER
    return f"/no-answer?message={message.id}#preview" if is_listed else alone(message.id)


def alone(message_id: UUID) -> str:
    return f"/messages/{message_id}"


def _words_of(query: str) -> tuple[Worklist, str]:
    """The words, and what cannot be searched for: labels and amounts belong to what waits, not to every mail."""
    asked, complaint = understood(query)
    if complaint:
        return asked, complaint
    words = Worklist(text=asked.text, sender=asked.sender, customer=asked.customer, invoices=asked.invoices)
    return words, "" if words == asked else "all mail is found by words, from:, customer: and invoice:"
