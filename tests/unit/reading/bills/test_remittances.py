"""Remittance lists: invoices and sums of any table, and nothing out of tables that are about something else."""

from decimal import Decimal

import pytest

from app.reading.bills.remittances import read_remittance
from tests.unit.reading.ledger import account

LEDGER = account(("INV-20470", "18900.00"), ("INV-20472", "9500.00"), ("CN-3107", "-40.00"), ("2026-118", "300.00"))


def paid(text: str, about: str = "") -> list[tuple[str, str]]:
    return [(line.invoice, str(line.amount)) for line in read_remittance(text, LEDGER, about=about)]


def test_a_printed_table_is_read_and_its_other_columns_are_not() -> None:
    table = (
        "REMITTANCE ADVICE  FH-260521\n"
        "Your reference  Invoice date  Our order  Gross  Discount  Amount paid\n"
        "INV-20470  25 Apr 2026  FH-88204  18,900.00  0.00  18,900.00\n"
        "INV-20472  25 Apr 2026  FH-88206  9,500.00  40.00  9,460.00\n"
        "Total paid  28,360.00"
    )
    assert paid(table) == [("INV-20470", "18900.00"), ("INV-20472", "9460.00")]


@pytest.mark.parametrize(
    "table",
    [
        "Rechnung;Datum;Brutto;Skonto;Zahlbetrag\nINV-20470;25.04.2026;18.900,00;0,00;18.900,00",
        "invoice,date,amount paid\nINV-20470,2026-04-25,18900.00",
        'invoice,amount paid,note\n"INV 20470","18,900.00","thanks"',
        "Facture\tBrut\tMontant payé\nINV-20470\t18900\t18900.00",
        "Factura | Importe pagado\n20470 | 18.900,00 €",
        "Bonifico del 3 maggio\nINV20470  EUR 18.900,00",
        "Amount paid  Invoice\n18,900.00  INV-20470",
    ],
)
def test_every_notation_is_one(table: str) -> None:
    assert [(number, Decimal(amount)) for number, amount in paid(table)] == [("INV-20470", Decimal("18900.00"))]


def test_a_deducted_credit_note_is_negative() -> None:
    assert paid("Payment advice\nCN-3107  (40.00)\nINV-20472  9,500.00") == [
        ("CN-3107", "-40.00"),
        ("INV-20472", "9500.00"),
    ]
    assert paid("Payment advice\nCN-3107  40.00-") == [("CN-3107", "-40.00")]


def test_open_items_are_not_payments() -> None:
    table = "Invoice  Due  Open amount\nINV-20470  15 Jan 2026  18,900.00"
    assert paid(table) == []
    assert paid(table, about="Remittance advice attached") != []


def test_a_sentence_with_two_invoices_is_no_row() -> None:
    assert paid("We paid by bank transfer  INV-20470 and INV-20472  28,400.00") == []


def test_a_date_that_looks_like_an_invoice_is_none() -> None:
    assert paid("Payment date  2026-01-18\nRemittance  INV-20470  5.00") == [("INV-20470", "5.00")]


def test_the_place_of_each_line_is_told() -> None:
    text = "Paid\nInvoice;Paid\nINV-20470;1,00"
    (line,) = read_remittance(text, LEDGER)
    assert text[line.start : line.end] == "INV-20470;1,00"
