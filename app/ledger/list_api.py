"""Tasks and holds for programs, in the order of their pages. Lists are `{"items": […], "next": cursor or null}`."""

from datetime import date, datetime
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from app.db.repositories.case_lists import CaseLists
from app.domain.clock import Clock
from app.domain.sentence import kept_sentence
from app.domain.task import TaskKind, TaskState
from app.web.auth import ApiUser
from app.web.dependencies import Db, Limit
from app.web.errors import problems

router = APIRouter(prefix="/api/v1", tags=["cases"])

After = Annotated[str, Query(max_length=100)]
Owner = Annotated[str, Query(max_length=320)]


class TaskItem(BaseModel):
    """`note`: what is to be done, in English."""

    id: UUID
    kind: TaskKind
    state: TaskState
    customer_id: str
    case_id: UUID | None
    owner_email: str
    due: date
    note: str
    opened_at: datetime
    closed_at: datetime | None


class TaskPage(BaseModel):
    items: list[TaskItem]
    next: str | None


class HoldItem(BaseModel):
    """Its reason is read on the page alone."""

    id: UUID
    customer_id: str
    until: date
    set_at: datetime


class HoldPage(BaseModel):
    items: list[HoldItem]
    next: str | None


def clock(request: Request) -> Clock:
    return cast(Clock, request.app.state.services.clock)


Now = Annotated[Clock, Depends(clock)]


@router.get("/tasks", responses=problems())
async def list_tasks(
    db: Db,
    _user: ApiUser,
    state: TaskState = TaskState.OPEN,
    owner: Owner = "",
    limit: Limit = 50,
    after: After = "",
) -> TaskPage:
    """Tasks for people: of the open ones the first that is due comes first, of the others the last that was closed."""
    async with db.read() as uow:
        found = await uow.tasks.page(state, owner=owner, after=after, limit=limit)
        items = [
            TaskItem(
                id=task.id,
                kind=task.kind,
                state=task.state,
                customer_id=task.customer_id,
                case_id=task.case_id,
                owner_email=task.owner_email,
                due=task.due,
                note=str(kept_sentence(uow.words.opened(task.id, task.note))),
                opened_at=task.opened_at,
                closed_at=task.closed_at,
            )
            for task, _customer in found.rows
        ]
    return TaskPage(items=items, next=found.following or None)


@router.get("/holds", responses=problems())
async def list_holds(db: Db, now: Now, _user: ApiUser, limit: Limit = 50, after: After = "") -> HoldPage:
    """Customers who are not to be written to, the first hold to end first."""
    async with db.read() as uow:
        found = await CaseLists(uow.session).holds(now().date(), after=after, limit=limit)
    items = [
        HoldItem(id=hold.id, customer_id=hold.customer_id, until=hold.until, set_at=hold.set_at)
        for hold, _customer in found.rows
    ]
    return HoldPage(items=items, next=found.following or None)
