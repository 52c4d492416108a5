"""The watched folder. Customer C-1 with open INV-1 is there."""

import asyncio
import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from app.db.tables.ledger import InvoiceRow
from app.db.tables.system import AuditRow
from app.domain.account import InvoiceStatus
from app.ledger.adapter_files import FOLDER
from app.ledger.folder import OUR_OWN, Exports, WatchedFolder
from app.ledger.service import LedgerService
from app.ledger.written_days import DayOrder
from tests.instances import Instance, on_sqlite

INVOICES = "number,customer_id,kind,amount,open_amount,currency,issue_date,due_date,po_number,status\n"
CONTACTS = "customer_id,name,email,role,language,active\nC-1,Petra Vane,petra@customer.example,legal,en,yes\n"
LINE = "INV-{},C-1,invoice,100.00,100.00,EUR,2026-04-01,2026-05-01,,open\n"

pytestmark = on_sqlite


def _watched(instance: Instance, folder: Path, exports: Exports = OUR_OWN, *, poll_seconds: float = 1) -> WatchedFolder:
    ledger = LedgerService(instance.database, instance.clock)
    return WatchedFolder(
        instance.database, ledger, folder, instance.clock, poll_seconds=poll_seconds, holder="test", exports=exports
    )


async def _audited(instance: Instance, kind: str) -> list[bytes]:
    async with instance.database.read() as uow:
        return list(await uow.session.scalars(sa.select(AuditRow.body).where(AuditRow.kind == kind)))


async def test_file_is_taken_once_it_no_longer_grows(instance: Instance, tmp_path: Path) -> None:
    folder, watched = tmp_path / "in", _watched(instance, tmp_path / "in")
    folder.mkdir()
    file = folder / "invoices-today.csv"
    file.write_text(INVOICES + LINE.format(1))
    assert await watched.look(folder) == 0
    file.write_text(INVOICES + LINE.format(1) + LINE.format(2))
    assert await watched.look(folder) == 0
    assert await watched.look(folder) == 1
    assert [path.name for path in folder.iterdir()] == ["done"]
    assert [path.name for path in (folder / "done").iterdir()] == ["20260521T090000-invoices-today.csv"]
    async with instance.database.read() as uow:
        assert len(await uow.ledger.invoices("C-1")) == 2
    (entry,) = await _audited(instance, "ledger.file.imported")
    assert b'"way":"folder"' in entry


async def test_refused_file_is_put_aside_with_its_reasons(instance: Instance, tmp_path: Path) -> None:
    watched = _watched(instance, tmp_path)
    (tmp_path / "invoices.csv").write_text(INVOICES + LINE.format(2).replace("EUR", "EURO"))
    await watched.look(tmp_path)
    await watched.look(tmp_path)
    refused = tmp_path / "refused"
    assert sorted(path.name for path in refused.iterdir()) == [
        "20260521T090000-invoices.csv",
        "20260521T090000-invoices.csv.txt",
    ]
    why = (refused / "20260521T090000-invoices.csv.txt").read_text()
    assert why == "invoices.csv, line 2, column currency: 'EURO' is not a currency code of ISO 4217 such as EUR\n"
    (entry,) = await _audited(instance, "ledger.folder.refused")
    assert b'"bad_rows":1' in entry
    assert b"EURO" not in entry


async def test_a_file_that_cannot_be_moved_is_said_once_and_holds_up_no_other(
    instance: Instance, tmp_path: Path
) -> None:
    """As on a full disk, or where we may only read."""
    watched = _watched(instance, tmp_path)
    (tmp_path / "invoices-1.csv").write_text(INVOICES + LINE.format(2).replace("EUR", "EURO"))
    (tmp_path / "invoices-2.csv").write_text(INVOICES + LINE.format(2))
    (tmp_path / "refused").touch()
    for _ in range(4):
        await watched.look(tmp_path)
    assert [path.name for path in (tmp_path / "done").iterdir()] == ["20260521T090000-invoices-2.csv"]
    assert len(await _audited(instance, "ledger.folder.refused")) == 1
    (tmp_path / "refused").unlink()
    await watched.look(tmp_path)
    assert len([*(tmp_path / "refused").iterdir()]) == 2
    assert len(await _audited(instance, "ledger.folder.refused")) == 1


async def test_a_share_that_is_away_is_said_once_and_looked_for_again(instance: Instance, tmp_path: Path) -> None:
    folder = tmp_path / "share"
    watched = _watched(instance, folder, poll_seconds=0.01)
    with capture_logs() as said:
        watched.start()
        await asyncio.sleep(0.5)
        folder.mkdir()
        (folder / "invoices.csv").write_text(INVOICES + LINE.format(2))
        async with asyncio.timeout(20):
            while not (folder / "done").exists():  # noqa: ASYNC110  # the watcher's doing
                await asyncio.sleep(0.05)
        await watched.stop()
    events = [entry["event"] for entry in said if entry["event"].startswith("ledger.folder.")]
    assert events[:2] == ["ledger.folder.failed", "ledger.folder.back"]


async def test_a_link_is_left_alone(instance: Instance, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "secret").write_text("a secret\n")
    (folder / "invoices.csv").symlink_to(tmp_path / "secret")
    watched = _watched(instance, folder)
    await watched.look(folder)
    await watched.look(folder)
    assert [path.name for path in folder.iterdir()] == ["invoices.csv"]


