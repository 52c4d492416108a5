"""Rows that a program hands over: one object each, keyed by the names of the columns."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.errors import BadRow
from app.ledger.sources import DecimalMark, Head, SourceRow

Cell = str | bool | None
GivenRow = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class GivenRows:
    """`line` counts the objects from 1. A name that only some objects have is an empty cell in the others."""

    name: str
    header: tuple[str, ...]
    given: Sequence[GivenRow]
    recognised: str = ""

    @classmethod
    def of(cls, given: Sequence[GivenRow]) -> "GivenRows":
        return cls("rows", tuple(dict.fromkeys(name for row in given for name in row)), given)

    @property
    def heads(self) -> tuple[Head, ...]:
        return (Head(1, self.header),)

    def rows(self) -> Iterator[SourceRow | BadRow]:
        for number, row in enumerate(self.given, 1):
            yield SourceRow(number, [_text(row.get(name)) for name in self.header])

    def decimal_mark(self, _columns: Collection[str]) -> DecimalMark:
        """JSON has but one."""
        return DecimalMark.POINT

    @property
    def only_iso(self) -> bool:
        """What a program may write must not hang on the other rows of its request."""
        return True

    def writes_thousandths(self, _columns: Collection[str]) -> bool:
        """A program means what it writes."""
        return True


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return (cell or "").strip()
