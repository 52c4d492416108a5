"""Who is asking: a session cookie for pages, a bearer token for the API. Never the one for the other."""

from typing import Annotated, Protocol, cast

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.domain.errors import AppError
from app.domain.people import SignedIn

SECURE_COOKIE = "__Host-duebox"
PLAIN_COOKIE = "duebox"

bearer = HTTPBearer(auto_error=False, description="A token from `duebox users token EMAIL`.")


class SignInNeeded(AppError):
    """A page was asked for without a session."""


class TokenRefused(AppError):
    """An API call came without a valid token."""


class Sessions(Protocol):
    async def user_of_session(self, token: str) -> SignedIn | None: ...

    async def user_of_token(self, token: str) -> SignedIn | None: ...


def cookie_name(request: Request) -> str:
    """Over TLS the cookie is bound to the host and secure; plain HTTP (a laptop) knows neither."""
    return SECURE_COOKIE if request.url.scheme == "https" else PLAIN_COOKIE


def session_token(request: Request) -> str:
    return request.cookies.get(cookie_name(request), "")


async def page_user(request: Request) -> SignedIn:
    """The reader of a page. Raises SignInNeeded."""
    token = session_token(request)
    user = await _sessions(request).user_of_session(token) if token else None
    if user is None:
        raise SignInNeeded("sign in first")
    return user


async def api_user(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> SignedIn:
    """The caller of the API. Raises TokenRefused."""
    user = await _sessions(request).user_of_token(credentials.credentials) if credentials else None
    if user is None:
        raise TokenRefused("a bearer token is needed: duebox users token EMAIL")
    return user


PageUser = Annotated[SignedIn, Depends(page_user)]
ApiUser = Annotated[SignedIn, Depends(api_user)]


def _sessions(request: Request) -> Sessions:
    return cast(Sessions, request.app.state.services.identity)
