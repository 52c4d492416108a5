"""Signing in and out."""

from datetime import timedelta
from typing import Annotated, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.domain.errors import Invalid, NotAllowed, NotFound, TooManyAttempts
from app.identity.oidc import TRIP, OidcSignIn
from app.identity.service import SESSION, IdentityService
from app.web.auth import PageUser, cookie_name, session_token
from app.web.csrf import SAFE, check_same_origin
from app.web.headers import address_in
from app.web.languages import LOCALES
from app.web.pace import wait_of
from app.web.pages import LANGUAGE_COOKIE, html, page_of

router = APIRouter(include_in_schema=False)
YEAR = timedelta(days=365)
Password = Annotated[str, Form(max_length=1000)]


def identity_service(request: Request) -> IdentityService:
    return cast(IdentityService, request.app.state.services.identity)


Identity = Annotated[IdentityService, Depends(identity_service)]


@router.get("/login")
async def login_page(
    request: Request,
    next_: Annotated[str, Query(alias="next")] = "",
    expired: bool = False,
    language: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """With a language it is kept for this browser, and the page is shown again."""
    if language in LOCALES:
        following = f"?{urlencode({'next': _inside(next_)})}" if next_ else ""
        response = RedirectResponse(f"/login{following}", status_code=303)
        _set_cookie(request, response, LANGUAGE_COOKIE, language, seconds=YEAR.total_seconds())
        return response
    return await _form(request, error="expired" if expired else "", email="", following=next_)


@router.post("/language", dependencies=SAFE)
async def language(
    request: Request, identity: Identity, user: PageUser, chosen: Annotated[str, Form(alias="language")] = ""
) -> Response:
    """Kept for the person; back to the page where it was chosen."""
    await identity.choose_language(chosen, by=user)
    came_from = address_in(request.headers.get("referer", ""))
    return RedirectResponse(_inside(came_from.path + (f"?{came_from.query}" if came_from.query else "")), 303)


@router.post("/keys", dependencies=SAFE, status_code=204)
async def keys(
    identity: Identity,
    user: PageUser,
    shipped: Annotated[list[str] | None, Form()] = None,
    own: Annotated[list[str] | None, Form()] = None,
) -> None:
    """All of the person's own keys; without any, they are as shipped."""
    await identity.choose_keys(zip(shipped or (), own or (), strict=False), by=user)


@router.post("/login", dependencies=[Depends(check_same_origin)])
async def login(
    request: Request,
    identity: Identity,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next_: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """The session's token is new at every sign-in; the browser is known from now on."""
    browser = request.cookies.get(_browser_cookie(request), "")
    wait = wait_of(request)
    try:
        if wait and not await identity.is_known_browser(email, browser):
            raise TooManyAttempts(wait)
        token = await identity.sign_in(email, password, browser=browser)
    except NotAllowed as refused:
        return await _form(request, error=refused.sentence, email=email, following=next_, status=401)
    except TooManyAttempts as paused:
        answer = await _form(request, error="too_many", email=email, following=next_, status=429)
        answer.headers["Retry-After"] = str(paused.retry_after)
        return answer
    response = await _signed_in(request, identity, token, next_)
    browser = await identity.known_browser(email)
    _set_cookie(request, response, _browser_cookie(request), browser, seconds=YEAR.total_seconds())
    return response


@router.get("/login/with")
async def leave(request: Request, next_: Annotated[str, Query(alias="next")] = "") -> Response:
    """To the identity provider, with what the way back is checked against in a cookie of this browser."""
    url, sealed = await _oidc(request).leave(_way_back(request), _inside(next_))
    response = RedirectResponse(url, status_code=303)
    _set_cookie(request, response, _trip_cookie(request), sealed, seconds=TRIP.total_seconds())
    return response


@router.get("/login/from")
async def arrive(
    request: Request,
    identity: Identity,
    code: Annotated[str, Query(max_length=4096)] = "",
    state: Annotated[str, Query(max_length=512)] = "",
) -> Response:
    """Back from the identity provider."""
    sealed = request.cookies.get(_trip_cookie(request), "")
    try:
        email, following = await _oidc(request).arrive(sealed, _way_back(request), code=code, state=state)
        token = await identity.sign_in_as(email)
    except NotAllowed as refused:
        response: Response = await _form(request, error=refused.sentence, email="", following="", status=401)
    else:
        response = await _signed_in(request, identity, token, following)
    response.delete_cookie(_trip_cookie(request), path="/", secure=_is_secure(request), httponly=True)
    return response


@router.get("/password")
async def password_page(request: Request, user: PageUser) -> HTMLResponse:
    return html(request, "password.html", page=await page_of(request, "password", user), error="", is_saved=False)


@router.post("/password", dependencies=SAFE)
async def password(
    request: Request,
    identity: Identity,
    user: PageUser,
    old: Password = "",
    new: Password = "",
    again: Password = "",
) -> Response:
    """This browser stays signed in, with a session of its own; every other is signed out."""
    try:
        if new != again:
            raise Invalid("the new password was not typed the same twice")
        token = await identity.change_password(old, new, by=user)
    except Invalid as refused:
        page = await page_of(request, "password", user)
        return html(request, "password.html", status=422, page=page, error=refused.sentence, is_saved=False)
    response = RedirectResponse("/password/changed", status_code=303)
    _set_cookie(request, response, cookie_name(request), token, seconds=SESSION.total_seconds())
    return response


@router.get("/password/changed")
async def password_changed(request: Request, user: PageUser) -> HTMLResponse:
    return html(request, "password.html", page=await page_of(request, "password", user), error="", is_saved=True)


@router.post("/logout", dependencies=SAFE)
async def logout(request: Request, identity: Identity) -> Response:
    await identity.sign_out(session_token(request))
    response = RedirectResponse("/login", status_code=303)
    response.delete_cookie(cookie_name(request), path="/", secure=request.url.scheme == "https", httponly=True)
    return response


async def _signed_in(request: Request, identity: IdentityService, token: str, following: str) -> Response:
    """The session that this browser had ends; the new one has a token of its own."""
    old = session_token(request)
    if old:
        await identity.sign_out(old)
    response = RedirectResponse(_inside(following), status_code=303)
    _set_cookie(request, response, cookie_name(request), token, seconds=SESSION.total_seconds())
    return response


def _set_cookie(request: Request, response: Response, name: str, value: str, *, seconds: float) -> None:
    response.set_cookie(
        name, value, max_age=int(seconds), path="/", secure=_is_secure(request), httponly=True, samesite="lax"
    )


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _trip_cookie(request: Request) -> str:
    return f"{cookie_name(request)}-trip"


def _browser_cookie(request: Request) -> str:
    return f"{cookie_name(request)}-browser"


def _way_back(request: Request) -> str:
    return str(request.url_for("arrive"))


def _oidc(request: Request) -> OidcSignIn:
    """Raises NotFound where no provider is set."""
    found = cast("OidcSignIn | None", request.app.state.services.oidc)
    if found is None:
        raise NotFound("no identity provider is set")
    return found


async def _form(request: Request, *, error: str, email: str, following: str, status: int = 200) -> HTMLResponse:
    page = await page_of(request, "", None)
    oidc = cast("OidcSignIn | None", request.app.state.services.oidc)
    provider = oidc.name if oidc else ""
    return html(
        request,
        "login.html",
        status=status,
        page=page,
        error=error,
        email=email,
        next=_inside(following),
        provider=provider,
    )


def _inside(address: str) -> str:
    """Only an address of our own, never another site's. A browser takes tabs and line ends out of an address, and reads
    a backslash as a slash (WHATWG URL, "basic URL parser")."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_ours else "/queue"
