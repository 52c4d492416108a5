"""Who looked at what: every answer that shows something of somebody is noted in the chain of reads.

    request ─▶ who asks? (app.web.auth) ─▶ route ─▶ answer begins, below 400 ─▶ note ─▶ a batch ─▶ the chain

A note is put into a list in memory, so no page waits for it. What an open page asks for again and again is noted
once in a quarter of an hour, for each person and question. A route is in exactly one of the tables below; exports,
and forms that show something, are noted by the station that makes them, in their own transaction.
"""

from collections.abc import Mapping
from typing import Protocol, cast
from uuid import UUID

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.people import SignedIn

READS: Mapping[str, str] = {
    "/administration": "administration.people.read",
    "/api/v1/cases": "ledger.cases.read",
    "/api/v1/cases/{case_id}": "ledger.case.read",
    "/api/v1/holds": "ledger.holds.read",
    "/api/v1/ledger/claims": "reminders.claims.read",
    "/api/v1/ledger/imports": "ledger.imports.read",
    "/api/v1/messages": "review.mails.read",
    "/api/v1/messages/{message_id}": "review.mail.read",
    "/api/v1/outbox": "outbox.mails.read",
    "/api/v1/reminders/plan": "reminders.plan.read",
    "/api/v1/reviews": "review.queue.read",
    "/api/v1/tasks": "ledger.tasks.read",
    "/api/v1/worklist": "reminders.worklist.read",
    "/api/v1/reviews/{review_id}": "review.item.read",
    "/api/v1/reviews/{review_id}/call-back": "review.item.read",
    "/cases/new": "ledger.cases.read",
    "/cases/{case_id}": "ledger.case.read",
    "/contacts/proposals": "ledger.contacts.read",
    "/customers": "ledger.customers.read",
    "/customers/{customer_id:path}": "ledger.customer.read",
    "/customers/{customer_id:path}/case-file": "ledger.customer.read",
    "/dashboard": "insights.figures.read",
    "/decisions": "audit.log.read",
    "/decisions/{message_id}": "audit.case.read",
    "/disputes": "ledger.cases.read",
    "/documents/{document_id}": "ledger.document.read",
    "/extensions": "ledger.cases.read",
    "/hardship": "ledger.cases.read",
    "/holds": "ledger.holds.read",
    "/ledger/quality": "ledger.quality.read",
    "/messages/{message_id}": "review.mail.read",
    "/messages/{message_id}/files/{number}": "review.attachment.read",
    "/messages/{message_id}/html": "review.original.read",
    "/no-answer": "review.no_answer.read",
    "/performance": "quality.figures.read",
    "/privacy": "privacy.book.read",
    "/promises": "ledger.cases.read",
    "/quarantine": "review.quarantine.read",
    "/queue": "review.queue.read",
    "/queue/status": "review.queue.read",
    "/reminders": "reminders.plan.read",
    "/reminders/batches": "reminders.batches.read",
    "/reminders/batches/{batch_id}": "reminders.batch.read",
    "/reminders/customers/{customer_id:path}": "reminders.customer.read",
    "/reminders/learning": "reminders.effects.read",
    "/reminders/plan": "reminders.plan.read",
    "/reminders/tasks/{task_id}": "reminders.task.read",
    "/reminders/tasks/{task_id}/letter.pdf": "reminders.task.read",
    "/reminders/worklist": "reminders.worklist.read",
    "/reminders/{reminder_id:uuid}": "reminders.reminder.read",
    "/reminders/{reminder_id:uuid}/attached/{format}": "reminders.reminder.read",
    "/reviews/{review_id}": "review.item.read",
    "/reviews/{review_id}/statement.pdf": "review.item.read",
    "/search": "review.mails.searched",
    "/sent": "outbox.mails.read",
    "/tasks": "ledger.tasks.read",
}

NOT_NOTED = frozenset(
    {
        "/reminders/batches/{batch_id}/approval",
        "/reminders/batches/{batch_id}/drafting",
        *(
            "/",
            "/password",
            "/password/changed",
            "/login",
            "/login/with",
            "/login/from",
            "/healthz",
            "/readyz",
            "/metrics",
            "/api/openapi.json",
        ),
        *(
            "/api/v1/counts",
            "/events",
            "/notifications",
            "/policy",
            "/policy/file",
            "/playground",
            "/reminders/workflows",
        ),
        *("/privacy/dossier", "/dashboard/export.csv", "/decisions/export.{format}", "/reminders/learning/export.csv"),
    }
)
"""Pages that show nothing of anybody, and exports, which are noted where they are made."""

SHOWN_BESIDE = {"review": "review_id", "message": "message_id"}
"""Parameters by which a list opens one thing beside it."""

POLLED = frozenset({"/queue/status"})
"""Lists that an open page asks for again and again, and that open nothing."""

OPENED = "duebox.opened"
READER = "duebox.reader"
REFUSED = 400


class Reads(Protocol):
    def note(self, kind: str, *, by: SignedIn, repeats: str = "", **refs: object) -> None: ...


def opened(request: Request, **ids: object) -> None:
    """What a page has opened by itself, where its address does not say."""
    request.scope[OPENED] = {name: str(id_) for name, id_ in ids.items() if id_}


class NotesReads:
    """A note for each answer that shows something, when its first byte leaves."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < REFUSED:
                _note(scope)
            await send(message)

        await self._app(scope, receive, noted)


def _note(scope: Scope) -> None:
    reader = cast("SignedIn | None", scope.get(READER))
    path = getattr(scope.get("route"), "path", "")
    if reader is None or path not in READS:
        return
    asked = QueryParams(scope["query_string"])  # as the routes read it: of two of one name the last
    refs: dict[str, object] = {key: _as_named(key, str(value)) for key, value in scope["path_params"].items()}
    if path not in POLLED:
        beside = {ref: found for name, ref in SHOWN_BESIDE.items() if (found := _id(asked.get(name, "")))}
        refs |= scope.get(OPENED, beside)
    kind = "review.item.read" if "review_id" in refs else READS[path]
    repeats = f"q={asked.get('q', '')}" if path in POLLED else ""
    reads = cast(Reads, scope["app"].state.services.reads)
    reads.note(kind, by=reader, repeats=repeats, **refs, by_program=path.startswith("/api/"))


def _as_named(key: str, text: str) -> str:
    """An id of ours has one spelling, however it was typed; a customer's number is what the ledger calls them."""
    return text if key == "customer_id" else _id(text) or text


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
