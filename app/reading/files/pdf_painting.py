"""What is painted beside a PDF page's words: soft masks, which let through, and notes, which lie over them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdf import PageObject
from pypdf.errors import LimitReachedError
from pypdf.generic import ContentStream

from app.reading.files.pdf_geometry import EVERYWHERE, IDENTITY, NOWHERE, Box, Matrix, numbers_of, placed, within
from app.reading.files.pdf_names import names_of
from app.reading.files.pdf_state import Painted
from app.reading.files.visibility import Watcher

MOST_NOTES = 500
LARGEST = 256 * 1024
"""Bytes of drawings that are followed."""

_DARK = 13
_WHOLE = 0.9
_HIDDEN, _NO_VIEW = 1 << 1, 1 << 5
_UNFOLLOWED = frozenset({b"sh", b"Do", b"INLINE IMAGE", b"Tj", b"TJ", b"'", b'"'})
_GROUNDS = {"/Square": "/IC", "/Circle": "/IC", "/Redact": "/IC", "/FreeText": "/C"}
"""Notes that a program draws by itself, and what they name their ground."""

_LAID = frozenset({*_GROUNDS, "/Stamp", "/Widget"})


@dataclass(slots=True)
class Painting:
    """Follows the drawings of one file; raises LimitReachedError when they are too large together."""

    left: int = LARGEST
    _openings: dict[int, Box] = field(default_factory=dict)

    def opening_of(self, mask: Any) -> Box:
        """Where a soft mask (§11.5.2) lets something through; everywhere if that cannot be told."""
        group = mask.get("/G")
        group = group.get_object() if group is not None else None
        if id(group) not in self._openings:
            self._openings[id(group)] = self._opened(mask, group)
        return self._openings[id(group)]

    def notes_over(self, page: PageObject) -> Iterator[Box]:
        """The boxes of a page's annotations (§12.5) that nothing shows through."""
        notes = page.get("/Annots")
        for note in list(notes.get_object() if notes is not None else ())[:MOST_NOTES]:
            found = note.get_object()
            is_seen = not int(found.get("/F", 0)) & (_HIDDEN | _NO_VIEW)
            if found.get("/Subtype") in _LAID and is_seen and self._is_solid(found):
                left, bottom, right, top = numbers_of(found.get("/Rect"), NOWHERE)
                yield placed((left, bottom, right, top), IDENTITY)

    def check(self) -> None:
        """pypdf keeps to itself what is raised within a form. Raises LimitReachedError."""
        if self.left < 0:
            raise LimitReachedError("masks and notes take too long to read")

    def _opened(self, mask: Any, group: Any) -> Box:
        is_luminous = mask.get("/S") == "/Luminosity"
        is_light_around = is_luminous and any(float(part) > 0 for part in mask.get("/BC") or ())
        if group is None or "/TR" in mask or is_light_around:
            return EVERYWHERE
        painted = self._painted(group)
        if painted is None:
            return _box_of(group)
        light = [p.box for p in painted if p.colour is None or not is_luminous or max(p.colour) > _DARK]
        if not light:
            return NOWHERE
        lefts, bottoms, rights, tops = zip(*light, strict=True)
        return min(lefts), min(bottoms), max(rights), max(tops)

    def _is_solid(self, note: Any) -> bool:
        if float(note.get("/CA", 1)) < 1 or float(note.get("/ca", 1)) < 1:
            return False
        looks = note.get("/AP")
        look = looks.get_object().get("/N") if looks is not None else None
        look = look.get_object() if look is not None else None
        if look is None:
            return bool(note.get(_GROUNDS.get(note["/Subtype"], "")))
        if not hasattr(look, "get_data"):  # one for each state of a box to be ticked
            return False
        left, bottom, right, top = _box_of(look)
        whole = (right - left) * (top - bottom)
        return any(
            p.is_solid and p.colour is not None and (p.box[2] - p.box[0]) * (p.box[3] - p.box[1]) >= _WHOLE * whole
            for p in self._painted(look, stops=False) or ()
        )

    def _painted(self, form: Any, *, stops: bool = True) -> list[Painted] | None:
        """What a form paints, by itself; None where it `stops` at pictures, shades and words, which paint as they
        like."""
        self.left -= len(form.get_data())
        self.check()
        watcher = Watcher(EVERYWHERE, names_of(form, {}))
        matrix: Matrix = numbers_of(form.get("/Matrix"), IDENTITY)
        kept: list[Matrix] = []
        for operands, operator in ContentStream(form, None).operations:
            if operator in _UNFOLLOWED:
                if stops:
                    return None
                continue
            if operator == b"q":
                kept.append(matrix)
            elif operator == b"Q" and kept:
                matrix = kept.pop()
            elif operator == b"cm":
                matrix = within([float(value) for value in operands], matrix)
            watcher.before(operator, operands, matrix, IDENTITY)
        return watcher.painted


def _box_of(form: Any) -> Box:
    left, bottom, right, top = numbers_of(form.get("/BBox"), EVERYWHERE)
    return placed((left, bottom, right, top), numbers_of(form.get("/Matrix"), IDENTITY))
