"""The files of an answer, to be saved and read before it is approved."""

import asyncio
from typing import cast
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.db.uow import Database
from app.domain.errors import NotFound
from app.domain.policy import Policy
from app.reading.outgoing.enclosing import Attached
from app.review.enclosing import as_file, statement_of
from app.review.files import open_case
from app.web.auth import PageUser
from app.web.headers import MAIL_POLICY, saved_as

router = APIRouter(include_in_schema=False)


@router.get("/documents/{document_id}")
async def document(request: Request, document_id: UUID, _user: PageUser) -> Response:
    """A stored copy as it would leave. The portfolio decides whether there is one."""
    async with cast(Database, request.app.state.services.database).read() as uow:
        copy, content = await uow.documents.opened(document_id)
    return _saved(await asyncio.to_thread(as_file, copy, content))


@router.get("/reviews/{review_id}/statement.pdf")
async def statement(request: Request, review_id: UUID, _user: PageUser) -> Response:
    """The statement of account that would go along with the answer, as of today."""
    policy = cast(Policy, request.app.state.services.policy)
    async with cast(Database, request.app.state.services.database).read() as uow:
        made = await statement_of(uow, await open_case(uow, review_id), policy)
    if made is None:
        raise NotFound("the ledger allows of no plain statement of account now")
    return _saved(made)


def _saved(file: Attached) -> Response:
    headers = {"Content-Disposition": saved_as(file.name), "Content-Security-Policy": MAIL_POLICY}
    return Response(file.content, media_type=file.type, headers=headers)
