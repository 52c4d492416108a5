"""The forms for what is done with a review beside deciding it. Each is answered with a redirect, but the one that
reveals a placeholder: what it shows stands in no address.
"""

from contextlib import suppress
from datetime import datetime, time
from typing import Annotated, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.domain.errors import Invalid, WasPlanted
from app.review.desk import DeskService
from app.review.pages import ReviewPages
from app.review.queue_routes import queue_pages
from app.review.service import ReviewService
from app.web.auth import PageUser
from app.web.back import CameFrom, place
from app.web.csrf import SAFE
from app.web.dependencies import Version
from app.web.forms import day_of
from app.web.pages import ZONE_COOKIE, html, page_of, zone_of

router = APIRouter(include_in_schema=False)
MORNING = time(8)


def desk_service(request: Request) -> DeskService:
    return cast(DeskService, request.app.state.services.desk)


def review_service(request: Request) -> ReviewService:
    return cast(ReviewService, request.app.state.services.reviews)


def review_pages(request: Request) -> ReviewPages:
    return cast(ReviewPages, request.app.state.services.pages)


Desk = Annotated[DeskService, Depends(desk_service)]
Reviews = Annotated[ReviewService, Depends(review_service)]
Pages = Annotated[ReviewPages, Depends(review_pages)]
Text = Annotated[str, Form(max_length=8_000)]


@router.post("/reviews/{review_id}/assign", dependencies=SAFE)
async def assign(
    review_id: UUID, version: Version, desk: Desk, user: PageUser, back: CameFrom, to: Text = ""
) -> Response:
    await desk.assign(review_id, _user_id(to), version=version, by=user)
    return back.to(review_id)


@router.post("/reviews/{review_id}/escalate", dependencies=SAFE)
async def escalate(
    review_id: UUID, version: Version, to: Text, note: Text, desk: Desk, user: PageUser, back: CameFrom
) -> Response:
    manager = _user_id(to)
    if manager is None:
        raise Invalid("choose a manager")
    with suppress(WasPlanted):  # the page tells
        await desk.escalate(review_id, manager, note, version=version, by=user)
    return back.to(review_id)


@router.post("/reviews/{review_id}/snooze", dependencies=SAFE)
async def snooze(
    request: Request,
    review_id: UUID,
    version: Version,
    desk: Desk,
    pages: Pages,
    user: PageUser,
    back: CameFrom,
    until: Text = "",
) -> Response:
    """Until eight in the morning, the reader's time; without a day it is taken up again."""
    day = day_of(until)
    zone = ZoneInfo(zone_of(request.cookies.get(ZONE_COOKIE, "")))
    following = await queue_pages(request).next_after(review_id, back.query, reader=user)
    moment = datetime.combine(day, MORNING, zone) if day else None
    await desk.snooze(review_id, moment, version=version, by=user)
    return back.to_next(following) if day else back.to(review_id)


@router.post("/reviews/{review_id}/note", dependencies=SAFE)
async def remark(review_id: UUID, note: Text, desk: Desk, user: PageUser, back: CameFrom) -> Response:
    await desk.remark(review_id, note, by=user)
    return back.to(review_id, "#notes")


@router.post("/reviews/{review_id}/reveal", dependencies=SAFE)
async def reveal(
    request: Request,
    review_id: UUID,
    placeholder: Text,
    desk: Desk,
    pages: Pages,
    user: PageUser,
    reason: Text = "",
    words: Text = "",
) -> HTMLResponse:
    hidden = await desk.reveal(review_id, placeholder, reason=reason, words=words, by=user)
    view = await pages.case(review_id, reader=user, editing=False, revealed={placeholder: hidden})
    return html(request, "item.html", page=await page_of(request, "queue", user), case=view)


@router.post("/reviews/{review_id}/send-now", dependencies=SAFE)
async def send_now(review_id: UUID, desk: Desk, user: PageUser, back: CameFrom) -> Response:
    await desk.send_now(review_id, by=user)
    return back.to(review_id) if back.is_alone else RedirectResponse(place(back.query), status_code=303)


@router.post("/reviews/{review_id}/reopen-editor", dependencies=SAFE)
async def take_back_and_edit(review_id: UUID, reviews: Reviews, user: PageUser, back: CameFrom) -> Response:
    """Call the answer back while it waits to leave, and go on writing."""
    await reviews.undo(review_id, by=user)
    return back.to(review_id, "#edit-body", edit="1")


def _user_id(text: str) -> UUID | None:
    try:
        return UUID(text) if text.strip() else None
    except ValueError:
        raise Invalid("choose a colleague from the list") from None
