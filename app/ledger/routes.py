"""The ledger's pages and their forms: promises, disputes, extensions, holds, tasks. Every form ends in a redirect."""

from contextlib import suppress
from typing import Annotated, cast
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.domain.dispute import Resolution
from app.domain.errors import Invalid, WordNoted
from app.domain.extension import Terms
from app.domain.intents import DisputeReason
from app.domain.review import CaseKind
from app.domain.task import TaskState
from app.domain.typed import amount_of
from app.ledger.cases import CaseNote, CaseService
from app.ledger.holds import HoldService
from app.ledger.pages import INSTALMENTS_SUGGESTED, PLACES, LedgerPages
from app.ledger.tasks import TaskService
from app.ledger.view import Asked
from app.web.auth import PageUser
from app.web.back import Back, CameFrom
from app.web.csrf import SAFE
from app.web.forms import day_of, money_of, numbers_of, steps_of
from app.web.pages import html, page_of

router = APIRouter(include_in_schema=False)


def case_service(request: Request) -> CaseService:
    return cast(CaseService, request.app.state.services.cases)


def hold_service(request: Request) -> HoldService:
    return cast(HoldService, request.app.state.services.holds)


def task_service(request: Request) -> TaskService:
    return cast(TaskService, request.app.state.services.tasks)


def ledger_pages(request: Request) -> LedgerPages:
    return cast(LedgerPages, request.app.state.services.ledger_pages)


Cases = Annotated[CaseService, Depends(case_service)]
Holds = Annotated[HoldService, Depends(hold_service)]
Tasks = Annotated[TaskService, Depends(task_service)]
Pages = Annotated[LedgerPages, Depends(ledger_pages)]
Text = Annotated[str, Form(max_length=4_000)]
Word = Annotated[str, Query(max_length=320)]
FromReview = Annotated[UUID | None, Form()]

MOST_INSTALMENTS = 24


@router.get("/promises")
async def promises(
    request: Request, pages: Pages, user: PageUser, show: Word = "", owner: Word = "", after: Word = ""
) -> HTMLResponse:
    view = await pages.cases(CaseKind.PROMISE, show=show, owner=owner, after=after)
    return html(request, "ledger/promises.html", page=await page_of(request, "ledger", user), cases=view)


@router.get("/disputes")
async def disputes(
    request: Request,
    pages: Pages,
    user: PageUser,
    show: Word = "",
    reason: Word = "",
    owner: Word = "",
    after: Word = "",
) -> HTMLResponse:
    view = await pages.cases(CaseKind.DISPUTE, show=show, reason=reason, owner=owner, after=after)
    return html(request, "ledger/disputes.html", page=await page_of(request, "ledger", user), cases=view)


@router.get("/extensions")
async def extensions(
    request: Request, pages: Pages, user: PageUser, show: Word = "", owner: Word = "", after: Word = ""
) -> HTMLResponse:
    view = await pages.cases(CaseKind.EXTENSION, show=show, owner=owner, after=after)
    return html(request, "ledger/extensions.html", page=await page_of(request, "ledger", user), cases=view)


@router.get("/hardship")
async def hardship(
    request: Request, pages: Pages, user: PageUser, show: Word = "", owner: Word = "", after: Word = ""
) -> HTMLResponse:
    view = await pages.cases(CaseKind.HARDSHIP, show=show, owner=owner, after=after)
    return html(request, "ledger/hardship.html", page=await page_of(request, "ledger", user), cases=view)


@router.get("/holds")
async def holds(request: Request, pages: Pages, user: PageUser, customer: Word = "", after: Word = "") -> HTMLResponse:
    page, view = await page_of(request, "ledger", user), await pages.holds(user, after=after)
    return html(request, "ledger/holds.html", page=page, holds=view, customer=customer)


@router.get("/tasks")
async def tasks(
    request: Request, pages: Pages, user: PageUser, show: Word = "", owner: Word = "", after: Word = ""
) -> HTMLResponse:
    view = await pages.tasks(show=show, owner=owner, after=after)
    return html(request, "ledger/tasks.html", page=await page_of(request, "tasks", user), tasks=view)


@router.get("/cases/new")
async def new_case(
    request: Request,
    pages: Pages,
    user: PageUser,
    kind: CaseKind = CaseKind.PROMISE,
    customer: Word = "",
    review: UUID | None = None,
    view: Word = "",
    q: Word = "",
) -> HTMLResponse:
    """With a `review`, what is noted came in its mail; `view` and `q` say where that was open."""
    page, said = await page_of(request, "ledger", user), await pages.said_in(review) if review else None
    back = Back(view != "queue", q)
    owners = await pages.owners()
    whose = said.customer_id if said else customer
    promised = await pages.promised(whose) if kind is CaseKind.PROMISE and whose else ()
    return html(
        request,
        "ledger/new.html",
        page=page,
        kind=kind.value,
        list_=PLACES[kind],
        customer=customer,
        said=said,
        back=back,
        owners=owners,
        promised=promised,
    )


@router.get("/cases/{case_id}")
async def case(
    request: Request,
    case_id: UUID,
    pages: Pages,
    user: PageUser,
    instalments: Annotated[int, Query(ge=1, le=MOST_INSTALMENTS)] = INSTALMENTS_SUGGESTED,
) -> HTMLResponse:
    view = await pages.case(case_id, instalments=instalments)
    return html(request, "ledger/case.html", page=await page_of(request, "ledger", user), case=view)


