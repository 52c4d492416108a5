"""The call back about changed bank details: its form, and the same for programs."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from app.domain.errors import Invalid
from app.review.api import CONFLICT
from app.review.second import LONGEST_NOTE, CallBackService, CallOutcome
from app.web.auth import ApiUser, PageUser
from app.web.back import CameFrom
from app.web.csrf import SAFE
from app.web.dependencies import LARGEST_VERSION, Version
from app.web.errors import problems

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1/reviews", tags=["reviews"])


def call_backs(request: Request) -> CallBackService:
    return cast(CallBackService, request.app.state.services.call_backs)


CallBacks = Annotated[CallBackService, Depends(call_backs)]
Text = Annotated[str, Form(max_length=2 * LONGEST_NOTE)]


class ToCall(BaseModel):
    """Somebody on file."""

    contact_id: UUID
    name: str
    role: str
    phone: str


class CallNeeded(BaseModel):
    """`needed`: changed bank details, so that nobody closes the case alone. `noted_by`: who called already, and so does
    not close it."""

    needed: bool
    noted_by: UUID | None
    contacts: list[ToCall]


class Call(BaseModel):
    """Whom we called on the number on file, what came of it, what was asked and answered."""

    model_config = {"extra": "forbid"}

    version: Annotated[int, Field(ge=0, le=LARGEST_VERSION)]
    contact_id: UUID
    outcome: CallOutcome
    note: Annotated[str, Field(max_length=LONGEST_NOTE)]


class CallNoted(BaseModel):
    version: int


@router.post("/reviews/{review_id}/call-back", dependencies=SAFE)
async def call_back(
    review_id: UUID,
    version: Version,
    calls: CallBacks,
    user: PageUser,
    back: CameFrom,
    contact: Text = "",
    outcome: Text = "",
    note: Text = "",
) -> RedirectResponse:
    if outcome not in set(CallOutcome):
        raise Invalid("say what came of the call")
    try:
        called = UUID(contact)
    except ValueError:
        raise Invalid("say whom you called: a contact on file") from None
    await calls.note(review_id, called, CallOutcome(outcome), note, version=version, by=user)
    return back.to(review_id)


@api.get("/{review_id}/call-back", responses=problems(404))
async def call_needed(review_id: UUID, calls: CallBacks, _user: ApiUser) -> CallNeeded:
    """Whether a case needs a call and a second person before it is closed, and whom to call."""
    second = await calls.needed(review_id)
    if second is None:
        return CallNeeded(needed=False, noted_by=None, contacts=[])
    contacts = [ToCall(contact_id=c.contact_id, name=c.name, role=c.role, phone=c.phone) for c in second.contacts]
    return CallNeeded(needed=True, noted_by=second.first, contacts=contacts)


@api.post("/{review_id}/call-back", responses={**problems(400, 403, 404, 413), **CONFLICT})
async def note_call(review_id: UUID, call: Call, calls: CallBacks, user: ApiUser) -> CallNoted:
    """Note the call. When somebody was reached, another person may close the case."""
    version = await calls.note(review_id, call.contact_id, call.outcome, call.note, version=call.version, by=user)
    return CallNoted(version=version)
