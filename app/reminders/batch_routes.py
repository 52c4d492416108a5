"""Pages of drafted reminders and what people decide there. Every form ends in a redirect."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.domain.clock import Clock
from app.domain.errors import Invalid, SecondPersonNeeded, StateImpossible, WordNoted, WordsDoubtful
from app.reminders.approvals import ApprovalService
from app.reminders.batch_pages import ON_A_PAGE, BatchPages
from app.reminders.drafting import DraftingService
from app.reminders.sending import SendingService
from app.reminders.spoken import SpokenTexts
from app.web.auth import PageUser
from app.web.csrf import SAFE
from app.web.dependencies import Version
from app.web.headers import saved_as
from app.web.pages import html, page_of

router = APIRouter(include_in_schema=False)


def drafting_service(request: Request) -> DraftingService:
    return cast(DraftingService, request.app.state.services.drafting)


def sending_service(request: Request) -> SendingService:
    return cast(SendingService, request.app.state.services.sending)


def approval_service(request: Request) -> ApprovalService:
    return cast(ApprovalService, request.app.state.services.approvals)


def batch_pages(request: Request) -> BatchPages:
    return cast(BatchPages, request.app.state.services.batch_pages)


def spoken_texts(request: Request) -> SpokenTexts:
    return cast(SpokenTexts, request.app.state.services.spoken)


Drafting = Annotated[DraftingService, Depends(drafting_service)]
Sending = Annotated[SendingService, Depends(sending_service)]
Approvals = Annotated[ApprovalService, Depends(approval_service)]
Pages = Annotated[BatchPages, Depends(batch_pages)]
Texts = Annotated[SpokenTexts, Depends(spoken_texts)]
Text = Annotated[str, Form(max_length=100_000)]


@router.get("/reminders/batches")
async def batches(request: Request, pages: Pages, user: PageUser) -> HTMLResponse:
    page = await page_of(request, "reminders", user)
    return html(request, "reminders/batches.html", page=page, batches=await pages.batches())


@router.post("/reminders/batches", dependencies=SAFE)
async def draft(request: Request, drafting: Drafting, user: PageUser) -> Response:
    """Have what is due today drafted."""
    today = cast(Clock, request.app.state.services.clock)().date()
    return RedirectResponse(f"/reminders/batches/{await drafting.ask(today, by=user)}", status_code=303)


@router.get("/reminders/batches/{batch_id}")
async def batch(
    request: Request,
    batch_id: UUID,
    pages: Pages,
    user: PageUser,
    sent: int = 0,
    kept: int = 0,
    second: int = 0,
    after: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> HTMLResponse:
    page = await page_of(request, "reminders", user)
    view = await pages.batch(batch_id, after)
    return html(
        request, "reminders/batch.html", page=page, batch=view, sent=sent, kept=kept, second=second, refusals={}
    )


@router.get("/reminders/batches/{batch_id}/drafting")
async def drafting(request: Request, batch_id: UUID, pages: Pages, user: PageUser) -> HTMLResponse:
    """How far the drafting is: a part of the batch's page, which asks for it again and again."""
    page = await page_of(request, "reminders", user)
    found = await pages.drafting(batch_id)
    return html(request, "reminders/drafting.html", page=page, batch_id=str(batch_id), drafting=found)


@router.get("/reminders/batches/{batch_id}/approval")
async def approval(request: Request, batch_id: UUID, pages: Pages, user: PageUser) -> HTMLResponse:
    """How far the approval of the whole batch is: a part of its page, which asks for it again and again."""
    page = await page_of(request, "reminders", user)
    found = await pages.progress(batch_id)
    return html(request, "reminders/approval.html", page=page, batch_id=str(batch_id), progress=found)