@router.post("/cases", dependencies=SAFE)
async def note(
    cases: Cases,
    pages: Pages,
    user: PageUser,
    came: CameFrom,
    kind: Annotated[CaseKind, Form()],
    customer: Text,
    invoices: Text = "",
    amount: Text = "",
    currency: Text = "",
    day: Text = "",
    detail: Text = "",
    owner: Text = "",
    due: Text = "",
    words: Text = "",
    review: FromReview = None,
) -> Response:
    case_id = await cases.note(
        CaseNote(
            kind=kind,
            customer_id=customer.strip(),
            invoices=numbers_of(invoices),
            amount=money_of(amount, currency),
            day=day_of(day),
            detail=detail,
            owner_email=owner,
            due=day_of(due),
            words=words,
            review_id=review,
        ),
        user,
    )
    became_request = kind is CaseKind.PROMISE and (await pages.case(case_id)).line.kind == CaseKind.EXTENSION
    return came.to(review) if review and not became_request else _to_case(case_id)


@router.post("/cases/{case_id}/confirm", dependencies=SAFE)
async def confirm(case_id: UUID, cases: Cases, user: PageUser) -> Response:
    await cases.confirm(case_id, user)
    return _to_case(case_id)


@router.post("/cases/{case_id}/withdraw", dependencies=SAFE)
async def withdraw(case_id: UUID, cases: Cases, user: PageUser) -> Response:
    await cases.withdraw(case_id, user)
    return _to_case(case_id)


@router.post("/cases/{case_id}/decline", dependencies=SAFE)
async def decline(case_id: UUID, cases: Cases, user: PageUser) -> Response:
    await cases.decline(case_id, user)
    return _to_case(case_id)


@router.post("/cases/{case_id}/kept", dependencies=SAFE)
async def kept(case_id: UUID, cases: Cases, user: PageUser) -> Response:
    await cases.say_kept(case_id, user)
    return _to_case(case_id)


@router.post("/cases/{case_id}/resolve", dependencies=SAFE)
async def resolve(case_id: UUID, cases: Cases, user: PageUser, resolution: Text = "", amount: Text = "") -> Response:
    word = Resolution(resolution) if resolution in set(Resolution) else None
    with suppress(WordNoted):  # which the page says
        await cases.resolve(case_id, user, resolution=word, amount=amount_of(amount))
    return _to_case(case_id)


@router.post("/cases/{case_id}/amend", dependencies=SAFE)
async def amend(
    case_id: UUID,
    cases: Cases,
    user: PageUser,
    reason: Annotated[DisputeReason, Form()],
    amount: Text = "",
    currency: Text = "",
    owner: Text = "",
    due: Text = "",
) -> Response:
    await cases.amend_dispute(
        case_id, user, reason=reason, amount=money_of(amount, currency), owner_email=owner, due=day_of(due)
    )
    return _to_case(case_id)


@router.post("/cases/{case_id}/grant", dependencies=SAFE)
async def grant(
    case_id: UUID,
    cases: Cases,
    user: PageUser,
    until: Text = "",
    step_day: Annotated[list[str] | None, Form(max_length=MOST_INSTALMENTS)] = None,
    step_amount: Annotated[list[str] | None, Form(max_length=MOST_INSTALMENTS)] = None,
    currency: Text = "",
) -> Response:
    terms = Terms(day_of(until), steps_of(step_day or (), step_amount or (), currency))
    with suppress(WordNoted):  # which the page says
        await cases.grant(case_id, terms, user)
    return _to_case(case_id)


@router.post("/holds", dependencies=SAFE)
async def set_hold(
    holds: Holds,
    user: PageUser,
    came: CameFrom,
    customer: Text,
    until: Text,
    reason: Text = "",
    back: FromReview = None,
) -> Response:
    day = day_of(until)
    if day is None:
        raise Invalid("a hold needs the day on which it ends")
    await holds.set(customer.strip(), day, reason, user)
    return came.to(back) if back else RedirectResponse("/holds", status_code=303)


@router.post("/holds/{hold_id}/lift", dependencies=SAFE)
async def lift_hold(hold_id: UUID, holds: Holds, user: PageUser, view: Text = "", after: Text = "") -> Response:
    """Back to the customer, where the form stood there, else to the list."""
    customer_id = await holds.lift(hold_id, user)
    back = f"/customers/{quote(customer_id)}" if view == "customer" else Asked("/holds").place(after=after)
    return RedirectResponse(back, status_code=303)


@router.post("/tasks/{task_id}/{to}", dependencies=SAFE)
async def move_task(
    task_id: UUID,
    to: TaskState,
    tasks: Tasks,
    user: PageUser,
    back: Text = "",
    show: Text = "",
    owner: Text = "",
    after: Text = "",
) -> Response:
    """Back to the case `back`, where the form stood there, else to the list as it was asked for."""
    await tasks.move(task_id, to, user)
    list_ = Asked("/tasks", show=show, owner=owner).place(after=after)
    return RedirectResponse(f"/cases/{quote(back)}" if back else list_, status_code=303)


def _to_case(case_id: UUID) -> Response:
    return RedirectResponse(f"/cases/{case_id}", status_code=303)
