"""The fixed calls of the API about messages, reviews and counts. Lists are `{"items": […], "next": cursor or null}`."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from app.db.tables.mail import MessageRow
from app.db.tables.work import ReviewRow
from app.db.uow import Uow
from app.domain.amending import amended_proposal
from app.domain.errors import NotFound
from app.domain.intents import Reason
from app.domain.message import MessageState
from app.domain.prediction import prediction
from app.domain.proposal import Proposal
from app.domain.review import Action, ReviewState
from app.domain.wire import PROPOSAL, load
from app.review.service import ReviewService
from app.web.auth import ApiUser
from app.web.dependencies import LARGEST_VERSION, Db, Limit
from app.web.errors import problems

router = APIRouter(prefix="/api/v1")

MAX_TEXT = 100_000


class MessageItem(BaseModel):
    id: UUID
    mailbox: str
    rfc_message_id: str
    from_: str = Field(alias="from", serialization_alias="from")
    subject: str
    received_at: datetime
    state: MessageState
    conversation_id: UUID


class MessagePage(BaseModel):
    items: list[MessageItem]
    next: str | None


class MessageDetail(MessageItem):
    proposal: dict[str, Any] | None
    review_id: UUID | None


class DraftText(BaseModel):
    subject: str
    body: str


class ReviewItem(BaseModel):
    id: UUID
    version: int
    state: ReviewState
    message_id: UUID
    rule: str
    review_reasons: list[Reason]
    draft: DraftText | None


class ReviewPage(BaseModel):
    items: list[ReviewItem]
    next: str | None


class Decision(BaseModel):
    """`subject` and `body` go with `edit`, `note` with `send_back`, `reason` with `ignore`."""

    model_config = {"extra": "forbid"}

    version: Annotated[int, Field(ge=0, le=LARGEST_VERSION)]
    action: Action
    subject: Annotated[str, Field(max_length=998)] | None = None
    body: Annotated[str, Field(max_length=MAX_TEXT)] | None = None
    note: Annotated[str, Field(max_length=MAX_TEXT)] | None = None
    reason: Annotated[str, Field(max_length=1000)] | None = None


class DecisionMade(BaseModel):
    id: UUID
    version: int
    state: ReviewState
    outbox_id: UUID | None
    send_after: datetime | None


class Conflict(BaseModel):
    detail: str
    state: ReviewState
    version: int
    decided_by: str | None
    decided_at: datetime | None


class Counts(BaseModel):
    """The conservation equation: received = in_work + pending + decided + no_answer + quarantined."""

    received: int
    in_work: int
    pending: int
    decided: int
    no_answer: int
    quarantined: int


def review_service(request: Request) -> ReviewService:
    return cast(ReviewService, request.app.state.services.reviews)


Reviews = Annotated[ReviewService, Depends(review_service)]

CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": Conflict, "description": "stale version, or decided already"}
}


@router.get("/messages", responses=problems(), tags=["messages"])
async def list_messages(
    db: Db, _user: ApiUser, state: MessageState | None = None, limit: Limit = 50, after: UUID | None = None
) -> MessagePage:
    """Received mails, in the order of their arrival. Quarantined ones are among them, erased ones are not."""
    async with db.read() as uow:
        rows = await uow.messages.page(state=state, after=after, limit=limit + 1)
        items = await _message_items(uow, rows[:limit])
    return MessagePage(items=items, next=str(rows[limit - 1].id) if len(rows) > limit else None)


@router.get("/messages/{message_id}", responses=problems(404), tags=["messages"])
async def get_message(message_id: UUID, db: Db, _user: ApiUser) -> MessageDetail:
    """One mail with its newest proposal."""
    async with db.read() as uow:
        row = await uow.messages.get(message_id)
        items = await _message_items(uow, [row])
        if not items:
            raise NotFound("the words of this mail were erased")
        saved = await uow.messages.latest_proposal(message_id)
        review = await uow.reviews.of_message(message_id)
        proposal = load(PROPOSAL, await uow.words.get(saved.payload_id)) if saved else None
        if proposal is not None and review is not None:
            proposal = amended_proposal(proposal, await uow.guidance.amended(review))
        test = await uow.planted.shown(review) if review else None
        if proposal is not None and test is not None:
            proposal = replace(proposal, draft=test.draft)
    fields = items[0].model_dump(by_alias=True)
    return MessageDetail(
        **fields, proposal=prediction(proposal) if proposal else None, review_id=review.id if review else None
    )


@router.get("/reviews", responses=problems(), tags=["reviews"])
async def list_reviews(
    db: Db, _user: ApiUser, state: ReviewState | None = None, limit: Limit = 50, after: UUID | None = None
) -> ReviewPage:
    """Reviews, the oldest first."""
    async with db.read() as uow:
        rows = await uow.reviews.page(state=state, after=after, limit=limit + 1)
        items = [await _review_item(uow, row) for row in rows[:limit]]
    return ReviewPage(items=items, next=str(items[-1].id) if len(rows) > limit else None)


@router.get("/reviews/{review_id}", responses=problems(404), tags=["reviews"])
async def get_review(review_id: UUID, db: Db, _user: ApiUser) -> ReviewItem:
    async with db.read() as uow:
        return await _review_item(uow, await uow.reviews.get(review_id))


@router.post(
    "/reviews/{review_id}/decision",
    responses={**problems(400, 403, 404, 413), **CONFLICT},
    tags=["reviews"],
)
async def decide(review_id: UUID, decision: Decision, reviews: Reviews, user: ApiUser) -> DecisionMade:
    """Approve, edit and approve, send back, or ignore. Exactly one of simultaneous decisions wins. A decision on a test
    item is answered with 409 and says so: nothing was done, and the true draft waits under the version given."""
    made = await reviews.decide(
        review_id,
        decision.action,
        version=decision.version,
        by=user,
        subject=decision.subject,
        body=decision.body,
        note=decision.note or "",
        reason=decision.reason or "",
    )
    return DecisionMade(
        id=made.id, version=made.version, state=made.state, outbox_id=made.outbox_id, send_after=made.send_after
    )


@router.post("/reviews/{review_id}/undo", responses={**problems(403, 404), **CONFLICT}, tags=["reviews"])
async def undo(review_id: UUID, reviews: Reviews, user: ApiUser) -> DecisionMade:
    """Take a decision back while its mail has not left."""
    made = await reviews.undo(review_id, by=user)
    return DecisionMade(id=made.id, version=made.version, state=made.state, outbox_id=None, send_after=None)


@router.get("/counts", responses=problems(), tags=["counts"])
async def counts(db: Db, _user: ApiUser) -> Counts:
    """Where every received mail is."""
    async with db.read() as uow:
        by_state = await uow.messages.counts()
    return Counts(received=sum(by_state.values()), **{state.value: count for state, count in by_state.items()})


async def _message_items(uow: Uow, rows: Sequence[MessageRow]) -> list[MessageItem]:
    mailboxes = {mailbox.id: mailbox.name for mailbox in await uow.mailboxes.all()}
    heads = await uow.messages.heads(rows)
    return [
        MessageItem.model_validate(
            {
                "id": row.id,
                "mailbox": mailboxes[row.mailbox_id],
                "rfc_message_id": f"<{head.rfc_message_id}>" if head.rfc_message_id else "",
                "from": head.sender.email,
                "subject": head.subject,
                "received_at": row.received_at,
                "state": row.state,
                "conversation_id": row.conversation_id,
            }
        )
        for row in rows
        if (head := heads.get(row.id)) is not None
    ]


async def _review_item(uow: Uow, row: ReviewRow) -> ReviewItem:
    """One review; an erased one has no draft."""
    saved, draft = await uow.reviews.proposal(row), None
    with suppress(NotFound):
        proposal: Proposal = load(PROPOSAL, await uow.words.get(saved.payload_id))
        test = await uow.planted.shown(row)
        drafted = test.draft if test else await uow.guidance.draft(row.id) or proposal.draft
        if drafted is not None:
            draft = DraftText(subject=drafted.subject, body=drafted.body)
    return ReviewItem(
        id=row.id,
        version=row.version,
        state=row.state,
        message_id=row.message_id,
        rule=row.rule,
        review_reasons=[Reason(reason) for reason in row.reasons],
        draft=draft,
    )
