"""Signing in and out."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.domain.errors import NotAllowed, TooManyAttempts
from app.identity.service import SESSION, IdentityService
from app.web.auth import cookie_name, session_token
from app.web.csrf import check_csrf, check_same_origin
from app.web.pages import html, page_of

router = APIRouter(include_in_schema=False)


def identity_service(request: Request) -> IdentityService:
    return cast(IdentityService, request.app.state.services.identity)


Identity = Annotated[IdentityService, Depends(identity_service)]


@router.get("/login")
async def login_page(
    request: Request, next_: Annotated[str, Query(alias="next")] = "", expired: bool = False
) -> HTMLResponse:
    return await _form(request, error="expired" if expired else "", email="", following=next_)


@router.post("/login", dependencies=[Depends(check_same_origin)])
async def login(
    request: Request,
    identity: Identity,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next_: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """The session's token is new at every sign-in."""
    try:
        token = await identity.sign_in(email, password)
    except NotAllowed as refused:
        return await _form(request, error=str(refused), email=email, following=next_, status=401)
    except TooManyAttempts as paused:
        answer = await _form(request, error="too_many", email=email, following=next_, status=429)
        answer.headers["Retry-After"] = str(paused.retry_after)
        return answer
    response = RedirectResponse(_inside(next_), status_code=303)
    response.set_cookie(
        cookie_name(request),
        token,
        max_age=int(SESSION.total_seconds()),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response


@router.post("/logout", dependencies=[Depends(check_csrf)])
async def logout(request: Request, identity: Identity) -> Response:
    await identity.sign_out(session_token(request))
    response = RedirectResponse("/login", status_code=303)
    response.delete_cookie(cookie_name(request), path="/", secure=request.url.scheme == "https", httponly=True)
    return response


async def _form(request: Request, *, error: str, email: str, following: str, status: int = 200) -> HTMLResponse:
    page = await page_of(request, "", None)
    return html(request, "login.html", status=status, page=page, error=error, email=email, next=_inside(following))


def _inside(address: str) -> str:
    """Only an address of our own, never another site's."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else "/queue"
