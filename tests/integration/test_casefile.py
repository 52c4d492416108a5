"""The case file: what the ledger and the mails say, in an archive in which a changed byte is found."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from app.casefile.paper import Paper
from app.casefile.service import CaseFileService, Made, Purpose
from app.casefile.tables import as_csv, money
from app.db.tables.ledger import PaymentRow
from app.db.tables.mail import ConversationRow
from app.db.tables.system import AuditRow, Chain
from app.domain.errors import Invalid, NotAllowed, NotFound
from app.domain.money import Money
from app.domain.review import Action, CaseKind, Role
from app.domain.task import NewTask, TaskKind
from app.ledger.cases import CaseNote, CaseService
from app.ledger.holds import HoldService
from app.papers.archive import CHAIN, MANIFEST, check
from app.reminders.claims import ClaimBook, Claims
from tests.instances import Instance, mail
from tests.integration.test_claims import CLAIMS

HOSTILE = '=cmd("x")\u202e <script>alert(1)</script>'
POLISH = "Zażółć gęślą jaźń, Çağla, Δελτίο, Žluťoučký"


async def _make(instance: Instance, path: Path) -> Made:
    service = CaseFileService(
        instance.database, instance.clock, ClaimBook(instance.database, CLAIMS, instance.clock).shown
    )
    with path.open("wb") as out:
        return await service.make("C-1", Purpose.LEGAL_ACTION, out, by=instance.collector)


@pytest.fixture
async def case_file(instance: Instance, tmp_path: Path) -> Path:
    """Of a customer who wrote twice and was answered once."""
    (review,) = await instance.work(mail(POLISH, message_id="a1@customer.example"))
    decided = await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    instance.clock.advance(seconds=31)
    await instance.outbox.work(str(decided.outbox_id))
    await instance.work(mail("Again.\n\n> what we wrote before", subject=HOSTILE))
    path = tmp_path / "case.zip"
    await _make(instance, path)
    return path


def _rows(path: Path, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(path) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def _rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The archive with some file changed, or left out where the change is None."""
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return other


async def test_it_holds_the_ledger_and_every_mail_and_it_verifies(case_file: Path, instance: Instance) -> None:
    checked = check(case_file)
    assert checked.faults == ()
    assert checked.entries > 0
    (invoice,) = _rows(case_file, "statement/invoices.csv")
    (claim,) = _rows(case_file, "statement/claims.csv")
    assert (claim["invoice"], claim["rate_of"], claim["source"]) == ("INV-1", "2026-01-01", "test")
    assert (claim["percent_a_year"], claim["reference_rate"], claim["fixed_sum"]) == ("10", "8", "40.00")
    assert (invoice["number"], Decimal(invoice["open_amount"])) == ("INV-1", Decimal(100))
    assert _rows(case_file, "statement/totals.csv") == [{"currency": "EUR", "open_amount": "100.00"}]
    index = _rows(case_file, "correspondence/index.csv")
    assert [row["direction"] for row in index] == ["received", "sent", "received"]
    with zipfile.ZipFile(case_file) as archive:
        assert archive.read(index[1]["file"]) == instance.sender.sent[0]


async def test_that_it_was_made_is_noted_with_its_seal(case_file: Path, instance: Instance) -> None:
    async with instance.database.read() as uow:
        newest = await uow.audit.newest(Chain.ACCESS)
    assert newest is not None
    refs = json.loads(newest.body)["refs"]
    assert (newest.kind, refs["purpose"], refs["seal"]) == (
        "ledger.case_file.made",
        "legal_action",
        check(case_file).seal,
    )


async def test_its_entries_stand_in_the_chain(case_file: Path, instance: Instance) -> None:
    with zipfile.ZipFile(case_file) as archive:
        exported = {e["seq"]: e["hash"] for e in map(json.loads, archive.read(CHAIN).splitlines())}
    async with instance.database.read() as uow:
        rows = await uow.session.execute(
            sa.select(AuditRow.seq, AuditRow.hash).where(AuditRow.chain == Chain.DECISIONS)
        )
        stored = {row.seq: row.hash for row in rows}
    assert exported.items() <= stored.items()


async def test_the_pdf_shows_european_letters_and_a_watermark_and_runs_nothing(case_file: Path) -> None:
    with zipfile.ZipFile(case_file) as archive:
        reader = PdfReader(io.BytesIO(archive.read("case-file.pdf")))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert "Zażółć gęślą jaźń" in text
    assert all("Prepared by Ines Halvard" in page.extract_text() for page in reader.pages)
    assert "\u202e" not in text
    assert "what we wrote before" not in text
    assert not any("/JavaScript" in str(page) or "/Annots" in page for page in reader.pages)


