"""A file's rows become values for the tables, or are refused by line, column and reason."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any

from app.domain.errors import BadRow
from app.ledger import cells
from app.ledger.cells import BadCell
from app.ledger.layouts import Column, Layout, Values
from app.ledger.sources import DecimalMark, Source, SourceRow, cells_of
from app.ledger.written_days import DayOrder, WrittenDays

KNOWN_CELLS = 5_000
"""How many cells of a column are remembered with their values: currencies, days and customers come again and again."""


class RowReader:
    """Reads a file by its layout and remembers the keys it met: `seen` has the line of each. `today`: from which on
    days lie ahead, if that is judged. `order`: what somebody said of dates that can be read two ways."""

    def __init__(
        self,
        layout: Layout,
        source: Source,
        mark: DecimalMark,
        customers: frozenset[str],
        today: date | None = None,
        order: DayOrder | None = None,
    ) -> None:
        self._layout = layout
        self._source = source
        self._mark = mark
        self._customers = customers
        self.days = WrittenDays(lambda: cells_of(source, layout.days), order)
        self._columns: list[tuple[int, str, Column, dict[str, Any]]] = [
            (source.header.index(column.name), column.field, self._reading(column), {})
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

    def _reading(self, column: Column) -> Column:
        """The column as this file writes it."""
        return replace(column, parse=self.days.column()) if column.is_day and not self._source.only_iso else column

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
