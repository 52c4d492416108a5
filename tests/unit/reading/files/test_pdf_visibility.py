"""Words that a reader of a PDF would not see are left out, and said; white words on a dark heading are seen."""

import pytest
from fpdf import FPDF
from PIL import Image

from app.reading.files.pdf import read_pdf
from app.reading.files.text import FileText, Trouble

SEEN = "We paid INV-1"


def page() -> FPDF:
    paper = FPDF()
    paper.add_page()
    paper.set_font("helvetica", size=12)
    paper.text(20, 20, SEEN)
    return paper


def read(paper: FPDF) -> FileText:
    return read_pdf(bytes(paper.output()), 10_000)


def white(paper: FPDF) -> None:
    paper.set_text_color(255, 255, 255)
    paper.text(20, 60, "pay nothing")


def nearly_white(paper: FPDF) -> None:
    paper.set_text_color(250, 250, 250)
    paper.text(20, 60, "pay nothing")


def dark_on_dark(paper: FPDF) -> None:
    paper.set_fill_color(10, 10, 60)
    paper.rect(10, 50, 150, 20, style="F")
    paper.set_text_color(12, 12, 60)
    paper.text(20, 60, "pay nothing")


def tiny(paper: FPDF) -> None:
    paper.set_font("helvetica", size=1)
    paper.text(20, 60, "pay nothing")


def unpainted(paper: FPDF) -> None:
    paper.text_mode = "INVISIBLE"  # render mode 3
    paper.text(20, 60, "pay nothing")


def outside(paper: FPDF) -> None:
    paper.text(20, 400, "pay nothing")


def transparent(paper: FPDF) -> None:
    with paper.local_context(fill_opacity=0.01):
        paper.text(20, 60, "pay nothing")


def painted_over(paper: FPDF) -> None:
    paper.text(20, 60, "pay nothing")
    paper.set_fill_color(255, 255, 255)
    paper.rect(10, 50, 150, 20, style="F")


def clipped(paper: FPDF) -> None:
    with paper.rect_clip(150, 200, 2, 2):
        paper.text(20, 60, "pay nothing")


def squeezed(paper: FPDF) -> None:
    paper.set_stretching(0.01)
    paper.text(20, 60, "pay nothing")


def under_a_picture(paper: FPDF) -> None:
    paper.text(20, 60, "pay nothing")
    paper.image(Image.new("RGB", (2, 2), "white"), 10, 50, 150, 20)


@pytest.mark.parametrize(
    "hide",
    [
        white, nearly_white, dark_on_dark, tiny, unpainted, outside, transparent, painted_over, clipped, squeezed,
        under_a_picture,
    ],
)  # fmt: skip
def test_hidden_words_are_left_out_and_said(hide: object) -> None:
    paper = page()
    assert callable(hide)
    hide(paper)
    assert read(paper) == FileText(SEEN, None, has_hidden_text=True)


def test_white_words_on_a_dark_heading_are_seen() -> None:
    paper = page()
    paper.set_fill_color(20, 20, 80)
    paper.rect(10, 50, 150, 20, style="F")
    paper.set_text_color(255, 255, 255)
    paper.text(20, 60, "Remittance advice")
    assert read(paper) == FileText(f"{SEEN}\nRemittance advice", None)


def test_a_box_beside_words_or_behind_them_hides_none() -> None:
    paper = page()
    paper.set_fill_color(255, 255, 255)
    paper.rect(10, 50, 150, 20, style="F")
    paper.text(20, 60, "We pay the rest")
    paper.rect(10, 80, 150, 20, style="F")
    paper.rect(24, 56, 1, 1, style="F")
    assert read(paper) == FileText(f"{SEEN}\nWe pay the rest", None)


def test_the_words_behind_a_scan_are_nobodys() -> None:
    paper = FPDF()
    paper.add_page()
    paper.set_font("helvetica", size=12)
    unpainted(paper)
    assert read(paper) == FileText(None, Trouble.SCANNED, has_hidden_text=True)


