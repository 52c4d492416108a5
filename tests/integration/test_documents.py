"""Copies of invoices, on SQLite and PostgreSQL. Customer C-1 owes INV-1."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from app.db.tables.ledger import CustomerRow, InvoiceRow
from app.db.tables.papers import DocumentRow
from app.db.tables.system import AuditRow
from app.domain.errors import DocumentsRefused, Invalid
from app.domain.ids import new_id
from app.ledger.documents import LARGEST, DocumentReport, DocumentService
from tests.instances import Instance, customers_papers, on_sqlite

PDF = b"%PDF-1.7 of Petra Vane"


def _service(instance: Instance) -> DocumentService:
    return DocumentService(instance.database, instance.clock)


def _folder(place: Path, **files: bytes) -> Path:
    folder = place / "copies"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        stem, _, suffix = name.rpartition("__")
        (folder / f"{stem}.{suffix}").write_bytes(content)
    return folder


def _counts(report: DocumentReport) -> tuple[int, int, int]:
    return report.new, report.changed, report.unchanged


async def _add(instance: Instance, number: str, *, company: str = "", customer: str = "C-1") -> None:
    invoice = customers_papers()[1]
    assert isinstance(invoice, InvoiceRow)
    async with instance.database.write() as uow:
        invoice.id, invoice.number, invoice.company, invoice.customer_id = new_id(), number, company, customer
        uow.session.add(invoice)


async def test_copies_are_sealed_and_given_to_their_own_customer(instance: Instance, tmp_path: Path) -> None:
    folder = _folder(tmp_path, **{"inv-1__PDF": PDF, "INV_1__xml": b"<Invoice/>"})
    assert _counts(await _service(instance).import_folder(folder)) == (2, 0, 0)
    async with instance.database.read() as uow:
        copies = await uow.documents.copies("C-1", ["inv-1"])
        stored = (await uow.session.scalars(sa.select(DocumentRow.content))).all()
        entry = await uow.session.scalar(sa.select(AuditRow.body).where(AuditRow.kind == "ledger.documents.imported"))
        assert await uow.documents.copies("C-2", ["INV-1"]) == []
    assert [(copy.number, copy.name, copy.media_type) for copy in copies] == [
        ("INV-1", "INV_1.xml", "application/xml"),
        ("INV-1", "inv-1.PDF", "application/pdf"),
    ]
    assert copies[1].content == PDF
    assert not any(b"Petra" in content for content in stored)
    assert entry is not None
    assert b"INV" not in entry.upper().replace(b"INVOICE", b"")


async def test_same_folder_twice_changes_nothing(instance: Instance, tmp_path: Path) -> None:
    folder = _folder(tmp_path, **{"INV-1__pdf": PDF})
    await _service(instance).import_folder(folder)
    assert _counts(await _service(instance).import_folder(folder)) == (0, 0, 1)
    _folder(tmp_path, **{"INV-1__pdf": PDF + b" again"})
    assert _counts(await _service(instance).import_folder(folder)) == (0, 1, 0)
    async with instance.database.read() as uow:
        (copy,) = await uow.documents.copies("C-1", ["INV-1"])
        entries = sa.select(sa.func.count()).where(AuditRow.kind == "ledger.documents.imported")
        assert await uow.session.scalar(entries) == 2
    assert copy.content == PDF + b" again"


@on_sqlite
async def test_slashes_of_a_number_are_written_otherwise(instance: Instance, tmp_path: Path) -> None:
    await _add(instance, "RE/2026/7")
    folder = _folder(tmp_path, **{"re_2026-7__pdf": PDF})
    await _service(instance).import_folder(folder)
    async with instance.database.read() as uow:
        assert len(await uow.documents.copies("C-1", ["RE/2026/7"])) == 1


@on_sqlite
async def test_unknown_number_refuses_the_folder_unless_it_may_be_left_out(instance: Instance, tmp_path: Path) -> None:
    folder = _folder(tmp_path, **{"INV-1__pdf": PDF, "INV-9__pdf": PDF})
    with pytest.raises(DocumentsRefused, match=r"INV-9\.pdf: there is no invoice INV-9"):
        await _service(instance).import_folder(folder)
    async with instance.database.read() as uow:
        assert await uow.documents.copies("C-1", ["INV-1"]) == []
    report = await _service(instance).import_folder(folder, skip_unknown=True)
    assert (_counts(report), report.skipped) == ((1, 0, 0), ("left out: INV-9.pdf: there is no invoice INV-9",))


@on_sqlite
async def test_number_of_two_companies_needs_to_be_told_whose(instance: Instance, tmp_path: Path) -> None:
    await _add(instance, "INV-5", company="north")
    await _add(instance, "INV-5", company="south")
    folder = _folder(tmp_path, **{"INV-5__pdf": PDF})
    with pytest.raises(DocumentsRefused, match="may be INV-5 of north, INV-5 of south; say which with --company"):
        await _service(instance).import_folder(folder)
    assert (await _service(instance).import_folder(folder, company="south")).new == 1


@on_sqlite
async def test_every_file_that_cannot_be_taken_is_named(instance: Instance, tmp_path: Path) -> None:
    files = {"INV-1__pdf": PDF, "INV_1__pdf": PDF, "INV-1__exe": b"MZ", "INV-1__png": b"", "INV-1__jpg": b"x"}
    folder = _folder(tmp_path, **files)
    with (folder / "INV-1.jpg").open("wb") as file:
        file.truncate(LARGEST + 1)
    (tmp_path / "secret.key").write_bytes(b"secret")
    (folder / "INV-7.jpeg").symlink_to(tmp_path / "secret.key")
    with pytest.raises(DocumentsRefused) as refusal:
        await _service(instance).import_folder(folder, skip_unknown=True)
    assert str(refusal.value).splitlines() == [
        "INV-1.exe: is none of .pdf, .xml, .jpg, .jpeg, .png",
        "INV-1.jpg: is larger than 10 MB",
        "INV-1.png: is empty",
        "INV-7.jpeg: is a link",
        "INV_1.pdf: INV-1.pdf is a copy of INV-1 already",
    ]


@on_sqlite
async def test_dry_run_and_missing_folder(instance: Instance, tmp_path: Path) -> None:
    folder = _folder(tmp_path, **{"INV-1__pdf": PDF})
    report = await _service(instance).import_folder(folder, dry_run=True)
    assert str(report) == "1 documents: would be taken"
    async with instance.database.read() as uow:
        assert await uow.session.scalar(sa.select(sa.func.count()).select_from(DocumentRow)) == 0
        assert await uow.session.scalar(sa.select(sa.func.count()).select_from(CustomerRow)) == 1
    with pytest.raises(Invalid, match="is no folder"):
        await _service(instance).import_folder(tmp_path / "nowhere")


@on_sqlite
@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        ("pdf", b"<html><script>alert(1)</script></html>"),
        ("pdf", b"PK\x03\x04"),
        ("png", PDF),
        ("jpg", b"\x89PNG\r\n\x1a\n"),
        ("xml", b"<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>"),
        ("xml", b"<Invoice><s:script xmlns:s='http://www.w3.org/1999/xhtml'>alert(1)</s:script></Invoice>"),
        ("xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><Invoice>&b;</Invoice>"),
        ("xml", b"<Invoice"),
    ],
)
async def test_a_file_of_another_type_than_its_names_reaches_no_customer(
    instance: Instance, tmp_path: Path, suffix: str, content: bytes
) -> None:
    folder = _folder(tmp_path, **{f"INV-1__{suffix}": content})
    with pytest.raises(DocumentsRefused, match=rf"INV-1\.{suffix}: is no {suffix.upper()} inside"):
        await _service(instance).import_folder(folder)
