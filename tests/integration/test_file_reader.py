"""The process that opens strangers' files: what it may spend, and what is left when it is gone."""

import os
import signal
from collections.abc import Iterator

import pytest

from app.adapters.file_reader import FileReader
from app.reading.files.opening import GivenFile
from app.reading.files.text import FileText, Trouble
from tests.unit.reading.files.files import archive, flate_pdf, workbook

SLOW = flate_pdf(b"BT /F1 12 Tf 1 0 0 1 20 100 Tm (INV-1) Tj ET " * 4_000)
GREEDY = archive(
    {
        "[Content_Types].xml": b"<Types/>",
        "word/document.xml": b"<w>" + b"<p/>" * 900_000 + b"</w>",
        "pad": bytes(range(256)) * 4_000,
    }
)


@pytest.fixture
def reader() -> Iterator[FileReader]:
    made = FileReader()
    yield made
    made.close()


def test_what_it_says_is_what_reading_here_says(reader: FileReader) -> None:
    assert reader.for_one_mail()(GivenFile("list.xlsx", "", workbook([["INV-1", 9.5]]))) == FileText("INV-1\t9.50")
    assert reader.for_one_mail()(GivenFile("x.zip", "", b"PK\x03\x04")) == FileText(None, Trouble.BROKEN)


def test_a_mail_of_slow_files_spends_its_allowance_and_no_more(reader: FileReader) -> None:
    open_file = reader.for_one_mail()
    slow = [open_file(GivenFile(f"{number}.pdf", "", SLOW)).trouble for number in range(12)]
    assert slow[-1] is Trouble.TOOK_TOO_LONG
    assert reader.for_one_mail()(GivenFile("list.xlsx", "", workbook([["INV-1"]]))).text == "INV-1"


def test_a_file_that_wants_all_memory_gets_none(reader: FileReader) -> None:
    assert reader.for_one_mail()(GivenFile("a.docx", "", GREEDY)).text is None


def test_a_helper_that_was_killed_is_replaced(reader: FileReader) -> None:
    open_file = reader.for_one_mail()
    assert open_file(GivenFile("a.xlsx", "", workbook([["INV-1"]]))).text == "INV-1"
    os.kill(reader.pid, signal.SIGKILL)
    assert open_file(GivenFile("a.xlsx", "", workbook([["INV-2"]]))).text == "INV-2"


def test_plain_words_need_no_helper(reader: FileReader) -> None:
    assert reader.for_one_mail()(GivenFile("a.csv", "", b"INV-1;1")).text == "INV-1;1"
    assert reader.pid == 0
