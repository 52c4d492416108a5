"""Statements as files: readable by others, exact, and the same bytes each time."""

import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from agents.reminders.brief import ReminderBrief
from app.domain.intents import LANGUAGES, Tone
from app.domain.reminder import Stage
from app.papers.statement_pdf import statement_pdf
from app.reminders.statement_xlsx import statement_xlsx
from evals.reminders import sample

CUSTOMER = "Łódź Škoda Ελληνική Çelik Őr Sp. z o.o."


@pytest.fixture
def told() -> ReminderBrief:
    return replace(sample(Stage.SECOND, Tone.NEUTRAL, "de"), customer=CUSTOMER)


def test_a_pdf_has_the_customer_s_name_every_invoice_and_the_total(told: ReminderBrief) -> None:
    text = PdfReader(BytesIO(statement_pdf(told))).pages[0].extract_text()
    assert CUSTOMER in text
    assert all(invoice.number in text for invoice in told.invoices)
    assert "3.447,70" in text
    assert "DE89 3704 0044 0532 0130 00" in text


@pytest.mark.parametrize(("currency", "look"), [("EUR", "#,##0.00"), ("JPY", "#,##0"), ("KWD", "#,##0.000")])
def test_a_workbook_shows_as_many_decimals_as_a_currency_has(told: ReminderBrief, currency: str, look: str) -> None:
    whole = replace(told.invoices[0], amount=Decimal(1250), open=Decimal(1250), disputed=Decimal(0))
    brief = replace(told, currency=currency, invoices=(whole,), credit_notes=())
    with ZipFile(BytesIO(statement_xlsx(brief))) as book:
        assert f'formatCode="{look}"' in book.read("xl/styles.xml").decode()
    if currency == "JPY":
        odd = replace(brief, invoices=(replace(whole, open=Decimal("1250.50")),))
        with ZipFile(BytesIO(statement_xlsx(odd))) as book:
            assert 'formatCode="#,##0.00"' in book.read("xl/styles.xml").decode()


def test_a_workbook_holds_numbers_and_no_formula(told: ReminderBrief) -> None:
    invoices = (replace(told.invoices[0], number='=HYPERLINK("http://x")'), *told.invoices[1:])
    with ZipFile(BytesIO(statement_xlsx(replace(told, invoices=invoices)))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert {"1250", "2680.5", "-430", "-150", "3447.7"} <= set(re.findall(r"<v>([^<]+)</v>", sheet))
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet


def test_both_are_the_same_bytes_for_the_same_brief(told: ReminderBrief) -> None:
    assert statement_pdf(told) == statement_pdf(told)
    assert statement_xlsx(told) == statement_xlsx(told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_can_be_made_in_every_language(language: str) -> None:
    assert statement_xlsx(sample(Stage.FIRST, Tone.NEUTRAL, language)).startswith(b"PK")
