"""Exports of other systems, read as our files by an adapter (adapter_files.py)."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from babel.numbers import get_currency_precision

from app.domain.errors import BadRow, ImportRefused, Invalid
from app.ledger import cells
from app.ledger.adapter_files import Adapter, ColumnMap, Special, absent, adapter_of, folded
from app.ledger.cells import BadCell
from app.ledger.headers import finder
from app.ledger.layouts import LAYOUTS
from app.ledger.opening import open_source
from app.ledger.sources import DecimalMark, Head, Source, SourceRow

DATES = frozenset({"issue_date", "due_date", "date"})
LONGEST_MADE = 64
"""Characters of a number that is made because their system gave none."""

_WHOLE = re.compile("-?[0-9]+")
_BELOW_ZERO = re.compile(r"[-\u2212(].*|.*[-\u2212]")
_NOT_ZERO = re.compile("[1-9]")

Cells = Mapping[str, str]


def open_export(path: Path, adapter: str | Path, kind: str, currency: str = "") -> Source:
    """Their file in our columns. `adapter`: the name of one of ours, or a file. `currency` where theirs says none.

    Raises Invalid for an adapter that there is not, ImportRefused for a file that is not of that system.
    """
    known = adapter_of(adapter)
    file = known.file(kind)
    source = open_source(path, finder(known, kind), encoding=file.encoding, is_list=bool(file.rows_with))
    return Adapted(source, known, kind, currency)


def adapted(source: Source, adapter: str | Path, kind: str, currency: str = "") -> Source:
    """The same for rows whose columns are named already."""
    known = adapter_of(adapter)
    head = Head(1, tuple(source.header))
    finder(known, kind)(source.name, [head])
    return Adapted(source, known, kind, currency)


class Adapted:
    """Our columns over their file."""

    def __init__(self, source: Source, adapter: Adapter, kind: str, currency: str) -> None:
        file = adapter.file(kind)
        self._source = source
        self._file = file
        self._currency = known_currency(currency)
        self._theirs = {folded(name): name for name in source.header}
        names = frozenset(self._theirs)
        layout = LAYOUTS[kind]
        spared = {one.name for one in layout.columns if one.is_optional}
        self._columns = {
            ours: column
            for ours, column in file.columns.items()
            if not (column.optional and ours in spared and absent(column.needs, names))
        }
        self._key = [one.name for one in layout.columns if one.field in layout.key and one.name in self._columns]
        self._readings = {ours: _Reading(column, names) for ours, column in self._columns.items()}
        self._made = [(ours, column.or_made_of) for ours, column in self._columns.items() if column.or_made_of]
        self._derived = [ours for ours, column in self._columns.items() if column.from_amounts]
        self._skipped = {folded(name): _words(words) for name, words in file.skip.items()}
        self._item = next((folded(name) for name in file.rows_with if folded(name) in names), "")
        self._left_out: Counter[str] = Counter()
        self._mark = DecimalMark.POINT
        self._adapter = adapter.name
        currency_map = self._columns.get("currency")
        self._asks_currency = bool(currency_map and currency_map.or_given and not self._currency)
        self._check_currency()

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(self._columns)

    @property
    def heads(self) -> Sequence[Head]:
        return self._source.heads

    @property
    def recognised(self) -> str:
        left_out = ", ".join(f"{count} {what}" for what, count in sorted(self._left_out.items()))
        without = f"(left out: {left_out})" if left_out else ""
        export = " ".join(filter(None, [f"export of {self._adapter}", without]))
        return " and ".join(filter(None, [export, self._source.recognised]))

    @property
    def only_iso(self) -> bool:
        return bool(self._file.date_format) or self._source.only_iso

    def rows(self) -> Iterator[SourceRow | BadRow]:
        theirs = [folded(name) for name in self._source.header]
        told: dict[tuple[str, ...], dict[str, str]] = {}
        made: Counter[str] = Counter()
        left_out: Counter[str] = Counter()
        for row in self._source.rows():
            if isinstance(row, BadRow):
                yield row
                continue
            given = dict(zip(theirs, row.cells, strict=True))
            reason = self._reason_to_skip(given)
            mapped = {} if reason else self._mapped(given, made)
            if not reason and self._file.has_lines and told.setdefault(self._key_of(mapped), mapped) is not mapped:
                reason = "further lines of the same" if told[self._key_of(mapped)] == mapped else ""
            if reason:
                left_out[reason] += 1
            elif self._asks_currency and not mapped["currency"]:
                yield BadRow(self.name, row.line, "currency", "is empty: say it with --currency (or ?currency=)")
            else:
                yield SourceRow(row.line, list(mapped.values()))
        self._left_out = left_out

    def decimal_mark(self, columns: Collection[str]) -> DecimalMark:
        maps = [column for ours, column in self._columns.items() if ours in columns]
        mark = self._source.decimal_mark(self._read_by(maps))
        self._mark = DecimalMark.POINT if any(column.minor_units_of for column in maps) else mark
        return self._mark

    def writes_thousandths(self, columns: Collection[str]) -> bool:
        """Cents that were counted leave no doubt."""
        maps = [column for ours, column in self._columns.items() if ours in columns]
        return any(column.minor_units_of for column in maps) or self._source.writes_thousandths(self._read_by(maps))

    def _read_by(self, maps: Sequence[ColumnMap]) -> set[str]:
        read = {name for one in maps for name in (*one.from_, *one.or_from, *(special.takes for special in one.when))}
        return {self._theirs[folded(name)] for name in read if folded(name) in self._theirs}

    def _check_currency(self) -> None:
        """Raises ImportRefused where nothing would say it."""
        if self._asks_currency and not self._readings["currency"].is_there:
            line = self.heads[0].line if self.heads else 1
            reason = "the file does not say its currency: say it with --currency (or ?currency=), such as EUR"
            raise ImportRefused([BadRow(self.name, line, "currency", reason)])

    def _key_of(self, mapped: Cells) -> tuple[str, ...]:
        return tuple(mapped[name] for name in self._key)

    def _reason_to_skip(self, given: Cells) -> str:
        if self._item and not given[self._item]:
            return "headings and totals"
        met = [name for name, words in self._skipped.items() if given[name].lower() in words]
        return f"{met[0]} {given[met[0]]}".strip() if met else ""

    def _mapped(self, given: Cells, made: Counter[str]) -> dict[str, str]:
        """`made` counts what was made before, so that two payments of one day are two."""
        mapped = {ours: self._cell(ours, reading, given) for ours, reading in self._readings.items()}
        for ours, pattern in self._made:
            if not mapped[ours]:
                words = " ".join(pattern.format_map(mapped).split())
                made[words] += 1
                more = f" ({made[words]})" if made[words] > 1 else ""
                mapped[ours] = f"{words[: LONGEST_MADE - len(more)]}{more}"
        for ours in self._derived:
            mapped[ours] = self._told_by_amounts(ours, mapped)
        return mapped

    def _cell(self, ours: str, reading: "_Reading", given: Cells) -> str:
        column = reading.column
        special = reading.special(given)
        if special and not special.takes:
            return special.gives
        cell = given[folded(special.takes)] if special else reading.cell(given)
        cell = reading.in_our_words(cell)
        if column.or_given and not cell:
            cell = self._currency
        if column.minor_units_of:
            cell = _in_major_units(cell, given[folded(column.minor_units_of)])
        if ours in DATES and self._file.date_format:
            cell = _iso(cell, self._file.date_format)
        if cell and reading.is_negative(given) and not _BELOW_ZERO.fullmatch(cell):
            cell = f"-{cell}"
        return cell[: column.at_most].strip() if column.at_most else cell

    def _told_by_amounts(self, ours: str, mapped: Cells) -> str:
        amount, left = mapped.get("amount", ""), mapped.get("open_amount", "")
        if ours == "kind":
            below = _BELOW_ZERO.fullmatch(amount) or _BELOW_ZERO.fullmatch(left)
            return mapped["kind"] or ("credit_note" if below else "invoice")
        if mapped["status"] not in {"", "open"}:
            return mapped["status"]
        if not _NOT_ZERO.search(left):
            return "paid"
        try:
            return "open" if cells.amount(amount, self._mark) == cells.amount(left, self._mark) else "partly_paid"
        except BadCell:
            return "open"  # and the amount is refused


class _Reading:
    """One column of ours over a header."""

    def __init__(self, column: ColumnMap, names: frozenset[str]) -> None:
        self.column = column
        self._specials = [one for one in column.when if {folded(one.column), folded(one.takes)} - {""} <= names]
        self._negative = {folded(name): _words(words) for name, words in column.negative_when.items()}
        self._words = {theirs.lower(): ours for theirs, ours in column.words.items()}
        self._first = next((folded(name) for name in column.from_ if folded(name) in names), "")
        self._other = next((folded(name) for name in column.or_from if folded(name) in names), "")

    @property
    def is_there(self) -> bool:
        return bool(self._first or self._other or self.column.constant)

    def cell(self, given: Cells) -> str:
        first = given[self._first] if self._first else self.column.constant
        return first or (given[self._other] if self._other else "")

    def special(self, given: Cells) -> Special | None:
        return next((one for one in self._specials if _holds(given[folded(one.column)], one.is_)), None)

    def in_our_words(self, cell: str) -> str:
        return self._words.get(cell.lower(), cell)

    def is_negative(self, given: Cells) -> bool:
        return any(given[name].lower() in words for name, words in self._negative.items())


def known_currency(currency: str) -> str:
    """The code, or nothing. Raises Invalid for what is none."""
    try:
        return cells.currency(currency, DecimalMark.POINT) if currency else ""
    except BadCell as error:
        raise Invalid(str(error)) from None


def _holds(cell: str, words: Sequence[str]) -> bool:
    """Without words, anything will do."""
    return cell.lower() in {word.lower() for word in words} if words else bool(cell)


def _words(words: Sequence[str]) -> frozenset[str]:
    return frozenset(word.lower() for word in words)


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
