"""Corrections that people made, as lines of a data set: `python -m evals train --extra FILE` learns from them.

They hold the words of mails, as they were written; training redacts them. Who exports them is noted in the chain of
reads.
"""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from app.bootstrap import Services
from app.db.repositories.guidance import CORRECTION
from app.db.tables.system import Chain
from app.db.uow import Uow
from app.domain.directions import Correction
from app.domain.errors import NotFound
from app.domain.intents import Reason
from app.domain.message import ReadMail
from app.domain.people import DUEBOX
from app.domain.prediction import prediction
from app.domain.proposal import Proposal
from app.domain.watermark import watermark
from app.domain.wire import PROPOSAL, READ_MAIL, load

PAGE = 200
LABELS = frozenset(list(Reason)[: list(Reason).index(Reason.LOW_INFORMATION) + 1])
"""Reasons that a label may name; the others are Duebox's own doubts."""


async def exported(services: Services) -> list[dict[str, Any]]:
    """One line for each corrected mail that was read again since, by its newest correction."""
    async with services.database.write() as uow:
        mark = watermark(DUEBOX, uow.clock())
        lines = {line["id"]: {**line, "export": str(mark)} async for line in _lines(uow)}
        uow.audit.add("review.corrections.exported", chain=Chain.ACCESS, rows=len(lines), export_id=mark.id)
    return list(lines.values())


async def _lines(uow: Uow) -> AsyncIterator[dict[str, Any]]:
    after: UUID | None = None
    while rows := await uow.guidance.corrections(after=after, limit=PAGE):
        for row, message in rows:
            after = row.id
            saved = await uow.messages.latest_proposal(message.id)
            if message.reading_id is None or saved is None or saved.created_at < row.created_at:
                continue
            try:
                correction = load(CORRECTION, await uow.words.get(row.payload_id))
                read = load(READ_MAIL, await uow.words.get(message.reading_id))
                proposal = load(PROPOSAL, await uow.words.get(saved.payload_id))
            except NotFound:  # erased
                continue
            yield _line(str(message.id), read, correction, proposal)


def _line(message_id: str, read: ReadMail, correction: Correction, proposal: Proposal) -> dict[str, Any]:
    said = prediction(proposal)
    facts = {name: said[name] for name in ("promise", "extension", "dispute") if name in said}
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
