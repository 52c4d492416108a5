"""How an error is answered: to a program as JSON, to a person as a page."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, cast
from urllib.parse import quote
from uuid import UUID

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from app.domain.errors import AppError, ReviewAlreadyDecided, SecondPersonNeeded, TooManyAttempts
from app.web.auth import SignInNeeded, TokenRefused, page_user, session_token
from app.web.back import Back
from app.web.errors import status_of
from app.web.headers import address_in, secure
from app.web.pages import html, page_of

FOR_PROGRAMS = ("/api/", "/webhooks/", "/healthz", "/readyz", "/metrics")
BROKEN, NOT_FOUND, UNPROCESSABLE = 500, 404, 422
_DATA_EXCEPTION = "22"
"""The class of a SQLSTATE (PostgreSQL, appendix A)."""
_OF_REVIEW = re.compile(r"(/reviews/[0-9a-f-]{36})/([a-z-]+)")
TEXTS = ("note", "words", "reason", "body")
"""Fields into which people write sentences: what was written is shown again when it is refused."""

log = structlog.get_logger()


async def sign_in(request: Request, _error: SignInNeeded) -> Response:
    """To the sign-in page and back; htmx would put that page into the list, so it is told plainly. A stream of events
    ends at 204 and is not asked for again (WHATWG HTML §9.2)."""
    if request.headers.get("accept") == "text/event-stream":
        return Response(status_code=204)
    if request.headers.get("hx-request"):
        return PlainTextResponse("signed out", 401)
    query = f"?{request.url.query}" if request.url.query else ""
    is_form = request.method != "GET"
    back = _page_of_form(request) if is_form else request.url.path + query
    ended = "&expired=1" if is_form or session_token(request) else ""
    return RedirectResponse(f"/login?next={quote(back)}{ended}", status_code=303)


def _page_of_form(request: Request) -> str:
    """Where a form stood that came too late; what was being written there, the browser has kept."""
    found = _OF_REVIEW.fullmatch(request.url.path)
    if found:
        return f"{found[1]}?edit=1" if found[2] == "edit" else found[1]
    stood = address_in(request.headers.get("referer", ""))
    if stood.netloc != request.headers.get("host", "") or not stood.path:
        return "/queue"
    return stood.path + (f"?{stood.query}" if stood.query else "")


async def token_refused(_request: Request, error: TokenRefused) -> Response:
    return JSONResponse({"detail": str(error)}, 401, headers={"WWW-Authenticate": "Bearer"})


async def lost_race(request: Request, lost: ReviewAlreadyDecided) -> Response:
    """Who was faster, and how the review stands now."""
    if not _is_for_program(request):
        return await _lost_page(request, lost)
    decided_at = lost.decided_at.isoformat() if lost.decided_at else None
    return JSONResponse(
        {
            "detail": str(lost),
            "state": lost.state,
            "version": lost.version,
            "decided_by": lost.decided_by,
            "decided_at": decided_at,
        },
        409,
    )


async def fact(request: Request, error: AppError) -> Response:
    """Any other fact, at its price."""
    status = status_of(error)
    if status >= BROKEN:
        log.error("web.request.failed", error=type(error).__name__)
    response = await _answer(request, status, error.sentence, wants_second=isinstance(error, SecondPersonNeeded))
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


async def database_away(request: Request, error: SQLAlchemyError | OSError) -> Response:
    """A driver that gets no connection raises an OSError; nothing else in a request does. A value that the database
    refuses (NUL in a text, a number beyond its column) is a fault of who asks."""
    if str(getattr(getattr(error, "orig", None), "sqlstate", "")).startswith(_DATA_EXCEPTION):
        log.warning("web.value.refused", error=type(error).__name__)
        return await _answer(request, UNPROCESSABLE, "")
    log.error("web.database.failed", error=type(error).__name__)
    return await _answer(request, 503, "the database does not answer")


async def not_understood(request: Request, error: RequestValidationError) -> Response:
    """A program is told which field is wrong; a person whose address holds no id is told that nothing is there."""
    problems = [{"loc": list(problem["loc"]), "msg": problem["msg"]} for problem in error.errors()]
    if _is_for_program(request):
        return JSONResponse({"detail": problems}, UNPROCESSABLE)
    is_address = any(problem["loc"][0] == "path" for problem in problems)
    return await _answer(request, NOT_FOUND if is_address else UNPROCESSABLE, "")


async def http(request: Request, error: HTTPException) -> Response:
    return await _answer(request, error.status_code, "" if error.status_code == NOT_FOUND else str(error.detail))


async def unforeseen(request: Request, error: Exception) -> Response:
    """Something broke on our side: the class of the error is noted, its text is not."""
    log.error("web.request.broke", error=type(error).__name__)
    response = await _answer(request, BROKEN, "")
    secure(response.headers, request.url.path)
    return response


class _Reviewing(Protocol):
    async def conflict(self, review_id: UUID, lost: ReviewAlreadyDecided, *, version: int) -> object: ...


async def _lost_page(request: Request, lost: ReviewAlreadyDecided) -> Response:
    """To a person: who was faster, when, and with what."""
    pages = cast(_Reviewing, request.app.state.services.pages)
    review_id = UUID(request.path_params["review_id"])
    conflict = await pages.conflict(review_id, lost, version=lost.version - 1)
    page = await page_of(request, "queue", await page_user(request))
    return html(request, "conflict.html", status=409, page=page, conflict=conflict, back=Back())


Handler = Callable[[Request, Any], Awaitable[Response]]

HANDLERS: Mapping[type[Exception], Handler] = {
    SignInNeeded: sign_in,
    TokenRefused: token_refused,
    ReviewAlreadyDecided: lost_race,
    AppError: fact,
    SQLAlchemyError: database_away,
    OSError: database_away,
    RequestValidationError: not_understood,
    HTTPException: http,
    Exception: unforeseen,
}


async def _answer(request: Request, status: int, message: str, *, wants_second: bool = False) -> Response:
    if _is_for_program(request):
        return JSONResponse({"detail": message or ("not found" if status == NOT_FOUND else "failed")}, status)
    try:
        user = await page_user(request)
        page = await page_of(request, "", user)
    except (SignInNeeded, SQLAlchemyError, OSError):
        page = await page_of(request, "", None)
    written = _written(request) if page.user else ()
    return html(
        request,
        "error.html",
        status=status,
        page=page,
        message=message,
        written=written,
        request_id="",
        wants_second=wants_second,
    )


def _written(request: Request) -> tuple[str, ...]:
    """What a person had written into a form that was refused. A form that was not read whole is not read now: what was
    left of it is gone, and whoever waits for it waits for ever."""
    form: FormData = getattr(request, "_form", None) or FormData()
    return tuple(text for name in TEXTS if isinstance(text := form.get(name), str) and " " in text.strip())


def _is_for_program(request: Request) -> bool:
    return request.url.path.startswith(FOR_PROGRAMS)
