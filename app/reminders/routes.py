"""The plan of reminders as pages and for programs. What is chosen stands in the address, so that it can be sent."""

from datetime import date
from decimal import Decimal
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from app.domain.clock import written_day
from app.domain.errors import Invalid
from app.domain.intents import Tone
from app.domain.reminder import Channel, NextAction, Stage, Why
from app.reminders.claims import ClaimBook, as_data
from app.reminders.learning import LearningPages
from app.reminders.pages import ReminderPages
from app.reminders.service import ReminderService
from app.web.auth import ApiUser, PageUser
from app.web.errors import problems
from app.web.pages import html, page_of

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1", tags=["reminders"])

Word = Annotated[str, Query(max_length=64)]
Limit = Annotated[int, Query(ge=1, le=500)]


class PlanItem(BaseModel):
    """One customer in one currency (and company), as `duebox reminders plan --json` prints it. `amount` has two places;
    `send_at` is in the customer's time zone, `send_on` its day."""

    customer_id: str
    currency: str
    company: str
    action: NextAction
    reason: Why
    why: str
    invoices: list[str]
    credit_notes: list[str]
    amount: Decimal
    days_overdue: int
    workflow: str | None
    stage: Stage | None
    tone: Tone | None
    channel: Channel | None
    language: str | None
    contact_email: str | None
    send_on: str | None
    send_at: str | None
    experiment: str | None


class PlanPage(BaseModel):
    items: list[PlanItem]
    next: str | None


class ClaimRate(BaseModel):
    """The reference rate of the half-year from `since`, in per cent a year, as `source` gives it."""

    since: date
    percent: Decimal
    source: str
    is_confirmed: bool


class ClaimStretch(BaseModel):
    """Days, both counted, on one base; `percent` a year is the rate with the law's own points."""

    first: date
    last: date
    base: Decimal
    percent: Decimal
    rate: ClaimRate


class ClaimItem(BaseModel):
    """What may be claimed for one invoice, paid or not, in `currency`."""

    company: str
    invoice: str
    law: str
    currency: str
    interest: Decimal
    fixed_sum: Decimal
    total: Decimal
    stretches: list[ClaimStretch]


class ClaimGap(BaseModel):
    """A half-year without a known or confirmed rate: claims stop on its eve."""

    company: str
    law: str
    half_year: date
    invoices: list[str]


class ClaimPage(BaseModel):
    """All of a customer's claims at once: `next` is always null."""

    items: list[ClaimItem]
    gaps: list[ClaimGap]
    next: None = None


def claim_book(request: Request) -> ClaimBook:
    return cast(ClaimBook, request.app.state.services.claims)


def reminder_pages(request: Request) -> ReminderPages:
    return cast(ReminderPages, request.app.state.services.reminder_pages)


def learning_pages(request: Request) -> LearningPages:
    return cast(LearningPages, request.app.state.services.learning)


Pages = Annotated[ReminderPages, Depends(reminder_pages)]
Book = Annotated[ClaimBook, Depends(claim_book)]
LearningView = Annotated[LearningPages, Depends(learning_pages)]


@router.get("/reminders")
async def front(_user: PageUser) -> Response:
    return RedirectResponse("/reminders/plan", status_code=303)


@router.get("/reminders/plan")
async def plan(
    request: Request,
    pages: Pages,
    user: PageUser,
    as_of: Word = "",
    action: Word = "",
    reason: Word = "",
    after: Word = "",
) -> HTMLResponse:
    view = await pages.plan(_day_of(as_of), action=action, reason=reason, after=after)
    return html(request, "reminders/plan.html", page=await page_of(request, "reminders", user), view=view)


@router.get("/reminders/workflows")
async def workflows(request: Request, user: PageUser) -> HTMLResponse:
    """The workflows in force, and what moves a customer from one to another: for all who work with them."""
    policy = cast(ReminderService, request.app.state.services.reminders).policy
    page = await page_of(request, "reminders", user)
    return html(request, "reminders/workflows.html", page=page, policy=policy, moves=policy.moved)


@router.get("/reminders/learning")
async def learning(request: Request, pages: LearningView, user: PageUser) -> HTMLResponse:
    view = await pages.learning()
    return html(request, "reminders/learning.html", page=await page_of(request, "reminders", user), view=view)


@router.get("/reminders/learning/export.csv")
async def export(pages: LearningView, user: PageUser) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="effects.csv"'}
    return Response(await pages.export(user), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/reminders/customers/{customer_id:path}")
async def outlook(request: Request, customer_id: str, pages: Pages, user: PageUser) -> HTMLResponse:
    """A whole page; the page of the customer shows its drawing alone."""
    view = await pages.outlook(customer_id)
    return html(request, "reminders/outlook.html", page=await page_of(request, "reminders", user), view=view)


@api.get("/reminders/plan", responses=problems())
async def list_plan(
    pages: Pages, _user: ApiUser, as_of: date | None = None, limit: Limit = 100, after: Word = ""
) -> PlanPage:
    """Who is reminded of what, how and when, and who is not and why; today if no day is given. In the order of the
    customers' ids: `limit` counts customers, of whom each has a line or more."""
    lines, following = await pages.lines(as_of, after=after, limit=limit)
    return PlanPage(items=[PlanItem.model_validate(line.as_dict()) for line in lines], next=following)


@api.get("/ledger/claims", responses=problems(404))
async def list_claims(book: Book, _user: ApiUser, customer: Word) -> ClaimPage:
    """Statutory interest and fixed sums up to today, by the law of each company's contracts. 422 for a natural person,
    and where the policy claims none."""
    found = await book.of(customer)
    items = [ClaimItem.model_validate(item) for one in found for item in as_data(one)]
    gaps = [
        ClaimGap(company=one.company, law=one.law, half_year=gap, invoices=list(one.missing))
        for one in found
        for gap in one.gaps
    ]
    return ClaimPage(items=items, gaps=gaps)


def _day_of(text: str) -> date | None:
    try:
        return written_day(text) if text else None
    except ValueError:
        raise Invalid("{text} is no day: write it as 2026-06-30", text=text) from None