async def test_a_subject_is_no_formula(case_file: Path) -> None:
    assert _rows(case_file, "correspondence/index.csv")[2]["subject"].startswith("'=cmd")


async def test_a_changed_mail_is_found(case_file: Path) -> None:
    changed = _rewritten(case_file, lambda name, b: b + b"!" if name.endswith("-sent.eml") else b)
    assert check(changed).faults == ("correspondence/0002-sent.eml was changed",)


async def test_a_mail_left_out_is_found(case_file: Path) -> None:
    left_out = _rewritten(case_file, lambda name, b: None if name.endswith("-sent.eml") else b)
    assert check(left_out).faults == ("correspondence/0002-sent.eml is missing",)


async def test_a_changed_entry_is_found_though_the_manifest_was_made_to_fit(case_file: Path) -> None:
    changed = _rewritten(case_file, lambda name, b: b.replace(b'"actor": "duebox"', b'"actor": "ghost"', 1))
    faults = check(changed).faults
    assert any("entry" in fault and "was changed" in fault for fault in faults)


async def test_erased_words_keep_their_place(instance: Instance, tmp_path: Path) -> None:
    await instance.work(mail("Secret words."))
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(ConversationRow).values(sealed_key=None))
    await _make(instance, tmp_path / "case.zip")
    (row,) = _rows(tmp_path / "case.zip", "correspondence/index.csv")
    assert (row["file"], row["subject"]) == ("", "(erased)")


async def test_it_tells_what_happened_without_any_mail(instance: Instance, tmp_path: Path) -> None:
    day = instance.clock().date()
    cases = CaseService(instance.database, instance.clock)
    promise = await cases.note(
        CaseNote(CaseKind.PROMISE, "C-1", ("INV-1",), Money(Decimal(40), "EUR"), day), instance.collector
    )
    await cases.say_kept(promise, instance.collector)
    await HoldService(instance.database, instance.clock).set("C-1", day, "they asked", instance.collector)
    async with instance.database.write() as uow:
        uow.session.add(
            PaymentRow(id="P-1", customer_id="C-1", day=day, amount=Decimal(40), currency="EUR", invoice_number="INV-1")
        )
        await uow.tasks.open_once([NewTask(TaskKind.CALL, "reminder:x", "C-1", day)])
        uow.audit.add("ledger.hold.set", customer_id="C-10")
    await _make(instance, tmp_path / "case.zip")
    told = {(row["what"], row["detail"]) for row in _rows(tmp_path / "case.zip", "timeline.csv")}
    assert told == {
        ("Promise noted", f"INV-1, 40.00 EUR, for {day}"),
        ("Promise kept", f"INV-1, 40.00 EUR, for {day}"),
        ("Hold set", f"until {day}"),
        ("Payment", "INV-1, 40.00 EUR"),
        ("Task opened", "call"),
    }
    assert check(tmp_path / "case.zip").entries == 3
    assert [row["kind"] for row in _rows(tmp_path / "case.zip", "tasks.csv")] == ["call"]


async def test_an_auditor_makes_none_and_nobody_makes_one_of_a_stranger(instance: Instance) -> None:
    service = CaseFileService(
        instance.database, instance.clock, ClaimBook(instance.database, Claims(None), instance.clock).shown
    )
    with pytest.raises(NotAllowed):
        await service.make("C-1", Purpose.COURT, io.BytesIO(), by=replace(instance.collector, role=Role.AUDITOR))
    with pytest.raises(NotFound):
        await service.make("C-9", Purpose.COURT, io.BytesIO(), by=instance.collector)


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no archive")
    with pytest.raises(Invalid, match="not a case file"):
        check(tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as archive:
        archive.writestr(MANIFEST, "[]")
    with pytest.raises(Invalid, match="not a case file"):
        check(tmp_path / "y.zip")


def test_sums_keep_their_cents_and_negative_ones_stay_numbers() -> None:
    assert [money(Decimal(text)) for text in ("5", "5.5000", "-1250.0000", "0.0625")] == [
        "5.00",
        "5.50",
        "-1250.00",
        "0.0625",
    ]
    assert as_csv(("a",), [("-5.00",), ("-x",)]).decode("utf-8-sig").split() == ["a", "-5.00", "'-x"]


def test_what_the_font_lacks_becomes_a_question_mark() -> None:
    assert Paper("x").clean(f"{POLISH}\U0001f600\x00") == f"{POLISH}??"
