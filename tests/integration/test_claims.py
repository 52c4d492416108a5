"""Statutory interest in letters and on the book, with rates of a test: 10 % and a fixed sum of 40."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from app.db.tables.ledger import CustomerRow, InvoiceRow, PaymentRow
from app.domain.errors import Invalid
from app.domain.ids import new_id
from app.domain.interest import FixedSum, InterestRule, InterestWish, Rate
from app.reminders.claims import ClaimBook, Claims
from tests.desk import Desk

HALVES = [date(year, month, 1) for year in (2025, 2026) for month in (1, 7)]
RULE = InterestRule(
    "XX",
    "the law of the test",
    "EUR",
    Decimal(2),
    tuple(Rate(half, Decimal(8), "test", is_confirmed=True) for half in HALVES),
    (FixedSum(Decimal("0.01"), Decimal(40)),),
)
CLAIMS = Claims(InterestWish("XX", frozenset({"first"})), {"XX": RULE})


@pytest.fixture
def claiming(desk: Desk) -> Desk:
    desk.plans.claims = CLAIMS
    return desk


async def test_a_letter_claims_interest_up_to_its_day_and_the_fixed_sum_once(claiming: Desk) -> None:
    (row,) = await claiming.draft()
    async with claiming.instance.database.read() as uow:
        words = await uow.words.get_json(row.draft_id)
    days = (claiming.instance.clock().date() - date(2026, 5, 1)).days
    interest = (row.amount * Decimal("0.10") * days / 365).quantize(Decimal("0.01"))
    assert not row.is_refused
    assert f"€{interest}" in words["body"]
    assert "€40.00" in words["body"]
    assert "the law of the test" in words["body"]
    await claiming.approve(row)


async def test_natural_persons_and_other_stages_are_claimed_nothing_of(claiming: Desk) -> None:
    async with claiming.instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(natural_person=True))
    claiming.instance.clock.advance(hours=1)
    (row,) = await claiming.draft()
    async with claiming.instance.database.read() as uow:
        assert "the law of the test" not in (await uow.words.get_json(row.draft_id))["body"]
    book = ClaimBook(claiming.instance.database, CLAIMS, claiming.instance.clock)
    with pytest.raises(Invalid, match="natural person"):
        await book.of("C-1")


async def test_a_claim_outlives_its_principal_and_counts_part_payments(claiming: Desk) -> None:
    due = date(2026, 5, 1)
    await claiming.add(
        InvoiceRow(
            id=new_id(),
            number="INV-2",
            customer_id="C-1",
            kind="invoice",
            amount=Decimal(1000),
            open_amount=Decimal(0),
            currency="EUR",
            issue_date=due - timedelta(days=30),
            due_date=due,
            status="paid",
        ),
        *(
            PaymentRow(
                id=f"P-{day}",
                customer_id="C-1",
                day=due + timedelta(days=day),
                amount=Decimal(500),
                currency="EUR",
                invoice_number="INV-2",
            )
            for day in (10, 20)
        ),
    )
    law, found = await ClaimBook(claiming.instance.database, CLAIMS, claiming.instance.clock).of("C-1")
    claim = next(one for one in found if one.number == "INV-2")
    assert law == "the law of the test"
    assert (claim.interest, claim.fixed_sum) == (Decimal("4.11"), Decimal(40))


async def test_without_a_law_nothing_is_claimed(desk: Desk) -> None:
    with pytest.raises(Invalid, match=r"reminders\.interest"):
        await ClaimBook(desk.instance.database, Claims(None), desk.instance.clock).of("C-1")
