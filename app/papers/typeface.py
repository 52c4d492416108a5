"""The typeface of what we print: DejaVu Sans Condensed, cut down to the letters of Europe, so that a paper is readable
on a machine without fonts (licence beside the files).
"""

from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import TTFFont

TYPEFACE = "DejaVuSansCondensed"

_FILES = Path(__file__).with_name("fonts")


def add_typeface(pdf: FPDF) -> None:
    """Regular and bold, under the name TYPEFACE."""
    pdf.add_font(TYPEFACE, "", _FILES / f"{TYPEFACE}.ttf")
    pdf.add_font(TYPEFACE, "B", _FILES / f"{TYPEFACE}-Bold.ttf")


def printed(pdf: FPDF) -> bytes:
    """The finished paper. Closes the files of its typeface, which the library leaves open."""
    content = bytes(pdf.output())
    for font in pdf.fonts.values():
        if isinstance(font, TTFFont):
            font.close()
    return content
