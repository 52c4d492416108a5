"""Rendering of pages: the frame's facts, the template, the answer."""

from functools import lru_cache
from typing import Protocol, cast
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Request
from fastapi.responses import HTMLResponse

from app.domain.clock import Clock
from app.domain.people import SignedIn
from app.web.csrf import csrf_token
from app.web.frame import Counts, CurrentUser, Page, Status
from app.web.languages import LOCALES, language_of
from app.web.rendering import Templates

ZONE_COOKIE = "duebox_zone"
LANGUAGE_COOKIE = "duebox_language"


class Framing(Protocol):
    async def frame(self) -> tuple[Counts, Status]: ...


async def page_of(request: Request, current: str, user: SignedIn | None) -> Page:
    """What the frame of every page needs: the reader, the counts, what is out of order, the token for its forms."""
    services = request.app.state.services
    counts, status = await cast(Framing, services.pages).frame() if user else (Counts(), Status())
    chosen = chosen_language(request, user)
    return Page(
        csrf=csrf_token(request),
        now=cast(Clock, services.clock)(),
        current=current,
        user=_reader(user) if user else None,
        counts=counts,
        status=status,
        language=language_of(chosen, request.headers.get("accept-language", "")),
        is_negotiated=chosen not in LOCALES,
        zone=zone_of(request.cookies.get(ZONE_COOKIE, "")),
    )


def chosen_language(request: Request, user: SignedIn | None) -> str:
    """The reader's own choice, else what was chosen at the sign-in page of this browser, else empty."""
    return (user.language if user else "") or request.cookies.get(LANGUAGE_COOKIE, "")


@lru_cache(maxsize=512)
def zone_of(cookie: str) -> str:
    """The time zone that the browser named, if there is such a zone."""
    name = unquote(cookie)[:64]
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"


def html(request: Request, template: str, *, status: int = 200, **context: object) -> HTMLResponse:
    templates = cast(Templates, request.app.state.templates)
    page = context.get("page")
    vary = {"Vary": "Accept-Language"} if isinstance(page, Page) and page.is_negotiated else None
    return HTMLResponse(templates.render(template, status=status, **context), status_code=status, headers=vary)


def _reader(user: SignedIn) -> CurrentUser:
    initials = "".join(word[0] for word in user.name.split()[:2]).upper()
    role = user.role.value
    return CurrentUser(user.name, initials or "?", role, user.can_decide, user.is_senior, str(user.id), user.keymap)
