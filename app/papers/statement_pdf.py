"""A statement of account as PDF, the same bytes for the same brief: one page or more, without anything remote."""

from datetime import UTC, datetime, time

from fpdf import FPDF, XPos, YPos
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from agents.reminders.brief import ReminderBrief
from agents.reminders.letters import day_words, language_of
from agents.reminders.statement import labels, payment_ways, statement_of
from app.papers.typeface import TYPEFACE, add_typeface, printed

COLUMNS = (34, 26, 26, 20, 34, 34)
"""Widths in shares of the line; figures stand flush right."""

_ALIGN = ("LEFT", "LEFT", "LEFT", "RIGHT", "RIGHT", "RIGHT")
_LIGHT = (228, 231, 236)


def statement_pdf(brief: ReminderBrief, claim: str = "") -> bytes:
    """Exactly the rows of the mail's own table, then the ways to pay, and what the letter claims as interest."""
    pdf = _sheet(brief)
    _head(pdf, brief)
    _table(pdf, brief)
    pdf.ln(6)
    pdf.set_font(TYPEFACE, size=9)
    pdf.multi_cell(0, 5, "\n\n".join(filter(None, (payment_ways(brief), claim))), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return printed(pdf)


def _sheet(brief: ReminderBrief) -> FPDF:
    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime.combine(brief.today, time(), UTC))
    pdf.set_lang(language_of(brief))
    pdf.set_title(labels(language_of(brief))["title"])
    pdf.set_author(brief.company.name)
    add_typeface(pdf)
    pdf.set_margin(20)
    pdf.add_page()
    return pdf


def _head(pdf: FPDF, brief: ReminderBrief) -> None:
    words, company = labels(language_of(brief)), brief.company
    pdf.set_font(TYPEFACE, "B", 11)
    pdf.cell(0, 5, company.name, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_font(TYPEFACE, size=9)
    below = "\n".join(filter(None, (company.address, company.vat_number, company.registration_number)))
    pdf.multi_cell(0, 5, below, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(10)
    pdf.set_font(TYPEFACE, size=10)
    pdf.cell(0, 5, brief.customer, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(8)
    pdf.set_font(TYPEFACE, "B", 15)
    pdf.cell(0, 8, words["title"], new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_font(TYPEFACE, size=9)
    pdf.cell(0, 6, f"{words['as_of']} {day_words(brief.today, brief)}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(4)


def _table(pdf: FPDF, brief: ReminderBrief) -> None:
    statement = statement_of(brief)
    pdf.set_draw_color(*_LIGHT)
    heads = FontFace(emphasis="BOLD", fill_color=_LIGHT)
    with pdf.table(
        col_widths=COLUMNS,
        text_align=_ALIGN,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=heads,
        line_height=6,
    ) as table:
        table.row(statement.heads)
        for row in statement.rows:
            line = table.row(style=FontFace(emphasis="BOLD") if row.is_total else None)
            if row.is_total:
                line.cell(row.cells[0], colspan=len(COLUMNS) - 1, align="LEFT")
                line.cell(row.cells[-1])
                continue
            for cell in row.cells:
                line.cell(cell)
