"""Postal addresses: imported with the customers, sealed, on letters and in case files, gone with the person."""

import io
import json
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from app.casefile.service import CaseFileService, Purpose
from app.db.tables.ledger import AddressRow, ContactRow, CustomerRow, InvoiceRow
from app.domain.people import DUEBOX
from app.domain.postal import address_lines
from app.domain.reminder import Channel, Stage
from app.ledger.service import LedgerService
from app.ledger.taking import ImportReport
from app.policies.retention import load_retention
from app.privacy.service import PrivacyService
from app.reminders.claims import ClaimBook
from tests.desk import Desk
from tests.instances import Instance
from tests.integration.test_claims import CLAIMS
from tests.integration.test_spoken import task_of, texts

COLUMNS = (
    "customer_id,name,language,country,currency,timezone,payment_terms_days,strategic,natural_person,segment,"
    "owner_email,street,postal_code,city"
)
HOME = "Mariahilfer Gürtel 12"


async def _take(
    instance: Instance, folder: Path, where: str = f"{HOME},1150,Wien", *, dry_run: bool = False
) -> ImportReport:
    path = folder / "customers.csv"
    row = f"C-1,Customer Ltd,en,AT,EUR,Europe/Vienna,30,false,false,standard,,{where}"
    path.write_text(f"{COLUMNS}\n{row}\n", encoding="utf-8")
    return await LedgerService(instance.database, instance.clock).import_file("customers", path, dry_run=dry_run)


async def _known(instance: Instance) -> str:
    async with instance.database.read() as uow:
        return await uow.addresses.of("C-1")


async def test_an_address_is_taken_with_the_customer_and_the_same_again_changes_nothing(
    instance: Instance, tmp_path: Path
) -> None:
    foreseen = await _take(instance, tmp_path, dry_run=True)
    assert "postal addresses, new or changed: 1" in foreseen.notes
    assert await _known(instance) == ""
    await _take(instance, tmp_path)
    assert await _known(instance) == f"{HOME}\n1150 Wien"
    again = await _take(instance, tmp_path)
    assert (again.unchanged, again.notes) == (1, ())
    await _take(instance, tmp_path, "Other Lane 3,1010,Wien")
    assert await _known(instance) == "Other Lane 3\n1010 Wien"
    await _take(instance, tmp_path, ",,")
    assert await _known(instance) == ""


async def test_a_file_that_says_nothing_of_addresses_leaves_them(instance: Instance, tmp_path: Path) -> None:
    await _take(instance, tmp_path)
    cells = ("C-1", "New Ltd", "en", "AT", "EUR", "Europe/Vienna", "30", "false", "false", "standard", "")
    row = dict(zip(COLUMNS.split(",")[: len(cells)], cells, strict=True))
    await LedgerService(instance.database, instance.clock).import_rows("customers", [row], by=DUEBOX)
    assert await _known(instance) == f"{HOME}\n1150 Wien"


async def test_no_dump_says_where_anybody_lives(instance: Instance, tmp_path: Path) -> None:
    await _take(instance, tmp_path)
    async with instance.database.read() as uow:
        (row,) = (await uow.session.scalars(sa.select(AddressRow))).all()
    assert b"Mariahilfer" not in row.sealed
    assert "Wien" not in row.mark


async def test_a_letter_goes_to_the_address_with_the_country_where_that_is_another(desk: Desk, tmp_path: Path) -> None:
    await _take(desk.instance, tmp_path)
    task_id = await task_of(desk, Stage.FORMAL, Channel.LETTER)
    assert (await texts(desk).of(task_id, desk.instance.collector)).address == f"{HOME}\n1150 Wien\nAUSTRIA"
    await texts(desk).order(task_id, desk.instance.collector)
    await _take(desk.instance, tmp_path, "Moved Away 1,1010,Wien")
    page = PdfReader(io.BytesIO(await texts(desk).printed(task_id, desk.instance.collector))).pages[0].extract_text()
    assert f"{HOME}\n1150 Wien\nAUSTRIA" in page, "as it was ordered"


async def test_a_case_file_says_where_letters_go(instance: Instance, tmp_path: Path) -> None:
    await _take(instance, tmp_path)
    service = CaseFileService(
        instance.database, instance.clock, ClaimBook(instance.database, CLAIMS, instance.clock).shown
    )
    with (tmp_path / "case.zip").open("wb") as out:
        await service.make("C-1", Purpose.LEGAL_ACTION, out, by=instance.collector)
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        assert archive.read("statement/address.txt").decode() == f"Customer Ltd\n{HOME}\n1150 Wien\nAT\n"
        paper = PdfReader(io.BytesIO(archive.read("case-file.pdf")))
    assert f"{HOME}\n1150 Wien" in paper.pages[0].extract_text()


async def test_the_address_goes_with_the_persons_name(instance: Instance, tmp_path: Path) -> None:
    privacy = PrivacyService(instance.database, load_retention(), instance.clock)
    await _take(instance, tmp_path)
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(name="Zebulon Quackenbush", natural_person=True))
        await uow.session.execute(sa.update(ContactRow).values(name="Z. Quackenbush", email="z@home.example"))
    await privacy.export("z@home.example", told := io.BytesIO(), by=DUEBOX)
    data = json.loads(zipfile.ZipFile(told).read("data.json"))
    assert data["addresses"] == {"C-1": f"{HOME}\n1150 Wien"}
    await privacy.erase("z@home.example", by=DUEBOX)
    assert await _known(instance), "while something is open, as the name"
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(InvoiceRow).values(status="paid", open_amount=0))
    await privacy.keep_no_longer()
    assert await _known(instance) == ""


@pytest.mark.parametrize(
    ("country", "lines"),
    [
        ("DE", "Am Kai 4\n20457 Hamburg\nNord"),
        ("GB", "Am Kai 4\nHamburg\nNord\n20457"),
        ("US", "Am Kai 4\nHamburg Nord 20457"),
        ("", "Am Kai 4\n20457 Hamburg\nNord"),
    ],
)
def test_each_country_writes_its_own_way(country: str, lines: str) -> None:
    assert address_lines("Am Kai 4", "20457", "Hamburg", "Nord", country) == lines
    assert address_lines("", "", "", "", country) == ""
