"""Mail by HTTP. 2xx: the bytes are committed; 4xx: never again; 5xx: try again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Protocol

import structlog
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect

from app.db.tables.mail import MailboxKind, MailboxRow
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import MailTooLarge, NotFound, SettingInvalid, Unreachable
from app.intake.service import MAX_BYTES, Incoming, IntakeService
from app.intake.signatures import SCHEMES, MalformedRequest, Scheme

router = APIRouter(prefix="/webhooks")

PATIENCE = 4
"""How many times the limit is read, and dropped, of a mail that is too long."""

log = structlog.get_logger()


class IntakeServices(Protocol):
    """What this station needs of the services that bootstrap wires."""

    @property
    def database(self) -> Database: ...

    @property
    def intake(self) -> IntakeService: ...

    @property
    def clock(self) -> Clock: ...


def intake_services(request: Request) -> IntakeServices:
    services: IntakeServices = request.app.state.services
    return services


@router.post("/mail/{mailbox}", status_code=204, response_class=Response)
async def take_mail(
    mailbox: str, request: Request, services: Annotated[IntakeServices, Depends(intake_services)]
) -> None:
    """A mail, signed as the mailbox's scheme has it. The same id twice is one mail: the first."""
    try:
        row, secret = await _mailbox(services.database, mailbox)
        scheme = SCHEMES[row.scheme]
        now = services.clock()
        source = f"webhook:{_check_headers(scheme, request.headers, now)}"
        body = await _read(request)
        scheme.check_body(secret, request.headers, body)
        if not await services.intake.store(row.id, [Incoming(source, body, now)]):
            await _make_sure(services.database, row, source)
    except MalformedRequest as error:
        raise HTTPException(400, str(error)) from None
    except SettingInvalid:
        log.error("intake.webhook.secret_invalid", mailbox=mailbox)
        raise Unreachable("the mailbox is not set up") from None
    except (SQLAlchemyError, OSError) as error:
        log.warning("intake.database.unreachable", error=type(error).__name__)
        raise Unreachable("the database does not answer") from None


async def _mailbox(database: Database, name: str) -> tuple[MailboxRow, str]:
    if not name.isprintable():
        raise NotFound("no such webhook")  # PostgreSQL refuses NUL in a text
    async with database.read() as uow:
        row = await uow.mailboxes.by_name(name)
        if row.kind is not MailboxKind.WEBHOOK or not row.active or row.scheme not in SCHEMES:
            raise NotFound("no such webhook")
        return row, uow.mailboxes.secret(row)


def _check_headers(scheme: Scheme, headers: Mapping[str, str], now: datetime) -> str:
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if (content_type and content_type not in scheme.content_types) or headers.get(
        "content-encoding", "identity"
    ) != "identity":
        raise HTTPException(415, "send the mail itself, as message/rfc822")
    return scheme.check_headers(headers, now=now)


async def _read(request: Request) -> bytes:
    """The body. Raises MailTooLarge, and MalformedRequest when it is empty.

    What is too long is read to its end all the same, and dropped: a sender that is cut off while it still writes never
    sees our answer, and tries again for days.
    """
    announced = request.headers.get("content-length", "")
    is_too_long = announced.isdecimal() and int(announced) > MAX_BYTES
    body = bytearray()
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            is_too_long = is_too_long or size > MAX_BYTES
            if size > PATIENCE * MAX_BYTES:
                break
            if is_too_long:
                body.clear()
            else:
                body += chunk
    except ClientDisconnect:
        raise MalformedRequest("the body ended early") from None
    if is_too_long:
        raise MailTooLarge(f"a mail may have {MAX_BYTES} bytes")
    if not body:
        raise MalformedRequest("the body is empty")
    return bytes(body)


async def _make_sure(database: Database, row: MailboxRow, source: str) -> None:
    """Nothing was new: then it must be there already, or it is not stored at all."""
    async with database.read() as uow:
        if not await uow.messages.known_sources(row.id, [source]):
            raise Unreachable("the mail could not be stored")
