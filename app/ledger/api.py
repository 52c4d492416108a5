"""Promises, disputes, extensions and hardship for programs. Lists are `{"items": […], "next": cursor or null}`."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from app.db.tables.ledger import CaseRow, PlanStepRow
from app.db.uow import Database
from app.domain.dispute import Resolution
from app.domain.extension import Step, StepState, Terms
from app.domain.intents import DisputeReason
from app.domain.money import Money
from app.domain.review import CaseKind, CaseState
from app.ledger.cases import CaseNote, CaseService
from app.web.auth import ApiUser
from app.web.dependencies import Db, Limit
from app.web.errors import problems

router = APIRouter(prefix="/api/v1", tags=["cases"])

Amount = Annotated[Decimal, Field(max_digits=18, decimal_places=4)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Line = Annotated[str, Field(max_length=320)]


class Sum(BaseModel):
    """An amount as text, and its currency."""

    model_config = {"extra": "forbid"}

    amount: Amount
    currency: Currency


class Instalment(BaseModel):
    day: date
    amount: Amount
    currency: Currency
    state: StepState


class CaseItem(BaseModel):
    """`amount` of a dispute: the disputed sum, null for the whole invoice. `earlier_id`: the promise that this request
    moves. `outcome_amount`: paid by the deadline of a promise, or granted in a dispute."""

    id: UUID
    kind: CaseKind
    state: CaseState
    customer_id: str
    invoices: list[str]
    amount: Sum | None
    day: date | None
    detail: str
    owner_email: str
    due: date | None
    resolution: Resolution | None
    outcome_amount: Decimal | None
    earlier_id: UUID | None
    message_id: UUID | None
    opened_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None
    instalments: list[Instalment]


class CasePage(BaseModel):
    items: list[CaseItem]
    next: str | None


class NewCase(BaseModel):
    """What a customer said elsewhere than in a mail. `detail`: the reason of a dispute, the kind of an extension."""

    model_config = {"extra": "forbid"}

    kind: CaseKind
    customer_id: Annotated[str, Field(max_length=64)]
    invoices: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=500)] = []
    amount: Sum | None = None
    day: date | None = None
    detail: Annotated[str, Field(max_length=32)] = ""
    owner_email: Line = ""
    due: date | None = None
    note: Annotated[str, Field(max_length=4000)] = ""


class Outcome(BaseModel):
    """How a dispute ended; a hardship ends without."""

    model_config = {"extra": "forbid"}

    resolution: Resolution | None = None
    amount: Amount | None = None


class Amendment(BaseModel):
    model_config = {"extra": "forbid"}

    reason: DisputeReason
    amount: Sum | None = None
    owner_email: Line = ""
    due: date | None = None


class GrantedStep(BaseModel):
    model_config = {"extra": "forbid"}

    day: date
    amount: Amount
    currency: Currency


class Grant(BaseModel):
    """Either `until`, or `instalments` that come to what is open."""

    model_config = {"extra": "forbid"}

    until: date | None = None
    instalments: Annotated[list[GrantedStep], Field(max_length=60)] = []


def case_service(request: Request) -> CaseService:
    return cast(CaseService, request.app.state.services.cases)


Cases = Annotated[CaseService, Depends(case_service)]
MOVES = problems(403, 404, 409)


@router.get("/cases", responses=problems())
async def list_cases(
    db: Db,
    _user: ApiUser,
    kind: CaseKind | None = None,
    state: CaseState | None = None,
    limit: Limit = 50,
    after: UUID | None = None,
) -> CasePage:
    """Cases, the oldest first."""
    async with db.read() as uow:
        found = await uow.cases.page(kind=kind, states=[state] if state else (), after=after, limit=limit + 1)
        steps = await uow.cases.steps([case.id for case, _customer in found])
    items = [_item(case, steps.get(case.id, [])) for case, _customer in found[:limit]]
    return CasePage(items=items, next=str(items[-1].id) if len(found) > limit else None)


@router.get("/cases/{case_id}", responses=problems(404))
async def get_case(case_id: UUID, db: Db, _user: ApiUser) -> CaseItem:
    """One case."""
    return await _case(db, case_id)


@router.post("/cases", status_code=201, responses=problems(403, 404))
async def note(new: NewCase, cases: Cases, db: Db, user: ApiUser) -> CaseItem:
    """Note a promise, dispute, extension or hardship after a call or a letter."""
    case_id = await cases.note(
        CaseNote(
            kind=new.kind,
            customer_id=new.customer_id,
            invoices=tuple(new.invoices),
            amount=_money(new.amount),
            day=new.day,
            detail=new.detail,
            owner_email=new.owner_email,
            due=new.due,
            words=new.note,
        ),
        user,
    )
    return await _case(db, case_id)


@router.post("/cases/{case_id}/confirm", responses=MOVES)
async def confirm(case_id: UUID, cases: Cases, db: Db, user: ApiUser) -> CaseItem:
    """A proposed promise, dispute or hardship is right."""
    await cases.confirm(case_id, user)
    return await _case(db, case_id)


@router.post("/cases/{case_id}/withdraw", responses=MOVES)
async def withdraw(case_id: UUID, cases: Cases, db: Db, user: ApiUser) -> CaseItem:
    """It does not hold any more."""
    await cases.withdraw(case_id, user)
    return await _case(db, case_id)


@router.post("/cases/{case_id}/decline", responses=MOVES)
async def decline(case_id: UUID, cases: Cases, db: Db, user: ApiUser) -> CaseItem:
    """More time is not granted."""
    await cases.decline(case_id, user)
    return await _case(db, case_id)


@router.post("/cases/{case_id}/kept", responses=MOVES)
async def kept(case_id: UUID, cases: Cases, db: Db, user: ApiUser) -> CaseItem:
    """A person knows of a payment in time."""
    await cases.say_kept(case_id, user)
    return await _case(db, case_id)


@router.post("/cases/{case_id}/resolve", responses=MOVES)
async def resolve(case_id: UUID, outcome: Outcome, cases: Cases, db: Db, user: ApiUser) -> CaseItem:
    """End a dispute with its outcome, or a hardship."""
    await cases.resolve(case_id, user, resolution=outcome.resolution, amount=outcome.amount)
    return await _case(db, case_id)


@router.post("/cases/{case_id}/amend", responses=MOVES)
async def amend(case_id: UUID, amendment: Amendment, cases: Cases, db: Db, user: ApiUser) -> CaseItem:
    """Change what a running dispute is about, its sum, its owner and its day."""
    await cases.amend_dispute(
        case_id,
        user,
        reason=amendment.reason,
        amount=_money(amendment.amount),
        owner_email=amendment.owner_email,
        due=amendment.due,
    )
    return await _case(db, case_id)


@router.post("/cases/{case_id}/grant", responses=MOVES)
async def grant(case_id: UUID, wish: Grant, cases: Cases, db: Db, user: ApiUser) -> CaseItem:
    """Grant a later day or instalments: a person's decision."""
    steps = tuple(Step(step.day, Money(step.amount, step.currency)) for step in wish.instalments)
    await cases.grant(case_id, Terms(wish.until, steps), user)
    return await _case(db, case_id)


async def _case(db: Database, case_id: UUID) -> CaseItem:
    async with db.read() as uow:
        row = await uow.cases.get(case_id)
        return _item(row, (await uow.cases.steps([case_id])).get(case_id, []))


def _item(row: CaseRow, steps: Sequence[PlanStepRow]) -> CaseItem:
    return CaseItem(
        id=row.id,
        kind=row.kind,
        state=row.state,
        customer_id=row.customer_id,
        invoices=row.invoices,
        amount=Sum(amount=row.amount, currency=row.currency) if row.amount is not None and row.currency else None,
        day=row.day,
        detail=row.detail,
        owner_email=row.owner_email,
        due=row.due,
        resolution=row.resolution,
        outcome_amount=row.outcome_amount,
        earlier_id=row.earlier_id,
        message_id=row.message_id,
        opened_at=row.opened_at,
        decided_at=row.decided_at,
        ended_at=row.ended_at,
        instalments=[Instalment(day=s.day, amount=s.amount, currency=s.currency, state=s.state) for s in steps],
    )


def _money(given: Sum | None) -> Money | None:
    return Money(given.amount, given.currency) if given else None
