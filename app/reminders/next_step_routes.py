"""The list of what is to be done next, as a page and for programs: who to call, who to write to."""

from datetime import date
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from app.domain.next_action import ActionKind
from app.reminders.next_steps import NextStepService, WorkItem
from app.web.auth import ApiUser, PageUser
from app.web.errors import problems
from app.web.pages import html, page_of

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1", tags=["reminders"])

Owner = Annotated[str, Query(max_length=320)]
Place = Annotated[int, Query(ge=0, le=10_000_000)]
Limit = Annotated[int, Query(ge=1, le=500)]
LISTED = 50


class StepSum(BaseModel):
    amount: str
    currency: str


class StepItem(BaseModel):
    """What to do next about one customer. `at_risk` is null for a natural person, whom nobody may score; `stage` and
    `tone` are the plan's, empty where no step is due."""

    customer_id: str
    kind: ActionKind
    stage: str
    tone: str
    because: str
    rule: str
    asks: StepSum
    at_risk: StepSum | None
    days_overdue: int
    owner_email: str

    @classmethod
    def of(cls, item: WorkItem) -> "StepItem":
        value, currency = item.asks
        return cls(
            customer_id=item.customer_id,
            kind=ActionKind(item.kind),
            stage=item.stage,
            tone=item.tone,
            because=item.because,
            rule=item.rule,
            asks=StepSum(amount=f"{value:.2f}", currency=currency),
            at_risk=StepSum(amount=f"{item.at_risk[0]:.2f}", currency=currency) if item.at_risk else None,
            days_overdue=item.days_overdue,
            owner_email=item.owner,
        )


class StepPage(BaseModel):
    """`day`: as of which it was worked out; null before the first time."""

    day: date | None
    items: list[StepItem]
    next: str | None


def next_steps(request: Request) -> NextStepService:
    return cast(NextStepService, request.app.state.services.next_steps)


Steps = Annotated[NextStepService, Depends(next_steps)]


@router.get("/reminders/worklist")
async def worklist(
    request: Request,
    steps: Steps,
    user: PageUser,
    kind: Annotated[str, Query(max_length=32)] = "",
    owner: Owner = "",
    after: Place = 0,
) -> HTMLResponse:
    view = await steps.page(kind=kind, owner=owner, after=after, limit=LISTED)
    page = await page_of(request, "reminders", user)
    return html(request, "reminders/worklist.html", page=page, view=view, mine=user.email)


@api.get("/worklist", responses=problems())
async def list_next_steps(
    steps: Steps,
    _user: ApiUser,
    kind: ActionKind | None = None,
    owner: Owner = "",
    limit: Limit = 100,
    after: Place = 0,
) -> StepPage:
    """For whom something is to be done: by currency, what is most at risk first."""
    found = await steps.page(kind=kind or "", owner=owner, after=after, limit=limit)
    following = str(found.next) if found.next is not None else None
    return StepPage(day=found.day, items=[StepItem.of(item) for item in found.items], next=following)
