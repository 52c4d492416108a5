"""The pages of the review UI and their forms. Every form is answered with a redirect, so a reload repeats nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.domain.errors import Invalid, NotFound, ReviewAlreadyDecided, WasPlanted, WordNoted
from app.domain.review import Action, ReviewState
from app.reading.mail.parsing import parse_mail
from app.review.cleaning import cleaned
from app.review.pages import ReviewPages
from app.review.queue_routes import queue_pages
from app.review.service import Decided, ReviewService
from app.web.auth import PageUser, page_user
from app.web.back import Back, CameFrom
from app.web.csrf import SAFE
from app.web.dependencies import Version
from app.web.headers import MAIL_POLICY, saved_as
from app.web.pages import html, page_of
from app.web.reads import Reads, opened

router = APIRouter(include_in_schema=False)


def review_service(request: Request) -> ReviewService:
    return cast(ReviewService, request.app.state.services.reviews)


def review_pages(request: Request) -> ReviewPages:
    return cast(ReviewPages, request.app.state.services.pages)


Reviews = Annotated[ReviewService, Depends(review_service)]
Pages = Annotated[ReviewPages, Depends(review_pages)]
Edit = Annotated[str, Query()]
Removed = Annotated[list[UUID | Literal[""]] | None, Form(max_length=50)]
"""Of each proposed case its id where the reader takes it out, else nothing."""


@router.get("/reviews/{review_id}")
async def item(
    request: Request,
    review_id: UUID,
    pages: Pages,
    user: PageUser,
    edit: Edit = "",
    ignored: UUID | None = None,
    noted: UUID | None = None,
) -> HTMLResponse:
    view = await pages.case(review_id, reader=user, editing=bool(edit) and user.can_decide)
    leaving = await queue_pages(request).leaving(user, ignored, noted)
    return html(request, "item.html", page=await page_of(request, "queue", user), case=view, leaving=leaving)


@router.get("/no-answer")
async def no_answer(
    request: Request, pages: Pages, user: PageUser, message: UUID | None = None, after: UUID | None = None
) -> HTMLResponse:
    listed, preview = await pages.no_answer(message, after=after)
    opened(request, message_id=preview and preview.row.message_id)
    page = await page_of(request, "no_answer", user)
    return html(request, "no_answer.html", page=page, listed=listed, preview=preview, after=after)


@router.get("/sent")
async def sent(request: Request, pages: Pages, user: PageUser, after: UUID | None = None) -> HTMLResponse:
    listed = await pages.sent(after=after)
    return html(request, "sent.html", page=await page_of(request, "sent", user), listed=listed, after=after)


@router.get("/quarantine")
async def quarantine(request: Request, pages: Pages, user: PageUser, after: UUID | None = None) -> HTMLResponse:
    listed = await pages.quarantine(after=after)
    page = await page_of(request, "quarantine", user)
    return html(request, "quarantine.html", page=page, listed=listed, after=after)


@router.get("/messages/{message_id}/html")
async def mail_html(message_id: UUID, pages: Pages, _user: PageUser) -> HTMLResponse:
    """The mail's own HTML, cleaned, under a policy of its own: no script, no network, no access to our page."""
    raw = await pages.raw_of(message_id)
    mail = await asyncio.to_thread(parse_mail, raw, opens_attachments=False)
    if mail.html is None:
        raise NotFound("the mail has no HTML part")
    clean = await asyncio.to_thread(cleaned, mail.html)
    document = f'<!doctype html><meta charset="utf-8"><title>Mail</title>{clean}'
    return HTMLResponse(document, headers={"Content-Security-Policy": MAIL_POLICY})


@router.get("/messages/{message_id}/files/{number}")
async def attachment(
    message_id: UUID, number: Annotated[int, PathParameter(ge=0, le=999)], pages: Pages, _user: PageUser
) -> Response:
    """One attachment, to be saved and never shown by us: its type is the sender's word."""
    mail = await asyncio.to_thread(parse_mail, await pages.raw_of(message_id), opens_attachments=False)
    if number >= len(mail.attachments):
        raise NotFound("the mail has no such attachment")
    file = mail.attachments[number]
    name = file.name or f"attachment-{number + 1}"
    headers = {"Content-Disposition": saved_as(name), "Content-Security-Policy": MAIL_POLICY}
    return Response(file.content, media_type="application/octet-stream", headers=headers)


@router.post("/reviews/{review_id}/approve", dependencies=SAFE)
async def approve(
    request: Request,
    review_id: UUID,
    version: Version,
    reviews: Reviews,
    user: PageUser,
    back: CameFrom,
    removed: Removed = None,
) -> Response:
    return await _decided(
        request,
        review_id,
        version,
        back,
        lambda: reviews.decide(review_id, Action.APPROVE, version=version, by=user, removed=_ids(removed)),
    )


