"""What a page or a form of a PDF calls things: its graphics states, its optional layers, its pictures and forms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

ONCE = "/Normal"


@dataclass(frozen=True, slots=True)
class GraphicsState:
    """What an entry of ExtGState sets; None where it leaves things as they are. `mask` is a soft mask's dictionary, or
    False where the entry ends one."""

    alpha: float | None = None
    is_blended: bool | None = None
    mask: Any = None


@dataclass(frozen=True, slots=True)
class Names:
    """`unshown` are the marks and objects of optional content that is not shown; `pictures` those that let nothing
    through; `forms` are drawn as if they stood in the page."""

    states: Mapping[str, GraphicsState] = field(default_factory=dict)
    unshown: frozenset[str] = frozenset()
    pictures: frozenset[str] = frozenset()
    forms: Mapping[str, Any] = field(default_factory=dict)


def names_of(holder: Any, catalog: Any) -> Names:
    """Those of a page or a form."""
    off = _layers_off(catalog)
    properties, objects = _resources(holder, "/Properties") or {}, _resources(holder, "/XObject") or {}
    entries = list(_entries(objects))
    marks = {str(name) for name in properties if _number(properties, name) in off}
    return Names(
        {name: _state(entry) for name, entry in _entries(_resources(holder, "/ExtGState"))},
        frozenset(marks | {name for name, entry in entries if _number(entry, "/OC") in off}),
        frozenset(name for name, entry in entries if _is_opaque_picture(entry)),
        {name: entry for name, entry in entries if entry.get("/Subtype") == "/Form"},
    )


def _resources(holder: Any, kind: str) -> Any:
    resources = holder.get("/Resources")
    found = resources.get_object().get(kind) if resources is not None else None
    return found.get_object() if found is not None else None


def _entries(found: Any) -> Iterator[tuple[str, Any]]:
    return ((str(name), entry.get_object()) for name, entry in (found or {}).items())


def _state(entry: Any) -> GraphicsState:
    alpha, mask = entry.get("/ca"), entry.get("/SMask")
    return GraphicsState(
        alpha=float(alpha) if isinstance(alpha, int | float) else None,
        is_blended=entry["/BM"] != ONCE if "/BM" in entry else None,
        mask=None if mask is None else False if mask == "/None" else mask.get_object(),
    )


def _is_opaque_picture(entry: Any) -> bool:
    return entry.get("/Subtype") == "/Image" and not {"/SMask", "/Mask", "/ImageMask"} & entry.keys()


def _layers_off(catalog: Any) -> set[int]:
    """The numbers of the groups that the file does not show at first."""
    shown = (catalog.get("/OCProperties") or {}).get("/D") or {}
    return {group.idnum for group in shown.get("/OFF") or () if hasattr(group, "idnum")}


def _number(holder: Any, name: str) -> int | None:
    return getattr(holder.raw_get(name), "idnum", None) if name in holder else None
