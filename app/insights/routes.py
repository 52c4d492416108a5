"""The pages about the whole ledger. What is chosen stands in the address, so that a view can be kept and sent."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from app.db.repositories.figures import Slice
from app.insights.customers import CustomerPages
from app.insights.pages import InsightsPages
from app.web.auth import PageUser
from app.web.pages import html, page_of

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Query(max_length=320)]


def dashboards(request: Request) -> InsightsPages:
    return cast(InsightsPages, request.app.state.services.dashboards)


def customer_pages(request: Request) -> CustomerPages:
    return cast(CustomerPages, request.app.state.services.customers)


def chosen(currency: Word = "", company: Word = "", segment: Word = "", owner: Word = "") -> Slice:
    return Slice(currency, company, segment, owner)


Dashboards = Annotated[InsightsPages, Depends(dashboards)]
Customers = Annotated[CustomerPages, Depends(customer_pages)]
Part = Annotated[Slice, Depends(chosen)]


@router.get("/dashboard")
async def dashboard(request: Request, pages: Dashboards, user: PageUser, part: Part) -> HTMLResponse:
    view = await pages.dashboard(part, user)
    return html(request, "dashboard.html", page=await page_of(request, "dashboard", user), view=view)


@router.get("/dashboard/export.csv")
async def export(pages: Dashboards, user: PageUser, part: Part) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="figures.csv"'}
    return Response(await pages.export(part, user), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/customers")
async def customers(
    request: Request, pages: Customers, user: PageUser, part: Part, q: Word = "", by: Word = "", after: Word = ""
) -> HTMLResponse:
    view = await pages.listed(part, text=q.strip(), by_risk=by == "risk", after=after)
    return html(request, "customers.html", page=await page_of(request, "customers", user), view=view)


@router.get("/customers/{customer_id:path}")
async def customer(request: Request, customer_id: str, pages: Customers, user: PageUser) -> HTMLResponse:
    view = await pages.customer(customer_id, user)
    return html(request, "customer.html", page=await page_of(request, "customers", user), view=view)
