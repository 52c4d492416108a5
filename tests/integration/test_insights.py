"""Figures of whole ledgers: rolled up on both databases, compared with what plain Python makes of the same rows."""

import asyncio
import csv
import io
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.db.repositories.figures import Slice
from app.db.repositories.signals import Signals
from app.db.tables.figures import FigureRow, NextStepRow
from app.db.tables.ledger import CaseRow, CustomerRow, InvoiceRow, PaymentRow
from app.db.tables.oversight import Switch
from app.db.tables.system import AuditRow, UserRow
from app.domain.account import CLOSED, InvoiceKind, InvoiceStatus
from app.domain.cash import cash_by_week
from app.domain.conduct import NotScored
from app.domain.errors import Invalid, NotFound
from app.domain.forecast import forecast_of
from app.domain.ids import new_id
from app.domain.next_action import ActionKind
from app.domain.people import SMALLEST_TEAM
from app.domain.receivables import AGES, FigureName, age_of
from app.domain.review import CaseKind, CaseState, Role
from app.domain.task import NewTask, TaskKind
from app.insights.customers import LISTED, CustomerPages
from app.insights.pages import InsightsPages
from app.insights.routes import router
from app.insights.service import InsightsService
from app.insights.view import Balance
from app.ledger.service import LedgerService
from app.ledger.standing import StandingService
from app.policies.loading import load_policy
from app.policies.standing import load_actions, load_standing
from app.review.pages import ReviewPages
from app.web.auth import page_user
from app.web.rendering import templates
from tests.instances import Instance, mail, on_sqlite
from tests.running import CUSTOMERS

SEED = 20260521
STATUSES = [*InvoiceStatus, InvoiceStatus.OPEN, InvoiceStatus.OPEN]


def _today(instance: Instance) -> date:
    return instance.clock().date()


async def _fill(instance: Instance, customers: int = 20, invoices: int = 250) -> None:
    """A ledger of several companies, segments, owners and currencies, drawn with a fixed seed."""
    draw = random.Random(SEED)  # noqa: S311  # sample data
    today = _today(instance)
    async with instance.database.write() as uow:
        uow.session.add_all(
            CustomerRow(
                id=f"R-{n:03}",
                name=f"Random {n} Ltd",
                currency="EUR",
                segment=draw.choice(["standard", "key"]),
                owner_email=draw.choice(["", "ines@seller.example", "milo@seller.example"]),
                company=draw.choice(["", "North"]),
            )
            for n in range(customers)
        )
        await uow.session.flush()
        uow.session.add_all(_invoice(draw, n, customers, today) for n in range(invoices))


def _invoice(draw: random.Random, n: int, customers: int, today: date) -> InvoiceRow:
    kind = InvoiceKind.CREDIT_NOTE if draw.random() < 0.1 else InvoiceKind.INVOICE
    sign = -1 if kind is InvoiceKind.CREDIT_NOTE else 1
    amount = sign * Decimal(draw.randrange(1, 1_000_000)).scaleb(-2)
    issued = today - timedelta(days=draw.randrange(-3, 500))
    status = draw.choice(STATUSES)
    return InvoiceRow(
        id=new_id(),
        number=f"R-INV-{n}",
        company=draw.choice(["", "South"]),
        customer_id=f"R-{draw.randrange(customers):03}",
        kind=kind,
        amount=amount,
        open_amount=Decimal(0) if status is InvoiceStatus.PAID else amount * draw.choice([Decimal(1), Decimal("0.5")]),
        currency=draw.choice(["EUR", "GBP"]),
        issue_date=issued,
        due_date=issued + timedelta(days=draw.choice([14, 30, 60, 90])),
        status=status,
    )


@pytest.fixture
async def filled(instance: Instance) -> Instance:
    await _fill(instance)
    await InsightsService(instance.database, instance.clock).refresh_figures(_today(instance))
    return instance


