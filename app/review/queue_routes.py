"""The queue's own addresses: the list, what is asked of it, and what is done to several mails at once."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Annotated, Literal, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from app.domain.errors import Invalid
from app.review.bulk import MOST, Bulk, Deed, Pick
from app.review.queue import QueuePages
from app.review.search import SearchPages
from app.web.auth import PageUser
from app.web.back import place
from app.web.csrf import SAFE
from app.web.pages import ZONE_COOKIE, html, page_of, zone_of
from app.web.reads import opened

router = APIRouter(include_in_schema=False)
MORNING = time(8)
SNOOZES = {"tomorrow": 1, "two_days": 2, "week": 7}


class Ask(BaseModel):
    """What the address of the queue says. `done` and `left`: how many of several were just decided, and were not;
    `second`: how many wait for a second person since."""

    q: str = Field("", max_length=1_000)
    review: UUID | None = None
    after: UUID | None = None
    edit: str = ""
    ignored: UUID | None = None
    noted: UUID | None = None
    done: int = Field(0, ge=0, le=MOST)
    left: int = Field(0, ge=0, le=MOST)
    second: int = Field(0, ge=0, le=MOST)


class Wish(BaseModel):
    """A confirmed decision about several mails."""

    deed: Deed
    pick: list[str] = Field(max_length=MOST)
    q: str = Field("", max_length=1_000)
    reason: str = "no_answer_needed"
    until: str = ""
    to: UUID | Literal[""] = ""


def queue_pages(request: Request) -> QueuePages:
    return cast(QueuePages, request.app.state.services.queue)


def bulk_service(request: Request) -> Bulk:
    return cast(Bulk, request.app.state.services.bulk)


def search_pages(request: Request) -> SearchPages:
    return cast(SearchPages, request.app.state.services.search)


SearchedMail = Annotated[SearchPages, Depends(search_pages)]
Pages = Annotated[QueuePages, Depends(queue_pages)]
Several = Annotated[Bulk, Depends(bulk_service)]
Asked = Annotated[str, Query(max_length=1_000)]
AskedInForm = Annotated[str, Form(max_length=1_000)]
Ticked = Annotated[list[str], Form(max_length=200)]


@router.get("/")
async def home() -> Response:
    return RedirectResponse("/queue", status_code=303)


@router.get("/queue")
async def queue(request: Request, pages: Pages, user: PageUser, ask: Annotated[Ask, Query()]) -> HTMLResponse:
    view = await pages.page(
        ask.q,
        reader=user,
        chosen=ask.review,
        after=ask.after,
        editing=bool(ask.edit) and user.can_decide,
        ignored=ask.ignored,
        noted=ask.noted,
    )
    opened(request, review_id=view.case and view.case.review_id)
    view = replace(view, done=ask.done, left=ask.left, second=ask.second)
    return html(request, "queue.html", page=await page_of(request, "queue", user), queue=view)


@router.get("/queue/status")
async def queue_status(request: Request, pages: Pages, user: PageUser, ask: Annotated[Ask, Query()]) -> HTMLResponse:
    """The list alone, for the page to refresh itself."""
    view = await pages.page(ask.q, reader=user, chosen=ask.review, after=ask.after, with_case=False)
    return html(request, "queue_status.html", page=await page_of(request, "queue", user), queue=view)


@router.get("/search")
async def search(
    request: Request, pages: SearchedMail, user: PageUser, q: Asked = "", before: UUID | None = None
) -> HTMLResponse:
    """Every mail that was read, in whatever state, newest first."""
    found = await pages.find(q, before=before)
    return html(request, "search.html", page=await page_of(request, "search", user), found=found)


@router.get("/messages/{message_id}")
async def message(request: Request, message_id: UUID, pages: SearchedMail, user: PageUser) -> Response:
    """A mail, wherever it is read."""
    found = await pages.mail(message_id)
    if isinstance(found, str):
        return RedirectResponse(found, status_code=303)
    return html(request, "mail.html", page=await page_of(request, "search", user), found=found)


@router.post("/queue/views", dependencies=SAFE)
async def save_view(
    pages: Pages, user: PageUser, name: Annotated[str, Form()], q: AskedInForm, shared: Annotated[str, Form()] = ""
) -> Response:
    await pages.save_view(name, q, is_shared=bool(shared), by=user)
    return _back(q)


@router.post("/queue/views/{view_id}/remove", dependencies=SAFE)
async def remove_view(pages: Pages, user: PageUser, view_id: UUID) -> Response:
    await pages.remove_view(view_id, by=user)
    return _back("")


@router.post("/queue/bulk", dependencies=SAFE)
async def confirm(
    request: Request,
    bulk: Several,
    pages: Pages,
    user: PageUser,
    deed: Annotated[Deed, Form()],
    pick: Ticked = [],  # noqa: B006  # a form's default, never changed
    q: AskedInForm = "",
) -> HTMLResponse:
    """What would be done to whom: nothing is done yet."""
    bundle = await bulk.bundle(deed, [Pick.of(value) for value in pick], by=user)
    page = await page_of(request, "queue", user)
    colleagues = await pages.colleagues()
    return html(request, "bulk.html", page=page, bundle=bundle, query=q, colleagues=colleagues)


@router.post("/queue/bulk/confirmed", dependencies=SAFE)
async def carry_out(request: Request, bulk: Several, user: PageUser, wish: Annotated[Wish, Form()]) -> Response:
    done = await bulk.carry_out(
        wish.deed,
        [Pick.of(value) for value in wish.pick],
        by=user,
        reason=wish.reason,
        until=morning(request, wish.until) if wish.deed is Deed.SNOOZE else None,
        to=wish.to or None,
    )
    second = {"second": str(done.noted)} if done.noted else {}
    return _back(wish.q, done=str(done.done), left=str(done.left), review=str(done.test or ""), **second)


def morning(request: Request, word: str) -> datetime:
    """Eight o'clock, the reader's time, so many days from now. Raises Invalid."""
    if word not in SNOOZES:
        raise Invalid("choose until when it should rest")
    zone = ZoneInfo(zone_of(request.cookies.get(ZONE_COOKIE, "")))
    now: datetime = request.app.state.services.clock().astimezone(zone)
    return datetime.combine(now.date() + timedelta(days=SNOOZES[word]), MORNING, zone)


def _back(query: str, **more: str) -> Response:
    return RedirectResponse(place(query, **more), status_code=303)
