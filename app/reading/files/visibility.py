"""Which words of a PDF page a person would see (ISO 32000: §8.4 graphics state, §9.3 text state).

Hidden are: text that is not painted (render modes 3 and 7), painted in the colour of what lies behind it, smaller than
anybody reads, wholly transparent, or outside the page. The pages' operators are followed in their order, so that white
words on a dark heading stay. What is painted over later can only be told at a page's end: `covered` then names such
words by their number, for a second look at the page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import hypot
from typing import Any, TypeAlias

from pypdf.errors import LimitReachedError
from pypdf.generic import ByteStringObject, TextStringObject

SMALLEST = 2.5
"""Points. Small print has five or six."""

_FLAT = 0.5
"""Points of width: no letter of any type is so narrow."""

_CONTRAST = 0.1
_UNSEEN_MODES = frozenset({3, 7})
_TRANSPARENT = 0.05
_MOST_PAINTED = 2_000
_MOST_COMPARED = 5_000_000

Colour: TypeAlias = tuple[float, float, float]
Box: TypeAlias = tuple[float, float, float, float]
Matrix: TypeAlias = Sequence[float]

WHITE: Colour = (1.0, 1.0, 1.0)
BLACK: Colour = (0.0, 0.0, 0.0)

_SHOWING = frozenset({b"Tj", b"TJ", b"'", b'"'})
_FILLING = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
_ENDING = frozenset({b"n", b"S", b"s"})
_CLIPPING = frozenset({b"W", b"W*"})
_MARKING = _CLIPPING | {b"BMC", b"BDC", b"EMC"}
_DRAWING = frozenset({b"m", b"l", b"c", b"v", b"y"})


@dataclass(frozen=True, slots=True)
class _State:
    """`fill` is None where the colour cannot be told (patterns, spot colours): such words count as seen."""

    fill: Colour | None = BLACK
    mode: int = 0
    size: float = 0.0
    stretch: float = 1.0
    clip: Box | None = None
    is_transparent: bool = False
    is_glass: bool = False


@dataclass(slots=True)
class Watcher:
    """Follows a page's operators and blanks what nobody sees, before the text is taken of it.

    `page` is the box that is shown; `transparent` are the names of graphics states that paint nothing, `glass` of those
    through which one sees; `painted_over` are the numbers of words that are known to be covered; `layers_off` the names
    of optional content that is not shown, `pictures` those of pictures that let nothing through.
    """

    page: Box
    transparent: frozenset[str] = frozenset()
    glass: frozenset[str] = frozenset()
    painted_over: frozenset[int] = frozenset()
    layers_off: frozenset[str] = frozenset()
    pictures: frozenset[str] = frozenset()
    found_hidden: bool = False
    covered: set[int] = field(default_factory=set)
    _shown: int = 0
    _compared: int = 0
    _open: dict[int, Box] = field(default_factory=dict)
    _state: _State = _State()
    _kept: list[_State] = field(default_factory=list)
    _path: list[Box] = field(default_factory=list)
    _marks: list[bool] = field(default_factory=list)
    _clips: bool = False
    _painted: list[tuple[Box, Colour | None]] = field(default_factory=list)

    def before(self, operator: bytes, operands: list[Any], cm: Matrix, tm: Matrix) -> None:
        """As pypdf calls its `visitor_operand_before`; the operands of unseen text are replaced by nothing."""
        if operator in _SHOWING:
            self._show(operands, cm, tm)
        elif operator == b"Do":
            self._kept.append(self._state)
            box = _placed((0, 0, 1, 1), cm)
            self._paint([box], None)
            if operands and str(operands[0]) in self.pictures:
                self._cover(box)
        elif operator in _FILLING | _ENDING:
            self._end_path(is_filled=operator in _FILLING)
        elif operator == b"re" and len(operands) == 4:  # noqa: PLR2004 x, y, width, height
            x, y, width, height = map(float, operands)
            self._path.append(_placed((x, y, x + width, y + height), cm))
        elif operator in _DRAWING:
            self._draw([float(value) for value in operands], cm)
        elif operator in _MARKING:
            self._mark(operator, operands)
        else:
            self._set(operator, operands)

    def after(self, operator: bytes, _operands: list[Any], _cm: Matrix, _tm: Matrix) -> None:
        """As pypdf calls its `visitor_operand_after`: a form does not change the state of the page that shows it."""
        if operator == b"Do" and self._kept:
            self._state = self._kept.pop()

    def _show(self, operands: list[Any], cm: Matrix, tm: Matrix) -> None:
        if not _has_words(operands):
            return
        self._shown += 1
        if self._shown in self.painted_over or self._is_unseen(cm, tm):
            self.found_hidden = True
            _blank(operands)
        elif len(self._open) < _MOST_PAINTED:
            self._open[self._shown] = self._start(cm, tm)

    def _set(self, operator: bytes, operands: list[Any]) -> None:
        match operator:
            case b"q":
                self._kept.append(self._state)
            case b"Q" if self._kept:
                self._state = self._kept.pop()
            case b"Tr" if operands:
                self._state = replace(self._state, mode=int(operands[0]))
            case b"Tf" if len(operands) > 1:
                self._state = replace(self._state, size=float(operands[1]))
            case b"gs" if operands:
                name = str(operands[0])
                self._state = replace(self._state, is_transparent=name in self.transparent, is_glass=name in self.glass)
            case b"g" | b"rg" | b"k" | b"sc" | b"scn":
                self._state = replace(self._state, fill=_colour(operands))
            case b"Tz" if operands:
                self._state = replace(self._state, stretch=float(operands[0]) / 100)
            case b"cs":
                self._state = replace(self._state, fill=BLACK)

    def _mark(self, operator: bytes, operands: list[Any]) -> None:
        if operator in _CLIPPING:
            self._clips = True
        elif operator != b"EMC":
            self._marks.append(len(operands) > 1 and str(operands[1]) in self.layers_off)
        elif self._marks:
            self._marks.pop()

    def _is_unseen(self, cm: Matrix, tm: Matrix) -> bool:
        size = self._state.size * hypot(tm[2], tm[3]) * hypot(cm[2], cm[3])
        x, y = _point(tm[4], tm[5], cm)
        left, bottom, right, top = self.page
        return (
            self._state.mode in _UNSEEN_MODES
            or self._state.is_transparent
            or any(self._marks)
            or self._is_clipped(x, y, size)
            or 0 < size * self._stretch(cm, tm) < _FLAT
            or 0 < size < SMALLEST
            or not (left - size <= x <= right and bottom - size <= y <= top)
            or self._blends(x + size * 0.2, y + size * 0.3)
        )

    def _stretch(self, cm: Matrix, tm: Matrix) -> float:
        """How wide the letters are for their height."""
        width = abs(self._state.stretch) * hypot(tm[0], tm[1]) * hypot(cm[0], cm[1])
        height = hypot(tm[2], tm[3]) * hypot(cm[2], cm[3])
        return width / height if height else 1.0

    def _is_clipped(self, x: float, y: float, size: float) -> bool:
        """Words that begin to the left of what is left open may run into it."""
        if self._state.clip is None:
            return False
        left, bottom, right, top = self._state.clip
        return right - left < 1 or top - bottom < 1 or x > right or not bottom - size <= y <= top

    def _end_path(self, *, is_filled: bool) -> None:
        if is_filled:
            self._paint(self._path, self._state.fill)
            if len(self._path) == 1 and self._state.fill is not None:
                self._cover(self._path[0])
        if self._clips and self._path:
            boxes = [*self._path]
            left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
            right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
            if old := self._state.clip:
                left, bottom, right, top = max(left, old[0]), max(bottom, old[1]), min(right, old[2]), min(top, old[3])
            self._state = replace(self._state, clip=(left, bottom, right, top))
        self._path, self._clips = [], False

    def _blends(self, x: float, y: float) -> bool:
        """Whether the words have the colour of what was painted last at this place."""
        behind: Colour | None = WHITE
        for (left, bottom, right, top), colour in reversed(self._painted):
            if left <= x <= right and bottom <= y <= top:
                behind = colour
                break
        fill = self._state.fill
        if fill is None or behind is None:
            return False
        return max(abs(a - b) for a, b in zip(fill, behind, strict=True)) < _CONTRAST

    def _start(self, cm: Matrix, tm: Matrix) -> Box:
        """Where the first letters stand."""
        size = self._state.size * hypot(tm[2], tm[3]) * hypot(cm[2], cm[3])
        x, y = _point(tm[4], tm[5], cm)
        return x + size * 0.1, y + size * 0.1, x + size, y + size * 0.6

    def _cover(self, over: Box) -> None:
        """One box of a colour over words that stand already; frames and shapes of several parts may leave a hole."""
        if self._state.is_transparent or self._state.is_glass:
            return
        self._compared += len(self._open)
        if self._compared > _MOST_COMPARED:
            raise LimitReachedError("the page is painted over too often")
        left, bottom, right, top = over
        under = [
            number
            for number, (x, y, end, height) in self._open.items()
            if left <= x and end <= right and bottom <= y and height <= top
        ]
        self.covered.update(under)
        for number in under:
            del self._open[number]

    def _draw(self, values: list[float], cm: Matrix) -> None:
        """Part of a path that is no rectangle: its bounding box stands for it."""
        points = [_point(x, y, cm) for x, y in zip(values[::2], values[1::2], strict=False)]
        boxes = [self._path.pop()] if self._path else []
        xs = [x for x, _ in points] + [x for box in boxes for x in (box[0], box[2])]
        ys = [y for _, y in points] + [y for box in boxes for y in (box[1], box[3])]
        if xs:
            self._path.append((min(xs), min(ys), max(xs), max(ys)))

    def _paint(self, boxes: list[Box], colour: Colour | None) -> None:
        if len(self._painted) < _MOST_PAINTED:
            self._painted.extend((box, colour) for box in boxes)


def _has_words(operands: list[Any]) -> bool:
    return any(_bytes_of(value).strip() for value in _strings(operands))


def _strings(operands: list[Any]) -> list[Any]:
    flat = [value for operand in operands for value in (operand if isinstance(operand, list) else [operand])]
    return [value for value in flat if isinstance(value, TextStringObject | ByteStringObject)]


def _bytes_of(value: Any) -> bytes:
    """The bytes of a string operand, whichever way pypdf took it."""
    return bytes(value) if isinstance(value, bytes) else str(value).encode("utf_8", errors="replace")


def _blank(operands: list[Any]) -> None:
    for place, operand in enumerate(operands):
        if isinstance(operand, list):
            operand.clear()
        elif isinstance(operand, TextStringObject | ByteStringObject):
            operands[place] = TextStringObject("")


def _colour(operands: list[Any]) -> Colour | None:
    try:
        values = [min(max(float(value), 0.0), 1.0) for value in operands]
    except (TypeError, ValueError):
        return None
    match values:
        case [grey]:
            return grey, grey, grey
        case [red, green, blue]:
            return red, green, blue
        case [cyan, magenta, yellow, black]:
            return (1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black)
    return None


def transparent_states(states: Any) -> frozenset[str]:
    """The names of an ExtGState dictionary's entries under which fills cannot be seen."""
    return frozenset(name for name, entry in _entries(states) if _alpha(entry) < _TRANSPARENT)


