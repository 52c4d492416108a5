"""Mail by HTTP. 2xx: the bytes are committed; 4xx: never again; 5xx: try again."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Protocol

import structlog
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from app.db.tables.mail import MailboxKind, MailboxRow
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import NotFound, SettingInvalid, SignatureRefused, Unreachable
from app.domain.ports import DELIVERIES_REFUSED
from app.intake.bodies import Bodies, BodyTooLong, NoRoom, Refusal, TooSlow
from app.intake.incoming import Incoming
from app.intake.service import IntakeService
from app.intake.webhooks.scheme import MalformedRequest, Scheme
from app.intake.webhooks.schemes import Schemes
from app.web.errors import status_of

router = APIRouter(prefix="/webhooks")

log = structlog.get_logger()


class IntakeServices(Protocol):
    """What this station needs of the services that bootstrap wires."""

    @property
    def database(self) -> Database: ...

    @property
    def intake(self) -> IntakeService: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def bodies(self) -> Bodies: ...

    @property
    def schemes(self) -> Schemes: ...


def intake_services(request: Request) -> IntakeServices:
    services: IntakeServices = request.app.state.services
    return services


@router.post("/mail/{mailbox}", status_code=204, response_class=Response)
@router.post("/mail/{mailbox}/mime", status_code=204, response_class=Response)
async def take_mail(
    mailbox: str, request: Request, services: Annotated[IntakeServices, Depends(intake_services)]
) -> Response:
    """A mail, wrapped and signed as the mailbox's scheme has it. The same id twice is one mail: the first.

    Mailgun sends the mail itself only to an address that ends in `mime`.
    """
    try:
        row, secret = await _mailbox(services, mailbox)
        scheme = services.schemes[row.scheme]
        _check_type(scheme, request.headers)
        now = services.clock()
        async with _noted(services, row):
            scheme.check_headers(request.headers, now=now)
            async with services.bodies.held_while(request, mailbox) as body:
                delivery = await scheme.open(secret, request.headers, body, now=now)
                if delivery.raw is not None:
                    await _keep(services, row, f"webhook:{delivery.id}", delivery.raw, now)
        return Response(status_code=scheme.accepted)
    except SignatureRefused as refused:
        log.warning("intake.webhook.refused", mailbox=mailbox, error=type(refused).__name__)
        raise HTTPException(scheme.refused, str(refused)) from None  # in the way that the provider takes for one
    except (BodyTooLong, TooSlow, NoRoom) as error:
        return Refusal(str(error), status_of(error))
    except MalformedRequest as error:
        raise HTTPException(400, str(error)) from None
    except SettingInvalid:
        log.error("intake.webhook.secret_invalid", mailbox=mailbox)
        raise Unreachable("the mailbox is not set up") from None
    except (SQLAlchemyError, OSError) as error:
        log.warning("intake.database.unreachable", error=type(error).__name__)
        raise Unreachable("the database does not answer") from None


@asynccontextmanager
async def _noted(services: IntakeServices, row: MailboxRow) -> AsyncIterator[None]:
    """Whoever is refused may never come again, and nobody but us knows of it: it shows until a delivery is taken.

    Written once, however many are refused.
    """
    try:
        yield
    except (SignatureRefused, MalformedRequest):
        await _note(services, row, DELIVERIES_REFUSED)
        raise
    await _note(services, row, "")


async def _note(services: IntakeServices, row: MailboxRow, word: str) -> None:
    if row.last_error != word:
        async with services.database.write() as uow:
            (await uow.mailboxes.get(row.id)).last_error = word


async def _keep(services: IntakeServices, row: MailboxRow, source: str, raw: bytes, now: datetime) -> None:
    if not raw:
        raise MalformedRequest("the mail is empty")
    if not source.isprintable():
        raise MalformedRequest("the mail's id is no text")  # no database takes half a surrogate pair, or NUL
    if not await services.intake.store(row.id, [Incoming(source, raw, now)]):
        await _make_sure(services.database, row, source)


async def _mailbox(services: IntakeServices, name: str) -> tuple[MailboxRow, str]:
    if not name.isprintable():
        raise NotFound("no such webhook")  # PostgreSQL refuses NUL in a text
    async with services.database.read() as uow:
        row = await uow.mailboxes.by_name(name)
        if row.kind is not MailboxKind.WEBHOOK or row.is_removed or row.scheme not in services.schemes:
            raise NotFound("no such webhook")
        if not row.active:
            raise Unreachable("the mailbox is paused")
        return row, uow.mailboxes.secret(row)


def _check_type(scheme: Scheme, headers: Mapping[str, str]) -> None:
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    is_known = not content_type or content_type in scheme.content_types
    is_plain = headers.get("content-encoding", "").strip().lower() in {"", "identity"}
    if not is_known or not is_plain:
        raise HTTPException(415, f"send it as {' or '.join(sorted(scheme.content_types))}")


async def _make_sure(database: Database, row: MailboxRow, source: str) -> None:
    """Nothing was new: then it must be there already, or it is not stored at all."""
    async with database.read() as uow:
        if not await uow.sources.known(row.id, [source]):
            raise Unreachable("the mail could not be stored")
