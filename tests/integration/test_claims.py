"""Statutory interest in letters and on the book, with rates of a test: 10 % and a fixed sum of 40."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from app.db.repositories.ledger import PAYMENTS_SHOWN
from app.db.tables.ledger import CaseRow, CustomerRow, InvoiceRow, PaymentRow
from app.domain.errors import Invalid
from app.domain.ids import new_id
from app.domain.interest import CompanyClaims, FixedSum, InterestRule, InterestWish, Rate
from app.domain.review import CaseKind, CaseState
from app.reminders.claims import ClaimBook, Claims, as_data
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
    pdf, workbook = await claiming.sending.papers(row.id)
    shown = " ".join(PdfReader(BytesIO(pdf.content)).pages[0].extract_text().split())
    with ZipFile(BytesIO(workbook.content)) as book:
        strings = book.read("xl/sharedStrings.xml").decode()
    assert all(f"€{interest}" in text and "the law of the test" in text for text in (shown, strings))
    await claiming.approve(row)


async def test_interest_that_a_person_took_out_is_not_claimed_by_the_papers_either(claiming: Desk) -> None:
    (row,) = await claiming.draft()
    async with claiming.instance.database.read() as uow:
        words = await uow.words.get_json(row.draft_id)
    body = "\n\n".join(part for part in words["body"].split("\n\n") if "the law of the test" not in part)
    await claiming.approve(row, is_meant=True, subject=words["subject"], body=body)
    _pdf, workbook = await claiming.sending.papers(row.id)
    with ZipFile(BytesIO(workbook.content)) as book:
        assert "the law of the test" not in book.read("xl/sharedStrings.xml").decode()


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
    found = await claimed(claiming)
    claim = next(one for one in found.claims if one.number == "INV-2")
    assert found.law == "the law of the test"
    assert (claim.interest, claim.fixed_sum) == (Decimal("4.11"), Decimal(40))


async def test_without_a_law_nothing_is_claimed(desk: Desk) -> None:
    with pytest.raises(Invalid, match=r"reminders\.interest"):
        await ClaimBook(desk.instance.database, Claims(None), desk.instance.clock).of("C-1")


DUE = date(2026, 5, 1)


def paid_invoice(number: str, company: str = "", due: date = DUE) -> InvoiceRow:
    return InvoiceRow(
        id=new_id(),
        number=number,
        company=company,
        customer_id="C-1",
        kind="invoice",
        amount=Decimal(1000),
        open_amount=Decimal(0),
        currency="EUR",
        issue_date=due - timedelta(days=30),
        due_date=due,
        status="paid",
    )


def payment(number: str, day: date, amount: int = 1000) -> PaymentRow:
    return PaymentRow(
        id=str(new_id()), customer_id="C-1", day=day, amount=Decimal(amount), currency="EUR", invoice_number=number
    )


async def claimed(desk: Desk, claims: Claims = CLAIMS) -> CompanyClaims:
    return next(iter(await ClaimBook(desk.instance.database, claims, desk.instance.clock).of("C-1")))


async def test_no_payment_is_forgotten_however_many_came_since(claiming: Desk) -> None:
    await claiming.add(
        paid_invoice("INV-2"),
        payment("INV-2", DUE + timedelta(days=10)),
        *(payment("INV-9", DUE + timedelta(days=11), 1) for _ in range(PAYMENTS_SHOWN)),
    )
    assert [one.interest for one in (await claimed(claiming)).claims if one.number == "INV-2"] == [Decimal("2.74")]


@pytest.mark.parametrize(("moves", "interest"), [(False, "0.82"), (True, "0.27")])
async def test_a_due_date_on_a_day_of_rest_is_the_next_business_day_where_the_law_says_so(
    claiming: Desk, moves: bool, interest: str
) -> None:
    saturday, after_the_bank_holiday = date(2026, 5, 2), date(2026, 5, 5)
    await claiming.add(
        paid_invoice("INV-2", due=saturday),
        payment("INV-2", after_the_bank_holiday),
        paid_invoice("INV-3", due=saturday),
        payment("INV-3", after_the_bank_holiday + timedelta(days=1)),
    )
    rule = replace(RULE, moves_rest_days=moves)
    found = await claimed(claiming, Claims(InterestWish("XX", frozenset({"first"})), {"XX": rule}))
    late = {one.number: str(one.interest) for one in found.claims if one.number != "INV-1"}
    assert late == ({"INV-3": interest} if moves else {"INV-2": interest, "INV-3": "1.10"})


async def test_a_number_that_two_companies_use_is_claimed_nothing_for_its_payments(claiming: Desk) -> None:
    await claiming.add(paid_invoice("INV-2"), paid_invoice("INV-2", "south"), payment("INV-2", DUE + timedelta(days=9)))
    assert [one.number for one in (await claimed(claiming)).claims] == ["INV-1"]


@pytest.mark.parametrize(("amount", "base"), [(Decimal(60), Decimal(40)), (None, None)])
async def test_what_is_disputed_bears_no_interest_on_the_book_either(
    claiming: Desk, amount: Decimal | None, base: Decimal | None
) -> None:
    await claiming.add(
        CaseRow(
            id=new_id(),
            kind=CaseKind.DISPUTE,
            state=CaseState.CONFIRMED,
            customer_id="C-1",
            run=0,
            invoices=["INV-1"],
            amount=amount,
            currency="EUR" if amount else None,
            opened_at=claiming.instance.clock(),
        )
    )
    found = (await claimed(claiming)).claims
    assert [one.stretches[0].base for one in found] == ([base] if base else [])


async def test_a_missing_rate_costs_only_the_invoices_that_need_it(claiming: Desk) -> None:
    old = date(2024, 12, 1)
    await claiming.add(paid_invoice("INV-0", due=old), payment("INV-0", old + timedelta(days=10)))
    found = await claimed(claiming)
    assert [one.number for one in found.claims] == ["INV-1"]
    assert "2024-07-01" in found.missing["INV-0"]


async def test_a_letter_that_lost_its_claim_says_so_to_whoever_decides_on_it(desk: Desk) -> None:
    desk.plans.claims = Claims(InterestWish("XX", frozenset({"first"})), {"XX": replace(RULE, rates=())})
    today = desk.instance.clock().date()
    assert desk.plans.claims.gaps(today, today) == {"the law of the test": (date(2026, 1, 1),)}
    (row,) = await desk.draft()
    view = await desk.pages.reminder(row.id)
    assert "2026-01-01" in view.unclaimed
    assert view.may_be_approved
    assert "half-year" not in view.body


async def test_an_operators_own_rate_fills_the_gap(desk: Desk) -> None:
    own = Rate(date(2026, 1, 1), Decimal(3), "read there", is_confirmed=True)
    wish = InterestWish("XX", frozenset({"first"}), rates={"XX": (own,)})
    desk.plans.claims = Claims(wish, {"XX": replace(RULE, rates=())})
    today = desk.instance.clock().date()
    assert desk.plans.claims.gaps(today, today) == {}
    found = await claimed(desk, desk.plans.claims)
    assert [one.stretches[0].percent for one in found.claims] == [Decimal(5)]


async def test_a_claim_stops_on_the_eve_of_a_half_year_without_a_rate_and_says_so(desk: Desk) -> None:
    """INV-1 is due on 2026-05-01, and it is the autumn: 60 days up to the end of June at 10 %, then nothing."""
    desk.instance.clock.advance(days=120)
    claims = Claims(InterestWish("XX", frozenset({"first"})), {"XX": replace(RULE, rates=RULE.rates[:3])})
    found = await claimed(desk, claims)
    (claim,) = found.claims
    assert (claim.stretches[-1].last, found.stops, found.gaps) == (date(2026, 6, 30), date(2026, 6, 30), (HALVES[3],))
    assert (claim.interest, claim.fixed_sum) == (Decimal("1.64"), Decimal(40))
    assert "2026-07-01" in found.missing["INV-1"]
    assert ClaimBook(desk.instance.database, claims, desk.instance.clock).gaps()


async def test_each_company_claims_by_its_own_law_and_one_without_a_law_nothing(claiming: Desk) -> None:
    other = replace(RULE, country="YY", law="the other law", fixed_sums=())
    wish = InterestWish("", frozenset({"first"}), laws={"": "XX", "south": "YY"})
    late = [paid_invoice(f"INV-{company}", company) for company in ("south", "east")]
    await claiming.add(*late, *(payment(row.number, DUE + timedelta(days=10)) for row in late))
    claims = Claims(wish, {"XX": RULE, "YY": other})
    own, south = await ClaimBook(claiming.instance.database, claims, claiming.instance.clock).of("C-1")
    assert [(one.company, one.law, [c.number for c in one.claims]) for one in (own, south)] == [
        ("", "the law of the test", ["INV-1"]),
        ("south", "the other law", ["INV-south"]),
    ]
    (told,) = as_data(south)
    assert (told["interest"], told["fixed_sum"]) == ("2.74", "0")
    assert told["stretches"][0]["rate"] == {
        "since": "2026-01-01",
        "percent": "8",
        "source": "test",
        "is_confirmed": True,
    }
