"""Who is asking: a session cookie for pages, a bearer token for the API. Never the one for the other."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.db.narrowing import narrow
from app.domain.errors import AppError, NotAllowed
from app.domain.people import OVERSEERS, Scope, SignedIn
from app.domain.review import SENIORS, Role
from app.domain.sentence import Sentence
from app.web.reads import READER

SECURE_COOKIE = "__Host-duebox"
PLAIN_COOKIE = "duebox"

READING = frozenset({"GET", "HEAD"})

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
    narrow(user.portfolio)
    request.scope[READER] = user
    return user


PageUser = Annotated[SignedIn, Depends(page_user)]


async def api_user(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> SignedIn:
    """The caller of the API. Raises TokenRefused."""
    user = await _sessions(request).user_of_token(credentials.credentials) if credentials else None
    if user is None:
        raise TokenRefused("a bearer token is needed: duebox users token EMAIL")
    wanted = Scope.READ if request.method in READING else Scope.WRITE
    if wanted not in user.scopes:
        raise NotAllowed("this token was not given the scope {wanted!r}", wanted=wanted.value)
    narrow(user.portfolio)
    request.scope[READER] = user
    return user


ApiUser = Annotated[SignedIn, Depends(api_user)]


def only(roles: frozenset[Role]) -> Callable[[SignedIn], Awaitable[SignedIn]]:
    """A page for these roles alone. Raises NotAllowed."""

    async def check(user: PageUser) -> SignedIn:
        if user.role not in roles:
            raise NotAllowed("this page is for {roles}", roles=Sentence(_listed(roles)))
        return user

    return check


def _listed(roles: frozenset[Role]) -> str:
    names = ["administrators" if role is Role.ADMIN else f"{role.value}s" for role in Role if role in roles]
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


Overseer = Annotated[SignedIn, Depends(only(OVERSEERS))]
Senior = Annotated[SignedIn, Depends(only(SENIORS))]
Administrator = Annotated[SignedIn, Depends(only(frozenset({Role.ADMIN})))]


def _sessions(request: Request) -> Sessions:
    return cast(Sessions, request.app.state.services.identity)