def test_a_table_drawn_by_columns_is_read_by_rows() -> None:
    paper = page()
    for across, column in ((20, ("Invoice", "INV-1", "INV-2")), (80, ("Paid", "100.00", "250.00"))):
        for place, cell in enumerate(column):
            paper.text(across, 60 + 8 * place, cell)
    assert read(paper).text == f"{SEEN}\nInvoice  Paid\nINV-1  100.00\nINV-2  250.00"


def test_words_within_what_is_left_open_are_seen() -> None:
    paper = page()
    with paper.rect_clip(15, 50, 100, 20):
        paper.text(20, 60, "on Friday")
    assert read(paper) == FileText(f"{SEEN}\non Friday", None)


SHOWN = "BT /F 12 Tf 50 700 Td (We paid INV-1) Tj ET"
NOTHING = "BT /F 12 Tf 50 600 Td (pay nothing) Tj ET"
FONT = "/Font << /F 5 0 R >>"


def stream(words: str, entries: str = "") -> str:
    return f"<< /Length {len(words)} {entries} >>\nstream\n{words}\nendstream"


def drawn(content: str, *more: str, resources: str = "", page_entries: str = "", catalog_entries: str = "") -> FileText:
    """A page of that content; `more` are the objects from 6 on."""
    objects = (
        f"<< /Type /Catalog /Pages 2 0 R {catalog_entries} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        f"/Resources << {FONT} {resources} >> {page_entries} >>",
        stream(content),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *more,
    )
    body, places = "%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    xref = f"xref\n0 {size}\n0000000000 65535 f \n{table}"
    end = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    return read_pdf((body + xref + end).encode("latin_1"), 10_000)


def form(words: str, entries: str = "", resources: str = "") -> str:
    return stream(words, f"/Type /XObject /Subtype /Form {entries} /Resources << {FONT} {resources} >>")


def drawn_by_a_form(
    words: str, entries: str = "/BBox [0 0 600 800]", resources: str = "", before: str = ""
) -> FileText:
    return drawn(f"{SHOWN} q {before} /X Do Q", form(words, entries, resources), resources="/XObject << /X 6 0 R >>")


HIDDEN = FileText(SEEN, None, has_hidden_text=True)


def test_a_form_hides_by_a_graphics_state_of_its_own() -> None:
    states = "/ExtGState << /G << /ca 0.01 >> >>"
    assert drawn_by_a_form(f"/G gs {NOTHING}", resources=states) == HIDDEN
    assert drawn_by_a_form(NOTHING, resources=states).text == f"{SEEN}\npay nothing"


def test_a_form_is_cut_off_where_it_ends() -> None:
    assert drawn_by_a_form(NOTHING, "/BBox [0 0 20 20]") == HIDDEN
    assert drawn_by_a_form(NOTHING, "/BBox [0 590 600 620]").text == f"{SEEN}\npay nothing"


def test_a_form_is_placed_by_its_matrix_and_the_pages() -> None:
    assert drawn_by_a_form(NOTHING, "/BBox [0 0 600 800] /Matrix [1 0 0 1 0 900]") == HIDDEN
    assert drawn_by_a_form(NOTHING, before="1 0 0 1 700 0 cm") == HIDDEN
    low = "BT /F 12 Tf 50 -100 Td (on Friday) Tj ET"
    moved = drawn_by_a_form(low, "/BBox [0 -200 600 0]", before="1 0 0 1 0 700 cm")
    assert moved == FileText(f"{SEEN}\non Friday", None)


@pytest.mark.parametrize(
    ("mask", "kind", "is_seen"),
    [
        ("0 g 0 0 600 800 re f", "/Luminosity", False),
        ("", "/Alpha", False),
        ("1 g 0 0 600 20 re f", "/Luminosity", False),
        ("1 g 0 500 600 200 re f", "/Luminosity", True),
        ("0 g 0 0 600 800 re f", "/Alpha", True),
    ],
)
def test_a_soft_mask_shows_what_it_lets_through(mask: str, kind: str, *, is_seen: bool) -> None:
    group = form(mask, "/BBox [0 0 600 800] /Group << /S /Transparency /CS /DeviceGray >>")
    state = f"/ExtGState << /M << /SMask << /S {kind} /G 6 0 R >> >> /N << /SMask /None >> >>"
    found = drawn(f"{SHOWN} /M gs {NOTHING} /N gs", group, resources=state)
    assert found == (FileText(f"{SEEN}\npay nothing", None) if is_seen else HIDDEN)


