"""Finding any mail again: by its words, its writer, its customer or an invoice, whatever became of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.db.repositories.worklists import sought
from app.db.uow import Database
from app.domain.worklist import Worklist
from app.review.queue import understood

PAGE = 50


@dataclass(frozen=True, slots=True)
class FoundRow:
    """`href` leads to the case, or to the list where the mail is."""

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
            customers = await uow.ledger.customer_names({m.customer_id for m in shown if m.customer_id})
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
                        href=f"/reviews/{review.id}" if review else f"/no-answer?message={message.id}#preview",
                    )
                )
        return Found(query.strip(), tuple(rows), following=str(shown[-1].id) if len(messages) > PAGE else "")


def _words_of(query: str) -> tuple[Worklist, str]:
    """The words, and what cannot be searched for: labels and amounts belong to what waits, not to every mail."""
    asked, complaint = understood(query)
    if complaint:
        return asked, complaint
    words = Worklist(text=asked.text, sender=asked.sender, customer=asked.customer, invoice=asked.invoice)
    return words, "" if words == asked else "all mail is found by words, from:, customer: and invoice:"
