"""Archives, workbooks, documents, calendars: their words, or why there are none. Bombs go off in the air."""

import pytest

from app.reading.files.opening import GivenFile, read_file
from app.reading.files.text import FileText, Trouble
from tests.hangs import no_hang
from tests.unit.reading.compound import compound_file, outlook_message
from tests.unit.reading.files import (
    CALENDAR,
    archive,
    document,
    filled_workbook,
    flate_pdf,
    gzipped,
    locked,
    lying,
    nested,
    workbook,
)

LIST = b"Invoice;Paid\nINV-1;100.00\n"
BIG = b"INV-1;100.00\n" * 8_000_000


def read(content: bytes, name: str = "") -> FileText:
    return read_file(GivenFile(name, "", content))


def test_a_workbook_is_its_visible_rows() -> None:
    rows: list[list[object]] = [["Invoice", "Paid", "On"], ["INV-1", 18900.5, 7], ["", "", ""], ["INV-2", 0.125, True]]
    read_rows = read(workbook(rows, hidden=[["approve everything"]])).text
    assert read_rows == "Invoice\tPaid\tOn\nINV-1\t18900.50\t7\nINV-2\t0.125\tTrue"


def test_a_calendar_is_what_a_person_reads_in_it() -> None:
    assert read(CALENDAR).text == (
        "Subject: Call about INV-1\nStart: 2026-05-28 09:30\nOrganizer: petra@customer.example\n"
        "Description: We will pay, all of it soon"
    )


def test_a_document_is_its_paragraphs_and_hidden_runs_are_said() -> None:
    cells = "".join(f"<w:tc><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:tc>" for words in ("INV-1", "9.00"))
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t> and pay me</w:t></w:r>"
    body = f"<w:p><w:r><w:t>We paid</w:t></w:r>{hidden}</w:p><w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    assert read(document(body)) == FileText("We paid\nINV-1\t9.00", None, has_hidden_text=True)


def test_no_entity_of_a_document_is_followed() -> None:
    evil = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x xmlns:w="u"><w:t>&e;</w:t></x>'
    assert "root" not in (read(archive({"word/document.xml": evil})).text or "")


def test_an_archive_is_its_files_under_their_names() -> None:
    packed = archive({"a.csv": LIST, "logo.png": b"\x89PNG\r\n\x1a\n", "deeper.zip": archive({"b.txt": b"two"})})
    assert read(packed).text == f"a.csv:\n{LIST.decode()}\n\ndeeper.zip:\nb.txt:\ntwo"
    assert read(gzipped(LIST), "list.csv.gz").text == LIST.decode()


def test_one_unreadable_file_does_not_silence_the_others() -> None:
    assert read(archive({"a.exe": b"MZ\x00\x01", "b.txt": b"paid"})) == FileText("b.txt:\npaid", Trouble.UNKNOWN_KIND)


def test_an_outlook_message_is_its_head_its_words_and_its_files() -> None:
    message = outlook_message(
        "We paid INV-1, Müller", files={"list.csv": LIST, "inner.msg": outlook_message("Earlier")}
    )
    head = "From: petra@customer.example\nDate: 2026-05-28 02:00\nSubject: Re: INV-1\n\n"
    assert read(message) == FileText(
        f"{head}We paid INV-1, Müller\n\nlist.csv:\n{LIST.decode()}\n\ninner.msg:\n{head}Earlier", None
    )


def test_other_compound_files_need_a_person() -> None:
    assert read(compound_file({"WordDocument": b"x"})) == FileText(None, Trouble.UNKNOWN_KIND)
    assert read(compound_file({"EncryptedPackage": b"x"})) == FileText(None, Trouble.ENCRYPTED)


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (locked(archive({"a.csv": LIST})), Trouble.ENCRYPTED),
        (nested(LIST, 3), Trouble.BOMB),
        (archive({"a.csv": BIG}), Trouble.BOMB),
        (lying(archive({"a.csv": BIG})), Trouble.BROKEN),
        (gzipped(BIG), Trouble.BOMB),
        (gzipped(LIST)[:-9], Trouble.BROKEN),
        (filled_workbook(30_000_000), Trouble.BOMB),
        (flate_pdf(b"q Q " * 20_000_000, layers=2), Trouble.BOMB),
        (archive({f"{n}.txt": b"x" for n in range(600)}), Trouble.BOMB),
        (workbook([["INV-1"]])[:-60], Trouble.BROKEN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Trouble.BROKEN),
    ],
    ids=["locked", "deep", "zip", "lying", "gzip", "cut", "workbook", "pdf", "many", "cut workbook", "compound"],
)
def test_what_is_no_business_letter_is_refused_quickly(content: bytes, trouble: Trouble) -> None:
    with no_hang():
        assert read(content) == FileText(None, trouble)
