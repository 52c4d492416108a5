"""A file becomes rows. It is read twice, a batch at a time: once to find what is wrong, outside any transaction, and
once to compare with what is stored and write the difference, in one transaction.

    open ─▶ every bad row named? ──yes──▶ ImportRefused, nothing taken
                 │ no
                 ▼
    batch ─▶ stored rows of the same keys ─▶ new │ changed │ unchanged ─▶ touch customers ─▶ marks ─▶ audit
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from app.db.repositories.imports import AT_ONCE, Imports
from app.db.tables.ledger import CustomerRow
from app.domain.errors import BadRow, ImportRefused, Invalid
from app.domain.ids import new_id
from app.domain.intents import LANGUAGES
from app.ledger.csv_files import CsvFile, DecimalMark, open_csv
from app.ledger.rows import LAYOUTS, Layout, RowReader, Values

BAD_ROWS_SHOWN = 100
QUIET_FIELDS = frozenset({"phone"})
"""What no mail relies on: a change is stored, but raises no version."""


@dataclass(slots=True)
class Checked:
    """A file without a bad row."""

    kind: str
    layout: Layout
    file: CsvFile
    mark: DecimalMark
    customers: frozenset[str]
    keys: frozenset[tuple[str, ...]] = frozenset()
    notes: list[str] = field(default_factory=list)

    def batches(self) -> Iterator[list[Values]]:
        """The rows once more. Raises ImportRefused when the file has changed since it was checked."""
        rows = iter(RowReader(self.layout, self.file, self.mark, self.customers))
        while some := list(islice(rows, AT_ONCE)):
            bad = [row for row in some if isinstance(row, BadRow)]
            if bad:
                raise ImportRefused(bad)
            yield [row for row in some if not isinstance(row, BadRow)]


@dataclass(slots=True)
class Tally:
    """What an import does; `touched` are the customers whose ledger is another one now."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    touched: set[str] = field(default_factory=set)

    @property
    def unchanged(self) -> int:
        return self.rows - self.new - self.changed


def check(kind: str, path: Path, customers: frozenset[str]) -> Checked:
    """Read the whole file and judge it by itself. Raises ImportRefused with every bad row, Invalid for another kind."""
    if kind not in LAYOUTS:
        raise Invalid(f"there is no ledger file of kind {kind!r}: {', '.join(LAYOUTS)}")
    layout = LAYOUTS[kind]
    file = open_csv(path)
    if isinstance(file, BadRow):
        raise ImportRefused([file])
    in_header = list(layout.check_header(file))
    if in_header:
        raise ImportRefused(in_header)
    checked = Checked(kind, layout, file, file.decimal_mark(layout.amounts), customers)
    bad: list[BadRow] = []
    more, languages = 0, set()
    reader = RowReader(layout, file, checked.mark, customers)
    for row in reader:
        if not isinstance(row, BadRow):
            languages.add(row.get("language") or LANGUAGES[0])
        elif len(bad) < BAD_ROWS_SHOWN:
            bad.append(row)
        else:
            more += 1
    if bad:
        raise ImportRefused(bad, more=more)
    checked.keys = frozenset(reader.seen)
    checked.notes += _notes(checked, sorted(languages.difference(LANGUAGES)))
    return checked


async def compare(imports: Imports, checked: Checked, *, write: bool) -> Tally:
    """Count what differs from what is stored, and `write` it or not."""
    tally = Tally()
    batches = checked.batches()
    while batch := await asyncio.to_thread(next, batches, None):
        await _compare_batch(imports, checked.layout, batch, tally, write=write)
    return tally


async def _compare_batch(
    imports: Imports, layout: Layout, batch: Sequence[Values], tally: Tally, *, write: bool
) -> None:
    fields = list(batch[0])
    extra = {"id", *layout.key} | ({"version"} if layout.is_versioned else set())
    stored = {
        tuple(row[name] for name in layout.key): row
        for row in await imports.stored(
            layout.table, {*fields, *extra}, layout.found_by, (row[layout.found_by] for row in batch)
        )
    }
    new: list[Values] = []
    changed: list[Values] = []
    for row in batch:
        present = stored.get(layout.key_of(row))
        if present is None:
            new.append(row if "id" in row else {"id": new_id(), **row})
            if layout.table is not CustomerRow:
                tally.touched.add(row[layout.customer])
            continue
        differing = {name for name in fields if row[name] != present[name]}
        if differing:
            is_loud = bool(differing - QUIET_FIELDS)
            version = {"version": present["version"] + is_loud} if layout.is_versioned else {}
            changed.append({**row, "id": present["id"], **version})
            if is_loud:
                tally.touched |= {row[layout.customer], present[layout.customer]}
    tally.rows += len(batch)
    tally.new += len(new)
    tally.changed += len(changed)
    if write:
        await imports.insert(layout.table, new)
        await imports.update(layout.table, changed)


def _notes(checked: Checked, foreign: Sequence[str]) -> Iterator[str]:
    recognised = ["delimiter ;"] if checked.file.delimiter == ";" else []
    recognised += ["decimal comma"] if checked.mark is DecimalMark.COMMA else []
    if recognised:
        yield f"{' and '.join(recognised)} recognised"
    unused = checked.layout.unused(checked.file)
    if unused:
        yield f"columns not used: {', '.join(unused)}"
    if foreign:
        yield f"languages that Duebox does not write: {', '.join(foreign)}"
