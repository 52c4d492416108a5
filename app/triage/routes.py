"""Trying a quarantined mail again, from the page."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.triage.service import TriageService
from app.web.auth import PageUser
from app.web.back import stuck_or
from app.web.csrf import SAFE

router = APIRouter(include_in_schema=False)


def triage_service(request: Request) -> TriageService:
    return cast(TriageService, request.app.state.services.triage)


@router.post("/quarantine/{message_id}/retry", dependencies=SAFE)
async def retry(
    request: Request, message_id: UUID, triage: Annotated[TriageService, Depends(triage_service)], user: PageUser
) -> Response:
    await triage.retry(message_id, by=user)
    return await stuck_or(request, "/quarantine")
