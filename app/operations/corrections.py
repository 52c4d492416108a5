"""What people put right, as lines of a data set. `python -m evals train --extra FILE` learns from the corrections;
`python -m evals misses FILE` asks again about mails that Duebox would not have answered, and a person said it must.

They hold the words of mails, as they were written; training redacts them. Who exports them is noted in the chain of
reads.
"""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from app.bootstrap import Services
from app.db.repositories.guidance import CORRECTION
from app.db.repositories.handled import HandledReviews
from app.db.tables.ledger import InvoiceRow
from app.db.tables.mail import MessageRow
from app.db.tables.system import Chain
from app.db.uow import Uow
from app.domain.amending import amended_proposal
from app.domain.directions import Correction
from app.domain.errors import NotFound
from app.domain.intents import Reason, Route
from app.domain.message import ReadMail
from app.domain.people import DUEBOX
from app.domain.prediction import prediction
from app.domain.proposal import Proposal
from app.domain.watermark import watermark
from app.domain.wire import PROPOSAL, READ_MAIL, load

PAGE = 200
LABELS = frozenset(list(Reason)[: list(Reason).index(Reason.LOW_INFORMATION) + 1])
"""Reasons that a label may name; the others are Duebox's own doubts."""


BESIDE = ("contact", "return_date")
"""Facts that only a value put right on the page vouches for: the form of a correction has no field for them."""


async def exported(services: Services) -> list[dict[str, Any]]:
    """One line for each corrected mail that needs not be read again, by its newest correction, and for each other mail
    of the no-answer list that needed an answer."""
    async with services.database.write() as uow:
        mark = watermark(DUEBOX, uow.clock())
        lines = {line["id"]: {**line, "export": str(mark)} async for line in _lines(uow)}
        missed = [line async for line in _misses(uow) if f"corrected-{line['id'].removeprefix('missed-')}" not in lines]
        lines |= {line["id"]: {**line, "export": str(mark)} for line in missed}
        uow.audit.add("review.corrections.exported", chain=Chain.ACCESS, rows=len(lines), export_id=mark.id)
    return list(lines.values())


async def _lines(uow: Uow) -> AsyncIterator[dict[str, Any]]:
    after: UUID | None = None
    while rows := await uow.guidance.corrections(after=after, limit=PAGE):
        for row, message in rows:
            after = row.id
            saved = await uow.messages.latest_proposal(message.id)
            if message.reading_id is None or saved is None:
                continue
            try:
                correction = load(CORRECTION, await uow.words.get(row.payload_id))
                if saved.created_at < row.created_at and not correction.amended:
                    continue
                read = load(READ_MAIL, await uow.words.get(message.reading_id))
                proposal = load(PROPOSAL, await uow.words.get(saved.payload_id))
            except NotFound:  # erased
                continue
            yield _line(str(message.id), read, correction, amended_proposal(proposal, correction))


async def _misses(uow: Uow) -> AsyncIterator[dict[str, Any]]:
    after = 0
    while rows := await HandledReviews(uow.session).missed(after=after, limit=PAGE):
        for after, message in rows:  # noqa: B007  # the next page begins there
            try:
                read = load(READ_MAIL, await uow.words.get(message.reading_id)) if message.reading_id else None
            except NotFound:  # erased
                continue
            if read is not None:
                yield await _miss(uow, message, read)


async def _miss(uow: Uow, message: MessageRow, read: ReadMail) -> dict[str, Any]:
    """What it means nobody said: only that silence was wrong."""
    head = read.mail.head
    customer = await uow.ledger.customer(message.customer_id) if message.customer_id else None
    return {
        "id": f"missed-{message.id}",
        "source": "needs_answer",
        "language": read.language,
        "from": f"{head.sender.name} <{head.sender.email}>",
        "to": next((address.email for address in head.to), ""),
        "received_at": message.received_at.isoformat(),
        "subject": head.subject,
        "body": read.mail.text,
        "account": {
            "name": customer.name if customer else "(no account)",
            "invoices": [_invoice(row) for row in await uow.ledger.invoices(customer.id)] if customer else [],
        },
        "expect": {"route": Route.REVIEW.value},
    }


def _invoice(row: InvoiceRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "kind": row.kind.value,
        "amount": str(row.open_amount),
        "currency": row.currency,
        "due_date": row.due_date.isoformat(),
        "status": row.status.value,
    }


def _line(message_id: str, read: ReadMail, correction: Correction, proposal: Proposal) -> dict[str, Any]:
    said = prediction(proposal)
    named = ("promise", "extension", "dispute", *(BESIDE if correction.amended else ()))
    facts = {name: said[name] for name in named if name in said}
    if "kind" not in facts.get("extension", {}):
        facts.pop("extension", None)
    return {
        "id": f"corrected-{message_id}",
        "source": "correction",
        "language": read.language,
        "subject": read.mail.head.subject,
        "body": read.mail.text,
        "expect": {
            "intents": [intent.value for intent in correction.intents],
            "route": proposal.route.value,
            "review_reasons": [reason.value for reason in proposal.reasons if reason in LABELS],
            "invoices": list(proposal.invoices),
            **facts,
        },
    }
