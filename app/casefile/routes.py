"""The page that asks what a case file is for, and the download."""

import tempfile
from collections.abc import Iterator
from typing import IO, Annotated, cast

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from app.casefile.service import CaseFileService, Purpose
from app.web.auth import PageUser
from app.web.csrf import check_csrf
from app.web.pages import html, page_of

router = APIRouter(include_in_schema=False)
IN_MEMORY = 1 << 20
BLOCK = 1 << 16


def case_file_service(request: Request) -> CaseFileService:
    return cast(CaseFileService, request.app.state.services.case_files)


CaseFileMaker = Annotated[CaseFileService, Depends(case_file_service)]


@router.get("/customers/{customer_id:path}/case-file")
async def ask(request: Request, customer_id: str, case_files: CaseFileMaker, user: PageUser) -> HTMLResponse:
    await case_files.check_customer(customer_id)
    page = await page_of(request, "customers", user)
    purposes = [purpose.value for purpose in Purpose]
    return html(request, "case_file.html", page=page, customer_id=customer_id, purposes=purposes)


@router.post("/customers/{customer_id:path}/case-file", dependencies=[Depends(check_csrf)])
async def download(
    customer_id: str, purpose: Annotated[Purpose, Form()], case_files: CaseFileMaker, user: PageUser
) -> StreamingResponse:
    """Made whole in a temporary file before the first byte leaves, so that an error is still an error."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # closed when the last byte has left
    try:
        await case_files.make(customer_id, purpose, file, by=user)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    headers = {"Content-Disposition": 'attachment; filename="case-file.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(_blocks(file), media_type="application/zip", headers=headers)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK):
            yield block
