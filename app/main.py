"""The web application: routers, error handlers, the life of the services. No logic."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from fastapi.telemetry import TelemetryConfig

from app.administration.routes import router as administration
from app.audit.routes import router as audit
from app.bootstrap import Services
from app.casefile.routes import router as case_files
from app.identity.routes import router as identity
from app.insights.routes import router as insights
from app.intake.routes import router as webhooks
from app.ledger.api import router as cases_api
from app.ledger.contact_routes import router as contacts
from app.ledger.import_routes import router as imports
from app.ledger.list_api import router as lists_api
from app.ledger.routes import router as ledger
from app.outbox.routes import router as outbox
from app.performance.routes import router as work
from app.playground.routes import router as playground
from app.privacy.routes import api as privacy_api
from app.privacy.routes import router as privacy
from app.reminders.batch_routes import router as batches
from app.reminders.next_step_routes import api as next_steps_api
from app.reminders.next_step_routes import router as next_steps
from app.reminders.routes import api as reminders_api
from app.reminders.routes import router as reminders
from app.review.api import router as api
from app.review.call_routes import api as calls_api
from app.review.call_routes import router as calls
from app.review.desk_routes import router as desk
from app.review.fact_routes import router as facts
from app.review.file_routes import router as files
from app.review.live_routes import router as live
from app.review.notice_routes import router as notifications
from app.review.queue_routes import router as queue
from app.review.routes import router as pages
from app.steering.routes import router as steering
from app.triage.guidance_routes import router as guidance
from app.triage.routes import router as triage
from app.web.answers import HANDLERS
from app.web.headers import SecureHeaders
from app.web.limits import BodyLimit
from app.web.narrowing import Unnarrowed
from app.web.operations import router as operations
from app.web.pace import Pace
from app.web.reads import NotesReads
from app.web.rendering import templates
from app.web.tracing import TracesRequests

STATIC = Path(__file__).parent / "web" / "static"
NONE_OF_ITS_OWN: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI would send paths, queries and messages of exceptions wherever OTEL_* of the environment says."""


def create_app(services: Services, *, works: bool) -> FastAPI:
    """The application for these services; with `works`, this process also works the mail."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if works:
            await services.start_working()
        services.reads.start()
        if services.listener is not None:
            services.listener.start()
        try:
            yield
        finally:
            if services.listener is not None:
                await services.listener.stop()
            await services.reads.stop()
            if works:
                await services.stop_working()
            await services.close()

    app = FastAPI(
        title="Duebox",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,  # it would lead to whatever the Host header says
        lifespan=lifespan,
        telemetry=NONE_OF_ITS_OWN,
    )
    app.state.services = services
    app.state.templates = templates()
    app.add_middleware(NotesReads)
    app.add_middleware(Pace)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecureHeaders)
    app.add_middleware(Unnarrowed)
    if services.tracer.is_on:
        app.add_middleware(TracesRequests, tracer=services.tracer)
    # case_files before insights: a customer's id may hold a slash, so that /customers/… takes whatever is left
    ledgers = (imports, ledger, contacts, reminders, next_steps, batches, case_files, privacy, privacy_api, insights)
    oversight = (audit, steering, playground, administration, work)
    reviews = (queue, live, notifications, pages, files, desk, facts, calls, calls_api, guidance)
    people = (identity, *reviews, *oversight, *ledgers)
    for router in (
        operations,
        api,
        cases_api,
        lists_api,
        reminders_api,
        next_steps_api,
        webhooks,
        outbox,
        triage,
        *people,
    ):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    return app