def glass_states(states: Any) -> frozenset[str]:
    """The names of those through which one sees what lies below: a marker's colour, a shadow."""
    return frozenset(
        name for name, entry in _entries(states) if _alpha(entry) < 1 or entry.get("/BM", "/Normal") != "/Normal"
    )


def _entries(states: Any) -> Iterator[tuple[str, Any]]:
    return ((str(name), entry.get_object()) for name, entry in (states or {}).items())


def _alpha(entry: Any) -> float:
    alpha = entry.get("/ca", 1)
    return float(alpha) if isinstance(alpha, int | float) else 1.0


def _point(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _placed(box: Box, matrix: Matrix) -> Box:
    corners = [_point(x, y, matrix) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def layers_off(properties: Any, catalog: Any) -> frozenset[str]:
    """The names under which a page marks optional content that its file does not show at first."""
    shown = (catalog.get("/OCProperties") or {}).get("/D") or {}
    off = {getattr(group, "idnum", None) for group in shown.get("/OFF") or ()} - {None}
    return frozenset(str(name) for name in properties or () if getattr(properties.raw_get(name), "idnum", None) in off)


def opaque_pictures(objects: Any) -> frozenset[str]:
    return frozenset(
        name
        for name, entry in _entries(objects)
        if entry.get("/Subtype") == "/Image" and not {"/SMask", "/Mask", "/ImageMask"} & entry.keys()
    )
