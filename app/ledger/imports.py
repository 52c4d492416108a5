"""A file becomes rows. It is read once, outside any transaction, to find what is wrong; its clean rows wait in a spool
until one transaction compares them with what is stored, as a set, and writes the difference.

    open ─▶ every bad row named? ──yes──▶ ImportRefused, nothing taken
                 │ no
                 ▼
    spool ─▶ staged beside the ledger ─▶ new │ changed │ unchanged ─▶ touch customers ─▶ marks ─▶ audit
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.staging import Staging
from app.domain.errors import BadRow, ImportRefused, Invalid
from app.domain.ids import consecutive_ids
from app.domain.intents import LANGUAGES
from app.domain.postal import address_lines
from app.ledger.headers import likeness
from app.ledger.layouts import LAYOUTS, Layout, Values
from app.ledger.rows import RowReader
from app.ledger.sources import DecimalMark, Source
from app.ledger.spool import Spool
from app.ledger.written_days import DayOrder

BAD_ROWS_SHOWN = 100
LIKELY_SHOWN = 3
ADDRESS = ("id", "address")
IsErased = Callable[[str], bool]
"""Whether whoever has this address (in small letters) was erased at their wish."""

QUIET_FIELDS = frozenset({"phone"})
"""What no mail relies on: a change is stored, but raises no version."""


@dataclass(slots=True)
class Checked:
    """A file without a bad row. `addresses`: each customer's, where the file speaks of them."""

    kind: str
    layout: Layout
    source: Source
    spool: Spool
    addresses: Spool | None = None
    notes: list[str] = field(default_factory=list)

    def close(self) -> None:
        self.spool.close()
        if self.addresses is not None:
            self.addresses.close()


@dataclass(slots=True)
class Tally:
    """What an import does; `touched` are the customers whose ledger is another one now."""

    rows: int
    new: int
    changed: int
    touched: set[str]

    @property
    def unchanged(self) -> int:
        return self.rows - self.new - self.changed


def layout_of(kind: str) -> Layout:
    """Raises Invalid for a kind that there is not."""
    if kind not in LAYOUTS:
        raise Invalid(f"there is no ledger file of kind {kind!r}: {', '.join(LAYOUTS)}")
    return LAYOUTS[kind]


def check(
    kind: str,
    source: Source,
    customers: frozenset[str],
    is_erased: IsErased = lambda _email: False,
    *,
    today: date | None = None,
    order: DayOrder | None = None,
) -> Checked:
    """Read the whole file and judge it by itself; its rows are kept until `close`, but those of people who were erased.
    `today`: days that lie too far ahead of it are refused. `order` of dates that can be read two ways.

    Raises ImportRefused with every bad row, Invalid for another kind.
    """
    layout = layout_of(kind)
    in_header = list(layout.check_header(source))
    if in_header:
        alike = likeness(source.name, source.heads, kind)
        raise ImportRefused([alike] if alike else in_header)
    mark = source.decimal_mark(layout.amounts)
    spool = Spool([*(["id"] if layout.makes_ids else []), *layout.fields(source)])
    checked = Checked(kind, layout, source, spool, Spool(ADDRESS) if layout.speaks_of_addresses(source) else None)
    try:
        reader = RowReader(layout, source, mark, customers, today, order)
        foreign, erased = _fill(checked, reader, is_erased)
    except BaseException:
        checked.close()
        raise
    checked.notes += _notes(checked, mark, foreign)
    checked.notes += [f"dates read {order}: {example}" for order, example in reader.days.read.items()]
    if erased:
        checked.notes.append(f"erased at their wish, and left out: {erased}; take them out of the source too")
    return checked


def _fill(checked: Checked, reader: RowReader, is_erased: IsErased) -> tuple[list[str], int]:
    """Returns the languages that Duebox does not write, and how many rows are of people who were erased.

    Raises ImportRefused.
    """
    bad: list[BadRow] = []
    more, erased, languages = 0, 0, set()
    ids = consecutive_ids()
    for row in reader:
        if not isinstance(row, BadRow):
            if is_erased(row.get("email", "")):
                erased += 1
                continue
            languages.add(row.get("language") or LANGUAGES[0])
            if checked.layout.makes_ids:
                row["id"] = next(ids)
            if not bad:
                checked.spool.write(row)
                if checked.addresses is not None:
                    checked.addresses.write({"id": row["id"], "address": _address(row)})
        elif len(bad) < BAD_ROWS_SHOWN:
            bad.append(row)
        else:
            more += 1
    if bad:
        raise ImportRefused(bad, more=more)
    return sorted(languages.difference(LANGUAGES)), erased


def _address(row: Values) -> str:
    street, postal_code, city, region = (row.get(name, "") for name in ("street", "postal_code", "city", "region"))
    return address_lines(street, postal_code, city, region, row["country"])


async def stage(session: AsyncSession, checked: Checked) -> Staging:
    """Put the rows beside the ledger, in a table of this transaction's own, and find what differs."""
    layout = checked.layout
    staging = Staging(session, layout.table, checked.spool.fields, key=layout.key, quiet=QUIET_FIELDS)
    await staging.fill(checked.spool)
    await staging.find_differences()
    return staging


async def compare(staging: Staging, checked: Checked) -> Tally:
    """Count what differs from what is stored, and note what is perhaps there twice. Nothing is written yet."""
    new, changed = await staging.counts()
    likeness = checked.layout.likeness
    if likeness and new and set(likeness.alike) <= set(checked.spool.fields):
        count, examples = await staging.look_alikes(likeness.alike, likeness.named_by, most=LIKELY_SHOWN)
        if count:
            pairs = ", ".join(f"{one} and {other}" for one, other in examples)
            rest = f" and {count - len(examples)} more" if count > len(examples) else ""
            checked.notes.append(f"perhaps twice, {likeness.meaning}: {pairs}{rest}")
    return Tally(checked.spool.rows, new, changed, await staging.touched(checked.layout.customer))


def _notes(checked: Checked, mark: DecimalMark, foreign: Sequence[str]) -> Iterator[str]:
    recognised = [checked.source.recognised, "decimal comma" if mark is DecimalMark.COMMA else ""]
    if any(recognised):
        yield f"{' and '.join(filter(None, recognised))} recognised"
    unused = checked.layout.unused(checked.source)
    if unused:
        yield f"columns not used: {', '.join(unused)}"
    if foreign:
        yield f"languages that Duebox does not write: {', '.join(foreign)}"
