"""The rows of a case, opened."""

from dataclasses import dataclass
from uuid import UUID

from app.db.repositories.planted import in_place
from app.db.tables.mail import MessageRow
from app.db.tables.work import OutboxRow, PlantedRow, ProposalRow, ReviewRow
from app.db.uow import Uow
from app.domain.errors import NotFound
from app.domain.message import ReadMail
from app.domain.planted import Planted
from app.domain.proposal import Draft, Proposal
from app.domain.wire import PROPOSAL, READ_MAIL, load


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The rows of a case, opened; `draft` is the one in force: the last that a person asked for, else the first. Of a
    test item it is the one with the fault."""

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
    proposal = load(PROPOSAL, await uow.words.get(saved.payload_id))
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


async def open_reading(uow: Uow, message: MessageRow) -> ReadMail:
    if message.reading_id is None:
        raise NotFound("the mail has not been read yet")
    return load(READ_MAIL, await uow.words.get(message.reading_id))
