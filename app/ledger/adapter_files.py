"""Adapters: small files that say how another system's export is read as ours. Ours are adapters/NAME.toml; a company
may write its own.

system = "Xero"                         whose export it is, as people call it

[invoices]                              or customers, contacts, payments
skip = { Status = ["Draft"] }           rows that are left out: their column, and its words
rows_with = "Document Number"           only rows where this is filled are items: the rest are headings and totals of a
                                        printed list, whose rows need not be as long as the header
has_lines = true                        an invoice has a row for each of its lines, all of which say the same of it
encoding = "cp1252"                     how a CSV file is written that is not UTF-8
date_format = "%d.%m.%Y"                how their dates are written, where the file itself would not tell

[invoices.columns]                      one entry for each of our columns
number = { from = "Num",                their column, or several: the first that the header has, whatever its case
           or_from = "Document No.",    another one of theirs, where that one is empty or missing
           or_made_of = "{customer_id} {issue_date}",   or made of what others of ours are, at most 64 characters of it
           constant = "…",              instead: what every row has
           optional = true,             theirs may be missing: ours is left out, or empty where it is needed
           at_most = 64,                what is longer is cut to so many characters
           words = { their = "ours" },  whatever their case; a word that is not here is kept and judged as ours
           when = [{ column = "state", is = ["cancel"], gives = "cancelled" }],   comes before all the rest; without
                  `is` anything but an empty cell; `takes` names their column to be read instead; `optional` as above
           negative_when = { move_type = ["out_refund"] },
           minor_units_of = "currency", amounts in cents (or pence, or whole yen) of their currency column
           from_amounts = true,         kind: what is below zero is a credit note. status: what is open is paid or
                                        partly paid where the amounts say so
           or_given = true }            currency: what the import was told, where theirs is empty or missing

Above the header may stand titles: it is the first of the top rows that names all columns that are needed.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.domain.errors import Invalid
from app.ledger.layouts import LAYOUTS, Layout

FOLDER = Path(__file__).with_name("adapters")
SUFFIX = ".toml"
_SPACES = re.compile(r"\s+")
_PLACE = re.compile(r"\{(\w+)\}")

Words = dict[str, list[str]]
Names = Annotated[list[str], BeforeValidator(lambda given: [given] if isinstance(given, str) else given)]
"""One or several names of a column: localised headers, and those of other versions."""


def folded(name: str) -> str:
    """How names of columns are compared: whatever their case and spaces."""
    return _SPACES.sub(" ", name).strip().casefold()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Special(_Strict):
    """What a column is when another one of theirs holds one of some words, or anything."""

    column: str
    is_: list[str] = Field([], alias="is")
    gives: str = ""
    takes: str = ""
    optional: bool = False


class ColumnMap(_Strict):
    from_: Names = Field([], alias="from")
    or_from: Names = []
    or_made_of: str = ""
    constant: str = ""
    optional: bool = False
    at_most: int = Field(0, ge=0)
    words: dict[str, str] = {}
    when: list[Special] = []
    negative_when: Words = {}
    minor_units_of: str = ""
    from_amounts: bool = False
    or_given: bool = False

    @property
    def needs(self) -> list[list[str]]:
        """Their columns that must be there: of each list one."""
        first = [] if self.or_given and not self.or_from else [[*self.from_, *self.or_from]]
        others = [[name] for name in [self.minor_units_of, *self.negative_when] if name]
        specials = [[name] for one in self.when if not one.optional for name in (one.column, one.takes) if name]
        return [names for names in [*first, *others, *specials] if names]

    @property
    def made_of(self) -> list[str]:
        """Our columns that this one may be made of."""
        return _PLACE.findall(self.or_made_of)


class FileMap(_Strict):
    columns: dict[str, ColumnMap]
    skip: Words = {}
    rows_with: Names = []
    has_lines: bool = False
    encoding: str = ""
    date_format: str = ""

    def needs(self, names: frozenset[str]) -> list[list[str]]:
        """What a header must name to be read: of each list one. `names`: what it does name, folded."""
        maps = [column for column in self.columns.values() if not column.optional or not absent(column.needs, names)]
        skipped = [[name] for name in self.skip]
        return [*(need for column in maps for need in column.needs), *skipped, *filter(None, [self.rows_with])]


class Adapter(_Strict):
    """`name`: what it is asked for by. `files`: by kind of ledger file."""

    name: str
    system: str = ""
    files: dict[str, FileMap]

    @property
    def whose(self) -> str:
        return self.system or self.name

    def file(self, kind: str) -> FileMap:
        """Raises Invalid for a kind that it does not read."""
        if kind not in self.files:
            raise Invalid(f"the adapter {self.name} reads {', '.join(self.files)}, not {kind}")
        return self.files[kind]


def absent(needs: Sequence[Sequence[str]], names: frozenset[str]) -> list[str]:
    """What is not among the folded names, each once, in the words of the adapter."""
    missing = [wanted for wanted in needs if not any(folded(name) in names for name in wanted)]
    return list(dict.fromkeys(" or ".join(dict.fromkeys(wanted)) for wanted in missing))


def adapter_of(name: str | Path) -> Adapter:
    """One of ours by its name, or a file. Raises Invalid for one that there is not, and for a file that is none."""
    if isinstance(name, Path):
        return _read(name)
    if name not in names():
        raise Invalid(f"there is no adapter {name!r}: {', '.join(names())}; a file of your own ends in {SUFFIX}")
    return _ours(name)


def named(words: str) -> str | Path:
    """What a person at this machine calls an adapter: one of ours by its name, or the path of a file."""
    return Path(words) if words.endswith(SUFFIX) else words


def ours() -> list[Adapter]:
    return [_ours(name) for name in names()]


@cache
def names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob(f"*{SUFFIX}")))


@cache
def _ours(name: str) -> Adapter:
    return _read(FOLDER / f"{name}{SUFFIX}")


def _read(path: Path) -> Adapter:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeError) as error:
        raise Invalid(f"{path.name} is no adapter: {error}") from error
    system = data.pop("system", "")
    try:
        adapter = Adapter(name=path.stem, system=system, files=data)
    except ValidationError as error:
        mistakes = "\n".join(f"{path.name}: {_told(one)}" for one in error.errors())
        raise Invalid(mistakes) from error
    wrong = [line for kind, file in adapter.files.items() for line in _wrong(kind, file)]
    if wrong or not adapter.files:
        mistakes = "\n".join(f"{path.name}: {line}" for line in wrong or [f"needs a table of {_KINDS}"])
        raise Invalid(mistakes)
    return adapter


_KINDS = ", ".join(LAYOUTS)


def _told(error: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in error["loc"] if part != "files")
    return f"{place}: {'there is no such word' if error['type'] == 'extra_forbidden' else error['msg']}"


def _wrong(kind: str, file: FileMap) -> list[str]:
    """What would only show with the first file."""
    if kind not in LAYOUTS:
        return [f"there is no ledger file of kind {kind!r}: {_KINDS}"]
    layout: Layout = LAYOUTS[kind]
    known = {column.name for column in layout.columns}
    needed = [column.name for column in layout.columns if not column.is_optional]
    empty = [
        name
        for name, column in file.columns.items()
        if not (column.needs or column.constant or column.from_amounts or column.or_given or column.or_made_of)
        and "constant" not in column.model_fields_set
    ]
    odd = [name for name, column in file.columns.items() if column.from_amounts and name not in {"kind", "status"}]
    odd += [name for name, column in file.columns.items() if column.or_given and name != "currency"]
    return [
        *(f"{kind} has no column {name}: {', '.join(sorted(known))}" for name in file.columns if name not in known),
        *(f"does not say what {name} of {kind} is" for name in needed if name not in file.columns),
        *(f"{kind}.{name} says neither from nor constant" for name in empty),
        *(f"{kind}.{name}: from_amounts is for kind and status, or_given for currency" for name in odd),
        *(
            f"{kind}.{name}: {{{part}}} is none of its columns"
            for name, column in file.columns.items()
            for part in column.made_of
            if part not in file.columns
        ),
    ]
