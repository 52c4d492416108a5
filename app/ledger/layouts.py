"""The four ledger files: their columns, keys, and what no row of them may say."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.db.base import Base
from app.db.tables.ledger import ContactRow, CustomerRow, InvoiceRow, PaymentRow
from app.domain.account import ContactRole, InvoiceKind, InvoiceStatus
from app.domain.errors import BadRow
from app.ledger import cells
from app.ledger.cells import BadCell
from app.ledger.sources import BROKEN, DecimalMark, Source

Values = dict[str, Any]
"""A row by the names of the table's columns."""

KEY_MARK = "\x1f"
"""Between the parts of a key: a control character, which no cell may hold."""

YEAR = 366

LONGEST_QUOTE = 200
"""Characters of a first row that an error quotes."""

_NEEDED = object()


@dataclass(frozen=True, slots=True)
class Column:
    """`name` in the file, `field` in the table; `empty` is what an empty cell means, unless a value is needed; `ahead`
    how far a day may lie in the future: a slip in the year is believed for ever. `is_apart`: kept sealed, in a table of
    its own."""

    name: str
    field: str
    parse: Callable[[str, DecimalMark], Any]
    is_optional: bool = False
    empty: Any = _NEEDED
    is_apart: bool = False
    ahead: timedelta | None = None

    @property
    def is_sum(self) -> bool:
        return self.parse is cells.amount

    @property
    def is_day(self) -> bool:
        return self.parse is cells.iso_date

    def value(self, cell: str, mark: DecimalMark) -> Any:
        if cell == BROKEN:
            raise BadCell("holds an error, or a formula without its value: mend it, compute the sheet and save it")
        if cell:
            return self.parse(cell, mark)
        if self.empty is _NEEDED:
            raise BadCell("is empty")
        return self.empty


