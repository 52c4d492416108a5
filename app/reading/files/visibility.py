"""Which words of a PDF page a person would see (ISO 32000: §8.4 graphics state, §9.3 text state).

Hidden are: text that is not painted (render modes 3 and 7), painted in the colour of what lies behind it, smaller than
anybody reads, wholly transparent, or outside the page. The pages' operators are followed in their order, so that white
words on a dark heading stay. A form is drawn as if it stood in the page: with names and a clip of its own, placed by
its matrix, of which pypdf tells nothing. What is painted over later can only be told at a page's end: `covered` then
names such words by their number, for a second look at the page.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from math import hypot
from typing import Any

from pypdf.errors import LimitReachedError

from app.reading.files.pdf_geometry import (
    EVERYWHERE,
    IDENTITY,
    Box,
    Matrix,
    lie_apart,
    numbers_of,
    placed,
    placed_point,
    within,
)
from app.reading.files.pdf_names import GraphicsState, Names, names_of
from app.reading.files.pdf_operands import blank, has_words, shift_of
from app.reading.files.pdf_state import TRANSPARENT, Painted, State, coloured, graphic, lettered
from app.reading.sight.colours import WHITE, Rgb, is_same, is_unreadable, mixed

SMALLEST = 2.5
"""Points. Small print has five or six."""

_SQUEEZED = 0.45
"""Of a letter's height: so far back the next one stands upon it."""

_THICK = 8.0
_FLAT = 0.5
"""Points of width: no letter of any type is so narrow."""

_UNSEEN_MODES = frozenset({3, 7})
_MOST_PAINTED = 2_000
_MOST_COMPARED = 5_000_000


_SHOWING = frozenset({b"Tj", b"TJ", b"'", b'"'})
_FILLING = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
_ENDING = frozenset({b"n", b"S", b"s"})
_CLIPPING = frozenset({b"W", b"W*"})
_MARKING = _CLIPPING | {b"BMC", b"BDC", b"EMC"}
_DRAWING = frozenset({b"m", b"l", b"c", b"v", b"y"})


@dataclass(frozen=True, slots=True)
class _Outer:
    """What holds again after a form."""

    names: Names
    base: Matrix
    state: State
    kept: int
    marks: int


