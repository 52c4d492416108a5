"""Where an export's header stands, and whose export a file is, told by the names of its columns."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.domain.errors import BadRow, ImportRefused
from app.ledger.adapter_files import Adapter, FileMap, absent, folded, ours
from app.ledger.layouts import LAYOUTS
from app.ledger.sources import FindHead, Head

ENOUGH = 0.5
"""Of the columns that an adapter needs, for a file to be called most like its export."""

NAMES_TOLD = 200
"""Characters of a header that an error quotes."""


class Near(NamedTuple):
    """The adapter whose columns a file names best, and those that it does not name."""

    adapter: Adapter
    head: Head
    missing: list[str]
    share: float


def finder(adapter: Adapter, kind: str) -> FindHead:
    """Of the top rows the first that names every column that the adapter needs."""
    file = adapter.file(kind)

    def find(name: str, heads: Sequence[Head]) -> Head:
        head = next((head for head in heads if not _missing(file, head)), None)
        if head is None:
            raise ImportRefused(_explained(name, heads, adapter, kind))
        needed = {folded(one) for wanted in file.needs(_names(head)) for one in wanted}
        twice = [one for one, count in _counts(head).items() if count > 1 and one in needed]
        if twice:
            raise ImportRefused([BadRow(name, head.line, one, "the column is there twice") for one in twice])
        return head

    return find


def likeness(name: str, heads: Sequence[Head], kind: str) -> BadRow | None:
    """What is said of a file that does not name our columns, where it is another system's export rather."""
    near = _nearest(heads, kind)
    if near is None or (near.missing and near.share <= max(ENOUGH, _share_of_ours(heads, kind))):
        return None
    return BadRow(name, near.head.line, near.missing[0] if near.missing else "1", _alike(near, kind))


def _share_of_ours(heads: Sequence[Head], kind: str) -> float:
    needed = {column.name for column in LAYOUTS[kind].columns if not column.is_optional}
    return len(needed.intersection(heads[0].names if heads else ())) / len(needed)


def _explained(name: str, heads: Sequence[Head], adapter: Adapter, kind: str) -> list[BadRow]:
    """Why no row is the header that the adapter looks for."""
    near = _nearest(heads, kind)
    best = _near(adapter, heads, kind)
    if near and not near.missing and near.adapter.name != adapter.name:
        return [BadRow(name, near.head.line, "1", _alike(near, kind))]
    if best is None or best.share == 0:
        wanted = ", ".join(absent(adapter.file(kind).needs(frozenset()), frozenset()))
        says = ", ".join(filter(None, heads[0].names))[:NAMES_TOLD] if heads else ""
        return [
            BadRow(
                name,
                heads[0].line if heads else 1,
                "1",
                f"no row of the first {len(heads)} names the columns that the adapter {adapter.name} reads: {wanted}; "
                + (f"the first says: {says}" if says else "the first is empty"),
            )
        ]
    return [
        BadRow(name, best.head.line, one, f"the column is missing; the adapter {adapter.name} reads it")
        for one in best.missing
    ]


def _alike(near: Near, kind: str) -> str:
    system, name = near.adapter.whose, near.adapter.name
    how = f"the adapter {name} (--adapter {name}, ?adapter={name}, or in a watched folder {kind}.{name}.csv)"
    if not near.missing:
        return f"this looks like an export of {system}: read it with {how}"
    return (
        f"this is most like an export of {system}, but {', '.join(near.missing)} is missing, "
        f"which {how} reads; else the first row must name our columns"
    )


def _nearest(heads: Sequence[Head], kind: str) -> Near | None:
    found = [near for adapter in ours() if kind in adapter.files if (near := _near(adapter, heads, kind))]
    return max(
        found, key=lambda near: (near.share, len(near.adapter.files[kind].needs(_names(near.head)))), default=None
    )


def _near(adapter: Adapter, heads: Sequence[Head], kind: str) -> Near | None:
    file = adapter.files[kind]
    found = []
    for head in heads:
        missing = _missing(file, head)
        needed = absent(file.needs(_names(head)), frozenset())
        found.append(Near(adapter, head, missing, 1 - len(missing) / len(needed)))
    return max(found, key=lambda near: near.share, default=None)


def _missing(file: FileMap, head: Head) -> list[str]:
    names = _names(head)
    return absent(file.needs(names), names)


def _names(head: Head) -> frozenset[str]:
    return frozenset(map(folded, head.names)) - {""}


def _counts(head: Head) -> Mapping[str, int]:
    names = [folded(name) for name in head.names]
    return {name: names.count(name) for name in names if name}
