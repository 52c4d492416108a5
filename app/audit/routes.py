"""Pages of the audit: the table of decisions, one case, and what leaves the house as evidence."""

import io
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from app.audit.decisions import DecisionPages
from app.audit.evidence import EvidenceService
from app.audit.export import FORMATS, Format
from app.audit.service import AuditService
from app.audit.view import Filters
from app.domain.audit import Link
from app.domain.watermark import Watermark, watermark
from app.web.archives import archive
from app.web.auth import Overseer
from app.web.csrf import SAFE
from app.web.pages import html, page_of

router = APIRouter(include_in_schema=False)

MEDIA = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
BLOCK = 1 << 16
Word = Annotated[str, Query(max_length=120)]


def decision_pages(request: Request) -> DecisionPages:
    return cast(DecisionPages, request.app.state.services.decisions)


def evidence_service(request: Request) -> EvidenceService:
    return cast(EvidenceService, request.app.state.services.evidence)


def audit_service(request: Request) -> AuditService:
    return cast(AuditService, request.app.state.services.audit)


def chosen(
    who: Word = "",
    kind: Word = "",
    customer: Word = "",
    mailbox: Word = "",
    least: Word = "",
    since: Word = "",
    until: Word = "",
    chain: Annotated[Literal["", "access"], Query()] = "",
    export: Word = "",
) -> Filters:
    return Filters(who, kind, customer, mailbox, least, since, until, chain, export)


Pages = Annotated[DecisionPages, Depends(decision_pages)]
Chosen = Annotated[Filters, Depends(chosen)]
Evidence = Annotated[EvidenceService, Depends(evidence_service)]
Audit = Annotated[AuditService, Depends(audit_service)]


@router.get("/decisions")
async def decisions(
    request: Request,
    pages: Pages,
    user: Overseer,
    filters: Chosen,
    before: Annotated[int | None, Query(ge=1)] = None,
) -> HTMLResponse:
    view = await pages.listed(filters, before=before)
    return html(request, "audit/decisions.html", page=await page_of(request, "decisions", user), view=view)


@router.get("/decisions/export.{format}")
async def export(request: Request, format: Format, pages: Pages, user: Overseer, filters: Chosen) -> StreamingResponse:
    """The filtered table, each entry with what is needed to check it elsewhere."""
    mark = watermark(user, request.app.state.services.clock())
    links = await pages.export(filters, mark, by=user)
    headers = {"Content-Disposition": f'attachment; filename="decisions.{format}"'}
    return StreamingResponse(_lines(links, format, mark), media_type=MEDIA[format], headers=headers)


@router.post("/decisions/verify", dependencies=SAFE)
async def verify(pages: Pages, user: Overseer) -> RedirectResponse:
    await pages.verify(by=user)
    return RedirectResponse("/decisions", status_code=303)


@router.post("/decisions/checkpoint", dependencies=SAFE)
async def checkpoint(audit: Audit, user: Overseer) -> Response:
    """The heads of the chains, to be kept outside: later they prove that nothing was cut off."""
    heads = [asdict(head) for head in await audit.checkpoints(by=user)]
    headers = {"Content-Disposition": 'attachment; filename="checkpoint.json"'}
    return Response(json.dumps(heads, indent=2, default=str), media_type="application/json", headers=headers)


@router.get("/decisions/{message_id}")
async def case(request: Request, message_id: UUID, pages: Pages, user: Overseer) -> HTMLResponse:
    view = await pages.case(message_id)
    return html(request, "audit/case.html", page=await page_of(request, "decisions", user), case=view)


@router.post("/decisions/{message_id}/evidence", dependencies=SAFE)
async def evidence(message_id: UUID, service: Evidence, user: Overseer) -> StreamingResponse:
    return await archive(f"evidence-{message_id}.zip", lambda file: service.make(message_id, file, by=user))


async def _lines(links: AsyncIterator[Link], format: Format, mark: Watermark) -> AsyncIterator[str]:
    out = io.StringIO()
    write = FORMATS[format](out, mark)
    async for link in links:
        write(link)
        if out.tell() > BLOCK:
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text
