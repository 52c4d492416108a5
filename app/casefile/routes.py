"""The page that asks what a case file is for, and the download."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from app.casefile.service import CaseFileService, Purpose
from app.web.archives import archive
from app.web.auth import PageUser
from app.web.csrf import SAFE
from app.web.pages import html, page_of

router = APIRouter(include_in_schema=False)


def case_file_service(request: Request) -> CaseFileService:
    return cast(CaseFileService, request.app.state.services.case_files)


CaseFileMaker = Annotated[CaseFileService, Depends(case_file_service)]


@router.get("/customers/{customer_id:path}/case-file")
async def ask(request: Request, customer_id: str, case_files: CaseFileMaker, user: PageUser) -> HTMLResponse:
    await case_files.check_customer(customer_id)
    page = await page_of(request, "customers", user)
    purposes = [purpose.value for purpose in Purpose]
    return html(request, "case_file.html", page=page, customer_id=customer_id, purposes=purposes)


@router.post("/customers/{customer_id:path}/case-file", dependencies=SAFE)
async def download(
    customer_id: str, purpose: Annotated[Purpose, Form()], case_files: CaseFileMaker, user: PageUser
) -> StreamingResponse:
    return await archive("case-file.zip", lambda file: case_files.make(customer_id, purpose, file, by=user))
