"""A ledger file judged by itself: what is taken, and how each bad row is named."""

from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.account import InvoiceKind, InvoiceStatus
from app.domain.errors import BadRow, ImportRefused, Invalid
from app.ledger.imports import BAD_ROWS_SHOWN, Checked, check
from app.ledger.layouts import Values
from app.ledger.opening import open_source
from app.ledger.rows import RowReader

CUSTOMERS = frozenset({"C-1", "C-2"})
SAMPLES = Path(__file__).parents[3] / "app/demo/ledger"

HEADERS = {
    "customers": "customer_id,name,language,country,currency,timezone,payment_terms_days,strategic,natural_person,"
    "segment,owner_email",
    "contacts": "customer_id,name,email,role,language,active",
    "invoices": "number,customer_id,kind,amount,open_amount,currency,issue_date,due_date,po_number,status",
    "payments": "payment_id,customer_id,date,amount,currency,reference,invoice_number",
}
GOOD = {
    "customers": "C-1,Halden Foods Ltd,en,GB,GBP,Europe/London,30,false,false,key,milo@seller.example",
    "contacts": "C-1,Petra Vane,petra@halden.example,accounts_payable,en,true",
    "invoices": "INV-1,C-1,invoice,100.00,60.00,EUR,2026-04-01,2026-05-01,PO-1,partly_paid",
    "payments": "P-1,C-1,2026-04-09,40.00,EUR,HALDEN INV-1,INV-1",
}


def _checked(folder: Path, kind: str, text: str | bytes) -> Checked:
    path = folder / f"{kind}.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return _check(kind, path)


def _check(kind: str, path: Path, customers: frozenset[str] = CUSTOMERS) -> Checked:
    with closing(check(kind, open_source(path), customers)) as checked:
        return checked


def _rows(folder: Path, kind: str, text: str) -> list[Values]:
    checked = _checked(folder, kind, text)
    mark = checked.source.decimal_mark(checked.layout.amounts)
    rows = RowReader(checked.layout, checked.source, mark, CUSTOMERS)
    return [row for row in rows if not isinstance(row, BadRow)]


def _refused(folder: Path, kind: str, text: str | bytes) -> tuple[BadRow, ...]:
    with pytest.raises(ImportRefused) as refusal:
        _checked(folder, kind, text)
    return refusal.value.rows


def _with(kind: str, /, **cells: str) -> str:
    """The header and the good row of a file, with some cells changed."""
    names = HEADERS[kind].split(",")
    values = dict(zip(names, GOOD[kind].split(","), strict=True)) | cells
    return f"{HEADERS[kind]}\n{','.join(values[name] for name in names)}\n"


@pytest.mark.parametrize("kind", ["contacts", "customers", "invoices", "payments"])
def test_sample_files_are_taken(kind: str) -> None:
    customers = frozenset(
        line.split(",")[0] for line in (SAMPLES / "customers.csv").read_text(encoding="utf-8").splitlines()
    )
    checked = _check(kind, SAMPLES / f"{kind}.csv", customers)
    assert checked.spool.rows
    assert checked.notes == []


def test_invoice_row_becomes_values(tmp_path: Path) -> None:
    assert _rows(tmp_path, "invoices", f"{HEADERS['invoices']}\n{GOOD['invoices']}\n") == [
        {
            "number": "INV-1",
            "customer_id": "C-1",
            "kind": InvoiceKind.INVOICE,
            "amount": Decimal("100.00"),
            "open_amount": Decimal("60.00"),
            "currency": "EUR",
            "issue_date": date(2026, 4, 1),
            "due_date": date(2026, 5, 1),
            "po_number": "PO-1",
            "status": InvoiceStatus.PARTLY_PAID,
        }
    ]


def test_column_order_mark_case_and_line_ends_do_not_matter(tmp_path: Path) -> None:
    text = (
        "\ufeffActive , email,NAME,role,language,customer_id,phone\r\n"
        'TRUE, Petra@Halden.example ,"Vane,  Petra",Accounts_Payable,EN,C-1,\r\n\r\n,,,,,,\r\n'
    )
    (row,) = _rows(tmp_path, "contacts", text)
    assert (row["name"], row["email"], row["language"], row["active"]) == (
        "Vane, Petra",
        "petra@halden.example",
        "en",
        True,
    )


