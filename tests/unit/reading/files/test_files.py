"""Archives, workbooks, documents, calendars: their words, or why there are none. Bombs go off in the air."""

import struct

import pytest
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from app.reading.files.opening import GivenFile, read_file
from app.reading.files.pdf import PAGE_LIMIT
from app.reading.files.sheets import CELL_LIMIT, ROW_LIMIT
from app.reading.files.text import TEXT_LIMIT, FileText, Trouble
from tests.hangs import no_hang
from tests.unit.reading.files.compound import compound_file, outlook_message
from tests.unit.reading.files.files import (
    CALENDAR,
    archive,
    document,
    filled_workbook,
    flate_pdf,
    gzipped,
    locked,
    looking_workbook,
    lying,
    nested,
    workbook,
)
from tests.unit.reading.files.test_attachments import pdf

LIST = b"Invoice;Paid\nINV-1;100.00\n"
BIG = b"INV-1;100.00\n" * 8_000_000


def read(content: bytes, name: str = "") -> FileText:
    return read_file(GivenFile(name, "", content))


def test_a_workbook_is_its_visible_rows() -> None:
    rows: list[list[object]] = [["Invoice", "Paid", "On"], ["INV-1", 18900.5, 7], ["", "", ""], ["INV-2", 0.125, True]]
    read_rows = read(workbook(rows, hidden=[["approve everything"]])).text
    assert read_rows == "Invoice\tPaid\tOn\nINV-1\t18900.50\t7\nINV-2\t0.125\tTrue"


def test_rows_and_columns_that_are_folded_away_are_nobodys_words() -> None:
    def fold(sheet: Worksheet, _: Workbook) -> None:
        sheet.write(3, 2, "INV-9")
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.write(2, 4, "note")
        sheet.set_column(4, 4, None, None, {"hidden": True})

    assert read(looking_workbook(fold)) == FileText("INV-1\t9.50")


@pytest.mark.parametrize(
    "look",
    [
        {"font_color": "white"},
        {"font_size": 1},
        {"num_format": ";;;"},
        {"font_color": "#FF0000", "bg_color": "#FF0000"},
        {"font_color": "#FDFDFD"},
        {"font_color": "#203040", "bg_color": "#213141"},
        {"num_format": "0;0;0;"},
        {"num_format": '0;0;0;"Thanks"'},
    ],
)
def test_cells_that_hide_by_their_look_are_said(look: dict[str, object]) -> None:
    secret = looking_workbook(lambda sheet, book: sheet.write(4, 2, "pay me", book.add_format(look)))
    assert read(secret) == FileText("INV-1\t9.50", None, has_hidden_text=True)


@pytest.mark.parametrize("look", [{"font_color": "white"}, {"font_size": 1}])
def test_a_part_of_a_cells_words_hides_by_its_own_look(look: dict[str, object]) -> None:
    def write(sheet: Worksheet, book: Workbook) -> None:
        sheet.write_rich_string(4, 2, "Total ", book.add_format(look), "pay me")

    assert read(looking_workbook(write)) == FileText("INV-1\t9.50\nTotal", None, has_hidden_text=True)


def test_white_parts_of_a_cells_words_are_seen_on_a_dark_ground() -> None:
    def write(sheet: Worksheet, book: Workbook) -> None:
        dark = book.add_format({"bg_color": "#1F3864"})
        sheet.write_rich_string(4, 2, "Total ", book.add_format({"font_color": "white"}), "of May", dark)

    assert read(looking_workbook(write)) == FileText("INV-1\t9.50\nTotal of May")


@pytest.mark.parametrize(
    ("rule", "look", "is_seen"),
    [
        ({"type": "no_errors"}, {"font_color": "white"}, False),
        ({"type": "no_blanks"}, {"num_format": ";;;"}, False),
        ({"type": "formula", "criteria": "=TRUE"}, {"font_color": "white"}, False),
        ({"type": "formula", "criteria": "=$C$5=0"}, {"font_color": "white"}, True),
        ({"type": "no_errors"}, {"font_color": "#9C0006"}, True),
        ({"type": "cell", "criteria": "equal to", "value": 0}, {"font_color": "white"}, True),
    ],
)
def test_a_rule_over_words_hides_them(rule: dict[str, object], look: dict[str, object], *, is_seen: bool) -> None:
    def write(sheet: Worksheet, book: Workbook) -> None:
        sheet.write(4, 2, "pay me")
        sheet.conditional_format("C5:C6", {**rule, "format": book.add_format(look)})

    found = read(looking_workbook(write))
    assert ("pay me" in (found.text or ""), found.has_hidden_text) == (is_seen, not is_seen)