async def _raw(instance: Instance, part: Slice) -> list[InvoiceRow]:
    """The invoices of a part of the ledger, chosen in Python."""
    async with instance.database.read() as uow:
        rows = (await uow.session.execute(sa.select(InvoiceRow, CustomerRow).join(CustomerRow))).all()
    return [
        invoice
        for invoice, customer in rows
        if invoice.currency == part.currency
        and part.company in ("", invoice.company or customer.company)
        and part.segment in ("", customer.segment)
        and part.owner in ("", customer.owner_email)
    ]


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_figures_that_two_workers_roll_up_at_once_are_there_once(instance: Instance) -> None:
    """After an import and for the day: what each had deleted, both would write."""
    await _fill(instance)
    figures = InsightsService(instance.database, instance.clock)
    await asyncio.gather(*(figures.refresh_today() for _ in range(4)))
    async with instance.database.read() as uow:
        at_once = await uow.session.scalar(sa.select(sa.func.count()).select_from(FigureRow))
    await figures.refresh_today()
    async with instance.database.read() as uow:
        assert await uow.session.scalar(sa.select(sa.func.count()).select_from(FigureRow)) == at_once


@on_sqlite
async def test_owners_stand_by_name_where_they_have_one(instance: Instance, browser: httpx.AsyncClient) -> None:
    await _fill(instance)
    await InsightsService(instance.database, instance.clock).refresh_figures(_today(instance))
    for path in ("/dashboard", "/customers"):
        page = (await browser.get(path)).text
        assert f'<option value="ines@seller.example">{instance.collector.name}</option>' in page, path
        assert f'">{instance.collector.name}</td>' in page, path
        assert '">milo@seller.example</td>' in page, "who has no account stays an address"
        assert (
            '<option value="smb">Small business</option>' in page or '<option value="key">Key account</option>' in page
        )


def _open(rows: list[InvoiceRow]) -> list[InvoiceRow]:
    return [row for row in rows if row.status not in CLOSED and row.open_amount]


def _total(amounts: "list[Decimal]") -> Decimal:
    return sum(amounts, Decimal(0))


PARTS = (
    Slice("EUR"),
    Slice("GBP"),
    Slice("EUR", company="South"),
    Slice("GBP", company="North", segment="key"),
    Slice("EUR", owner="ines@seller.example"),
)


async def _paid_late(instance: Instance, today: date) -> None:
    """Every paid invoice was, some days after it was due."""
    draw = random.Random(SEED)  # noqa: S311  # sample data
    async with instance.database.write() as uow:
        paid = await uow.session.scalars(sa.select(InvoiceRow).where(InvoiceRow.status == InvoiceStatus.PAID))
        uow.session.add_all(
            PaymentRow(
                id=f"P-{row.number}",
                customer_id=row.customer_id,
                day=min(row.due_date + timedelta(days=draw.randrange(40)), today),
                amount=row.amount,
                currency=row.currency,
                invoice_number=row.number,
            )
            for row in paid
        )


async def test_expected_cash_is_the_sum_of_the_forecasts(filled: Instance) -> None:
    today = _today(filled)
    await _paid_late(filled, today)
    await InsightsService(filled.database, filled.clock).refresh_today()
    view = await InsightsPages(filled.database, filled.clock).dashboard(Slice("EUR"), filled.collector)
    async with filled.database.read() as uow:
        signals = Signals(uow.session)
        segments = await signals.segment_delays(today)
        facts = await signals.facts(await signals.customers_with_open_items("", 1_000), today)
    forecasts = [
        forecast_of(one.position, one.conduct, segments.get(one.segment, ()))
        for one in facts
        if not isinstance(one.conduct, NotScored)
    ]
    assert view is not None
    expected = cash_by_week(forecasts, (), "EUR", today, len(view.cash))
    assert sum(week.expected.amount for week in expected) > 0
    for bar, week in zip(view.cash, expected, strict=True):
        unknown = [i for f in forecasts for i in f.unknown if i.open.currency == "EUR" and i.due_date >= today]
        due = [i.open.amount for i in unknown if week.start <= i.due_date < week.start + timedelta(weeks=1)]
        assert abs(bar.week.expected - week.expected.amount - _total(due)) < Decimal("0.5")
        assert Decimal(0) <= bar.week.high - bar.week.expected <= week.high.amount - week.expected.amount + 15


