"""One case, read back from its rows and sealed words: what the audit shows and what an evidence bundle holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.db.repositories.guidance import DRAFT
from app.db.tables.mail import MessageRow
from app.db.tables.system import AuditRow
from app.db.tables.work import OutboxRow, ProposalRow, ReviewRow
from app.db.uow import Uow
from app.domain.copies import of_envelope
from app.domain.errors import NotFound
from app.domain.message import ReadMail
from app.domain.proposal import Draft, ModelCall, Proposal, Redraft
from app.domain.wire import PROPOSAL, READ_MAIL, load


@dataclass(frozen=True, slots=True)
class Run:
    """One reading of the mail, and what people made of it. Words are None once they were erased."""

    proposal_row: ProposalRow
    review: ReviewRow | None
    outbox: OutboxRow | None
    proposal: Proposal | None = field(repr=False)
    edited: dict[str, str] | None = field(repr=False)
    sent: bytes | None = field(repr=False)
    recipient: str = field(repr=False)
    redrafts: tuple[Redraft, ...] = field(repr=False)
    calls: tuple[dict[str, Any], ...]

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """The agent's own and those that people asked for, in order: the last is what a person decided on."""
        own = self.proposal.draft if self.proposal else None
        return (*([own] if own else []), *self.redrafts)

    @property
    def asked(self) -> tuple[ModelCall, ...]:
        """The questions to models with their words, for the proposal and for every draft."""
        own = self.proposal.calls if self.proposal else ()
        return (*own, *(call for draft in self.redrafts for call in draft.calls))


@dataclass(frozen=True, slots=True)
class Casework:
    message: MessageRow
    raw: bytes | None = field(repr=False)
    reading: ReadMail | None = field(repr=False)
    runs: tuple[Run, ...]
    entries: Sequence[AuditRow]

    @property
    def newest(self) -> Run | None:
        """The run that was decided last, else the last one."""
        decided = [run for run in self.runs if run.review is not None and run.review.decided_at is not None]
        return next(reversed(decided or self.runs), None)


async def casework(uow: Uow, message_id: UUID) -> Casework:
    """Raises NotFound when there is no such message; erased words are left out."""
    message = await uow.messages.get(message_id)
    proposals = await uow.session.scalars(
        sa.select(ProposalRow).where(ProposalRow.message_id == message_id).order_by(ProposalRow.run)
    )
    runs = [await _run(uow, row) for row in proposals.all()]
    raw = await _words(uow, message.raw_id)
    reading = await _words(uow, message.reading_id)
    return Casework(
        message=message,
        raw=raw,
        reading=load(READ_MAIL, reading) if reading is not None else None,
        runs=tuple(runs),
        entries=await uow.audit.of_message(message.id, message.conversation_id),
    )


async def _run(uow: Uow, row: ProposalRow) -> Run:
    review = await uow.session.scalar(sa.select(ReviewRow).where(ReviewRow.proposal_id == row.id))
    asked_for = await uow.guidance.redrafts([review.id]) if review else ()
    outbox = await uow.outbox.of_review(review.id) if review else None
    words = await _words(uow, row.payload_id)
    edited_id = review.edited_id if review is not None and review.action == "edit" else None
    edited = await uow.words.get_json(edited_id) if edited_id is not None and words is not None else None
    recipient = ""
    if outbox is not None and words is not None:
        key = await uow.words.key(outbox.conversation_id)
        recipient = ", ".join(of_envelope(key.open(outbox.id, outbox.envelope)))
    return Run(
        proposal_row=row,
        review=review,
        outbox=outbox,
        proposal=load(PROPOSAL, words) if words is not None else None,
        edited=edited,
        sent=await _words(uow, outbox.raw_id) if outbox else None,
        recipient=recipient,
        redrafts=tuple([load(DRAFT, await uow.words.get(one.payload_id)) for one in asked_for]) if words else (),
        calls=(*row.calls, *(call for one in asked_for for call in one.calls or ())),
    )


async def _words(uow: Uow, payload_id: UUID | None) -> bytes | None:
    """None where there are none, or none any more."""
    if payload_id is None:
        return None
    try:
        return await uow.words.get(payload_id)
    except NotFound:
        return None


def body_of(raw: bytes | None) -> str:
    """The text of a mail of our own."""
    if raw is None:
        return ""
    mail = message_from_bytes(raw, policy=default)
    if not isinstance(mail, EmailMessage):
        return ""
    part = mail.get_body(("plain",))
    return str(part.get_content()).strip() if part is not None else ""