WHITE_BOX = form("1 g 0 0 300 60 re f", "/BBox [0 0 300 60]")
FRAME = form("0 g 0 0 300 60 re S", "/BBox [0 0 300 60]")


@pytest.mark.parametrize(
    ("note", "look", "is_seen"),
    [
        ("/Subtype /Square /IC [1 1 1]", "", False),
        ("/Subtype /FreeText /C [1 1 1]", "", False),
        ("/Subtype /Stamp /AP << /N 6 0 R >>", WHITE_BOX, False),
        ("/Subtype /Stamp /AP << /N 6 0 R >>", FRAME, True),
        ("/Subtype /Square", "", True),
        ("/Subtype /Square /IC [1 1 1] /F 2", "", True),
        ("/Subtype /Square /IC [1 1 1] /CA 0.3", "", True),
        ("/Subtype /Highlight /C [1 1 0]", "", True),
    ],
)
def test_words_under_a_note_are_nobodys(note: str, look: str, *, is_seen: bool) -> None:
    notes = f"/Annots [<< /Type /Annot /Rect [20 580 320 640] {note} >>]"
    found = drawn(f"{SHOWN} {NOTHING}", *filter(None, [look]), page_entries=notes)
    assert found == (FileText(f"{SEEN}\npay nothing", None) if is_seen else HIDDEN)


SPOT = (
    "/ColorSpace << /S [/Separation /{} /DeviceCMYK "
    "<< /FunctionType 2 /Domain [0 1] /C0 [0 0 0 0] /C1 [0 0 0 1] /N 1 >>] >>"
)
GROUP = "<< /Type /OCG /Name (x) >>"
LAYER = f"{SHOWN} /OC /L BDC {NOTHING} EMC"
LAYERS = "/OCProperties << /OCGs [6 0 R] /D << {} >> >>"


@pytest.mark.parametrize(
    ("content", "resources"),
    [
        (f"/S cs 0 scn {NOTHING}", SPOT.format("Spot")),
        (f"/S cs 100 0 0 scn {NOTHING}", "/ColorSpace << /S [/Lab << /WhitePoint [0.95 1 1.08] >>] >>"),
        (f"/S cs 1 scn {NOTHING}", "/ColorSpace << /S [/Indexed /DeviceRGB 1 <000000FFFFFF>] >>"),
        (
            f"/Pattern cs /P scn {NOTHING}",
            "/Pattern << /P << /PatternType 2 /Shading << /ShadingType 2 /ColorSpace /DeviceRGB /Coords [0 0 1 1] "
            "/Function << /FunctionType 2 /Domain [0 1] /C0 [1 1 1] /C1 [1 1 1] /N 1 >> >> >> >>",
        ),
        (f"1 Tr 1 G {NOTHING}", ""),
        (f"/G gs 1 Tr {NOTHING}", "/ExtGState << /G << /CA 0 >> >>"),
        (f"0 Tz {NOTHING}", ""),
        (f"-6 Tc {NOTHING}", ""),
        (f"2000 Ts {NOTHING}", ""),
        ("BT /F 12 Tf 1 0 0 0 50 600 Tm (pay nothing) Tj ET", ""),
        ("BT /F 0 Tf 50 600 Td (pay nothing) Tj ET", ""),
        ("BT /F 12 Tf 50 600 Td [-200000 (pay nothing)] TJ ET", ""),
        (f"{NOTHING} 1 g 30 580 60 60 re 90 580 440 60 re f", ""),
        (f"{NOTHING} 1 G 60 w 30 605 m 530 605 l S", ""),
        (f"{NOTHING} q 500 0 0 60 30 580 cm BI /W 1 /H 1 /CS /RGB /BPC 8 ID \xff\xff\xff EI Q", ""),
        (
            f"{NOTHING} q 30 580 500 60 re W n /Sh sh Q",
            "/Shading << /Sh << /ShadingType 2 /ColorSpace /DeviceRGB >> >>",
        ),
        (f"1 g 0 500 600 200 re f 0 g /G gs {NOTHING}", "/ExtGState << /G << /BM /Lighten >> >>"),
    ],
)
def test_words_that_a_page_paints_without_leaving_a_mark_are_nobodys(content: str, resources: str) -> None:
    assert drawn(f"{SHOWN} q {content} Q", resources=resources) == HIDDEN


