"""The ledger over HTTP: rows come in as JSON, the newest imports and the data-quality page go out."""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Any, NoReturn, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from app.db.repositories.imports import Imports
from app.domain.errors import ImportRefused, Invalid, NotAllowed
from app.ledger.given import GivenRow
from app.ledger.quality import QualityService
from app.ledger.service import LedgerService
from app.ledger.taking import ImportReport
from app.web.auth import ApiUser, PageUser
from app.web.dependencies import Db, Limit
from app.web.errors import Problem, problems
from app.web.pages import html, page_of

router = APIRouter()

LONGEST_KEY = 255
ROWS = {
    "requestBody": {
        "required": True,
        "description": "one object a row, keyed by the columns of the CSV file; a number is best sent as a text",
        "content": {
            "application/json": {
                "schema": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
                    },
                }
            }
        },
    }
}


class Import(BaseModel):
    """What the rows did, or in a dry run would do. `closed`: invoice numbers that a snapshot closes."""

    kind: str
    rows: int
    new: int
    changed: int
    unchanged: int
    closed: list[str]
    notes: list[str]
    dry_run: bool


class BadCell(BaseModel):
    row: int
    column: str
    reason: str


class Refusal(BaseModel):
    """Nothing was taken. `more` counts the errors beyond those that are named; `row` counts from 1."""

    detail: str
    errors: list[BadCell]
    more: int


class ImportItem(BaseModel):
    id: UUID
    kind: str
    rows: int
    changed: int
    companies: list[str]
    is_partial: bool
    at: datetime


class ImportPage(BaseModel):
    items: list[ImportItem]
    next: str | None


def ledger_service(request: Request) -> LedgerService:
    return cast(LedgerService, request.app.state.services.ledger)


def quality_service(request: Request) -> QualityService:
    return cast(QualityService, request.app.state.services.quality)


@router.post(
    "/api/v1/ledger/{kind}",
    response_model=Import,
    responses=problems(400, 403, 413)
    | {422: {"model": Refusal | Problem, "description": "the rows are wrong, each is named; or one sentence"}},
    tags=["ledger"],
    openapi_extra=ROWS,
)
async def take_rows(
    kind: str,
    request: Request,
    ledger: Annotated[LedgerService, Depends(ledger_service)],
    user: ApiUser,
    dry_run: bool = False,
    snapshot: bool = False,
    confirmed: bool = False,
    partial: bool | None = None,
    adapter: str = "",
    currency: str = "",
    idempotency_key: Annotated[str, Header(max_length=LONGEST_KEY)] = "",
) -> Response:
    """Take rows of customers, contacts, invoices or payments, all or none: as `duebox import` takes a file.

    `partial`: the rows leave out what has not changed, so that no ledger counts as new (true), or they don't (false);
    without it, invoices are a part when they leave out more than a fifth of what is open. `adapter`: the rows have the
    columns of another system's export, and are read as that adapter reads it; `currency` where they say none.

    The same `Idempotency-Key` with the same request is answered as before, without taking anything again.
    """
    if not user.is_senior:
        raise NotAllowed("only managers and administrators change the ledger")
    body = await request.body()
    try:
        report = await ledger.import_rows(
            kind,
            _rows(body),
            by=user,
            dry_run=dry_run,
            snapshot=snapshot,
            confirmed=confirmed,
            partial=partial,
            adapter=adapter,
            currency=currency,
            key=idempotency_key,
            body_hash=hashlib.sha256(body).hexdigest(),
        )
    except ImportRefused as refused:
        errors = [BadCell(row=bad.line, column=bad.column, reason=bad.reason) for bad in refused.rows]
        refusal = Refusal(detail="nothing was taken", errors=errors, more=refused.more)
        return JSONResponse(refusal.model_dump(), 422)
    return JSONResponse(_import(report).model_dump())


@router.get("/api/v1/ledger/imports", responses=problems(), tags=["ledger"])
async def list_imports(db: Db, _user: ApiUser, limit: Limit = 50, after: UUID | None = None) -> ImportPage:
    """What was imported, the newest first."""
    async with db.read() as uow:
        rows = await Imports(uow.session).recent(limit + 1, before=after)
    items = [ImportItem.model_validate(row, from_attributes=True) for row in rows[:limit]]
    return ImportPage(items=items, next=str(items[-1].id) if len(rows) > limit else None)


@router.get("/ledger/quality", include_in_schema=False)
async def quality_page(
    request: Request, quality: Annotated[QualityService, Depends(quality_service)], user: PageUser
) -> HTMLResponse:
    return html(request, "quality.html", page=await page_of(request, "customers", user), report=await quality.report())


def _rows(body: bytes) -> list[GivenRow]:
    """The body's objects; numbers stay as they are written, so that no cent is lost in between."""
    try:
        given: Any = json.loads(body.decode(), parse_float=str, parse_int=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise HTTPException(400, "the body is not JSON in UTF-8") from None
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        raise Invalid("the body must be a list of objects, one a row")
    if any(isinstance(cell, list | dict) for row in given for cell in row.values()):
        raise Invalid("a cell must be a text, a number, true, false or null")
    return given


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON (RFC 8259, section 6)")


def _import(report: ImportReport) -> Import:
    return Import(
        kind=report.kind,
        rows=report.rows,
        new=report.new,
        changed=report.changed,
        unchanged=report.unchanged,
        closed=list(report.closed),
        notes=list(report.notes),
        dry_run=report.is_dry_run,
    )