@router.post("/reminders/batches/{batch_id}/approve", dependencies=SAFE)
async def approve_many(
    request: Request,
    batch_id: UUID,
    sending: Sending,
    pages: Pages,
    user: PageUser,
    approvals: Approvals,
    chosen: Annotated[list[str] | None, Form(max_length=ON_A_PAGE)] = None,
    shown: Annotated[list[UUID] | None, Form(max_length=ON_A_PAGE)] = None,
    whole: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Approve what was ticked, each as it stood on the page (`id:version`). What has changed meanwhile stays behind.
    `whole` is the mark of the whole batch, which a job approves: all but what was `shown` and not ticked. Who is no
    second person to the first is told why."""
    ticked = list(_versions(chosen or ()))
    if whole:
        without = set(shown or ()) - {reminder_id for reminder_id, _ in ticked}
        await approvals.ask(batch_id, mark=whole, by=user, without=without)
        return RedirectResponse(f"/reminders/batches/{batch_id}", status_code=303)
    sent = second = 0
    refusals = Counter[str]()
    for reminder_id, version in ticked:
        try:
            await sending.approve(reminder_id, version=version, by=user)
            sent += 1
        except WordNoted:
            second += 1
        except SecondPersonNeeded as refused:
            refusals[refused.sentence] += 1
        except (Invalid, StateImpossible):
            continue
    kept = len(chosen or ()) - sent - second - refusals.total()
    if refusals:
        page, view = await page_of(request, "reminders", user), await pages.batch(batch_id, 0)
        said = {"sent": sent, "kept": kept, "second": second, "refusals": refusals}
        return html(request, "reminders/batch.html", status=422, page=page, batch=view, **said)
    waiting = f"&second={second}" if second else ""
    return RedirectResponse(f"/reminders/batches/{batch_id}?sent={sent}&kept={kept}{waiting}", status_code=303)


def _versions(chosen: Iterable[str]) -> Iterator[tuple[UUID, int]]:
    """Reminders with the version that was shown. What no page of ours has made counts as not ticked."""
    for one in chosen:
        reminder_id, _, version = one.partition(":")
        try:
            yield UUID(reminder_id), int(version)
        except ValueError:
            continue


@router.get("/reminders/tasks/{task_id}")
async def task_text(request: Request, task_id: UUID, texts: Texts, user: PageUser) -> HTMLResponse:
    text = await texts.of(task_id, user)
    return html(request, "reminders/task.html", page=await page_of(request, "tasks", user), text=text)


@router.post("/reminders/tasks/{task_id}/order", dependencies=SAFE)
async def order_notice(task_id: UUID, texts: Texts, user: PageUser) -> Response:
    await texts.order(task_id, user)
    return RedirectResponse(f"/reminders/tasks/{task_id}", status_code=303)


@router.get("/reminders/tasks/{task_id}/letter.pdf")
async def notice(task_id: UUID, texts: Texts, user: PageUser) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="letter.pdf"'}
    return Response(await texts.printed(task_id, user), media_type="application/pdf", headers=headers)


@router.get("/reminders/{reminder_id:uuid}")
async def reminder(request: Request, reminder_id: UUID, pages: Pages, user: PageUser) -> HTMLResponse:
    page = await page_of(request, "reminders", user)
    return html(request, "reminders/reminder.html", page=page, one=await pages.reminder(reminder_id), remarks=())


@router.get("/reminders/{reminder_id:uuid}/attached/{format}")
async def statement(reminder_id: UUID, format: Literal["pdf", "xlsx"], sending: Sending, _user: PageUser) -> Response:
    """An attachment, as the mail will have it."""
    paper = next(one for one in await sending.papers(reminder_id) if one.name.endswith(format))
    headers = {"Content-Disposition": saved_as(paper.name)}
    return Response(paper.content, media_type=paper.type, headers=headers)


@router.post("/reminders/{reminder_id:uuid}/approve", dependencies=SAFE)
async def approve(
    request: Request,
    reminder_id: UUID,
    sending: Sending,
    pages: Pages,
    user: PageUser,
    version: Version,
    subject: Text = "",
    body: Text = "",
    is_meant: Annotated[bool, Form()] = False,
) -> Response:
    """What the checks find in a person's words is shown beside these, and approved when they say that they mean it."""
    subject, body = subject.strip(), body.replace("\r\n", "\n")
    try:
        await sending.approve(reminder_id, version=version, by=user, subject=subject, body=body, is_meant=is_meant)
    except WordsDoubtful as doubtful:
        one = replace(await pages.reminder(reminder_id), subject=subject, body=body, version=version)
        page = await page_of(request, "reminders", user)
        return html(request, "reminders/reminder.html", status=422, page=page, one=one, remarks=doubtful.remarks)
    except WordNoted:
        return await _to_batch(pages, reminder_id, "?second=1")
    return await _to_batch(pages, reminder_id)


@router.post("/reminders/{reminder_id:uuid}/skip", dependencies=SAFE)
async def skip(reminder_id: UUID, sending: Sending, pages: Pages, user: PageUser, version: Version) -> Response:
    await sending.skip(reminder_id, version=version, by=user)
    return await _to_batch(pages, reminder_id)


@router.post("/reminders/{reminder_id:uuid}/reject", dependencies=SAFE)
async def reject(reminder_id: UUID, sending: Sending, pages: Pages, user: PageUser, version: Version) -> Response:
    await sending.reject(reminder_id, version=version, by=user)
    return await _to_batch(pages, reminder_id)


@router.post("/reminders/{reminder_id:uuid}/undo", dependencies=SAFE)
async def undo(reminder_id: UUID, sending: Sending, pages: Pages, user: PageUser) -> Response:
    await sending.undo(reminder_id, by=user)
    return await _to_batch(pages, reminder_id)


async def _to_batch(pages: Pages, reminder_id: UUID, said: str = "") -> Response:
    one = await pages.reminder(reminder_id)
    return RedirectResponse(f"/reminders/batches/{one.batch_id}{said}#r-{reminder_id}", status_code=303)