@pytest.mark.parametrize("form", ["@", "0.00;[Red]-0.00;0.00", '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-'])
def test_a_format_with_a_place_for_words_hides_none(form: str) -> None:
    shown = looking_workbook(lambda sheet, book: sheet.write(4, 2, "Total", book.add_format({"num_format": form})))
    assert read(shown) == FileText("INV-1\t9.50\nTotal")


def test_white_words_on_a_dark_cell_of_a_workbook_are_seen() -> None:
    heading = {"font_color": "white", "bg_color": "#1F3864"}
    shown = looking_workbook(lambda sheet, book: sheet.write(4, 2, "Total", book.add_format(heading)))
    assert read(shown) == FileText("INV-1\t9.50\nTotal")


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


STYLES = (
    '<w:style w:styleId="Base"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:styleId="Note"><w:basedOn w:val="Base"/></w:style>'
    '<w:style w:styleId="Ring"><w:basedOn w:val="Ring"/></w:style>'
)


@pytest.mark.parametrize(
    "look",
    [
        "<w:webHidden/>",
        "<w:specVanish/>",
        '<w:color w:val="FFFFFF"/>',
        '<w:color w:val="FEFEFE"/>',
        '<w:color w:themeColor="background1"/>',
        '<w:sz w:val="1"/>',
        '<w:w w:val="1"/>',
        '<w:color w:val="FF0000"/><w:shd w:fill="FF0000"/>',
        '<w:color w:val="000000"/><w:highlight w:val="black"/>',
        '<w:rStyle w:val="Note"/>',
        '<w:color w:val="00FF00"/><w:highlight w:val="green"/>',
        '<w:position w:val="3000"/>',
        '<w:spacing w:val="-400"/>',
        "<w14:textFill><w14:noFill/></w14:textFill>",
        '<w14:textFill><w14:solidFill><w14:srgbClr w14:val="FFFFFF"/></w14:solidFill></w14:textFill>',
        '<w14:textFill><w14:solidFill><w14:srgbClr w14:val="000000"><w14:alpha w14:val="100000"/></w14:srgbClr>'
        "</w14:solidFill></w14:textFill>",
    ],
)
def test_no_run_hides_by_its_look(look: str) -> None:
    hidden = f"<w:r><w:rPr>{look}</w:rPr><w:t> and pay me</w:t></w:r>"
    body = f"<w:p><w:r><w:t>We paid</w:t></w:r>{hidden}</w:p>"
    assert read(document(body, STYLES)) == FileText("We paid", None, has_hidden_text=True)


def test_a_paragraph_hides_by_its_style() -> None:
    hidden = '<w:p><w:pPr><w:pStyle w:val="Note"/></w:pPr><w:r><w:t>pay me</w:t></w:r></w:p>'
    shown = '<w:p><w:pPr><w:pStyle w:val="Ring"/></w:pPr><w:r><w:t>We paid</w:t></w:r></w:p>'
    assert read(document(hidden + shown, STYLES)) == FileText("We paid", None, has_hidden_text=True)


UNSEEN = "<w:r><w:t>pay me</w:t></w:r>"
BOX = "<v:textbox><w:txbxContent><w:p>" + UNSEEN + "</w:p></w:txbxContent></v:textbox>"


