"""The web application: routers, error handlers, the life of the services. No logic."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from app.bootstrap import Services
from app.domain.errors import AppError, ReviewAlreadyDecided, TooManyAttempts
from app.identity.routes import router as identity
from app.intake.routes import router as webhooks
from app.outbox.routes import router as outbox
from app.review.api import router as api
from app.review.routes import router as pages
from app.triage.routes import router as triage
from app.web.auth import SignInNeeded, TokenRefused, page_user
from app.web.errors import status_of
from app.web.headers import SecureHeaders
from app.web.operations import router as operations
from app.web.pages import html, page_of
from app.web.rendering import templates

STATIC = Path(__file__).parent / "web" / "static"
FOR_PROGRAMS = ("/api/", "/webhooks/", "/healthz", "/readyz", "/metrics")

log = structlog.get_logger()


def create_app(services: Services, *, works: bool) -> FastAPI:
    """The application for these services; with `works`, this process also works the mail."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if works:
            await services.start_working()
        try:
            yield
        finally:
            if works:
                await services.stop_working()
            await services.close()

    app = FastAPI(title="Duebox", version="1", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json", lifespan=lifespan)
    app.state.services = services
    app.state.templates = templates()
    app.add_middleware(SecureHeaders)
    for router in (operations, webhooks, api, outbox, triage, identity, pages):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _handle_errors(app)
    return app


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(SignInNeeded)
    async def sign_in(request: Request, _error: SignInNeeded) -> Response:
        if request.headers.get("hx-request"):
            return PlainTextResponse("signed out", 401)
        return RedirectResponse(f"/login?next={quote(_where(request))}", status_code=303)

    @app.exception_handler(TokenRefused)
    async def token(_request: Request, error: TokenRefused) -> Response:
        return JSONResponse({"detail": str(error)}, 401, headers={"WWW-Authenticate": "Bearer"})

    @app.exception_handler(ReviewAlreadyDecided)
    async def conflict(request: Request, lost: ReviewAlreadyDecided) -> Response:
        if not request.url.path.startswith(FOR_PROGRAMS):
            return await _answer(request, 409, str(lost))
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

    @app.exception_handler(AppError)
    async def fact(request: Request, error: AppError) -> Response:
        status = status_of(error)
        if status >= 500:
            log.error("web.request.failed", path=request.scope["route"].path, error=type(error).__name__)
        response = await _answer(request, status, str(error))
        if isinstance(error, TooManyAttempts):
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    @app.exception_handler(SQLAlchemyError)
    async def database(request: Request, error: SQLAlchemyError) -> Response:
        log.error("web.database.failed", error=type(error).__name__)
        return await _answer(request, 503, "the database does not answer")

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        problems = [{"loc": list(problem["loc"]), "msg": problem["msg"]} for problem in error.errors()]
        if request.url.path.startswith(FOR_PROGRAMS):
            return JSONResponse({"detail": problems}, 422)
        return await _answer(request, 404 if any(p["loc"][0] == "path" for p in problems) else 422, "")

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        return await _answer(request, error.status_code, str(error.detail) if error.status_code != 404 else "")


async def _answer(request: Request, status: int, message: str) -> Response:
    """An error for a program as JSON, for a person as a page."""
    if request.url.path.startswith(FOR_PROGRAMS):
        return JSONResponse({"detail": message or "not found"}, status)
    try:
        user = await page_user(request)
        page = await page_of(request, "", user)
    except (SignInNeeded, SQLAlchemyError):
        page = await page_of(request, "", None)
    return html(request, "error.html", status=status, page=page, message=message, request_id="")


def _where(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query if request.method == "GET" else "/queue"
