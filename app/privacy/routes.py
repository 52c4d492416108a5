"""The page of requests about personal data, its forms, and the same for programs."""

from dataclasses import asdict
from typing import Annotated, Any, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel

from app.domain.errors import NotAllowed
from app.domain.people import SignedIn
from app.domain.review import Role
from app.privacy.dossier import DossierService
from app.privacy.service import PrivacyService
from app.web.archives import archive
from app.web.auth import ApiUser, PageUser
from app.web.csrf import SAFE
from app.web.errors import problems
from app.web.pages import html, page_of

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1/privacy", tags=["privacy"])

MAY_LOOK = frozenset({Role.ADMIN, Role.AUDITOR})


def privacy_service(request: Request) -> PrivacyService:
    return cast(PrivacyService, request.app.state.services.privacy)


def dossier_service(request: Request) -> DossierService:
    return cast(DossierService, request.app.state.services.dossier)


Rights = Annotated[PrivacyService, Depends(privacy_service)]
Dossier = Annotated[DossierService, Depends(dossier_service)]
Address = Annotated[str, Form()]


@router.get("/privacy")
async def requests_page(request: Request, rights: Rights, dossier: Dossier, user: PageUser) -> HTMLResponse:
    """Requests of the people whose data is kept, legal holds, and what this instance does with data."""
    _check(user)
    page = await page_of(request, "privacy", user)
    held, erasures = await rights.book()
    done = {
        name: request.query_params.get(name, "") for name in ("erased", "restricted", "held", "unfinished", "until")
    }
    return html(
        request,
        "privacy.html",
        page=page,
        holds=held,
        erasures=erasures,
        done=done,
        may_act=user.role is Role.ADMIN,
        processing=await dossier.processing(),
    )


@router.get("/privacy/dossier")
async def dossier_text(dossier: Dossier, user: PageUser) -> PlainTextResponse:
    _check(user)
    headers = {"Content-Disposition": 'attachment; filename="privacy-dossier.md"'}
    return PlainTextResponse(await dossier.make(by=user), media_type="text/markdown", headers=headers)


@router.post("/privacy/export", dependencies=SAFE)
async def export(rights: Rights, user: PageUser, address: Address = "") -> StreamingResponse:
    return await _archive(rights, address, user)


@router.post("/privacy/erase", dependencies=SAFE)
async def erase(rights: Rights, user: PageUser, address: Address = "") -> RedirectResponse:
    done = asdict(await rights.erase(address, by=user))
    return RedirectResponse(f"/privacy?{urlencode({k: v for k, v in done.items() if v is not None})}", status_code=303)


@router.post("/privacy/holds", dependencies=SAFE)
async def hold(rights: Rights, user: PageUser, customer_id: Annotated[str, Form()] = "") -> RedirectResponse:
    await rights.hold(customer_id.strip(), by=user)
    return RedirectResponse("/privacy", status_code=303)


@router.post("/privacy/holds/lift", dependencies=SAFE)
async def lift(rights: Rights, user: PageUser, customer_id: Annotated[str, Form()] = "") -> RedirectResponse:
    await rights.lift(customer_id, by=user)
    return RedirectResponse("/privacy", status_code=303)


ARCHIVE = {"description": "a ZIP archive", "content": {"application/zip": {}}}


class Subject(BaseModel):
    """A person, by address."""

    address: str


@api.post("/export", response_class=StreamingResponse, responses={**problems(400, 413), 200: ARCHIVE})
async def api_export(subject: Subject, rights: Rights, user: ApiUser) -> StreamingResponse:
    """All that is kept of a person, as a ZIP."""
    return await _archive(rights, subject.address, user)


@api.post("/erase", responses=problems(400, 413))
async def api_erase(subject: Subject, rights: Rights, user: ApiUser) -> dict[str, Any]:
    """Erase a person as far as the law lets us; how many threads were erased, restricted, held, or are under way."""
    return asdict(await rights.erase(subject.address, by=user))


def _check(user: SignedIn) -> None:
    if user.role not in MAY_LOOK:
        raise NotAllowed("only administrators and auditors see requests about personal data")


async def _archive(rights: PrivacyService, address: str, by: SignedIn) -> StreamingResponse:
    return await archive("personal-data.zip", lambda file: rights.export(address, file, by=by))