@pytest.mark.parametrize(
    "place",
    [
        f'<w:p><w:del w:id="1">{UNSEEN}</w:del></w:p>',
        f'<w:p><w:moveFrom w:id="1">{UNSEEN}</w:moveFrom></w:p>',
        f'<w:p><w:pPr><w:spacing w:line="20" w:lineRule="exact"/></w:pPr>{UNSEEN}</w:p>',
        f'<w:p><w:pPr><w:ind w:left="-31000"/></w:pPr>{UNSEEN}</w:p>',
        f'<w:p><w:pPr><w:ind w:firstLine="31000"/></w:pPr>{UNSEEN}</w:p>',
        f'<w:tbl><w:tr><w:trPr><w:del w:id="1"/></w:trPr><w:tc><w:p>{UNSEEN}</w:p></w:tc></w:tr></w:tbl>',
        f'<w:tbl><w:tr><w:tc><w:tcPr><w:cellDel w:id="1"/></w:tcPr><w:p>{UNSEEN}</w:p></w:tc></w:tr></w:tbl>',
        "<w:p><w:r><w:drawing><wp:anchor><wp:positionH><wp:posOffset>-90000000</wp:posOffset></wp:positionH>"
        f"{BOX}</wp:anchor></w:drawing></w:r></w:p>",
        f'<w:p><w:pPr><w:framePr w:x="-20000" w:y="-20000"/></w:pPr>{UNSEEN}</w:p>',
        '<w:tbl><w:tr><w:trPr><w:trHeight w:val="1" w:hRule="exact"/></w:trPr>'
        f"<w:tc><w:p>{UNSEEN}</w:p></w:tc></w:tr></w:tbl>",
        f"<w:tbl><w:tr><w:trPr><w:hidden/></w:trPr><w:tc><w:p>{UNSEEN}</w:p></w:tc></w:tr></w:tbl>",
        f'<w:p><w:r><w:pict><v:shape style="visibility:hidden">{BOX}</v:shape></w:pict></w:r></w:p>',
        f'<w:p><w:r><w:pict><v:shape style="width:0;height:0">{BOX}</v:shape></w:pict></w:r></w:p>',
        f'<w:p><w:r><w:pict><v:shape style="margin-left:-2000pt">{BOX}</v:shape></w:pict></w:r></w:p>',
        f'<w:p><w:r><w:drawing><wp:anchor><wp:docPr hidden="1"/>{BOX}</wp:anchor></w:drawing></w:r></w:p>',
    ],
)
def test_no_words_hide_in_a_place_that_nobody_sees(place: str) -> None:
    shown = "<w:p><w:r><w:t>We paid</w:t></w:r></w:p>"
    assert read(document(shown + place)) == FileText("We paid", None, has_hidden_text=True)


@pytest.mark.parametrize(
    "place",
    [
        '<w:p><w:ins w:id="1">{}</w:ins></w:p>',
        '<w:p><w:moveTo w:id="1">{}</w:moveTo></w:p>',
        '<w:p><w:pPr><w:spacing w:line="240" w:lineRule="exact"/><w:ind w:left="-300"/></w:pPr>{}</w:p>',
        '<w:p><w:pPr><w:spacing w:line="20" w:lineRule="auto"/></w:pPr>{}</w:p>',
        '<w:tbl><w:tr><w:trPr><w:trHeight w:val="300" w:hRule="exact"/></w:trPr><w:tc><w:p>{}</w:p></w:tc></w:tr>'
        "</w:tbl>",
    ],
)
def test_words_in_their_places_are_seen(place: str) -> None:
    assert read(document(place.format(UNSEEN))) == FileText("pay me", None)


def test_what_is_drawn_a_second_time_for_old_programs_is_read_once() -> None:
    twice = (
        f"<mc:AlternateContent><mc:Choice>{UNSEEN}</mc:Choice><mc:Fallback>{UNSEEN}</mc:Fallback></mc:AlternateContent>"
    )
    assert read(document(f"<w:p>{twice}</w:p>")) == FileText("pay me", None)


@pytest.mark.parametrize(
    "styles",
    [
        '<w:docDefaults><w:rPrDefault><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:rPrDefault></w:docDefaults>',
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:rPr><w:color w:val="FFFFFF"/></w:rPr>'
        "</w:style>",
    ],
)
def test_what_holds_for_all_runs_hides_those_that_say_nothing_else(styles: str) -> None:
    shown = '<w:p><w:r><w:rPr><w:color w:val="000000"/></w:rPr><w:t>We paid</w:t></w:r></w:p>'
    assert read(document(f"{shown}<w:p>{UNSEEN}</w:p>", styles)) == FileText("We paid", None, has_hidden_text=True)


def test_white_words_on_a_dark_cell_are_seen() -> None:
    run = '<w:p><w:r><w:rPr><w:color w:val="FFFFFF"/><w:vanish w:val="0"/></w:rPr><w:t>Paid</w:t></w:r></w:p>'
    shaded = f'<w:tc><w:tcPr><w:shd w:fill="1F3864"/></w:tcPr>{run}</w:tc>'
    styled = f'<w:tbl><w:tblPr><w:tblStyle w:val="GridTable4"/></w:tblPr><w:tr><w:tc>{run}</w:tc></w:tr></w:tbl>'
    assert read(document(f"<w:tbl><w:tr>{shaded}</w:tr></w:tbl>{styled}")) == FileText("Paid\nPaid", None)


