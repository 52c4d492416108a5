"""The data-quality report, on SQLite and PostgreSQL. Customer C-1 with contact Petra and open INV-1 is there."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from app.db.repositories.quality import Quality
from app.db.tables.ledger import ContactRow, CustomerRow, InvoiceRow, PaymentRow
from app.domain.account import ContactRole, InvoiceKind, InvoiceStatus
from app.domain.company import Company
from app.domain.freshness import freshness
from app.domain.ids import new_id
from app.ledger.quality import MEANINGS, NO_RATE, NO_SENDER, QualityFinding, QualityReport, QualityService
from app.ledger.service import LedgerService
from tests.instances import Instance

NOW, LIMIT = datetime(2026, 5, 21, tzinfo=UTC), timedelta(hours=36)


def _customer(customer_id: str, **fields: object) -> CustomerRow:
    usual: dict[str, object] = {
        "name": f"Customer {customer_id}",
        "language": "en",
        "country": "GB",
        "currency": "EUR",
        "timezone": "Europe/London",
    }
    return CustomerRow(id=customer_id, **usual | fields)


def _contact(customer_id: str, email: str) -> ContactRow:
    role = ContactRole.ACCOUNTS_PAYABLE
    return ContactRow(id=new_id(), customer_id=customer_id, name="N", email=email, role=role)


def _invoice(number: str, **fields: object) -> InvoiceRow:
    usual: dict[str, object] = {
        "customer_id": "C-2",
        "kind": InvoiceKind.INVOICE,
        "amount": Decimal(len(number) * 10),
        "open_amount": Decimal(10),
        "currency": "EUR",
        "issue_date": date(2026, 4, 1),
        "due_date": date(2026, 5, 1),
        "status": InvoiceStatus.OPEN,
    }
    return InvoiceRow(id=new_id(), number=number, **usual | fields)


ODD = (
    _customer("C-2", name="Ash Ltd"),
    _customer("C-3", name="ASH LTD", language="", country="GB"),
    _customer("C-4", country="", timezone="Mars/Olympus"),
    _contact("C-2", "petra@customer.example"),
    _contact("C-3", "noreply@ash.example"),
    _invoice("A", due_date=date(2026, 3, 1)),
    _invoice("BB", open_amount=Decimal(21)),
    _invoice("CCC", amount=Decimal(-30), open_amount=Decimal(-1)),
    _invoice("DDDD", currency="GBP"),
    _invoice("EEEEE", status=InvoiceStatus.PAID),
    _invoice("FFFFFF"),
    _invoice("GGGGGG"),
)
EXPECTED = {
    "customers_without_contact": (1, ("C-4",)),
    "contacts_undeliverable": (1, ("C-3",)),
    "contacts_shared": (1, ("C-1 / C-2",)),
    "customers_without_language": (1, ("C-3",)),
    "customers_without_country": (2, ("C-1", "C-4")),
    "customers_without_timezone": (1, ("C-4",)),
    "customers_twice": (1, ("C-2 / C-3",)),
    "invoices_twice": (1, ("FFFFFF / GGGGGG",)),
    "invoices_due_before_issued": (1, ("A",)),
    "invoices_open_above_amount": (1, ("BB",)),
    "invoices_wrong_sign": (1, ("CCC",)),
    "invoices_other_currency": (1, ("DDDD",)),
    "invoices_closed_but_open": (1, ("EEEEE",)),
    "invoices_paid_without_payment": (1, ("EEEEE",)),
    "payments_unassigned": (2, ("P-1", "P-2")),
}


async def _spoil(instance: Instance) -> None:
    async with instance.database.write() as uow:
        for row in ODD:
            await uow.session.merge(row)
        await uow.session.flush()
        for payment_id, number in (("P-1", ""), ("P-2", "INV-1"), ("P-3", "ffffff")):
            day, amount = date(2026, 5, 1), Decimal(10)
            uow.session.add(
                PaymentRow(
                    id=payment_id, customer_id="C-2", day=day, amount=amount, currency="EUR", invoice_number=number
                )
            )


async def test_every_check_finds_what_is_odd_and_nothing_else(instance: Instance) -> None:
    await _spoil(instance)
    async with instance.database.read() as uow:
        found = await Quality(uow.session).findings()
    assert {check: (one.count, one.examples) for check, one in found.items()} == EXPECTED
    assert found.keys() == MEANINGS.keys() - {NO_SENDER, NO_RATE}


async def test_report_of_a_ledger_in_order_is_clean_but_for_its_age(instance: Instance) -> None:
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(country="GB"))
    report = await QualityService(instance.database, LedgerService(instance.database, instance.clock), ()).report()
    assert (report.found, report.is_clean) == ((), False)
    assert str(report) == "ledger: no invoices have been imported yet"


async def test_a_company_that_no_mailbox_speaks_for_is_named(instance: Instance) -> None:
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(InvoiceRow).values(company="south"))
    ledger = LedgerService(instance.database, instance.clock)
    report = await QualityService(instance.database, ledger, (Company("north", "Nordhaven"),)).report()
    assert [(one.check, one.examples) for one in report.found if one.check == NO_SENDER] == [(NO_SENDER, ("south",))]


async def test_half_years_without_a_rate_are_named_where_interest_is_claimed(instance: Instance) -> None:
    ledger = LedgerService(instance.database, instance.clock)
    gaps = {"the law": (date(2026, 7, 1),)}
    report = await QualityService(instance.database, ledger, (), lambda: gaps).report()
    assert [one.examples for one in report.found if one.check == NO_RATE] == [("the law: 2026-07-01",)]
    assert "Half-years without a confirmed reference rate: 1 (the law: 2026-07-01)" in str(report)


def test_report_is_said_to_people_and_to_machines() -> None:
    finding = QualityFinding("payments_unassigned", 7, ("P-1", "P-2"))
    stale = freshness(None, NOW, LIMIT)
    report = QualityReport({"north": stale}, (finding, replace(finding, check="contacts_shared", count=0)))
    assert str(report).splitlines() == [
        "company north: no invoices have been imported yet",
        "Payments without a known invoice: 7 (P-1, P-2, …)",
        "      They mark the whole customer as payment seen: assign them.",
    ]
    assert report.as_dict() == {
        "freshness": [{"company": "north", "as_of": None, "is_stale": True}],
        "findings": [
            {"check": "payments_unassigned", "count": 7, "examples": ["P-1", "P-2"]},
            {"check": "contacts_shared", "count": 0, "examples": ["P-1", "P-2"]},
        ],
    }