async def test_the_same_number_of_two_companies_is_two_invoices(instance: Instance) -> None:
    (message,) = await instance.receive(mail())
    today = _today(instance)
    async with instance.database.write() as uow:
        uow.session.add_all(
            InvoiceRow(
                id=new_id(),
                number=number,
                company=company,
                customer_id="C-1",
                kind=InvoiceKind.INVOICE,
                amount=Decimal(amount),
                open_amount=Decimal(amount) if number == "TWICE" else Decimal(0),
                currency="EUR",
                issue_date=due - timedelta(days=30),
                due_date=due,
                status=InvoiceStatus.OPEN if number == "TWICE" else InvoiceStatus.PAID,
            )
            for number, company, amount, due in (
                ("TWICE", "North", 100, today),
                ("TWICE", "South", 200, today),
                *((f"OLD-{n}", "North", 10, today - timedelta(days=50 + n)) for n in range(6)),
            )
        )
        uow.session.add_all(
            PaymentRow(
                id=f"P-{n}",
                customer_id="C-1",
                day=today - timedelta(days=40 + n),
                amount=Decimal(10),
                currency="EUR",
                invoice_number=f"OLD-{n}",
            )
            for n in range(6)
        )
        uow.cases.add(_case(CaseKind.DISPUTE, message.id, instance, invoices=["TWICE"], detail="price"))
    await InsightsService(instance.database, instance.clock).refresh_figures(today)
    async with instance.database.read() as uow:
        found = await uow.session.execute(
            sa.select(FigureRow.name, FigureRow.company, sa.func.sum(FigureRow.value))
            .where(FigureRow.name.in_((FigureName.CASH_EXPECTED, FigureName.DISPUTED)), FigureRow.company != "")
            .group_by(FigureRow.name, FigureRow.company)
        )
    assert {(name, company): round(value) for name, company, value in found} == {
        (FigureName.CASH_EXPECTED, "North"): 100,
        (FigureName.CASH_EXPECTED, "South"): 200,
        (FigureName.DISPUTED, "North"): 100,
        (FigureName.DISPUTED, "South"): 200,
    }


async def test_rolled_up_figures_equal_the_ledger_added_up(filled: Instance) -> None:
    today, pages = _today(filled), InsightsPages(filled.database, filled.clock)
    for part in PARTS:
        view = await pages.dashboard(part, filled.collector)
        assert view is not None
        found, rows = view.measures, await _raw(filled, part)
        owed = _open(rows)
        invoices = [row for row in owed if row.kind is InvoiceKind.INVOICE]
        assert found.outstanding == _total([row.open_amount for row in owed])
        assert found.items == len(owed)
        assert found.overdue == _total([row.open_amount for row in invoices if row.due_date < today])
        for name, value, count in found.ages:
            aged = [row.open_amount for row in invoices if age_of((today - row.due_date).days).value == name]
            assert (value, count) == (_total(aged), len(aged))
        sold = [row for row in rows if row.status is not InvoiceStatus.CANCELLED]
        since = today - timedelta(days=90)
        assert found.sales == _total([row.amount for row in sold if since < row.issue_date <= today])
        for month in found.months:
            mine = [r.amount for r in sold if r.issue_date.replace(day=1) == month.start and r.issue_date <= today]
            assert month.amount == _total(mine)
        for bar in view.cash:
            due = [r for r in invoices if today <= r.due_date and bar.week.start <= r.due_date]
            week = [r.open_amount for r in due if r.due_date < bar.week.start + timedelta(weeks=1)]
            assert bar.week.due == _total(week)
            assert bar.week.low <= bar.week.expected <= bar.week.high


async def test_the_export_gives_every_sum_of_the_page(filled: Instance) -> None:
    pages = InsightsPages(filled.database, filled.clock)
    view = await pages.dashboard(Slice("EUR"), filled.collector)
    assert view is not None
    rows = list(csv.DictReader(io.StringIO(await pages.export(Slice("EUR"), filled.collector))))
    work = [row for row in rows if row["name"].startswith("work_")]
    assert {row["currency"] for row in rows if row not in work} == {"EUR"}
    assert [(row["detail"], row["count"]) for row in work] == [
        ("", str(view.workload.pending)),
        *((week.isoformat(), str(count)) for week, count in view.workload.decided),
    ]
    largest = [(row["detail"], Decimal(row["value"])) for row in rows if row["name"] == "largest_overdue"]
    assert largest == [(row.customer_id, row.overdue.value) for row in view.largest] != []
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row["name"]] = sums.get(row["name"], Decimal(0)) + Decimal(row["value"])
    ages = [name.value for name in AGES]
    measures = view.measures
    outstanding = _total([sums.get(name, Decimal(0)) for name in [*ages, "credits"]])
    assert measures.outstanding == outstanding
    assert measures.overdue == _total([sums.get(name, Decimal(0)) for name in ages[1:]])
    assert measures.dso == outstanding / sums["sales"] * 90
    assert measures.best_dso == sums["not_due"] / sums["sales"] * 90
    assert _total([bar.week.due for bar in view.cash]) == sums["due_week"]
    assert _total([month.amount for month in measures.months]) == sums["sales_month"]
    async with filled.database.read() as uow:
        kinds = set(await uow.session.scalars(sa.select(AuditRow.kind)))
    assert "insights.figures.exported" in kinds