def test_semicolons_and_decimal_commas_are_recognised_and_said(tmp_path: Path) -> None:
    line = "INV-1;C-1;invoice;1.250,00;1.250;EUR;2026-04-01;2026-05-01;;open"
    text = f"{HEADERS['invoices'].replace(',', ';')}\n{line}\n"
    (row,) = _rows(tmp_path, "invoices", text)
    assert row["amount"] == row["open_amount"] == Decimal(1250)
    assert _checked(tmp_path, "invoices", text).notes == ["delimiter ; and decimal comma recognised"]


def test_decimal_comma_in_quotes_with_comma_as_delimiter(tmp_path: Path) -> None:
    text = _with("payments", amount='"1250,50"')
    (row,) = _rows(tmp_path, "payments", text)
    assert row["amount"] == Decimal("1250.50")
    assert _checked(tmp_path, "payments", text).notes == ["decimal comma recognised"]


def test_amount_that_can_be_read_two_ways_is_not_guessed(tmp_path: Path) -> None:
    (bad,) = _refused(tmp_path, "payments", _with("payments", amount="1.250").replace(",", ";"))
    assert (bad.column, "two ways" in bad.reason) == ("amount", True)


@pytest.mark.parametrize("cell", ["1.250", "-1.250", "12.500"])
def test_three_digits_after_the_mark_are_no_thousandths_of_a_euro(tmp_path: Path, cell: str) -> None:
    (bad,) = _refused(tmp_path, "payments", _with("payments", amount=cell))
    assert (bad.line, bad.column, "can be read as" in bad.reason) == (2, "amount", True)


def test_the_file_tells_whether_it_writes_thousandths(tmp_path: Path) -> None:
    thousandths = _with("invoices", amount="1250.000", open_amount="12.500")
    assert _rows(tmp_path, "invoices", thousandths)[0]["open_amount"] == Decimal("12.5")
    dinars = _with("payments", amount="12.500", currency="KWD")
    assert _rows(tmp_path, "payments", dinars)[0]["amount"] == Decimal("12.5")
    mixed = _with("invoices", amount='"12,50"', open_amount='"1,250"')
    assert "can be read as 1.250 or as 1250" in _refused(tmp_path, "invoices", mixed)[-1].reason


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u202f234\u00a0567,80", "1234567.80"),
        ("1'234.56", "1234.56"),
        ("1\u2019234", "1234"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("100.00-", "-100.00"),
        ("(1.234,56)", "-1234.56"),
        ("\u2212100,00", "-100.00"),
        ("+100", "100"),
    ],
)
def test_amounts_that_mean_one_thing_are_read(tmp_path: Path, cell: str, amount: str) -> None:
    text = _with("payments", amount="CELL").replace(",", ";").replace("CELL", cell)
    assert _rows(tmp_path, "payments", text)[0]["amount"] == Decimal(amount)


@pytest.mark.parametrize("cell", ["1,250", "1 25", "12'34.5", "1,23,456.00", "--5", "(5", "1.234.56", "5 EUR", "€5"])
def test_other_amounts_are_named(tmp_path: Path, cell: str) -> None:
    text = _with("payments", amount="CELL").replace(",", ";").replace("CELL", cell)
    assert [bad.column for bad in _refused(tmp_path, "payments", text)] == ["amount"]


@pytest.mark.parametrize(("delimiter", "name"), [(";", ";"), ("\t", "tab"), ("|", "|")])
def test_delimiters_are_recognised_and_said(tmp_path: Path, delimiter: str, name: str) -> None:
    checked = _checked(tmp_path, "contacts", _with("contacts").replace(",", delimiter))
    assert checked.notes == [f"delimiter {name} recognised"]


def test_first_row_in_other_words_is_quoted(tmp_path: Path) -> None:
    (bad,) = _refused(tmp_path, "payments", "Zahlung;Kunde\n1;C-1\n")
    assert (bad.line, bad.column) == (1, "1")
    assert bad.reason.endswith("invoice_number (take away what stands above them); it says: zahlung, kunde")
    (bad,) = _refused(tmp_path, "payments", _with("payments").replace("invoice_number", "invoice no"))
    assert (bad.column, bad.reason) == ("invoice_number", "the column is missing; not known: invoice no")


@pytest.mark.parametrize(
    ("kind", "column", "near", "far"),
    [
        ("payments", "date", "2027-05-20", "2062-05-20"),
        ("invoices", "issue_date", "2029-05-20", "2062-05-20"),
        ("invoices", "due_date", "2036-05-20", "2062-05-20"),
    ],
)
def test_days_far_ahead_are_slips(tmp_path: Path, kind: str, column: str, near: str, far: str) -> None:
    path = tmp_path / f"{kind}.csv"
    path.write_text(_with(kind, **{column: near}))
    check(kind, open_source(path), CUSTOMERS, today=date(2026, 5, 21)).close()
    path.write_text(_with(kind, **{column: far}))
    with pytest.raises(ImportRefused, match=f"column {column}: 2062-05-20 lies too far ahead"):
        check(kind, open_source(path), CUSTOMERS, today=date(2026, 5, 21))


