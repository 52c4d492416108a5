"""Quality and work: managers see the team's, everybody sees their own."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.errors import Invalid
from app.domain.people import OVERSEERS
from app.domain.planted import FEWEST, MOST
from app.domain.typed import amount_of
from app.performance.service import FOUR_EYES, WorkService
from app.web.auth import PageUser, Senior
from app.web.csrf import SAFE
from app.web.pages import html, page_of

router = APIRouter(include_in_schema=False)


def work_service(request: Request) -> WorkService:
    return cast(WorkService, request.app.state.services.work)


Service = Annotated[WorkService, Depends(work_service)]
Amount = Annotated[str, Query(max_length=40)]


@router.get("/performance")
async def work(request: Request, service: Service, user: PageUser, weeks: int = 12, least: Amount = "") -> HTMLResponse:
    page = await page_of(request, "performance", user)
    own = await service.own(weeks, user) if user.can_decide else None
    if user.role not in OVERSEERS:
        return html(request, "performance/own.html", page=page, own=own)
    amount = amount_of(least)
    view = await service.everybody(weeks, FOUR_EYES if amount is None else amount)
    return html(request, "performance/performance.html", page=page, view=view, own=own)


@router.post("/performance/people/show", dependencies=SAFE)
async def show_people(service: Service, user: Senior, understood: Annotated[bool, Form()]) -> RedirectResponse:
    """`understood`: the legal note was read, and its box ticked."""
    await service.show_people(shown=understood, by=user)
    return RedirectResponse("/performance#people", status_code=303)


@router.post("/performance/people/hide", dependencies=SAFE)
async def hide_people(service: Service, user: Senior) -> RedirectResponse:
    await service.show_people(shown=False, by=user)
    return RedirectResponse("/performance#people", status_code=303)


@router.post("/performance/baseline", dependencies=SAFE)
async def set_baseline(
    service: Service, user: Senior, minutes: Annotated[float, Form(ge=0, le=480)]
) -> RedirectResponse:
    await service.set_baseline(round(minutes * 60), by=user)
    return RedirectResponse("/performance#saved", status_code=303)


@router.post("/performance/tests/on", dependencies=SAFE)
async def plant(
    service: Service,
    user: Senior,
    one_in: Annotated[int, Form(ge=FEWEST, le=MOST)],
    understood: Annotated[bool, Form()],
) -> RedirectResponse:
    """`understood`: the note on the law was read, and its box ticked."""
    if not understood:
        raise Invalid("read the note on the law first, and tick its box")
    await service.plant(one_in, by=user)
    return RedirectResponse("/performance#tests", status_code=303)


@router.post("/performance/tests/off", dependencies=SAFE)
async def plant_nothing(service: Service, user: Senior) -> RedirectResponse:
    await service.plant(0, by=user)
    return RedirectResponse("/performance#tests", status_code=303)
