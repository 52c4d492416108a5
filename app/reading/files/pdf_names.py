"""What a page or a form of a PDF calls things: its graphics states, its optional layers, its pictures and forms."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.reading.files.pdf_colours import Space, pattern_colour, space_of
from app.reading.files.pdf_layers import Layers
from app.reading.sight.colours import Rgb

_LETTERS = 100
_PAINTS = re.compile(rb"(?:^|\s)(?:[fFBb]\*?|[Ss]|Do|sh|BI|Tj|TJ)(?:\s|$)")


@dataclass(frozen=True, slots=True)
class GraphicsState:
    """What an entry of ExtGState sets; None where it leaves things as they are. `mask` is a soft mask's dictionary, or
    False where the entry ends one."""

    alpha: float | None = None
    line_alpha: float | None = None
    blending: str | None = None
    mask: Any = None


@dataclass(frozen=True, slots=True)
class Names:
    """`unshown` are the marks and objects of optional content that is not shown; `pictures` those that let nothing
    through; `forms` are drawn as if they stood in the page; `empty_fonts` have letters that paint nothing."""

    states: Mapping[str, GraphicsState] = field(default_factory=dict)
    unshown: frozenset[str] = frozenset()
    pictures: frozenset[str] = frozenset()
    forms: Mapping[str, Any] = field(default_factory=dict)
    spaces: Mapping[str, Space] = field(default_factory=dict)
    patterns: Mapping[str, Rgb | None] = field(default_factory=dict)
    empty_fonts: frozenset[str] = frozenset()


def names_of(holder: Any, catalog: Any) -> Names:
    """Those of a page or a form."""
    layers = Layers.of(catalog)
    properties, objects = _resources(holder, "/Properties") or {}, _resources(holder, "/XObject") or {}
    entries = list(_entries(objects))
    marks = {str(name) for name in properties if layers.hides(properties, name)}
    return Names(
        {name: _state(entry) for name, entry in _entries(_resources(holder, "/ExtGState"))},
        frozenset(marks | {name for name, entry in entries if layers.hides(entry, "/OC")}),
        frozenset(name for name, entry in entries if _is_opaque_picture(entry)),
        {name: entry for name, entry in entries if entry.get("/Subtype") == "/Form"},
        {name: space_of(entry) for name, entry in _entries(_resources(holder, "/ColorSpace"))},
        {name: pattern_colour(entry) for name, entry in _entries(_resources(holder, "/Pattern"))},
        frozenset(name for name, font in _entries(_resources(holder, "/Font")) if _is_empty(font)),
    )


def _resources(holder: Any, kind: str) -> Any:
    resources = holder.get("/Resources")
    found = resources.get_object().get(kind) if resources is not None else None
    return found.get_object() if found is not None else None


def _entries(found: Any) -> Iterator[tuple[str, Any]]:
    return ((str(name), entry.get_object()) for name, entry in (found or {}).items())


def _state(entry: Any) -> GraphicsState:
    alpha, line, mask, mode = entry.get("/ca"), entry.get("/CA"), entry.get("/SMask"), entry.get("/BM")
    return GraphicsState(
        alpha=float(alpha) if isinstance(alpha, int | float) else None,
        line_alpha=float(line) if isinstance(line, int | float) else None,
        blending=str(mode[0] if isinstance(mode, list) and mode else mode) if mode is not None else None,
        mask=None if mask is None else False if mask == "/None" else mask.get_object(),
    )


def _is_opaque_picture(entry: Any) -> bool:
    return entry.get("/Subtype") == "/Image" and not {"/SMask", "/Mask", "/ImageMask"} & entry.keys()


def _is_empty(font: Any) -> bool:
    """A font drawn in the file itself, of which no letter paints anything."""
    if font.get("/Subtype") != "/Type3":
        return False
    letters = font.get("/CharProcs")
    drawings = [letter for _, letter in _entries(letters.get_object() if letters is not None else None)]
    return not any(_PAINTS.search(drawing.get_data()) for drawing in drawings[:_LETTERS])