def test_of_a_language_tag_the_language_counts(tmp_path: Path) -> None:
    assert _rows(tmp_path, "contacts", _with("contacts", language="de-AT"))[0]["language"] == "de"


def test_mixed_decimal_marks_are_named(tmp_path: Path) -> None:
    (bad,) = _refused(tmp_path, "invoices", _with("invoices", amount='"100,00"', open_amount="60.00"))
    assert (bad.line, bad.column) == (2, "open_amount")


def test_columns_that_are_not_used_are_said(tmp_path: Path) -> None:
    text = _with("contacts").replace("active\n", "active,fax\n").replace("true\n", "true,1\n")
    assert _checked(tmp_path, "contacts", text).notes == ["columns not used: fax"]


def test_language_that_duebox_does_not_write_is_taken_and_said(tmp_path: Path) -> None:
    assert _checked(tmp_path, "contacts", _with("contacts", language="pl")).notes == [
        "languages that Duebox does not write: pl"
    ]


@pytest.mark.parametrize(
    ("kind", "column", "cell", "reason"),
    [
        ("contacts", "customer_id", "C-9", "there is no customer C-9"),
        ("contacts", "name", "", "is empty"),
        ("contacts", "email", "petra", "'petra' is not an e-mail address"),
        ("contacts", "email", "a b@c.example", "'a b@c.example' is not an e-mail address"),
        ("contacts", "role", "boss", "'boss' is not a role: accounts_payable, management, purchasing, legal, other"),
        ("contacts", "language", "english", "'english' is not a language code of ISO 639-1 such as de"),
        ("contacts", "active", "perhaps", "'perhaps' is neither true nor false"),
        ("contacts", "name", "x" * 256, "is longer than 255 characters"),
        ("contacts", "name", "nul\0", "holds control characters"),
        ("customers", "timezone", "Europe/Atlantis", "'Europe/Atlantis' is not a time zone such as Europe/Berlin"),
        ("customers", "country", "ZZ", "'ZZ' is not a country code of ISO 3166-1 such as GB"),
        ("customers", "currency", "DEM", "'DEM' is not a currency code of ISO 4217 such as EUR"),
        ("customers", "payment_terms_days", "-1", "'-1' is not a number of days from 0 to 999"),
        ("invoices", "number", "", "is empty"),
        ("invoices", "kind", "bill", "'bill' is not a kind: invoice, credit_note"),
        ("invoices", "currency", "EURO", "'EURO' is not a currency code of ISO 4217 such as EUR"),
        ("invoices", "amount", "1e3", "'1e3' is not a number such as 1250.00"),
        ("invoices", "amount", "NaN", "'NaN' is not a number such as 1250.00"),
        ("invoices", "amount", "٣", "'٣' is not a number such as 1250.00"),
        ("invoices", "amount", "100000000000000", "'100000000000000' is too large"),
        ("invoices", "open_amount", "100.01", "100.01 is more than the amount, 100.00"),
        ("invoices", "open_amount", "-1.00", "has another sign than the amount"),
        ("invoices", "issue_date", "31.04.2026", "'31.04.2026' is not a date such as 2026-03-31"),
        ("invoices", "due_date", "2026-02-30", "'2026-02-30' is not a date such as 2026-03-31"),
        ("invoices", "due_date", "20261301", "'20261301' is not a date such as 2026-03-31"),
        ("invoices", "due_date", "9999-12-31", "'9999-12-31' is not a date such as 2026-03-31"),
        ("payments", "date", "0001-01-01", "'0001-01-01' is not a date such as 2026-03-31"),
        ("payments", "customer_id", "", "is empty"),
        ("payments", "date", "yesterday", "'yesterday' is not a date such as 2026-03-31"),
    ],
)
def test_bad_cell_is_named(tmp_path: Path, kind: str, column: str, cell: str, reason: str) -> None:
    assert _refused(tmp_path, kind, _with(kind, **{column: cell})) == (BadRow(f"{kind}.csv", 2, column, reason),)


def test_letters_for_debit_and_credit_are_told_from_no_number(tmp_path: Path) -> None:
    bad = _refused(tmp_path, "invoices", _with("invoices", amount="100.00 CR"))[0]
    assert bad.reason.startswith("'100.00 CR' says debit or credit with letters")