@router.post("/reviews/{review_id}/edit", dependencies=SAFE)
async def edit_and_approve(
    request: Request,
    review_id: UUID,
    version: Version,
    subject: Annotated[str, Form()],
    body: Annotated[str, Form()],
    reviews: Reviews,
    user: PageUser,
    back: CameFrom,
    removed: Removed = None,
) -> Response:
    """What is refused stays in the editor, with the reason."""
    text = body.replace("\r\n", "\n")
    try:
        return await _decided(
            request,
            review_id,
            version,
            back,
            lambda: reviews.decide(
                review_id, Action.EDIT, version=version, by=user, subject=subject, body=text, removed=_ids(removed)
            ),
            written=(subject, text),
        )
    except Invalid as refused:
        return await _editor(request, review_id, (subject, text), back, complaint=refused.sentence)


@router.post("/reviews/{review_id}/write", dependencies=SAFE)
async def write_on(
    request: Request,
    review_id: UUID,
    subject: Annotated[str, Form()],
    body: Annotated[str, Form()],
    back: CameFrom,
) -> Response:
    """Go on with a text, at the case as it stands now."""
    return await _editor(request, review_id, (subject, body.replace("\r\n", "\n")), back)


@router.post("/reviews/{review_id}/send-back", dependencies=SAFE)
async def send_back(
    request: Request,
    review_id: UUID,
    version: Version,
    note: Annotated[str, Form()],
    reviews: Reviews,
    user: PageUser,
    back: CameFrom,
) -> Response:
    return await _decided(
        request,
        review_id,
        version,
        back,
        lambda: reviews.decide(review_id, Action.SEND_BACK, version=version, by=user, note=note),
    )


@router.post("/reviews/{review_id}/ignore", dependencies=SAFE)
async def ignore(
    request: Request,
    review_id: UUID,
    version: Version,
    reason: Annotated[str, Form()],
    reviews: Reviews,
    user: PageUser,
    back: CameFrom,
) -> Response:
    return await _decided(
        request,
        review_id,
        version,
        back,
        lambda: reviews.decide(review_id, Action.IGNORE, version=version, by=user, reason=reason),
    )


@router.post("/reviews/{review_id}/undo", dependencies=SAFE)
async def undo(review_id: UUID, reviews: Reviews, user: PageUser, back: CameFrom) -> Response:
    await reviews.undo(review_id, by=user)
    return back.to(review_id)


@router.post("/messages/{message_id}/needs-answer", dependencies=SAFE)
async def needs_answer(
    message_id: UUID, reviews: Reviews, user: PageUser, after: Annotated[UUID | Literal[""], Form()] = ""
) -> Response:
    """Back to the page of the list on which the form stood."""
    await reviews.needs_answer(message_id, by=user)
    return RedirectResponse(f"/no-answer?after={after}" if after else "/no-answer", status_code=303)


def _ids(removed: list[UUID | Literal[""]] | None) -> frozenset[UUID]:
    return frozenset(one for one in removed or () if one != "")


async def _editor(
    request: Request, review_id: UUID, written: tuple[str, str], back: Back, *, complaint: str = ""
) -> HTMLResponse:
    """The case with this subject and text in its editor. Raises NotAllowed."""
    user = await page_user(request)
    user.check_can_decide()
    view = await review_pages(request).case(review_id, reader=user, editing=True, written=written)
    cast(Reads, request.app.state.services.reads).note("review.item.read", by=user, review_id=str(review_id))
    page, status = await page_of(request, "queue", user), 422 if complaint else 200
    return html(request, "item.html", status=status, page=page, case=replace(view, complaint=complaint), back=back)


async def _decided(
    request: Request,
    review_id: UUID,
    version: int,
    back: Back,
    decide: Callable[[], Awaitable[Decided]],
    *,
    written: tuple[str, str] = ("", ""),
) -> Response:
    """Decide, then open the next item; the first of two people's words is such a decision. A test item is shown once
    more, as it is; a lost race shows who was faster, and both texts."""
    user = await page_user(request)
    following = await queue_pages(request).next_after(review_id, back.query, reader=user)
    what = ""
    try:
        what = "ignored" if (await decide()).state is ReviewState.IGNORED else ""
    except WordNoted:
        what = "noted"
    except WasPlanted:
        return back.to(review_id)
    except ReviewAlreadyDecided as lost:
        pages = review_pages(request)
        subject, body = written
        conflict = await pages.conflict(review_id, lost, version=version, subject=subject, body=body)
        page = await page_of(request, "queue", user)
        return html(request, "conflict.html", status=409, page=page, conflict=conflict, back=back)
    return back.to_next(following, **({what: str(review_id)} if what else {}))
