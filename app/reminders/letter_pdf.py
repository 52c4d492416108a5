"""A letter on paper: its words, their statement as a table, a line to sign on. Folded in three it fits an envelope with
a window on the left (DIN 5008, form B)."""

from datetime import UTC, date, datetime, time

from babel.dates import format_date
from fpdf import FPDF, XPos, YPos
from fpdf.fonts import FontFace

from app.domain.company import Company
from app.papers.typeface import TYPEFACE, add_typeface, printed
from app.reading.outgoing.composing_reminders import Table

MARGIN, LINE = 20, 5
WINDOW, BELOW_WINDOW = 50, 93
"""Millimetres from the upper edge: where the address begins, and what must stand below it."""

_LIGHT = (228, 231, 236)


def letter_pdf(
    company: Company, addressee: tuple[str, str, str], words: tuple[str, str, Table], *, language: str, day: date
) -> bytes:
    """`addressee`: customer, contact and the lines of the address, with room for one below the names where the ledger
    knows none; `words`: subject, body and the table that stands in it. The same bytes for the same letter."""
    subject, body, table = words
    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime.combine(day, time(), UTC))
    pdf.set_lang(language)
    pdf.set_title(subject)
    pdf.set_author(company.name)
    add_typeface(pdf)
    pdf.set_margin(MARGIN)
    pdf.add_page()
    _text(pdf, company.name, "B")
    _text(pdf, "\n".join(filter(None, (company.address, company.vat_number, company.registration_number))))
    pdf.set_y(max(pdf.get_y() + LINE, WINDOW))
    _text(pdf, "\n".join(dict.fromkeys(filter(None, addressee))))
    pdf.set_y(max(pdf.get_y() + LINE, BELOW_WINDOW))
    _text(pdf, format_date(day, "long", {"en": "en_GB"}.get(language, language)), align="R")
    pdf.ln(LINE)
    _text(pdf, subject, "B")
    pdf.ln(LINE)
    before, _, after = body.partition(table.text)
    _text(pdf, before.strip())
    if after:
        pdf.ln(LINE / 2)
        _table(pdf, table)
        pdf.ln(LINE)
        _text(pdf, after.strip())
    pdf.ln(4 * LINE)
    pdf.line(MARGIN, pdf.get_y(), MARGIN + 60, pdf.get_y())
    return printed(pdf)


def _text(pdf: FPDF, words: str, style: str = "", align: str = "L") -> None:
    pdf.set_font(TYPEFACE, style, 10)
    pdf.multi_cell(0, LINE, words, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _table(pdf: FPDF, table: Table) -> None:
    pdf.set_font(TYPEFACE, size=8.5)
    pdf.set_draw_color(*_LIGHT)
    bold = FontFace(emphasis="BOLD")
    with pdf.table(borders_layout="HORIZONTAL_LINES", headings_style=bold, line_height=LINE) as grid:
        grid.row(table.heads)
        for number, cells in enumerate(table.rows, start=1):
            grid.row(cells, style=bold if number == len(table.rows) else None)
    pdf.set_draw_color(0)
