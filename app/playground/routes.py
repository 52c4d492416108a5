"""A mail in, every step of the agent out."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse

from app.playground.service import PlaygroundService, Written, as_mail
from app.web.auth import Overseer
from app.web.csrf import SAFE
from app.web.pages import html, page_of

router = APIRouter(include_in_schema=False)


def playground_service(request: Request) -> PlaygroundService:
    return cast(PlaygroundService, request.app.state.services.playground)


Playground = Annotated[PlaygroundService, Depends(playground_service)]
Line = Annotated[str, Form(max_length=998)]


@router.get("/playground")
async def playground(request: Request, user: Overseer) -> HTMLResponse:
    page = await page_of(request, "playground", user)
    return html(request, "playground/playground.html", page=page, trial=None, written=Written())


@router.post("/playground", dependencies=SAFE)
async def try_out(
    request: Request,
    playground: Playground,
    user: Overseer,
    sender: Line = "",
    subject: Line = "",
    text: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> HTMLResponse:
    written = Written(sender, subject, text)
    raw = await file.read() if file is not None else b""
    trial = await playground.try_out(raw or (as_mail(written) if text.strip() else b""), by=user)
    page = await page_of(request, "playground", user)
    return html(request, "playground/playground.html", page=page, trial=trial, written=written)