async def test_the_teams_work_is_told_to_who_oversees_it_and_by_person_only_where_that_is_on(filled: Instance) -> None:
    pages, manager = InsightsPages(filled.database, filled.clock), replace(filled.collector, role=Role.MANAGER)
    today = _today(filled)
    async with filled.database.write() as uow:
        await uow.tasks.open_once(
            [
                NewTask(TaskKind.CALL, f"test:{n}", f"R-{n:03}", today - timedelta(days=n % 2), owner_email=owner)
                for n, owner in enumerate(("ines@seller.example", "ines@seller.example", ""))
            ]
        )
    collector = await pages.dashboard(Slice("EUR"), filled.collector)
    assert collector is not None
    assert collector.team is None
    for owner in ("", "ines@seller.example"):
        view = await pages.dashboard(Slice("EUR", owner=owner), manager)
        assert view is not None
        assert view.team is not None
        assert (view.team.whole.tasks, view.team.whole.tasks_late, view.team.lines) == (3, 1, None)
        assert view.team.whole.overdue == collector.measures.overdue
    async with filled.database.write() as uow:
        await uow.oversight.set(Switch.FIGURES_BY_PERSON, 1, by=filled.collector.id)
        for n in range(SMALLEST_TEAM - 1):
            uow.users.add(
                UserRow(
                    id=new_id(),
                    email=f"user{n}@seller.example",
                    name=f"User {n}",
                    password_hash="",
                    role=Role.COLLECTOR,
                    active=True,
                    created_at=filled.clock(),
                )
            )
    view = await pages.dashboard(Slice("EUR"), manager)
    assert view is not None
    assert view.team is not None
    assert {name: load.tasks for name, load in view.team.lines or ()}.items() >= {"Ines Halvard": 2, "": 1}.items()
    assert sum(load.overdue for _name, load in view.team.lines or ()) == view.team.whole.overdue
    rows = list(csv.DictReader(io.StringIO(await pages.export(Slice("EUR"), manager))))
    assert ("Ines Halvard", "2") in {(row["owner_email"], row["count"]) for row in rows if row["name"] == "team_tasks"}


def _unmarked(text: str) -> list[str]:
    """The lines without their watermark, which is another for each file."""
    return [line.rpartition(",")[0] for line in text.splitlines()]


@on_sqlite
async def test_refreshing_again_changes_nothing_and_earlier_days_keep_their_position_only(filled: Instance) -> None:
    today, insights = _today(filled), InsightsService(filled.database, filled.clock)
    pages = InsightsPages(filled.database, filled.clock)
    before = _unmarked(await pages.export(Slice("EUR"), filled.collector))
    await insights.refresh_figures(today)
    assert _unmarked(await pages.export(Slice("EUR"), filled.collector)) == before
    await insights.refresh_figures(today + timedelta(days=1))
    async with filled.database.read() as uow:
        kept = set(await uow.session.scalars(sa.select(FigureRow.name).where(FigureRow.day == today)))
    assert kept == {*AGES, FigureName.CREDITS, FigureName.SALES}


@on_sqlite
async def test_effectiveness_and_trend_need_a_past(filled: Instance) -> None:
    pages, insights, today = (
        InsightsPages(filled.database, filled.clock),
        InsightsService(filled.database, filled.clock),
        _today(filled),
    )
    view = await pages.dashboard(Slice("EUR"), filled.collector)
    assert view is not None
    assert (view.measures.effectiveness, view.trend) == (None, None)
    begin = view.measures.outstanding
    for days in (1, 92):
        await insights.refresh_figures(today + timedelta(days=days))
    view = await pages.dashboard(Slice("EUR"), filled.collector)
    assert view is not None
    now = view.measures
    assert now.begin == begin
    collectable = begin + now.sales - now.not_due
    assert now.effectiveness == (begin + now.sales - now.outstanding) / collectable
    assert view.trend is not None
    assert [day for day, _ in view.trend.values][:2] == [today, today + timedelta(days=1)]
    rows = csv.DictReader(io.StringIO(await pages.export(Slice("EUR"), filled.collector)))
    told = [(row["day"], Decimal(row["value"])) for row in rows if row["name"] == "dso"]
    assert told == [(day.isoformat(), round(dso, 2)) for day, dso in view.trend.values]