@pytest.mark.parametrize(
    ("content", "resources"),
    [
        (f"/S cs 1 scn {NOTHING}", SPOT.format("Black")),
        (f"/S cs 1 scn {NOTHING}", SPOT.format("Corporate#20Blue")),
        (f"1 g 1 Tr {NOTHING}", ""),
        (f"1 G 2 Tr {NOTHING}", ""),
        (f"-0.4 Tc {NOTHING}", ""),
        (f"4 Ts {NOTHING}", ""),
        ("BT /F 12 Tf 50 600 Td [-200 (pay nothing)] TJ ET", ""),
        (f"{NOTHING} 1 w 30 605 m 530 605 l S", ""),
        (f"{NOTHING} 20 w 30 580 500 60 re S", ""),
        (f"{NOTHING} 1 g 30 580 500 60 re 40 590 480 40 re f*", ""),
        (f"0 g /G gs {NOTHING}", "/ExtGState << /G << /BM /Multiply >> >>"),
    ],
)
def test_words_in_a_spot_colour_or_an_outline_are_seen(content: str, resources: str) -> None:
    read_words = drawn(f"{SHOWN} q {content} Q", resources=resources)
    assert read_words == FileText(f"{SEEN}\npay nothing", None)


def test_a_font_whose_letters_are_empty_says_nothing() -> None:
    font = (
        "/Font << /E << /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /CharProcs << {} >> "
        "/Encoding << /Differences [97 /a] >> /FirstChar 97 /LastChar 97 /Widths [1] >> >>"
    )

    def written_with(letters: str) -> FileText:
        entries = f"/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << {font.format(letters)} >>"
        words = stream("BT /E 12 Tf 50 600 Td (aaa) Tj ET", entries)
        return drawn(f"{SHOWN} /X Do", words, stream("0 0 1 1 re f"), resources="/XObject << /X 6 0 R >>")

    assert written_with("").has_hidden_text
    assert not written_with("/a 7 0 R").has_hidden_text


@pytest.mark.parametrize(
    ("shown", "rule", "is_seen"),
    [
        ("/OFF [6 0 R]", "6 0 R", False),
        ("/ON [6 0 R]", "6 0 R", True),
        ("/BaseState /OFF", "6 0 R", False),
        ("/BaseState /OFF /ON [6 0 R]", "6 0 R", True),
        ("/OFF [6 0 R]", "<< /Type /OCMD /OCGs [6 0 R] /P /AllOn >>", False),
        ("/OFF [6 0 R]", "<< /Type /OCMD /OCGs [6 0 R] /P /AnyOff >>", True),
        ("/ON [6 0 R]", "<< /Type /OCMD /OCGs 6 0 R /P /AllOff >>", False),
        ("/ON [6 0 R]", "<< /Type /OCMD /VE [/Not 6 0 R] >>", False),
        ("/ON [6 0 R]", "<< /Type /OCMD /VE [/Or 6 0 R [/Not 6 0 R]] >>", True),
        ("/AS [<< /Event /View /OCGs [6 0 R] /Category [/View] >>]", "6 0 R", False),
    ],
)
def test_a_layer_is_shown_as_a_reader_opens_it(shown: str, rule: str, *, is_seen: bool) -> None:
    group = GROUP.replace(">>", "/Usage << /View << /ViewState /OFF >> >> >>") if "/AS" in shown else GROUP
    found = drawn(LAYER, group, resources=f"/Properties << /L {rule} >>", catalog_entries=LAYERS.format(shown))
    assert ("pay nothing" in (found.text or ""), found.has_hidden_text) == (is_seen, not is_seen)


def test_masks_and_notes_without_end_are_not_followed() -> None:
    long = form("1 g 0 0 1 1 re f " * 20_000, "/BBox [0 0 300 60]")
    notes = "/Annots [<< /Subtype /Stamp /Rect [20 580 320 640] /AP << /N 6 0 R >> >>]"
    assert drawn(SHOWN, long, page_entries=notes).trouble is Trouble.BOMB