def test_credit_note_must_be_negative_and_invoice_positive(tmp_path: Path) -> None:
    (credit,) = _refused(tmp_path, "invoices", _with("invoices", kind="credit_note"))
    (invoice,) = _refused(tmp_path, "invoices", _with("invoices", amount="-100.00", open_amount="-60.00"))
    assert credit == BadRow("invoices.csv", 2, "amount", "a credit note has a negative amount")
    assert (invoice.column, "positive amount" in invoice.reason) == ("amount", True)
    assert _rows(tmp_path, "invoices", _with("invoices", kind="credit_note", amount="-5.00", open_amount="-5.00"))


def test_every_bad_row_is_named_with_the_line_it_begins_on(tmp_path: Path) -> None:
    good = GOOD["contacts"]
    text = "\n".join(
        [
            HEADERS["contacts"],
            good.replace("Petra Vane", '"Petra\nVane"'),
            good,
            good.replace("petra@", "other@").replace("true", "maybe").replace("C-1", "C-9"),
            "C-1,too,few",
            f"{good},too many",
        ]
    )
    assert [(bad.line, bad.column) for bad in _refused(tmp_path, "contacts", text)] == [
        (4, "email"),
        (5, "active"),
        (6, "role"),
        (7, "7"),
    ]


def test_same_number_in_two_companies_is_two_invoices(tmp_path: Path) -> None:
    header, row = HEADERS["invoices"] + ",company", GOOD["invoices"]
    assert len(_rows(tmp_path, "invoices", f"{header}\n{row},north\n{row},south\n")) == 2
    (bad,) = _refused(tmp_path, "invoices", f"{header}\n{row},north\n{row},north\n")
    assert bad == BadRow("invoices.csv", 3, "number", "INV-1 is on line 2 already")


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        (b"", 1, "1", "the first row must name the columns, and it is empty"),
        (HEADERS["contacts"].replace(",email", "").encode(), 1, "email", "the column is missing"),
        (HEADERS["contacts"].replace("role", "name").encode(), 1, "role", "the column is missing"),
        (f"{HEADERS['contacts']}\nC-1,Jürgen,a@b.example".encode("latin-1"), 2, "2", "perhaps Windows-1252"),
        (HEADERS["contacts"].encode("utf-32"), 1, "1", "UTF-32"),
        (HEADERS["contacts"].encode("utf-16")[:-1], 1, "1", "begins as UTF-16 and is none"),
        (f'{HEADERS["contacts"]}\n{GOOD["contacts"]}\nC-1,"open quote'.encode(), 3, "1", "cannot be read as CSV"),
    ],
)
def test_file_that_cannot_be_read_is_named(tmp_path: Path, text: bytes, line: int, column: str, reason: str) -> None:
    bad = _refused(tmp_path, "contacts", text)[0]
    assert (bad.line, bad.column) == (line, column)
    assert reason in bad.reason


def test_bad_rows_are_counted_beyond_the_first_hundred(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("\n".join([HEADERS["contacts"], *[f"C-9,N,a{n}@b.example,other,en,true" for n in range(140)]]))
    with pytest.raises(ImportRefused) as refusal:
        _check("contacts", path)
    assert (len(refusal.value.rows), refusal.value.more) == (BAD_ROWS_SHOWN, 40)
    assert str(refusal.value).endswith("and 40 more")


def test_file_that_is_not_there_or_of_no_kind(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="No such file"):
        _check("contacts", tmp_path / "nothing.csv")
    with pytest.raises(Invalid, match="'suppliers'"):
        _checked(tmp_path, "suppliers", "a,b")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_unicode_with_a_byte_order_mark_is_read(tmp_path: Path, encoding: str) -> None:
    text = f"{HEADERS['contacts']}\n{GOOD['contacts'].replace('Petra', 'Pétra')}\n".replace(",", "\t")
    path = tmp_path / "contacts.txt"
    path.write_bytes(text.encode(encoding))
    with closing(check("contacts", open_source(path), CUSTOMERS)) as checked:
        [row] = checked.spool
    assert "Pétra Vane" in row
    assert checked.notes[0].startswith("UTF-16 and" if encoding == "utf-16" else "delimiter tab")


def test_a_line_of_excel_names_the_separator(tmp_path: Path) -> None:
    text = f"sep=;\r\n{_with('contacts', role='chief')}".replace(",", ";")
    [bad] = _refused(tmp_path, "contacts", text)
    assert (bad.line, bad.column) == (3, "role")