@dataclass(slots=True)
class Watcher:
    """Follows a page's operators and blanks what nobody sees, before the text is taken of it.

    `page` is the box that is shown, `names` are those of its resources; `painted_over` are the numbers of words that
    are known to be covered; `opening_of` says what a soft mask lets through.
    """

    page: Box
    names: Names = field(default_factory=Names)
    catalog: Any = field(default_factory=dict)
    painted_over: frozenset[int] = frozenset()
    opening_of: Callable[[Any], Box] = lambda _mask: EVERYWHERE
    found_hidden: bool = False
    covered: set[int] = field(default_factory=set)
    painted: list[Painted] = field(default_factory=list)
    _shown: int = 0
    _compared: int = 0
    _open: dict[int, Box] = field(default_factory=dict)
    _state: State = field(default_factory=State)
    _kept: list[State] = field(default_factory=list)
    _path: list[Box] = field(default_factory=list)
    _marks: list[bool] = field(default_factory=list)
    _clips: bool = False
    _base: Matrix = IDENTITY
    _outer: list[_Outer] = field(default_factory=list)
    _named: dict[int, Names] = field(default_factory=dict)

    def before(self, operator: bytes, operands: list[Any], cm: Matrix, tm: Matrix) -> None:
        """As pypdf calls its `visitor_operand_before`; the operands of unseen text are replaced by nothing."""
        cm = within(cm, self._base)
        if operator in _SHOWING:
            self._show(operands, cm, tm)
        elif operator == b"INLINE IMAGE":
            self._lay(placed((0, 0, 1, 1), cm))
        elif operator == b"sh" and self._state.clip != EVERYWHERE:
            self._lay(self._state.clip)
        elif operator == b"Do":
            self._enter(str(operands[0]) if operands else "", cm)
        elif operator in _FILLING | _ENDING:
            self._end_path(is_filled=operator in _FILLING)
        elif operator == b"re" and len(operands) == 4:  # noqa: PLR2004 x, y, width, height
            x, y, width, height = map(float, operands)
            self._path.append(placed((x, y, x + width, y + height), cm))
        elif operator in _DRAWING:
            self._draw([float(value) for value in operands], cm)
        elif operator in _MARKING:
            self._mark(operator, operands)
        else:
            self._set(operator, operands, cm)

    def after(self, operator: bytes, _operands: list[Any], _cm: Matrix, _tm: Matrix) -> None:
        """As pypdf calls its `visitor_operand_after`: a form does not change the state of the page that shows it."""
        if operator == b"Do" and self._outer:
            outer = self._outer.pop()
            self.names, self._base, self._state = outer.names, outer.base, outer.state
            del self._kept[outer.kept :], self._marks[outer.marks :]

    def lay_over(self, boxes: Iterable[Box]) -> None:
        """What stands upon the whole page, such as a note."""
        self._state = State()
        for box in boxes:
            self._cover(box)

    def _enter(self, name: str, cm: Matrix) -> None:
        self._outer.append(_Outer(self.names, self._base, self._state, len(self._kept), len(self._marks)))
        self._marks.append(name in self.names.unshown)
        form = self.names.forms.get(name)
        if form is None:
            self._lay(placed((0, 0, 1, 1), cm), is_solid=name in self.names.pictures - self.names.unshown)
            return
        self._base = within(numbers_of(form.get("/Matrix"), IDENTITY), cm)
        if box_given := numbers_of(form.get("/BBox"), ()):
            left, bottom, right, top = box_given
            self._clip(placed((left, bottom, right, top), self._base))
        if form.get("/Resources") is not None:
            if id(form) not in self._named:
                self._named[id(form)] = names_of(form, self.catalog)
            self.names = self._named[id(form)]

    def _lay(self, box: Box, *, is_solid: bool = True) -> None:
        """A picture or a shade."""
        self._paint([box], None)
        if is_solid:
            self._cover(box)

    def _show(self, operands: list[Any], cm: Matrix, tm: Matrix) -> None:
        if not has_words(operands):
            return
        self._shown += 1
        if self._shown in self.painted_over or self._is_unseen(operands, cm, tm):
            self.found_hidden = True
            blank(operands)
        elif len(self._open) < _MOST_PAINTED:
            self._open[self._shown] = self._start(cm, tm)

    def _set(self, operator: bytes, operands: list[Any], cm: Matrix) -> None:
        match operator:
            case b"q":
                self._kept.append(self._state)
            case b"Q" if self._kept:
                self._state = self._kept.pop()
            case b"Tr" | b"Tc" | b"Ts" | b"Tz" if operands:
                self._state = lettered(self._state, operator, float(operands[0]))
            case b"w" if operands:
                self._state = replace(self._state, thickness=float(operands[0]) * hypot(cm[0], cm[1]))
            case b"Tf" if len(operands) > 1:
                is_empty = str(operands[0]) in self.names.empty_fonts
                self._state = replace(self._state, size=abs(float(operands[1])), is_empty=is_empty)
            case b"gs" if operands:
                self._set_graphics(self.names.states.get(str(operands[0]), GraphicsState()), cm)
            case _:
                self._state = coloured(self._state, operator, operands, self.names)

    def _set_graphics(self, wanted: GraphicsState, cm: Matrix) -> None:
        opening = self._state.opening
        if wanted.mask is not None:
            opening = placed(self.opening_of(wanted.mask), cm) if wanted.mask else EVERYWHERE
        self._state = graphic(self._state, wanted, opening)

    def _mark(self, operator: bytes, operands: list[Any]) -> None:
        if operator in _CLIPPING:
            self._clips = True
        elif operator != b"EMC":
            self._marks.append(len(operands) > 1 and str(operands[1]) in self.names.unshown)
        elif self._marks:
            self._marks.pop()

    def _is_unseen(self, operands: list[Any], cm: Matrix, tm: Matrix) -> bool:
        size = self._state.size * hypot(tm[2], tm[3]) * hypot(cm[2], cm[3])
        x, y = self._beginning(operands, cm, tm)
        left, bottom, right, top = self.page
        return (
            self._state.mode in _UNSEEN_MODES
            or self._state.is_empty
            or all(alpha < TRANSPARENT for _, alpha in self._state.inks)
            or self._state.spacing <= -_SQUEEZED * self._state.size < 0
            or any(self._marks)
            or self._is_clipped(self._state.clip, x, y, size)
            or self._is_clipped(self._state.opening, x, y, size)
            or size * self._stretch(cm, tm) < _FLAT
            or size < SMALLEST
            or not (left - size <= x <= right and bottom - size <= y <= top)
            or self._blends(x + size * 0.2, y + size * 0.3)
        )

    def _beginning(self, operands: list[Any], cm: Matrix, tm: Matrix) -> tuple[float, float]:
        """Where the first letter stands: raised, and behind the gap that a list of pieces may begin with."""
        across = -shift_of(operands) / 1000 * self._state.size * self._state.stretch
        return placed_point(*placed_point(across, self._state.rise, tm), cm)

    def _stretch(self, cm: Matrix, tm: Matrix) -> float:
        """How wide the letters are for their height."""
        width = abs(self._state.stretch) * hypot(tm[0], tm[1]) * hypot(cm[0], cm[1])
        height = hypot(tm[2], tm[3]) * hypot(cm[2], cm[3])
        return width / height if height else 1.0

    def _is_clipped(self, opening: Box, x: float, y: float, size: float) -> bool:
        """Words that begin to the left of what is left open may run into it."""
        left, bottom, right, top = opening
        return right - left < 1 or top - bottom < 1 or x > right or not bottom - size <= y <= top

    def _end_path(self, *, is_filled: bool) -> None:
        if is_filled:
            self._paint(self._path, self._state.fill)
            if self._state.fill is not None and lie_apart(self._path):
                for box in self._path:
                    self._cover(box)
        elif self._state.thickness >= _THICK and not self._clips:
            self._strike()
        if self._clips and self._path:
            boxes = [*self._path]
            left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
            self._clip((left, bottom, max(box[2] for box in boxes), max(box[3] for box in boxes)))
        self._path, self._clips = [], False

    def _strike(self) -> None:
        """A straight line as thick as a word is high is a box."""
        half = self._state.thickness / 2
        for left, bottom, right, top in self._path:
            if min(right - left, top - bottom) < half:
                self._cover((left - half, bottom - half, right + half, top + half))

    def _clip(self, box: Box) -> None:
        left, bottom, right, top = self._state.clip
        inner = max(left, box[0]), max(bottom, box[1]), min(right, box[2]), min(top, box[3])
        self._state = replace(self._state, clip=inner)

    def _blends(self, x: float, y: float) -> bool:
        """Whether the words have the colour of what was painted last at this place."""
        behind: Rgb | None = WHITE
        for painted in reversed(self.painted):
            left, bottom, right, top = painted.box
            if left <= x <= right and bottom <= y <= top:
                behind = painted.colour
                break
        if behind is None:
            return False
        if self._state.is_lost_on_white and is_same(behind, WHITE):
            return True
        return all(
            ink is not None and is_unreadable(mixed(ink, behind, min(alpha, 1.0)), behind)
            for ink, alpha in self._state.inks
        )

    def _start(self, cm: Matrix, tm: Matrix) -> Box:
        """Where the first letters stand."""
        size = self._state.size * hypot(tm[2], tm[3]) * hypot(cm[2], cm[3])
        x, y = placed_point(tm[4], tm[5], cm)
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
        points = [placed_point(x, y, cm) for x, y in zip(values[::2], values[1::2], strict=False)]
        boxes = [self._path.pop()] if self._path else []
        xs = [x for x, _ in points] + [x for box in boxes for x in (box[0], box[2])]
        ys = [y for _, y in points] + [y for box in boxes for y in (box[1], box[3])]
        if xs:
            self._path.append((min(xs), min(ys), max(xs), max(ys)))

    def _paint(self, boxes: list[Box], colour: Rgb | None) -> None:
        if len(self.painted) < _MOST_PAINTED and not self._state.is_transparent:
            self.painted.extend(Painted(box, colour, not self._state.is_glass) for box in boxes)
