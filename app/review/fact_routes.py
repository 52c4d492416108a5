"""The small forms at the facts of a case. What cannot be taken stays at its chip, with the reason."""

from dataclasses import replace
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from app.domain.amending import DAYS, Amendment, Value
from app.domain.directions import FactField
from app.domain.errors import Invalid
from app.domain.intents import Intent
from app.domain.sentence import Sentence
from app.review.amending import AmendingService
from app.review.fact_view import RefusedFact
from app.review.pages import ReviewPages
from app.web.auth import PageUser
from app.web.back import CameFrom
from app.web.csrf import SAFE
from app.web.dependencies import Version
from app.web.forms import day_of, money_of
from app.web.pages import html, page_of
from app.web.reads import Reads

router = APIRouter(include_in_schema=False)


def amending_service(request: Request) -> AmendingService:
    return cast(AmendingService, request.app.state.services.amending)


def review_pages(request: Request) -> ReviewPages:
    return cast(ReviewPages, request.app.state.services.pages)


Amending = Annotated[AmendingService, Depends(amending_service)]
Pages = Annotated[ReviewPages, Depends(review_pages)]
Short = Annotated[str, Form(max_length=1_000)]
Name = Annotated[str, Form(pattern=r"^fact-\d{1,4}$")]


@router.post("/reviews/{review_id}/fact", dependencies=SAFE)
async def amend(
    request: Request,
    review_id: UUID,
    version: Version,
    name: Name,
    field: Annotated[FactField, Form()],
    amending: Amending,
    pages: Pages,
    user: PageUser,
    back: CameFrom,
    day: Short = "",
    amount: Short = "",
    currency: Short = "",
    text: Short = "",
    intent: Annotated[Intent | None, Form()] = None,
    was: Short = "",
) -> Response:
    """`name` is the chip's place on the page, where the reader is afterwards."""
    user.check_can_decide()
    typed = RefusedFact(name, Sentence(""), day, amount, currency, text)
    try:
        said = Amendment(field, _value(field, typed), intent, was)
        await amending.amend(review_id, said, version=version, by=user)
    except Invalid as refused:
        view = await pages.case(review_id, reader=user, editing=False)
        cast(Reads, request.app.state.services.reads).note("review.item.read", by=user, review_id=str(review_id))
        case = replace(view, refused=replace(typed, complaint=refused.sentence))
        page = await page_of(request, "queue", user)
        return html(request, "item.html", status=422, page=page, case=case, back=back)
    return back.to(review_id, f"#{name}")


def _value(field: FactField, typed: RefusedFact) -> Value:
    """What the form says; None where it was left empty. Raises Invalid."""
    if field in DAYS:
        return day_of(typed.day)
    if field is FactField.PROMISE_SUM:
        return money_of(typed.amount, typed.currency)
    return typed.text.strip() or None
