"""What an open page is told and tells: changes as they are committed, who looks at a case, who holds it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from app.db.changes import Changes
from app.review.together import Together
from app.web.auth import PageUser, SignInNeeded, page_user
from app.web.back import CameFrom
from app.web.csrf import SAFE
from app.web.pages import html, page_of

router = APIRouter(include_in_schema=False)

GATHER_SECONDS = 0.1
"""Changes that come together are told together."""

LOOK_SECONDS = 1.0
"""How soon a stream sees that the server wants to stop."""

QUIET_SECONDS = 15
CHECK_SECONDS = 60


def together_service(request: Request) -> Together:
    return cast(Together, request.app.state.services.together)


Company = Annotated[Together, Depends(together_service)]


@router.get("/events")
async def events(request: Request, user: PageUser) -> StreamingResponse:
    """Server-sent events: which lists and cases have changed, as words and ids. Ends when the reader signs out."""
    changes = cast(Changes, request.app.state.services.database.changes)
    headers = {"X-Accel-Buffering": "no"}  # a proxy in front must not wait for more
    return StreamingResponse(_stream(request, changes), media_type="text/event-stream", headers=headers)


@router.post("/reviews/{review_id}/presence", dependencies=SAFE)
async def arrive(
    request: Request,
    review_id: UUID,
    together: Company,
    user: PageUser,
    back: CameFrom,
    replying: Annotated[str, Form()] = "",
    seen: Annotated[int, Form(ge=0, le=2**31 - 1)] = 0,
) -> HTMLResponse:
    """The reader is at a case whose page shows the version `seen`. Who else is, and what has changed."""
    company = await together.arrive(review_id, by=user, is_replying=bool(replying))
    page = await page_of(request, "", user)
    return html(request, "company_alone.html", page=page, company=company, seen=seen, back=back)


@router.post("/reviews/{review_id}/leave", dependencies=SAFE)
async def leave(review_id: UUID, together: Company, user: PageUser) -> Response:
    await together.leave(review_id, by=user)
    return Response(status_code=204)


@router.post("/reviews/{review_id}/take-over", dependencies=SAFE)
async def take_over(review_id: UUID, together: Company, user: PageUser, back: CameFrom) -> Response:
    await together.take_over(review_id, by=user)
    return back.to(review_id)


async def _stream(request: Request, changes: Changes) -> AsyncIterator[str]:
    quiet = checked = 0.0
    with changes.listen() as listening:
        yield "retry: 2000\n\n"
        while not getattr(request.app.state, "is_leaving", bool)() and not await request.is_disconnected():
            heard = await listening.next(LOOK_SECONDS)
            if heard:
                await asyncio.sleep(GATHER_SECONDS)
                heard |= await listening.next(0)
                yield f"data: {' '.join(sorted(heard))}\n\n"
            quiet = 0 if heard else quiet + LOOK_SECONDS
            checked += LOOK_SECONDS
            if quiet >= QUIET_SECONDS:
                quiet = 0
                yield ": still here\n\n"
            if checked >= CHECK_SECONDS:
                checked = 0
                if not await _is_signed_in(request):
                    return


async def _is_signed_in(request: Request) -> bool:
    try:
        await page_user(request)
    except SignInNeeded:
        return False
    return True
