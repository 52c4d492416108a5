"""Ledger files in the database, on SQLite and PostgreSQL. Customer C-1 with contact Petra and open INV-1 is there."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.db.tables.ledger import ContactRow, CustomerRow, ImportRow, InvoiceRow, PaymentRow
from app.db.tables.system import AuditRow
from app.domain.account import InvoiceStatus
from app.domain.errors import ImportRefused, Invalid
from app.ledger.service import LedgerService
from app.ledger.taking import ImportReport
from app.ledger.written_days import DayOrder
from tests.instances import Instance, mail, on_sqlite
from tests.workbooks import write_workbook

CONTACTS = "customer_id,name,email,role,language,active,phone"
INVOICES = "number,customer_id,kind,amount,open_amount,currency,issue_date,due_date,po_number,status"
PAYMENTS = "payment_id,customer_id,date,amount,currency,reference,invoice_number"
PETRA = "C-1,Petra Vane,petra@customer.example,accounts_payable,en,true,"
INV_1 = "INV-1,C-1,invoice,100.00,100.00,EUR,2026-04-01,2026-05-01,,open"


def _invoice(number: int, left: str = "100.00", customer: str = "C-1") -> str:
    return f"INV-{number},{customer},invoice,100.00,{left},EUR,2026-04-01,2026-05-01,,open"


@dataclass
class Books:
    """The ledger of an instance, fed with lines."""

    instance: Instance
    folder: Path

    @property
    def service(self) -> LedgerService:
        return LedgerService(self.instance.database, self.instance.clock)

    async def take(self, header: str, *lines: str, **options: Any) -> ImportReport:
        kind = {CONTACTS: "contacts", INVOICES: "invoices", PAYMENTS: "payments"}.get(header, "customers")
        path = self.folder / f"{kind}.csv"
        path.write_text("\n".join([header, *lines]), encoding="utf-8")
        return await self.service.import_file(kind, path, **options)

    async def version(self, customer_id: str = "C-1") -> int:
        version: int = await self.one(sa.select(CustomerRow.ledger_version).where(CustomerRow.id == customer_id))
        return version

    async def one(self, select: sa.Select[Any]) -> Any:
        async with self.instance.database.read() as uow:
            return (await uow.session.execute(select)).scalar_one()

    async def marks(self) -> tuple[list[str], list[str]]:
        """The numbers of marked invoices, and the marked customers."""
        async with self.instance.database.read() as uow:
            invoices = await uow.session.scalars(
                sa.select(InvoiceRow.number).where(InvoiceRow.payment_seen).order_by(InvoiceRow.number)
            )
            customers = await uow.session.scalars(sa.select(CustomerRow.id).where(CustomerRow.payment_seen))
            return list(invoices), list(customers)


@pytest.fixture
def books(instance: Instance, tmp_path: Path) -> Books:
    return Books(instance, tmp_path)


def _counts(report: ImportReport) -> tuple[int, int, int]:
    return report.new, report.changed, report.unchanged


async def test_same_file_twice_changes_nothing(books: Books) -> None:
    lines = {
        CONTACTS: (PETRA, "C-1,Tom Ash,tom@customer.example,other,,false,+44 1"),
        INVOICES: (INV_1, _invoice(2, "50.1")),
        PAYMENTS: ("P-1,C-1,2026-05-01,49.90,EUR,part of 2,INV-2",),
    }
    for header, rows in lines.items():
        await books.take(header, *rows)
    contacts = sa.select(sa.func.sum(ContactRow.version))
    version, contact_versions = await books.version(), await books.one(contacts)
    for header, rows in lines.items():
        assert _counts(await books.take(header, *rows)) == (0, 0, len(rows))
    assert await books.version() == version
    assert await books.one(contacts) == contact_versions


async def test_customers_are_added_and_changed(books: Books) -> None:
    header = (
        "customer_id,name,language,country,currency,timezone,payment_terms_days,strategic,natural_person,segment,"
        "owner_email,credit_limit"
    )
    new = "C-2,Grünwald GmbH,de,DE,EUR,Europe/Berlin,30,true,false,key,milo@seller.example,5000.00"
    old = "C-1,Customer Ltd,en,GB,EUR,Europe/London,30,false,false,,,"
    assert _counts(await books.take(header, new, old)) == (1, 1, 0)
    assert (await books.version("C-1"), await books.version("C-2")) == (2, 1)
    assert _counts(await books.take(header, new.replace("true", "false"), old)) == (0, 1, 1)
    assert (await books.version("C-1"), await books.version("C-2")) == (2, 2)
    async with books.instance.database.read() as uow:
        account = await uow.ledger.account("C-2")
    assert account is not None
    assert (account.name, account.timezone, account.strategic) == ("Grünwald GmbH", "Europe/Berlin", False)


async def test_changed_invoice_touches_customer_and_open_review(books: Books) -> None:
    (review,) = await books.instance.work(mail())
    report = await books.take(INVOICES, _invoice(1, "40.00"), _invoice(2))
    assert _counts(report) == (1, 1, 0)
    assert await books.version() == 2
    assert (await books.instance.pending())[0].version == review.version + 1
    left = sa.select(InvoiceRow.open_amount).where(InvoiceRow.number == "INV-1")
    assert await books.one(left) == Decimal("40.00")


async def test_contact_version_rises_with_what_mails_rely_on(books: Books) -> None:
    version = sa.select(ContactRow.version).where(ContactRow.email == "petra@customer.example")
    assert _counts(await books.take(CONTACTS, PETRA + "+44 1632 960118")) == (0, 1, 0)
    assert (await books.one(version), await books.version()) == (2, 2)  # the language came with the file
    assert _counts(await books.take(CONTACTS, PETRA + "+44 1632 960119")) == (0, 1, 0)
    assert (await books.one(version), await books.version()) == (2, 2)
    assert _counts(await books.take(CONTACTS, PETRA.replace("true", "false"))) == (0, 1, 0)
    assert (await books.one(version), await books.version()) == (3, 3)


@on_sqlite
async def test_optional_column_that_is_absent_keeps_what_is_stored(books: Books) -> None:
    await books.take(CONTACTS, PETRA + "+44 1632 960118")
    (books.folder / "short.csv").write_text(f"{CONTACTS[: -len(',phone')]}\n{PETRA[:-1]}\n")
    report = await books.service.import_file("contacts", books.folder / "short.csv")
    assert _counts(report) == (0, 0, 1)
    assert await books.one(sa.select(ContactRow.phone)) == "+44 1632 960118"


async def test_one_bad_row_and_nothing_is_taken(books: Books) -> None:
    with pytest.raises(ImportRefused) as refusal:
        await books.take(INVOICES, _invoice(1, "40.00"), _invoice(2), _invoice(3, customer="C-9"))
    assert str(refusal.value) == "invoices.csv, line 4, column customer_id: there is no customer C-9"
    assert await books.one(sa.select(InvoiceRow.open_amount)) == Decimal("100.00")
    assert await books.one(sa.select(sa.func.count()).select_from(ImportRow)) == 0
    assert await books.version() == 1


async def test_file_is_dated_and_audited_without_names(books: Books) -> None:
    report = await books.take(INVOICES, INV_1, _invoice(2))
    assert str(report).splitlines() == [
        "invoices.csv: 2 invoices: 1 new, 0 changed, 1 unchanged",
        "perhaps twice, the same customer, amount and issue date: INV-1 and INV-2",
    ]
    async with books.instance.database.read() as uow:
        row = (await uow.session.scalars(sa.select(ImportRow))).one()
        entry = (await uow.session.scalars(sa.select(AuditRow).where(AuditRow.kind == "ledger.file.imported"))).one()
    assert (row.kind, row.rows, row.changed, row.at) == ("invoices", 2, 1, books.instance.clock())
    assert b'"new":1,"rows":2' in entry.body
    assert b"Customer" not in entry.body
    assert b"INV" not in entry.body


@on_sqlite
async def test_what_somebody_says_about_the_order_of_dates_is_heard(books: Books) -> None:
    payment = "P-1,C-1,04/05/2026,10.00,EUR,x,INV-1"
    with pytest.raises(ImportRefused, match="can be read as"):
        await books.take(PAYMENTS, payment)
    assert _counts(await books.take(PAYMENTS, payment, order=DayOrder.DAY_FIRST)) == (1, 0, 0)
    assert await books.one(sa.select(PaymentRow.day)) == date(2026, 5, 4)


@on_sqlite
async def test_dry_run_foresees_and_leaves_everything(books: Books) -> None:
    report = await books.take(INVOICES, _invoice(1, "40.00"), _invoice(2), dry_run=True)
    assert _counts(report) == (1, 1, 0)
    assert str(report).startswith("invoices.csv: 2 invoices: would be 1 new")
    assert await books.version() == 1
    assert await books.one(sa.select(sa.func.count()).select_from(ImportRow)) == 0


async def test_snapshot_closes_what_is_missing(books: Books) -> None:
    many = [_invoice(number) for number in range(1, 11)]
    await books.take(INVOICES, *many)
    foreseen = await books.take(INVOICES, *many[2:], snapshot=True, dry_run=True)
    assert foreseen.closed == ("INV-1", "INV-2")
    report = await books.take(INVOICES, *many[2:], snapshot=True)
    assert report.closed == ("INV-1", "INV-2")
    first = sa.select(InvoiceRow.status).where(InvoiceRow.number == "INV-1")
    assert await books.one(first) is InvoiceStatus.PAID
    assert await books.one(sa.select(sa.func.sum(InvoiceRow.open_amount))) == Decimal(800)
    again = await books.take(INVOICES, *many[2:], snapshot=True)
    assert (again.closed, _counts(again)) == ((), (0, 0, 8))


@on_sqlite
async def test_snapshot_that_closes_much_must_be_confirmed(books: Books) -> None:
    many = [_invoice(number) for number in range(1, 11)]
    await books.take(INVOICES, *many)
    foreseen = await books.take(INVOICES, *many[3:], snapshot=True, dry_run=True)
    assert foreseen.notes == ("the file would close 3 of 10 open invoices, more than 20%: --yes will be needed",)
    with pytest.raises(Invalid, match="would close 3 of 10 open invoices"):
        await books.take(INVOICES, *many[3:], _invoice(11), snapshot=True)
    assert await books.one(sa.select(sa.func.count()).select_from(InvoiceRow)) == 10
    assert len((await books.take(INVOICES, *many[3:], snapshot=True, confirmed=True)).closed) == 3


@on_sqlite
async def test_snapshot_speaks_for_the_companies_that_it_names(books: Books) -> None:
    header = f"{INVOICES},company"
    path = books.folder / "invoices.csv"
    path.write_text("\n".join([header, f"{_invoice(1)},north", f"{_invoice(1)},south", f"{_invoice(2)},south"]))
    await books.service.import_file("invoices", path)
    path.write_text("\n".join([header, f"{_invoice(1)},south"]))
    report = await books.service.import_file("invoices", path, snapshot=True, confirmed=True)
    assert report.closed == ("INV-2",)
    assert report.notes == ("left as they are, because the file does not name the company: north, without company",)


@on_sqlite
async def test_snapshot_is_for_invoices(books: Books) -> None:
    with pytest.raises(Invalid, match="only an invoice file"):
        await books.take(PAYMENTS, snapshot=True)


async def test_newer_payment_is_seen_until_a_later_invoice_file(books: Books) -> None:
    await books.take(INVOICES, INV_1, _invoice(2))
    today = books.instance.clock().date()
    older, newer = today - timedelta(days=1), today + timedelta(days=1)
    version = await books.version()
    report = await books.take(
        PAYMENTS, f"P-1,C-1,{older},10.00,EUR,,INV-2", f"P-2,C-1,{newer},10.00,EUR,,inv-1", f"P-3,C-1,{newer},-5,EUR,,"
    )
    assert report.notes == ("marked payment seen: 1",)
    assert await books.marks() == (["INV-1"], [])
    assert await books.version() == version + 1
    assert await books.one(sa.select(sa.func.sum(InvoiceRow.open_amount))) == Decimal(200)
    books.instance.clock.advance(days=1)
    await books.take(INVOICES, INV_1, _invoice(2))
    assert await books.marks() == (["INV-1"], [])
    books.instance.clock.advance(days=1)
    await books.take(INVOICES, INV_1, _invoice(2))
    assert await books.marks() == ([], [])
    assert await books.version() == version + 2


async def test_payment_without_a_known_number_marks_the_customer(books: Books) -> None:
    await books.take(INVOICES, INV_1)
    today = books.instance.clock().date()
    await books.take(PAYMENTS, f"P-1,C-1,{today},10.00,EUR,thanks,")
    assert await books.marks() == ([], ["C-1"])
    await books.take(PAYMENTS, f"P-1,C-1,{today},10.00,EUR,thanks,INV-1")
    assert await books.marks() == (["INV-1"], [])
    await books.take(PAYMENTS, f"P-1,C-1,{today},10.00,EUR,thanks,INV-77")
    assert await books.marks() == ([], ["C-1"])
    assert await books.one(sa.select(sa.func.count()).select_from(PaymentRow)) == 1


@on_sqlite
async def test_payments_before_any_invoice_file_mark_nothing(books: Books) -> None:
    await books.take(PAYMENTS, f"P-1,C-1,{books.instance.clock().date()},10.00,EUR,,INV-1")
    assert await books.marks() == ([], [])


async def test_files_longer_than_a_batch(books: Books) -> None:
    numbers = range(1, 4502)
    assert _counts(await books.take(INVOICES, *map(_invoice, numbers))) == (4500, 0, 1)
    report = await books.take(INVOICES, *(_invoice(n, "1.00" if n > 4000 else "100.00") for n in numbers))
    assert _counts(report) == (0, 501, 4000)


async def test_workbook_is_taken_like_the_file_of_the_same_rows(books: Books) -> None:
    header = tuple(INVOICES.split(","))
    day, due = date(2026, 4, 1), date(2026, 5, 1)
    rows = [("INV-2", "C-1", "invoice", 70.5, 70.5, "EUR", day, due, None, "open")]
    path = write_workbook(books.folder / "invoices.xlsx", [header, *rows])
    assert _counts(await books.service.import_file("invoices", path)) == (1, 0, 0)
    assert _counts(await books.service.import_file("invoices", path)) == (0, 0, 1)
    line = "INV-2,C-1,invoice,70.50,70.50,EUR,2026-04-01,2026-05-01,,open"
    assert _counts(await books.take(INVOICES, line)) == (0, 0, 1)


async def test_what_is_perhaps_there_twice_is_said_once(books: Books) -> None:
    report = await books.take(INVOICES, _invoice(2), _invoice(3, customer="C-1"), dry_run=True)
    assert report.notes[0] == "perhaps twice, the same customer, amount and issue date: INV-1 and INV-3"
    await books.take(INVOICES, _invoice(2))
    assert (await books.take(INVOICES, INV_1, _invoice(2))).notes == ()


async def test_customers_and_contacts_that_are_perhaps_there_twice(books: Books) -> None:
    header = (
        "customer_id,name,language,country,currency,timezone,payment_terms_days,strategic,natural_person,segment,"
        "owner_email"
    )
    rest = "en,GB,EUR,Europe/London,30,false,false,,"
    twins = await books.take(header, f"C-2,Ash Ltd,{rest}", f"C-3,ASH LTD,{rest}", f"C-4,Oak Ltd,{rest}")
    assert twins.notes == ("perhaps twice, the same name and country: C-2 and C-3",)
    shared = await books.take(CONTACTS, PETRA.replace("C-1", "C-2"))
    assert shared.notes == ("perhaps twice, one contact address: C-1 and C-2",)


async def test_freshness_is_that_of_the_newest_invoice_file_for_each_company(books: Books) -> None:
    assert (await books.service.freshness()).reason == "no invoices have been imported yet"
    header = f"{INVOICES},company"
    path = books.folder / "companies.csv"
    path.write_text(f"{header}\n{_invoice(2)},north\n{_invoice(3)},south\n")
    await books.service.import_file("invoices", path)
    books.instance.clock.advance(hours=80)
    path.write_text(f"{header}\n{_invoice(2)},north\n")
    await books.service.import_file("invoices", path)
    assert {company: one.is_stale for company, one in (await books.service.freshness_by_company()).items()} == {
        "north": False,
        "south": True,
    }
    assert not (await books.service.freshness("north")).is_stale
    whole = await books.service.freshness()
    assert (whole.is_stale, whole.age) == (True, timedelta(hours=80))
    await books.take(INVOICES, INV_1)
    assert (await books.service.freshness("south")).is_stale, "a file without companies that leaves out all of theirs"
    await books.take(INVOICES, INV_1, partial=False)
    assert not (await books.service.freshness()).is_stale
    assert not (await books.service.freshness("south")).is_stale


async def test_a_part_of_what_is_open_dates_nobodys_ledger_and_clears_no_mark(books: Books) -> None:
    await books.take(INVOICES, INV_1, _invoice(2))
    today = books.instance.clock().date()
    await books.take(PAYMENTS, f"P-1,C-1,{today},10.00,EUR,,INV-1")
    books.instance.clock.advance(hours=80)
    report = await books.take(INVOICES, _invoice(2), _invoice(3, customer="C-1"))
    assert report.notes[-1] == ("only a part: 1 of 2 open invoices are not in it, so the ledger stays as old as it was")
    assert await books.marks() == (["INV-1"], [])
    assert (await books.service.freshness()).is_stale
    await books.take(INVOICES, INV_1, _invoice(2), _invoice(3), partial=True)
    assert (await books.service.freshness()).is_stale
    await books.take(INVOICES, _invoice(2), _invoice(3), partial=False)
    assert await books.marks() == ([], [])
    assert not (await books.service.freshness()).is_stale
    with pytest.raises(Invalid, match="it is no part"):
        await books.take(INVOICES, INV_1, snapshot=True, partial=True)


async def test_a_file_of_one_company_clears_no_mark_of_another(books: Books) -> None:
    async def import_of(*lines: str) -> None:
        path = books.folder / "companies.csv"
        path.write_text("\n".join([f"{INVOICES},company", *lines]))
        await books.service.import_file("invoices", path, partial=False)

    north, south = f"{_invoice(2)},north", f"{_invoice(3)},south"
    await import_of(north, south)
    today = books.instance.clock().date()
    await books.take(PAYMENTS, *(f"P-{n},C-1,{today},10.00,EUR,,INV-{n}" for n in (2, 3)))
    await books.take(PAYMENTS, f"P-9,C-1,{today},10.00,EUR,thanks,")
    assert await books.marks() == (["INV-2", "INV-3"], ["C-1"])
    books.instance.clock.advance(days=1)
    await import_of(north)
    assert await books.marks() == (["INV-3"], ["C-1"]), "a payment without a number may be for the south"
    await import_of(south)
    assert await books.marks() == ([], [])
