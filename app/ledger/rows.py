"""The four ledger files: their columns and keys, and the reader that turns a file into rows for the tables."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from app.db.base import Base
from app.db.tables.ledger import ContactRow, CustomerRow, InvoiceRow, PaymentRow
from app.domain.account import ContactRole, InvoiceKind, InvoiceStatus
from app.domain.errors import BadRow
from app.ledger import cells
from app.ledger.cells import BadCell
from app.ledger.sources import BROKEN, DecimalMark, Source, SourceRow

Values = dict[str, Any]
"""A row by the names of the table's columns."""

KEY_MARK = "\x1f"
"""Between the parts of a key: a control character, which no cell may hold."""

KNOWN_CELLS = 5_000
"""How many cells of a column are remembered with their values: currencies, days and customers come again and again."""

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

    @property
    def is_versioned(self) -> bool:
        return self.table is ContactRow

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

    def check_header(self, file: Source) -> Iterator[BadRow]:
        missing = [column.name for column in self.columns if column.name not in file.header and not column.is_optional]
        unknown = ", ".join(self.unused(file))[:LONGEST_QUOTE]
        if len(missing) == sum(not column.is_optional for column in self.columns):
            yield BadRow(
                file.name, 1, "1", f"the first row must name the columns {', '.join(missing)}; it says: {unknown}"
            )
            return
        for name in missing:
            yield BadRow(file.name, 1, name, f"the column is missing{f'; not known: {unknown}' if unknown else ''}")
        for name in {name for name in file.header if name and file.header.count(name) > 1}:
            yield BadRow(file.name, 1, name, "the column is there twice")

    def unused(self, file: Source) -> list[str]:
        known = {column.name for column in self.columns}
        return [name for name in file.header if name and name not in known]


class RowReader:
    """Reads a file by its layout and remembers the keys it met: `seen` has the line of each. `today`: from which on
    days lie ahead, if that is judged."""

    def __init__(
        self,
        layout: Layout,
        source: Source,
        mark: DecimalMark,
        customers: frozenset[str],
        today: date | None = None,
    ) -> None:
        self._layout = layout
        self._source = source
        self._mark = mark
        self._customers = customers
        self._columns: list[tuple[int, str, Column, dict[str, Any]]] = [
            (source.header.index(column.name), column.field, column, {})
            for column in layout.columns
            if column.name in source.header
        ]
        read = [column for _place, _field, column, _known in self._columns]
        self._sums = [(column.name, column.field) for column in read if column.is_sum]
        self._latest = [
            (column.name, column.field, today + column.ahead) for column in read if today and column.ahead is not None
        ]
        self._key_column = next(column.name for column in layout.columns if column.field == layout.key[-1])
        self.seen: dict[str, int] = {}

    def __iter__(self) -> Iterator[Values | BadRow]:
        for row in self._source.rows():
            if isinstance(row, BadRow):
                yield row
                continue
            values, problems = self._read(row)
            if not problems:
                problems = [*self._problems(row.line, values)]
            if not problems:
                yield values
            for column, reason in problems:
                yield BadRow(self._source.name, row.line, column, reason)

    def _read(self, row: SourceRow) -> tuple[Values, list[tuple[str, str]]]:
        values: Values = {}
        bad: list[tuple[str, str]] = []
        cells = row.cells
        for place, field, column, known in self._columns:
            cell = cells[place]
            if cell in known:
                values[field] = known[cell]
                continue
            try:
                values[field] = column.value(cell, self._mark)
            except BadCell as error:
                bad.append((column.name, str(error)))
                continue
            if len(known) < KNOWN_CELLS:
                known[cell] = values[field]
        return values, bad

    def _problems(self, line: int, values: Values) -> Iterator[tuple[str, str]]:
        customer = values.get("customer_id")
        if customer is not None and customer not in self._customers:
            yield "customer_id", f"there is no customer {customer}"
        key = self._layout.key_of(values)
        first = self.seen.setdefault(key, line)
        if first != line:
            yield self._key_column, f"{values[self._layout.key[-1]]} is on line {first} already"
        for name, field, latest in self._latest:
            if values[field] > latest:
                yield name, f"{values[field]} lies too far ahead: after {latest}"
        yield from self._doubtful_sums(values)
        yield from self._layout.check(values)

    def _doubtful_sums(self, values: Values) -> Iterator[tuple[str, str]]:
        for name, field in self._sums:
            try:
                if values[field] is not None:
                    cells.check_decimals(values[field], values["currency"])
            except BadCell as error:
                if not self._writes_thousandths:
                    yield name, str(error)

    @cached_property
    def _writes_thousandths(self) -> bool:
        """Asked of the whole file, once a sum is in doubt."""
        return self._source.writes_thousandths(self._layout.amounts)


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
