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
