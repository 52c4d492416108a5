"""The outbox over HTTP: the fixed API calls, and the form that settles an unknown outcome."""

from contextlib import suppress
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel

from app.db.tables.work import OutboxRow
from app.db.uow import Uow
from app.domain.copies import of_envelope
from app.domain.errors import NotFound
from app.domain.review import OutboxState, Outcome
from app.outbox.service import OutboxService
from app.web.auth import ApiUser, PageUser
from app.web.back import stuck_or
from app.web.csrf import SAFE
from app.web.dependencies import Db, Limit
from app.web.errors import problems

router = APIRouter()


class OutboxItem(BaseModel):
    id: UUID
    review_id: UUID | None
    rfc_message_id: str
    to: str
    state: OutboxState
    attempts: int
    last_error: str | None


class OutboxPage(BaseModel):
    items: list[OutboxItem]
    next: str | None


class Resolution(BaseModel):
    model_config = {"extra": "forbid"}

    outcome: Outcome


class Resolved(BaseModel):
    id: UUID
    state: OutboxState


def outbox_service(request: Request) -> OutboxService:
    return cast(OutboxService, request.app.state.services.outbox)


Outboxes = Annotated[OutboxService, Depends(outbox_service)]


@router.get("/api/v1/outbox", responses=problems(), tags=["outbox"])
async def list_outbox(
    db: Db, _user: ApiUser, state: OutboxState | None = None, limit: Limit = 50, after: UUID | None = None
) -> OutboxPage:
    """Mails on their way out, in the order of their approval."""
    async with db.read() as uow:
        rows = await uow.outbox.page(state=state, after=after, limit=limit + 1)
        items = [await _item(uow, row) for row in rows[:limit]]
    return OutboxPage(items=items, next=str(items[-1].id) if len(rows) > limit else None)


@router.post("/api/v1/outbox/{outbox_id}/resolve", responses=problems(400, 403, 404, 413), tags=["outbox"])
async def resolve(outbox_id: UUID, resolution: Resolution, outboxes: Outboxes, user: ApiUser) -> Resolved:
    """A person's word about an unknown or failed mail."""
    return Resolved(id=outbox_id, state=await outboxes.resolve(outbox_id, resolution.outcome, by=user))


@router.post("/outbox/{outbox_id}/resolve", include_in_schema=False, dependencies=SAFE)
async def resolve_form(
    request: Request, outbox_id: UUID, outcome: Annotated[Outcome, Form()], outboxes: Outboxes, user: PageUser
) -> Response:
    await outboxes.resolve(outbox_id, outcome, by=user)
    return await stuck_or(request, "/sent")


async def _item(uow: Uow, row: OutboxRow) -> OutboxItem:
    """One mail, by whom it is for; of an erased one that is left empty."""
    recipient = ""
    with suppress(NotFound):
        recipient, *_ = of_envelope((await uow.words.key(row.conversation_id)).open(row.id, row.envelope))
    return OutboxItem(
        id=row.id,
        review_id=row.review_id,
        rfc_message_id=f"<{row.rfc_message_id}>",
        to=recipient,
        state=row.state,
        attempts=row.attempts,
        last_error=row.last_error or None,
    )
