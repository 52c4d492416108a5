"""The list of proposed contacts and its forms."""

from typing import Annotated, cast
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.ledger.contacts import ContactService
from app.web.auth import PageUser
from app.web.back import CameFrom
from app.web.csrf import SAFE
from app.web.pages import html, page_of

router = APIRouter(include_in_schema=False)
LIST = "/contacts/proposals"


def contact_service(request: Request) -> ContactService:
    return cast(ContactService, request.app.state.services.contacts)


Contacts = Annotated[ContactService, Depends(contact_service)]
Back = Annotated[UUID | None, Form()]


@router.get(LIST)
async def proposals(request: Request, contacts: Contacts, user: PageUser) -> HTMLResponse:
    page = await page_of(request, "contacts", user)
    return html(request, "contact_proposals.html", page=page, rows=await contacts.proposed())


@router.post("/contacts/proposals/{proposal_id}/confirm", dependencies=SAFE)
async def confirm(proposal_id: UUID, contacts: Contacts, user: PageUser, came: CameFrom, back: Back = None) -> Response:
    await contacts.confirm(proposal_id, by=user)
    return _to(back, came)


@router.post("/contacts/proposals/{proposal_id}/reject", dependencies=SAFE)
async def reject(proposal_id: UUID, contacts: Contacts, user: PageUser, came: CameFrom, back: Back = None) -> Response:
    await contacts.reject(proposal_id, by=user)
    return _to(back, came)


@router.post("/contacts/{contact_id}/restore", dependencies=SAFE)
async def restore(contact_id: UUID, contacts: Contacts, user: PageUser) -> Response:
    """Back to the customer, whose page lists the contact."""
    customer_id = await contacts.restore(contact_id, by=user)
    return RedirectResponse(f"/customers/{quote(customer_id)}", status_code=303)


@router.post("/contacts/{contact_id}/decline", dependencies=SAFE)
async def decline(contact_id: UUID, contacts: Contacts, user: PageUser, came: CameFrom, back: Back = None) -> Response:
    """Back to the case, else to the customer, whose page lists the contact."""
    customer_id = await contacts.decline(contact_id, by=user)
    return came.to(back) if back else RedirectResponse(f"/customers/{quote(customer_id)}", status_code=303)


def _to(review: UUID | None, came: CameFrom) -> Response:
    """Back to the case on whose page the form stood, else to the list."""
    return came.to(review) if review else RedirectResponse(LIST, status_code=303)