async def test_snapshot_is_known_by_its_name_and_customers_come_first(instance: Instance, tmp_path: Path) -> None:
    watched = _watched(instance, tmp_path)
    many = "".join(LINE.format(number) for number in range(1, 11))
    (tmp_path / "invoices.csv").write_text(INVOICES + many)
    for _ in range(2):
        await watched.look(tmp_path)
    (tmp_path / "invoices-snapshot.csv").write_text(
        INVOICES + many.partition("\n")[2] + LINE.format(11).replace("C-1", "C-2")
    )
    (tmp_path / "customers.csv").write_text(
        "customer_id,name,language,country,currency,timezone,payment_terms_days,strategic,natural_person,segment,"
        "owner_email\nC-2,Ash Ltd,en,GB,EUR,Europe/London,30,false,false,,\n"
    )
    for _ in range(2):
        await watched.look(tmp_path)
    async with instance.database.read() as uow:
        first = sa.select(InvoiceRow.status).where(InvoiceRow.number == "INV-1")
        assert await uow.session.scalar(first) is InvoiceStatus.PAID
        assert len(await uow.ledger.invoices("C-2")) == 1


async def test_other_names_are_left_alone(instance: Instance, tmp_path: Path) -> None:
    watched = _watched(instance, tmp_path)
    for name in ("readme.csv", "invoices.pdf", ".invoices.csv"):
        (tmp_path / name).write_text("x")
    (tmp_path / "invoices.csv").mkdir()
    assert [await watched.look(tmp_path), await watched.look(tmp_path)] == [0, 0]
    assert not (tmp_path / "done").exists()
    assert not (tmp_path / "refused").exists()


XERO = "ContactName,InvoiceNumber,Reference,InvoiceDate,DueDate,Total,InvoiceAmountDue,Currency,Type,Status\n"
XERO_LINE = "C-1,INV-{},,04/05/2026,03/06/2026,100.00,40.00,{},Sales invoice,Awaiting Payment\n"


async def _numbers(instance: Instance) -> set[str]:
    async with instance.database.read() as uow:
        return {row.number for row in await uow.ledger.invoices("C-1")}


async def test_export_of_another_system_is_told_by_its_name(instance: Instance, tmp_path: Path) -> None:
    watched = _watched(instance, tmp_path, Exports(order=DayOrder.DAY_FIRST))
    (tmp_path / "invoices.xero.2026-05-21.csv").write_text(XERO + XERO_LINE.format(7, "EUR"))
    (tmp_path / "invoices.csv").write_text(INVOICES + LINE.format(8))
    for _ in range(2):
        await watched.look(tmp_path)
    assert await _numbers(instance) == {"INV-1", "INV-7", "INV-8"}


async def test_export_without_its_adapter_is_refused_with_the_name_that_it_needs(
    instance: Instance, tmp_path: Path
) -> None:
    watched = _watched(instance, tmp_path)
    (tmp_path / "invoices-snapshot.csv").write_text(XERO + XERO_LINE.format(7, "EUR"))
    for _ in range(2):
        await watched.look(tmp_path)
    why = (tmp_path / "refused" / "20260521T090000-invoices-snapshot.csv.txt").read_text()
    assert "this looks like an export of Xero" in why
    assert "in a watched folder invoices.xero.csv" in why


async def test_folder_of_one_system_reads_its_exports_and_our_own_files_of_other_kinds(
    instance: Instance, tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text((FOLDER / "xero.toml").read_text().replace('from = "Currency"', "or_given = true"))
    folder = tmp_path / "in"
    folder.mkdir()
    watched = _watched(instance, folder, Exports(own, "GBP", DayOrder.DAY_FIRST))
    (folder / "invoices.csv").write_text(XERO + XERO_LINE.format(9, ""))
    (folder / "contacts.csv").write_text(
        "customer_id,name,email,role,language,active\nC-1,N,n@b.example,other,en,true\n"
    )
    for _ in range(2):
        await watched.look(folder)
    assert [path.name for path in folder.iterdir()] == ["done"]
    assert "INV-9" in await _numbers(instance)


@pytest.mark.parametrize("name", [b"contacts-" + b"a" * 242, b"contacts-" + "ü".encode() * 121, b"contacts-\xff"])
@pytest.mark.parametrize("content", [CONTACTS, "nonsense\n"])
async def test_no_name_keeps_a_file_or_those_behind_it_back(
    instance: Instance, tmp_path: Path, name: bytes, content: str
) -> None:
    folder, watched = tmp_path / "in", _watched(instance, tmp_path / "in")
    folder.mkdir()
    (folder / os.fsdecode(name + b".csv")).write_text(content)
    (folder / "invoices.csv").write_text(INVOICES + LINE.format(2))
    await watched.look(folder)
    assert await watched.look(folder) == 2
    moved = [path for path in folder.rglob("*contacts*") if path.suffix == ".csv"]
    assert [path.parent.name for path in moved] == ["done" if content is CONTACTS else "refused"]
    assert [path.name for path in folder.iterdir() if path.is_file()] == []


async def test_a_file_that_cannot_be_moved_away_is_taken_once(instance: Instance, tmp_path: Path) -> None:
    watched = _watched(instance, tmp_path)
    (tmp_path / "refused").touch()
    (tmp_path / "customers.csv").write_text("nonsense\n")
    (tmp_path / "invoices.csv").write_text(INVOICES + LINE.format(2))
    assert [await watched.look(tmp_path) for _ in range(4)] == [0, 1, 0, 0]
    assert len(await _audited(instance, "ledger.folder.refused")) == 1


async def test_no_reason_is_written_through_a_link(instance: Instance, tmp_path: Path) -> None:
    watched, refused, others = _watched(instance, tmp_path), tmp_path / "refused", tmp_path / "others.txt"
    refused.mkdir()
    (refused / "20260521T090000-invoices.csv.txt").symlink_to(others)
    (tmp_path / "invoices.csv").write_text("nonsense\n")
    await watched.look(tmp_path)
    await watched.look(tmp_path)
    assert not others.exists()