def _case(kind: CaseKind, message_id: UUID, instance: Instance, **values: object) -> CaseRow:
    plain = {
        "id": new_id(),
        "kind": kind,
        "state": CaseState.CONFIRMED,
        "customer_id": "C-1",
        "message_id": message_id,
        "run": 1,
        "invoices": ["INV-1"],
        "opened_at": instance.clock(),
    }
    return CaseRow(**{**plain, **values})


async def test_promises_and_disputes_are_rolled_up(instance: Instance) -> None:
    (message,) = await instance.receive(mail())
    due = _today(instance) + timedelta(days=2)
    async with instance.database.write() as uow:
        for row in (
            _case(CaseKind.PROMISE, message.id, instance, day=due, amount=Decimal(40), currency="EUR"),
            _case(CaseKind.PROMISE, message.id, instance, day=due),
            _case(CaseKind.PROMISE, message.id, instance, day=due, state=CaseState.PROPOSED),
            _case(
                CaseKind.DISPUTE, message.id, instance, detail="price", opened_at=instance.clock() - timedelta(days=9)
            ),
            _case(CaseKind.DISPUTE, message.id, instance, detail="quality", amount=Decimal(7), currency="EUR"),
            _case(CaseKind.DISPUTE, message.id, instance, detail="price", state=CaseState.REMOVED),
        ):
            uow.cases.add(row)
    await InsightsService(instance.database, instance.clock).refresh_figures(_today(instance))
    view = await InsightsPages(instance.database, instance.clock).dashboard(Slice("EUR"), instance.collector)
    assert view is not None
    assert [(row.day, row.count, row.value) for row in view.measures.promises] == [(due, 2, Decimal(140))]
    assert (view.measures.disputes, view.measures.disputed) == (2, Decimal(107))
    assert [(bar.label, bar.value) for bar in view.reasons] == [("price", Decimal(100)), ("quality", Decimal(7))]
    assert {(bar.label, bar.value) for bar in view.dispute_ages} == {("8_30", Decimal(100)), ("to_7", Decimal(7))}


def _customer_pages(instance: Instance) -> CustomerPages:
    standing = StandingService(instance.database, load_standing(), load_actions(), instance.clock)
    return CustomerPages(instance.database, instance.clock, standing.of)


async def test_customers_are_paged_by_overdue_without_gaps(instance: Instance) -> None:
    await _fill(instance, customers=LISTED + 20, invoices=400)
    await InsightsService(instance.database, instance.clock).refresh_figures(_today(instance))
    pages, after = _customer_pages(instance), ""
    seen: list[Balance] = []
    while True:
        view = await pages.listed(Slice("EUR"), text="", after=after)
        seen += view.rows
        after = view.after
        if not after:
            break
    assert len(seen) > LISTED
    assert len({(row.customer_id, row.company) for row in seen}) == len(seen)
    assert [row.overdue.value for row in seen] == sorted((row.overdue.value for row in seen), reverse=True)
    total = _total([row.open_amount for row in _open(await _raw(instance, Slice("EUR")))])
    assert _total([row.outstanding.value for row in seen]) == total