@dataclass(frozen=True, slots=True)
class Likeness:
    """Rows that agree in the fields `alike` and differ in `named_by` are perhaps the same thing twice."""

    alike: tuple[str, ...]
    named_by: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file. `key` names a row for good."""

    table: type[Base]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    check: Callable[[Values], Iterator[tuple[str, str]]] = lambda _values: iter(())
    likeness: Likeness | None = None

    @property
    def makes_ids(self) -> bool:
        """Whether a row's id is ours and not the file's."""
        return "id" not in self.key

    @property
    def customer(self) -> str:
        """The field that says whose row it is."""
        return "id" if self.table is CustomerRow else "customer_id"

    def key_of(self, values: Values) -> str:
        return KEY_MARK.join([values.get(name, "") for name in self.key])

    def fields(self, source: Source) -> list[str]:
        """The fields that the file speaks of."""
        return [column.field for column in self.columns if column.name in source.header and not column.is_apart]

    def speaks_of_addresses(self, source: Source) -> bool:
        return any(column.is_apart for column in self.columns if column.name in source.header)

    @property
    def amounts(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns if column.is_sum)

    @property
    def days(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns if column.is_day)

    def check_header(self, file: Source) -> Iterator[BadRow]:
        missing = [column.name for column in self.columns if column.name not in file.header and not column.is_optional]
        unknown = ", ".join(self.unused(file))[:LONGEST_QUOTE]
        if len(missing) == sum(not column.is_optional for column in self.columns):
            yield BadRow(
                file.name,
                1,
                "1",
                f"the first row must name the columns {', '.join(missing)} (take away what stands above them); "
                f"it says: {unknown}",
            )
            return
        for name in missing:
            yield BadRow(file.name, 1, name, f"the column is missing{f'; not known: {unknown}' if unknown else ''}")
        for name in {name for name in file.header if name and file.header.count(name) > 1}:
            yield BadRow(file.name, 1, name, "the column is there twice")

    def unused(self, file: Source) -> list[str]:
        known = {column.name for column in self.columns}
        return [name for name in file.header if name and name not in known]


def _check_invoice(values: Values) -> Iterator[tuple[str, str]]:
    amount, left = values["amount"], values["open_amount"]
    if values["kind"] is InvoiceKind.CREDIT_NOTE and amount > 0:
        yield "amount", "a credit note has a negative amount"
    elif values["kind"] is InvoiceKind.INVOICE and amount < 0:
        yield "amount", "an invoice has a positive amount; kind credit_note is for what is owed to the customer"
    elif amount * left < 0:
        yield "open_amount", "has another sign than the amount"
    elif abs(left) > abs(amount):
        yield "open_amount", f"{left} is more than the amount, {amount}"


_CUSTOMER = Column("customer_id", "customer_id", cells.text(64))

LAYOUTS: Mapping[str, Layout] = {
    "customers": Layout(
        CustomerRow,
        ("id",),
        (
            Column("customer_id", "id", cells.text(64)),
            Column("name", "name", cells.text(255)),
            Column("language", "language", cells.language),
            Column("country", "country", cells.country, empty=""),
            Column("currency", "currency", cells.currency),
            Column("timezone", "timezone", cells.timezone),
            Column("payment_terms_days", "payment_terms_days", cells.days),
            Column("strategic", "strategic", cells.truth),
            Column("natural_person", "natural_person", cells.truth),
            Column("segment", "segment", cells.text(32), empty="standard"),
            Column("owner_email", "owner_email", cells.email, empty=""),
            Column("credit_limit", "credit_limit", cells.amount, is_optional=True, empty=None),
            Column("payment_method", "payment_method", cells.text(32), is_optional=True, empty=""),
            Column("company", "company", cells.text(64), is_optional=True, empty=""),
            Column("street", "street", cells.text(255), is_optional=True, empty="", is_apart=True),
            Column("postal_code", "postal_code", cells.text(16), is_optional=True, empty="", is_apart=True),
            Column("city", "city", cells.text(128), is_optional=True, empty="", is_apart=True),
            Column("region", "region", cells.text(64), is_optional=True, empty="", is_apart=True),
        ),
        likeness=Likeness(("name", "country"), "id", "the same name and country"),
    ),
    "contacts": Layout(
        ContactRow,
        ("customer_id", "email"),
        (
            _CUSTOMER,
            Column("name", "name", cells.text(255)),
            Column("email", "email", cells.email),
            Column("role", "role", cells.one_of(ContactRole, "role")),
            Column("language", "language", cells.language, empty=""),
            Column("active", "active", cells.truth),
            Column("phone", "phone", cells.text(64), is_optional=True, empty=""),
        ),
        likeness=Likeness(("email",), "customer_id", "one contact address"),
    ),
    "invoices": Layout(
        InvoiceRow,
        ("company", "number"),
        (
            Column("number", "number", cells.text(64)),
            _CUSTOMER,
            Column("kind", "kind", cells.one_of(InvoiceKind, "kind")),
            Column("amount", "amount", cells.amount),
            Column("open_amount", "open_amount", cells.amount),
            Column("currency", "currency", cells.currency),
            Column("issue_date", "issue_date", cells.iso_date, ahead=timedelta(days=3 * YEAR)),
            Column("due_date", "due_date", cells.iso_date, ahead=timedelta(days=10 * YEAR)),
            Column("po_number", "po_number", cells.text(64), empty=""),
            Column("status", "status", cells.one_of(InvoiceStatus, "status")),
            Column("company", "company", cells.text(64), is_optional=True, empty=""),
            Column("payment_link", "payment_link", cells.link, is_optional=True, empty=""),
        ),
        _check_invoice,
        Likeness(
            ("customer_id", "amount", "currency", "issue_date"), "number", "the same customer, amount and issue date"
        ),
    ),
    "payments": Layout(
        PaymentRow,
        ("id",),
        (
            Column("payment_id", "id", cells.text(64)),
            _CUSTOMER,
            Column("date", "day", cells.iso_date, ahead=timedelta(days=YEAR)),
            Column("amount", "amount", cells.amount),
            Column("currency", "currency", cells.currency),
            Column("reference", "reference", cells.text(255), empty=""),
            Column("invoice_number", "invoice_number", cells.text(64), empty=""),
        ),
    ),
}
