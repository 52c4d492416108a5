"""The page of the policy. All who oversee read it; managers and administrators change it."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from app.domain.people import SignedIn
from app.steering.matrix import CELL
from app.steering.service import SteeringService
from app.steering.view import Edited
from app.web.auth import Overseer, Senior
from app.web.csrf import SAFE
from app.web.pages import html, page_of

router = APIRouter(include_in_schema=False)


def steering_service(request: Request) -> SteeringService:
    return cast(SteeringService, request.app.state.services.steering)


Steer = Annotated[SteeringService, Depends(steering_service)]
Days = Annotated[int, Form()]


@router.get("/policy")
async def policy(request: Request, steering: Steer, user: Overseer) -> HTMLResponse:
    return await _page(request, steering, user)


@router.get("/policy/file")
async def file(steering: Steer, _user: Overseer) -> PlainTextResponse:
    headers = {"Content-Disposition": 'attachment; filename="policy.toml"'}
    return PlainTextResponse(steering.file(), headers=headers)


@router.post("/policy/what-if", dependencies=SAFE)
async def what_if(request: Request, steering: Steer, user: Senior, days: Days = 30) -> HTMLResponse:
    return await _page(request, steering, user, await steering.what_if(await _cells(request), days))


@router.post("/policy/what-if-file", dependencies=SAFE)
async def what_if_file(
    request: Request, steering: Steer, user: Senior, file: Annotated[UploadFile, File()], days: Days = 30
) -> HTMLResponse:
    edited = await steering.what_if_file(await file.read(), file.filename or "", days)
    return await _page(request, steering, user, edited)


@router.post("/policy/activate", dependencies=SAFE)
async def activate(
    request: Request, steering: Steer, user: Senior, reason: Annotated[str, Form()] = ""
) -> RedirectResponse:
    await steering.activate(await _cells(request), reason=reason, by=user)
    return RedirectResponse("/policy", status_code=303)


@router.post("/policy/stop", dependencies=SAFE)
async def stop(steering: Steer, user: Senior) -> RedirectResponse:
    await steering.stop(is_stopped=True, by=user)
    return RedirectResponse("/policy", status_code=303)


@router.post("/policy/resume", dependencies=SAFE)
async def resume(steering: Steer, user: Senior) -> RedirectResponse:
    await steering.stop(is_stopped=False, by=user)
    return RedirectResponse("/policy", status_code=303)


async def _cells(request: Request) -> dict[str, str]:
    form = await request.form()
    return {key: value for key, value in form.items() if key.startswith(CELL) and isinstance(value, str)}


async def _page(
    request: Request, steering: SteeringService, user: SignedIn, edited: Edited | None = None
) -> HTMLResponse:
    view = await steering.page(edited)
    return html(request, "steering/policy.html", page=await page_of(request, "policy", user), view=view)