async def test_customers_are_paged_by_value_at_risk_and_no_person_has_one(instance: Instance) -> None:
    await _fill(instance, customers=LISTED + 20, invoices=400)
    await InsightsService(instance.database, instance.clock).refresh_figures(_today(instance))
    async with instance.database.write() as uow:
        uow.session.add_all(
            NextStepRow(
                customer_id=f"R-{n:03}",
                day=_today(instance),
                kind=ActionKind.WAIT,
                stage="",
                tone="",
                rule="wait",
                because="",
                currency="EUR",
                asks=Decimal(0),
                at_risk=Decimal(n % 10) if n % 7 else None,
                days_overdue=0,
            )
            for n in range(1, LISTED + 10)
        )
        (await uow.session.get_one(CustomerRow, "R-009")).natural_person = True
    pages, after = _customer_pages(instance), ""
    seen: list[Balance] = []
    while True:
        view = await pages.listed(Slice("EUR"), text="", by_risk=True, after=after)
        seen += view.rows
        after = view.after
        if not after:
            break
    usual = await pages.listed(Slice("EUR"), text="", after="")
    assert {row.customer_id for row in usual.rows} <= {row.customer_id for row in seen}
    assert len({(row.customer_id, row.company) for row in seen}) == len(seen) > LISTED
    ranks = [(row.at_risk.value if row.at_risk else -1, row.overdue.value) for row in seen]
    assert ranks == sorted(ranks, reverse=True)
    assert {row.at_risk for row in seen if row.customer_id == "R-009"} == {None}


async def test_customers_are_found_by_name_id_and_invoice_number(instance: Instance) -> None:
    await InsightsService(instance.database, instance.clock).refresh_figures(_today(instance))
    pages = _customer_pages(instance)
    for text, found in (("tomer l", 1), ("C-1", 1), ("inv-1", 1), ("%", 0), ("INV-", 0)):
        assert len((await pages.listed(Slice(""), text=text, after="")).rows) == found, text
    with pytest.raises(Invalid, match="broken"):
        await pages.listed(Slice(""), text="", after="nonsense")


@pytest.fixture
async def browser(instance: Instance) -> AsyncIterator[httpx.AsyncClient]:
    """The pages as an auditor sees them."""
    app = FastAPI()
    app.state.services = SimpleNamespace(
        clock=instance.clock,
        pages=ReviewPages(instance.database, instance.clock, undo_seconds=30, policy=load_policy()),
        dashboards=InsightsPages(instance.database, instance.clock),
        customers=_customer_pages(instance),
    )
    app.state.templates = templates()
    app.include_router(router)
    app.dependency_overrides[page_user] = lambda: replace(instance.collector, role=Role.AUDITOR)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


@on_sqlite
async def test_an_auditor_reads_every_page(instance: Instance, browser: httpx.AsyncClient) -> None:
    assert "Nothing was imported yet" in (await browser.get("/dashboard")).text
    assert "Nobody found" in (await browser.get("/customers")).text
    await _fill(instance)
    await instance.work(mail())
    async with instance.database.write() as uow:
        uow.session.add(
            PaymentRow(id="P-1", customer_id="C-1", day=_today(instance), amount=Decimal(5), currency="EUR")
        )
        (await uow.session.get_one(CustomerRow, "C-1")).natural_person = True
    await InsightsService(instance.database, instance.clock).refresh_figures(_today(instance))
    page = await browser.get("/dashboard", params={"currency": "GBP", "segment": "key"})
    assert page.status_code == httpx.codes.OK
    assert '<option value="GBP" selected>GBP</option>' in page.text
    assert "£" in page.text
    assert "€" not in page.text, "no other currency is mixed in"
    assert "How is this computed?" in page.text
    assert "figures by person</a> are on" in page.text
    assert (await browser.get("/dashboard/export.csv")).headers["content-type"].startswith("text/csv")
    assert 'href="/customers/C-1"' in (await browser.get("/customers", params={"q": "INV-1"})).text
    assert "what is most at risk first" in (await browser.get("/customers", params={"by": "risk"})).text
    customer = (await browser.get("/customers/C-1")).text
    for words in ("INV-1", "petra@customer.example", "Open the case", "Payment", "not scored", "Next: "):
        assert words in customer
    for words in ("Value at risk", "Expected", "Note a promise"):
        assert words not in customer, "of a person nothing is scored, and an auditor notes nothing"


@on_sqlite
async def test_an_unknown_customer_is_not_found(instance: Instance) -> None:
    with pytest.raises(NotFound):
        await _customer_pages(instance).customer("nobody", instance.collector)


@on_sqlite
async def test_an_import_queues_the_figures(instance: Instance, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text(CUSTOMERS)
    await LedgerService(instance.database, instance.clock).import_file("customers", path)
    async with instance.database.read() as uow:
        states = await uow.session.run_sync(instance.engine.states_of, "figures-")
    assert states == {"ENQUEUED"}