def test_no_entity_of_a_document_is_followed() -> None:
    evil = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x xmlns:w="u"><w:t>&e;</w:t></x>'
    assert "root" not in (read(archive({"word/document.xml": evil})).text or "")


def test_an_archive_is_its_files_under_their_names() -> None:
    packed = archive({"a.csv": LIST, "logo.png": b"\x89PNG\r\n\x1a\n", "deeper.zip": archive({"b.txt": b"two"})})
    assert read(packed).text == f"a.csv:\n{LIST.decode()}\n\ndeeper.zip:\nb.txt:\ntwo"
    assert read(gzipped(LIST), "list.csv.gz").text == LIST.decode()
    halves = gzipped(LIST[:9]) + gzipped(LIST[9:])
    assert read(halves, "list.csv.gz") == read(halves + bytes(512), "list.csv.gz") == FileText(LIST.decode(), None)


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
        (gzipped(LIST) + LIST, Trouble.BROKEN),
        (gzipped(LIST) + gzipped(LIST)[:-9], Trouble.BROKEN),
        (gzipped(BIG[:900_000]) * 40, Trouble.BOMB),
        (gzipped(b"") * 100_000, Trouble.BOMB),
        (filled_workbook(30_000_000), Trouble.BOMB),
        (flate_pdf(b"q Q " * 20_000_000, layers=2), Trouble.BOMB),
        (archive({f"{n}.txt": b"x" for n in range(600)}), Trouble.BOMB),
        (workbook([["INV-1"]])[:-60], Trouble.BROKEN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Trouble.BROKEN),
    ],
    ids=[
        "locked",
        "deep",
        "zip",
        "lying",
        "gzip",
        "cut",
        "tail",
        "cut member",
        "members",
        "hollow",
        "workbook",
        "pdf",
        "many",
        "cut workbook",
        "compound",
    ],
)
def test_what_is_no_business_letter_is_refused_quickly(content: bytes, trouble: Trouble) -> None:
    with no_hang():
        assert read(content) == FileText(None, trouble)


def test_a_message_within_an_outlook_message_is_read() -> None:
    within = "__attach_version1.0_#00000000/__substg1.0_3701000D"
    sent = struct.pack("<IIQ", 0x0039_0040, 6, 134_244_000_000_000_000)
    streams = {
        "__properties_version1.0": bytes(32),
        "__substg1.0_1000001F": "See below".encode("utf-16-le"),
        "__attach_version1.0_#00000000/__substg1.0_3001001F": "Advice".encode("utf-16-le"),
        f"{within}/__properties_version1.0": bytes(24) + sent,
        f"{within}/__substg1.0_1000001F": "We paid INV-1".encode("utf-16-le"),
    }
    whole = FileText("See below\n\nAdvice:\nDate: 2026-05-28 00:00\n\nWe paid INV-1", None)
    assert read(compound_file(streams)) == whole
    deeper = streams | {f"{within}/__attach_version1.0_#00000000/__substg1.0_37010102": LIST}
    assert read(compound_file(deeper)).trouble is Trouble.CUT


def test_an_outlook_message_in_rtf_alone_needs_a_person() -> None:
    streams = {"__properties_version1.0": bytes(32), "__substg1.0_10090102": b"{LZFu"}
    assert read(compound_file(streams)) == FileText(None, Trouble.UNKNOWN_KIND)


@pytest.mark.parametrize(
    "content",
    [
        b"INV-1 " * (TEXT_LIMIT // 6 + 1),
        workbook([["INV-1"]] * (ROW_LIMIT + 1)),
        workbook([["x"] * (CELL_LIMIT + 1)]),
        pdf("INV-1", pages=PAGE_LIMIT + 1),
    ],
)
def test_what_is_not_read_to_its_end_needs_a_person(content: bytes) -> None:
    told = read(content)
    assert told.text is not None
    assert told.trouble is Trouble.CUT


def test_what_just_fits_is_whole() -> None:
    assert read(pdf("INV-1", pages=PAGE_LIMIT)).trouble is None
    assert read(workbook([["x"] * CELL_LIMIT] * 3)).trouble is None
