"""What to do next, as the list of those who do it has it, on SQLite and PostgreSQL. C-1 owes INV-1 since 2026-05-01."""

from datetime import timedelta
from decimal import Decimal

import sqlalchemy as sa

from app.db.tables.ledger import CaseRow, CustomerRow, InvoiceRow
from app.domain.ids import new_id
from app.domain.reminder import Stage
from app.domain.review import CaseKind, CaseState
from app.ledger.standing import StandingService
from app.policies.standing import load_actions, load_standing
from app.reminders.next_steps import NextStepService, Standings
from tests.desk import Desk


def steps(desk: Desk) -> NextStepService:
    database, clock = desk.instance.database, desk.instance.clock
    standing = StandingService(database, load_standing(), load_actions(), clock)
    return NextStepService(database, Standings(standing.of, standing.of_all), desk.plans, clock)


async def add_customer(desk: Desk, key: str, amount: int, *, is_person: bool = False, currency: str = "EUR") -> None:
    due = desk.instance.clock().date() - timedelta(days=100)
    await desk.add(CustomerRow(id=key, name=f"The {key}", owner_email="ines@seller.example", natural_person=is_person))
    await desk.add(
        InvoiceRow(
            id=new_id(),
            number=f"INV-{key}",
            customer_id=key,
            kind="invoice",
            amount=Decimal(amount),
            open_amount=Decimal(amount),
            currency=currency,
            issue_date=due - timedelta(days=30),
            due_date=due,
            status="open",
        )
    )


async def test_what_is_most_at_risk_stands_first_and_persons_are_not_scored(desk: Desk) -> None:
    await add_customer(desk, "C-2", 300)
    await add_customer(desk, "C-3", 5_000, is_person=True)
    await add_customer(desk, "C-4", 400)
    service = steps(desk)
    assert (await service.page(limit=10)).day is None
    await service.refresh_today()
    await service.refresh_today()
    found = await service.page(limit=3)
    assert [item.customer_id for item in found.items] == ["C-4", "C-2", "C-1"]
    rest = await service.page(limit=3, after=found.next or 0)
    assert [(item.customer_id, item.at_risk) for item in rest.items] == [("C-3", None)]
    assert [item.customer_id for item in (await service.page(limit=9, kind="remind")).items] == ["C-1"]
    assert [item.customer_id for item in (await service.page(limit=9, owner="ines@seller.example")).items][:1] == [
        "C-4"
    ]


async def test_currencies_take_turns_and_persons_stand_last_of_all(desk: Desk) -> None:
    for key, amount, currency in (
        ("C-2", 9_000, "EUR"),
        ("C-3", 8_000, "EUR"),
        ("C-4", 70, "CHF"),
        ("C-5", 90_000, "USD"),
        ("C-6", 80_000, "USD"),
    ):
        await add_customer(desk, key, amount, currency=currency)
    await add_customer(desk, "C-7", 5_000, currency="CHF", is_person=True)
    service = steps(desk)
    await service.refresh_today()
    found = [item.customer_id for item in (await service.page(limit=9)).items]
    assert found == ["C-4", "C-2", "C-5", "C-3", "C-6", "C-1", "C-7"]


async def test_the_list_and_the_page_say_what_the_plan_does(desk: Desk) -> None:
    async with desk.instance.database.write() as uow:
        await uow.session.execute(
            sa.update(InvoiceRow).values(due_date=desk.instance.clock().date() - timedelta(days=35))
        )
    (row,) = await desk.draft()
    service = steps(desk)
    await service.refresh_today()
    (item,) = (await service.page(limit=9)).items
    action = (await service.of("C-1")).next_action
    assert (item.stage, item.tone) == (row.stage, row.tone) == (action.stage, action.tone)
    assert action.stage is Stage.FIRST


async def test_a_dispute_of_a_part_that_nobody_confirmed_stops_the_whole_invoice(desk: Desk) -> None:
    case = CaseRow(
        id=new_id(),
        kind=CaseKind.DISPUTE,
        state=CaseState.PROPOSED,
        customer_id="C-1",
        run=0,
        invoices=["INV-1"],
        amount=Decimal(10),
        currency="EUR",
        opened_at=desk.instance.clock(),
    )
    await desk.add(case)
    assert (await steps(desk).of("C-1")).next_action.rule == "everything-is-stopped"
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(CaseRow).values(state=CaseState.CONFIRMED))
    assert (await steps(desk).of("C-1")).next_action.rule != "everything-is-stopped"
