"""The page of the administrator and its forms. Outcomes and quarantine are settled by the forms of their stations."""

from decimal import Decimal
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from app.administration.service import AdministrationPages
from app.domain.errors import Invalid
from app.domain.people import Scope
from app.domain.review import Role
from app.domain.typed import amount_of
from app.web.auth import Administrator, cookie_name
from app.web.csrf import SAFE
from app.web.pages import html, page_of
from app.web.people import Identity

router = APIRouter(include_in_schema=False)
HOME = "/administration"
SHOWN_SECONDS = 60
"""From when a token is issued to when the page must show it."""


def administration_pages(request: Request) -> AdministrationPages:
    return cast(AdministrationPages, request.app.state.services.administration)


Pages = Annotated[AdministrationPages, Depends(administration_pages)]
Line = Annotated[str, Form(max_length=320)]


@router.get("/administration")
async def administration(request: Request, pages: Pages, user: Administrator) -> HTMLResponse:
    cookie = _token_cookie(request)
    view = await pages.page(new_token=request.cookies.get(cookie, ""))
    page = await page_of(request, "administration", user)
    response = html(request, "administration/administration.html", page=page, view=view, me=user.id)
    if view.new_token:
        response.delete_cookie(cookie, path="/", secure=_is_secure(request), httponly=True)
    return response


@router.post("/administration/users", dependencies=SAFE)
async def add_user(
    identity: Identity,
    user: Administrator,
    email: Line = "",
    name: Line = "",
    role: Annotated[Role, Form()] = Role.COLLECTOR,
    password: Annotated[str, Form(max_length=1000)] = "",
) -> RedirectResponse:
    await identity.add_user(email=email, name=name.strip()[:120], role=role, password=password, by=user)
    return RedirectResponse(f"{HOME}#users", status_code=303)


@router.post("/administration/users/{user_id}", dependencies=SAFE)
async def change_user(
    user_id: UUID,
    identity: Identity,
    user: Administrator,
    role: Annotated[Role, Form()],
    active: Annotated[bool, Form()] = False,
    portfolio: Annotated[str, Form(max_length=20_000)] = "",
) -> RedirectResponse:
    words = [word for line in portfolio.splitlines() for word in line.split(",")]
    await identity.change_user(user_id, role=role, active=active, portfolio=words, by=user)
    return RedirectResponse(f"{HOME}#users", status_code=303)


@router.post("/administration/users/{user_id}/password", dependencies=SAFE)
async def set_password(
    user_id: UUID,
    pages: Pages,
    identity: Identity,
    user: Administrator,
    password: Annotated[str, Form(max_length=1000)] = "",
) -> RedirectResponse:
    await identity.set_password(await pages.email_of(user_id), password, by=user)
    return RedirectResponse(f"{HOME}#users", status_code=303)


@router.post("/administration/tokens", dependencies=SAFE)
async def new_token(
    request: Request,
    pages: Pages,
    identity: Identity,
    user: Administrator,
    owner: Annotated[UUID, Form()],
    name: Line = "",
    scope: Annotated[str, Form()] = Scope.READ.value,
    days: Annotated[int, Form(ge=1, le=3650)] = 90,
) -> RedirectResponse:
    """Shown once, by the page that this leads to: an answer of its own would issue another when it is loaded again."""
    scopes = tuple(Scope) if scope == Scope.WRITE.value else (Scope.READ,)
    email = await pages.email_of(owner)
    token = await identity.new_token(email, name=name, scopes=scopes, days=days, by=user)
    response = RedirectResponse(HOME, status_code=303)
    response.set_cookie(
        _token_cookie(request), token, max_age=SHOWN_SECONDS, path="/", secure=_is_secure(request), httponly=True,
        samesite="strict",
    )  # fmt: skip
    return response


@router.post("/administration/tokens/{token_hash}/withdraw", dependencies=SAFE)
async def withdraw_token(token_hash: str, identity: Identity, user: Administrator) -> RedirectResponse:
    await identity.withdraw_token(token_hash, by=user)
    return RedirectResponse(f"{HOME}#tokens", status_code=303)


@router.post("/administration/prices", dependencies=SAFE)
async def set_prices(
    pages: Pages, user: Administrator, price_in: Line = "0", price_out: Line = "0"
) -> RedirectResponse:
    await pages.set_prices(_hundredths(price_in), _hundredths(price_out), by=user)
    return RedirectResponse(f"{HOME}#model", status_code=303)


def _hundredths(text: str) -> int:
    """Of a price with at most two decimals: a third would be rounded away."""
    value = (amount_of(text[:40]) or Decimal(0)) * 100
    if value != value.to_integral_value() or value >= Decimal(10) ** 12:
        raise Invalid("{text!r} is not a price such as 0.15", text=text[:40])
    return int(value)


def _token_cookie(request: Request) -> str:
    return f"{cookie_name(request)}-token"


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"
