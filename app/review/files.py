"""The rows of a case, opened."""

from dataclasses import dataclass, replace
from uuid import UUID

from agents.triage.summary import restated
from app.db.repositories.planted import in_place
from app.db.tables.mail import MessageRow
from app.db.tables.work import OutboxRow, PlantedRow, ProposalRow, ReviewRow
from app.db.uow import Uow
from app.domain.amending import amended_proposal
from app.domain.errors import NotFound
from app.domain.message import ReadMail
from app.domain.planted import Planted
from app.domain.proposal import Draft, Proposal
from app.domain.wire import PROPOSAL, READ_MAIL, load


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The rows of a case, opened; `proposal` holds what was put right on the page. `draft` is the one in force: the
    last that a person asked for, else the first. Of a test item it is the one with the fault."""

    review: ReviewRow
    message: MessageRow
    saved: ProposalRow
    proposal: Proposal
    read: ReadMail
    outbox: OutboxRow | None
    draft: Draft | None
    planted: tuple[PlantedRow, Planted] | None


async def open_case(uow: Uow, review_id: UUID) -> CaseFile:
    """Raises NotFound."""
    review = await uow.reviews.get(review_id)
    message = await uow.messages.get(review.message_id)
    saved = await uow.reviews.proposal(review)
    proposal = await _read_now(uow, review, load(PROPOSAL, await uow.words.get(saved.payload_id)))
    planted = await uow.planted.of_review(review_id)
    shown = in_place(review, planted)
    return CaseFile(
        review=review,
        message=message,
        saved=saved,
        proposal=proposal,
        read=await open_reading(uow, message),
        outbox=await uow.outbox.of_review(review_id),
        draft=shown.draft if shown else await uow.guidance.draft(review_id) or proposal.draft,
        planted=planted,
    )


async def _read_now(uow: Uow, review: ReviewRow, proposal: Proposal) -> Proposal:
    """With the values that were put right on the page, and the summary that says so."""
    said = await uow.guidance.amended(review)
    if said is None:
        return proposal
    proposal = amended_proposal(proposal, said)
    return replace(proposal, summary=restated(proposal.summary, proposal.intents, proposal.facts))


async def open_reading(uow: Uow, message: MessageRow) -> ReadMail:
    if message.reading_id is None:
        raise NotFound("the mail has not been read yet")
    return load(READ_MAIL, await uow.words.get(message.reading_id))
