"""A statement of account as a workbook that can be reckoned with: dates are dates, sums are numbers, no formula.

The same bytes for the same brief: the writer packs with a fixed time, and the creation date is the brief's day.
"""

from datetime import datetime, time
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from agents.reminders.brief import ReminderBrief
from agents.reminders.letters import language_of
from agents.reminders.statement import labels, statement_of
from app.domain.money import places_of

_DAY = "yyyy-mm-dd"
_WIDTHS = (18, 12, 12, 11, 14, 14)
_LAST = len(_WIDTHS) - 1


def statement_xlsx(brief: ReminderBrief, claim: str = "") -> bytes:
    """One sheet: the rows of the mail's own table, the total below, then what the letter claims as interest, in its
    words. Text is never taken for a formula or a link."""
    stored = BytesIO()
    book = Workbook(stored, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    title = labels(language_of(brief))["title"]
    created = datetime.combine(brief.today, time())
    book.set_properties({"title": title, "author": brief.company.name, "created": created})
    sheet = book.add_worksheet(title)
    bold, day, money = (
        book.add_format(look) for look in ({"bold": True}, {"num_format": _DAY}, {"num_format": _money(brief)})
    )
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_row(0, 0, statement_of(brief).heads, bold)
    below = _rows(sheet, brief, day, money)
    sheet.write_string(below, 0, f"{labels(language_of(brief))['total']} ({brief.currency})", bold)
    sheet.write_number(below, _LAST, float(brief.total), book.add_format({"bold": True, "num_format": _money(brief)}))
    if claim:
        sheet.write_string(below + 2, 0, claim)
    sheet.freeze_panes(1, 0)
    book.close()
    return stored.getvalue()


def _money(brief: ReminderBrief) -> str:
    """With the decimals that the currency has, and those that a sum of the letter has beyond them."""
    sums = [*(sum_ for one in brief.invoices for sum_ in (one.amount, one.open, one.disputed)), brief.total]
    sums += [sum_ for note in brief.credit_notes for sum_ in (note.amount, note.open)]
    places = max(places_of(brief.currency, sum_) for sum_ in sums)
    return f"#,##0.{'0' * places}" if places else "#,##0"


def _rows(sheet: Worksheet, brief: ReminderBrief, day: Format, money: Format) -> int:
    """Returns the line below the last one. A workbook's numbers are binary: two or three places survive that."""
    words, line = labels(language_of(brief)), 1
    for invoice in brief.invoices:
        sheet.write_string(line, 0, invoice.number)
        if invoice.issued:
            sheet.write_datetime(line, 1, invoice.issued, day)
        sheet.write_datetime(line, 2, invoice.due, day)
        sheet.write_number(line, 3, invoice.days_overdue(brief.today))
        sheet.write_number(line, 4, float(invoice.amount), money)
        sheet.write_number(line, _LAST, float(invoice.open), money)
        line += 1
        if invoice.disputed:
            sheet.write_string(line, 1, words["disputed"])
            sheet.write_number(line, _LAST, float(-invoice.disputed), money)
            line += 1
    for note in brief.credit_notes:
        sheet.write_string(line, 0, note.number)
        if note.issued:
            sheet.write_datetime(line, 1, note.issued, day)
        sheet.write_string(line, 2, words["credit_note"])
        sheet.write_number(line, 4, float(note.amount), money)
        sheet.write_number(line, _LAST, float(note.open), money)
        line += 1
    return line
