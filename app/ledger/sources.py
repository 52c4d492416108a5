"""What a ledger file is to those who read it, whatever its format: named columns, and rows of text cells."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from app.domain.errors import BadRow, ImportRefused

_POINT = re.compile(
    r"[^.]*\.(?:[0-9]{1,2}|[0-9]{4})[-)]?|[^,]*,[^.]*\..*"
    r"|.*[0-9](?:,[0-9]{3}){2,}[-)]?|[-(]?(?:0|[0-9]{4,})\.[0-9]{3}[-)]?"
)
_COMMA = re.compile(
    r"[^,]*,(?:[0-9]{1,2}|[0-9]{4})[-)]?|[^.]*\.[^,]*,.*"
    r"|.*[0-9](?:\.[0-9]{3}){2,}[-)]?|[-(]?(?:0|[0-9]{4,}),[0-9]{3}[-)]?"
)
_THOUSANDTHS = re.compile(r"-?(?:0|[0-9]{4,})[.,][0-9]{3}|.*[., '\u2019\u00a0\u202f][0-9]{3}[.,][0-9]{3}")

BROKEN = "\x1a"
"""A cell that has no value though something stands in it: an error of the sheet, a formula that nobody computed."""


class DecimalMark(StrEnum):
    """What stands before the cents. UNCLEAR: the file shows neither, so `1.250` could be 1250 or 1.25."""

    POINT = "."
    COMMA = ","
    UNCLEAR = ""


HEADS = 30
"""Rows from the top among which the header of another system's export may stand."""


class Head(NamedTuple):
    """A row at the top that may name the columns: where it begins, and its cells in small letters."""

    line: int
    names: tuple[str, ...]
    delimiter: str = ""


FindHead = Callable[[str, Sequence[Head]], Head]
"""Which one does, of a file of this name. Raises ImportRefused."""


def first_head(name: str, heads: Sequence[Head]) -> Head:
    """Of our own files, the first row."""
    if not heads or not any(heads[0].names):
        line = heads[0].line if heads else 1
        raise ImportRefused([BadRow(name, line, "1", "the first row must name the columns, and it is empty")])
    return heads[0]


class SourceRow(NamedTuple):
    """One row of stripped cells, as many as the header has; `line` is where it begins, as a person would count."""

    line: int
    cells: list[str]


class Source(Protocol):
    """A file whose header has been read."""

    @property
    def name(self) -> str: ...

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, lower-case."""
        ...

    @property
    def heads(self) -> Sequence[Head]:
        """The first rows, of which one is the header."""
        ...

    @property
    def recognised(self) -> str:
        """What was guessed about the format and should be said; empty for the usual one."""
        ...

    def rows(self) -> Iterator[SourceRow | BadRow]:
        """The rows below the header, blank ones left out."""
        ...

    def decimal_mark(self, columns: Collection[str]) -> DecimalMark:
        """What stands before the cents in these columns. Asked once, before the rows are read."""
        ...

    def writes_thousandths(self, columns: Collection[str]) -> bool:
        """Whether three digits after the mark are meant as such in these columns, and are no thousands."""
        ...

    @property
    def only_iso(self) -> bool:
        """Whether days are written as 2026-03-31 and no other way."""
        ...


def mark_of(cells: Iterable[str]) -> DecimalMark:
    """Judged by the first amount that can only be meant one way."""
    for cell in cells:
        if _COMMA.fullmatch(cell):
            return DecimalMark.COMMA
        if _POINT.fullmatch(cell):
            return DecimalMark.POINT
    return DecimalMark.UNCLEAR


def has_thousandths(cells: Iterable[str]) -> bool:
    """Whether an amount shows that all are written with three digits after the mark: `1250.000`, `0,000`."""
    return any(map(_THOUSANDTHS.fullmatch, cells))


def cells_of(source: Source, columns: Collection[str]) -> Iterator[str]:
    """Every cell of these columns."""
    places = [place for place, name in enumerate(source.header) if name in columns]
    for row in source.rows():
        if isinstance(row, SourceRow):
            for place in places:
                yield row.cells[place]
