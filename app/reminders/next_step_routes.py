"""The list of what is to be done next, as a page and for programs: who to call, who to write to; and what is for a
person becomes a task."""

from datetime import date
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from app.domain.money import digits
from app.domain.next_action import ActionKind
from app.reminders.next_steps import NextStepService, WorkItem
from app.reminders.spoken import SpokenText, SpokenTexts
from app.reminders.talks import TalkService
from app.web.auth import ApiUser, PageUser
from app.web.csrf import SAFE
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
    `tone` are the plan's, empty where no step is due; `task_id` is the open task in which a person sees to it."""

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
    task_id: UUID | None

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
            asks=StepSum(amount=digits(value, currency), currency=currency),
            at_risk=StepSum(amount=digits(item.at_risk[0], currency), currency=currency) if item.at_risk else None,
            days_overdue=item.days_overdue,
            owner_email=item.owner,
            task_id=item.task_id,
        )


class StepPage(BaseModel):
    """`day`: as of which it was worked out; null before the first time."""

    day: date | None
    items: list[StepItem]
    next: str | None


class Talk(BaseModel):
    """An open task with what to say, in English: facts first, then what to ask; `quotes` are the customer's own words,
    the newest mail first. `phone` is empty where the ledger has no number."""

    task_id: UUID
    kind: str
    customer_id: str
    contact: str
    phone: str
    points: list[str]
    quotes: list[str]

    @classmethod
    def of(cls, text: SpokenText) -> "Talk":
        return cls(
            task_id=UUID(text.task_id),
            kind=text.kind,
            customer_id=text.customer_id,
            contact=text.contact,
            phone=text.phone,
            points=list(text.points or text.reasons),
            quotes=[words for quote in text.quotes for words in quote.words],
        )


def next_steps(request: Request) -> NextStepService:
    return cast(NextStepService, request.app.state.services.next_steps)


def talk_service(request: Request) -> TalkService:
    return cast(TalkService, request.app.state.services.talks)


def spoken_texts(request: Request) -> SpokenTexts:
    return cast(SpokenTexts, request.app.state.services.spoken)


Steps = Annotated[NextStepService, Depends(next_steps)]
Talks = Annotated[TalkService, Depends(talk_service)]
Texts = Annotated[SpokenTexts, Depends(spoken_texts)]


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


@router.post("/reminders/worklist/{customer_id:path}/task", dependencies=SAFE)
async def open_task(customer_id: str, talks: Talks, user: PageUser) -> Response:
    """Turn what is next about a customer into a task, and lead to it."""
    return RedirectResponse(f"/reminders/tasks/{await talks.open(customer_id, user)}", status_code=303)


@api.post("/worklist/{customer_id:path}/task", responses=problems(404, 409))
async def open_next_task(customer_id: str, talks: Talks, texts: Texts, user: ApiUser) -> Talk:
    """Turn what is next about a customer into a task of its owner; while it is open, the same call finds it again. 409
    where nothing is left to a person."""
    return Talk.of(await texts.of(await talks.open(customer_id, user), user))


@api.get("/worklist", responses=problems())
async def list_next_steps(
    steps: Steps,
    _user: ApiUser,
    kind: ActionKind | None = None,
    owner: Owner = "",
    limit: Limit = 100,
    after: Place = 0,
) -> StepPage:
    """For whom something is to be done: what is most at risk first, the currencies in turn, since there are no rates
    between them; then natural persons, the oldest debt first."""
    found = await steps.page(kind=kind or "", owner=owner, after=after, limit=limit)
    following = str(found.next) if found.next is not None else None
    return StepPage(day=found.day, items=[StepItem.of(item) for item in found.items], next=following)
