"""Exports of other systems, read as our files: adapters/NAME.toml says which of their columns is which of ours.

[invoices]
skip = { state = ["draft"] }            rows that are left out: their column, and its words
date_format = "%d.%m.%Y"                how their dates are written; ISO without it

[invoices.columns]                      one entry for each of our columns
amount = { from = "amount_total",       their column; or constant = "…"
           optional = true,             our column is left out where theirs is missing
           words = { their = "ours" },  whatever their case; a word that is not here is kept and judged as ours
           when = [{ column = "state", is = ["cancel"], gives = "cancelled" }],   comes before all the rest
           negative_when = { move_type = ["out_refund"] },
           minor_units_of = "currency" }  amounts in cents (or pence, or whole yen) of their currency column
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel.numbers import get_currency_precision
from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import BadRow, ImportRefused, Invalid
from app.ledger.sources import DecimalMark, Source, SourceRow

FOLDER = Path(__file__).with_name("adapters")
DATES = frozenset({"issue_date", "due_date", "date"})
_WHOLE = re.compile("-?[0-9]+")

Cells = Mapping[str, str]
Words = dict[str, list[str]]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Special(_Strict):
    """What a column is when another one of theirs holds one of some words."""

    column: str
    is_: list[str] = Field(alias="is")
    gives: str


class ColumnMap(_Strict):
    from_: str = Field("", alias="from")
    constant: str = ""
    optional: bool = False
    words: dict[str, str] = {}
    when: list[Special] = []
    negative_when: Words = {}
    minor_units_of: str = ""

    @property
    def read(self) -> set[str]:
        """Their columns that this one needs."""
        return {
            name.lower()
            for name in [self.from_, self.minor_units_of, *self.negative_when, *(one.column for one in self.when)]
            if name
        }


class FileMap(_Strict):
    columns: dict[str, ColumnMap]
    skip: Words = {}
    date_format: str = ""


def adapted(source: Source, adapter: str, kind: str) -> Source:
    """The file in our columns. Raises Invalid for an adapter that there is not, ImportRefused for missing columns."""
    maps = _maps(adapter)
    if kind not in maps:
        raise Invalid(f"the adapter {adapter} reads {', '.join(maps)}, not {kind}")
    columns = {
        ours: column
        for ours, column in maps[kind].columns.items()
        if not column.optional or column.read <= set(source.header)
    }
    needed = set().union(*(column.read for column in columns.values()), map(str.lower, maps[kind].skip))
    missing = sorted(needed - set(source.header))
    if missing:
        raise ImportRefused(
            [BadRow(source.name, 1, name, f"the column is missing; the adapter {adapter} reads it") for name in missing]
        )
    return Adapted(source, adapter, maps[kind], columns)


class Adapted:
    """Our columns over their file."""

    def __init__(self, source: Source, adapter: str, file: FileMap, columns: Mapping[str, ColumnMap]) -> None:
        self.name = source.name
        self.header = tuple(columns)
        self.recognised = " and ".join(filter(None, [f"export of {adapter}", source.recognised]))
        self.only_iso = bool(file.date_format)
        self._source = source
        self._file = file
        self._columns = columns

    def rows(self) -> Iterator[SourceRow | BadRow]:
        for row in self._source.rows():
            if isinstance(row, BadRow):
                yield row
                continue
            cells = dict(zip(self._source.header, row.cells, strict=True))
            if not _any_holds(self._file.skip, cells):
                yield SourceRow(row.line, [self._cell(ours, column, cells) for ours, column in self._columns.items()])

    def decimal_mark(self, columns: Collection[str]) -> DecimalMark:
        maps = [column for ours, column in self._columns.items() if ours in columns]
        mark = self._source.decimal_mark({column.from_.lower() for column in maps})
        return DecimalMark.POINT if any(column.minor_units_of for column in maps) else mark

    def writes_thousandths(self, columns: Collection[str]) -> bool:
        """Cents that were counted leave no doubt."""
        maps = [column for ours, column in self._columns.items() if ours in columns]
        theirs = {column.from_.lower() for column in maps}
        return any(column.minor_units_of for column in maps) or self._source.writes_thousandths(theirs)

    def _cell(self, ours: str, column: ColumnMap, cells: Cells) -> str:
        for special in column.when:
            if _holds(cells, special.column, special.is_):
                return special.gives
        cell = cells[column.from_.lower()] if column.from_ else column.constant
        cell = _in_our_words(column.words, cell)
        if column.minor_units_of:
            cell = _in_major_units(cell, cells[column.minor_units_of.lower()])
        if ours in DATES and self._file.date_format:
            cell = _iso(cell, self._file.date_format)
        if _any_holds(column.negative_when, cells) and cell and not cell.startswith("-"):
            cell = f"-{cell}"
        return cell


@cache
def _maps(adapter: str) -> Mapping[str, FileMap]:
    names = sorted(path.stem for path in FOLDER.glob("*.toml"))
    if adapter not in names:
        raise Invalid(f"there is no adapter {adapter!r}: {', '.join(names)}")
    data: dict[str, Any] = tomllib.loads((FOLDER / f"{adapter}.toml").read_text(encoding="utf-8"))
    return {kind: FileMap.model_validate(table) for kind, table in data.items()}


def _holds(cells: Cells, column: str, words: Sequence[str]) -> bool:
    return cells[column.lower()].lower() in {word.lower() for word in words}


def _any_holds(words: Words, cells: Cells) -> bool:
    return any(_holds(cells, column, some) for column, some in words.items())


def _in_our_words(words: Mapping[str, str], cell: str) -> str:
    return next((ours for theirs, ours in words.items() if theirs.lower() == cell.lower()), cell)


def _in_major_units(cell: str, currency: str) -> str:
    """What is no whole number stays as it is, and is refused as an amount."""
    if not _WHOLE.fullmatch(cell):
        return f"{cell} in minor units"
    return f"{Decimal(cell).scaleb(-get_currency_precision(currency.upper())):f}"


def _iso(cell: str, written: str) -> str:
    try:
        return datetime.strptime(cell, written).date().isoformat()  # noqa: DTZ007  # a day has no zone
    except ValueError:
        return cell
