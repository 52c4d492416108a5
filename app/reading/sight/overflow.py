"""Words that run out of a box which cuts them off: pushed below its edge, or longer than it has room for.

Positions are lower bounds: a letter is at least a quarter as wide as it is high, and what may stand side by side is
taken to begin at one height. What is out of the box even so is seen by nobody.
"""

import math
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from app.reading.sight.boxes import cuts_off, has_flat_lines, words_apart
from app.reading.sight.lengths import number_of, offset_of, pixels_of, size_of, size_of_font
from app.reading.sight.stylesheets import Style

MOST = 20_000
"""Elements of a mail that are looked at."""

_FONT, _LEADING, _LETTER = 16.0, 1.1, 0.25
_WIDEST = 1_600.0
_WHOLE = 95.0
_BLOCKS = frozenset(
    {"p", "div", "li", "ul", "ol", "dl", "table", "tr", "section", "blockquote", "pre", "center", "form", "hr"}
    | {f"h{level}" for level in range(1, 7)}
)
_NO_WORDS = frozenset({"style", "script", "title", "head", "template"})
_BESIDE = ("inline-", "table", "flex", "grid", "contents")
_LETTERS_A_LINE = 20
_DOWN = re.compile(r"translate(?:y|3d)?\((?:[^,()]{1,20},)?\s{0,9}(-?[\d.]{1,9}px)")
_RELATIVE = ("%", "vh", "vw", "auto")

StyleOf = Callable[[HtmlElement], Style]


@dataclass(slots=True)
class _Pen:
    """Where the next word stands at least: so far below the box's upper edge, so many letters into the line."""

    down: float = 0.0
    letters: int = 0

    def turn(self, line: float, *, by_force: bool = False) -> None:
        """To the next line, if there is something in this one."""
        if self.letters or by_force:
            self.down += line
        self.letters = 0


@dataclass(frozen=True, slots=True)
class _Room:
    height: float
    width: float
    line: float
    letter: float
    wraps: bool

    def left(self, pen: _Pen) -> int:
        """So many letters fit in yet."""
        if self.wraps and self.height == math.inf:
            return sys.maxsize
        lines = math.ceil((self.height - pen.down) / self.line) if self.wraps else 1
        return max(0, int(lines * self.width / self.letter) - pen.letters)


def _room_of(box: HtmlElement, style: Style, style_of: StyleOf) -> _Room | None:
    """None where its size hangs on others'."""
    font, line = _letters_of(box, style_of)
    lines = number_of(style.get("-webkit-line-clamp") or style.get("line-clamp") or "")
    heights = [*_fixed(style, "height", "max-height"), *([lines * line] if lines else [])]
    widths = _fixed(style, "width", "max-width")
    wraps = style.get("white-space", "") not in {"nowrap", "pre"}
    if not heights and not widths:
        return None
    padding = sum(map(offset_of, style.get("padding", "").split()[:1])) if heights else 0.0
    height = min(heights, default=math.inf) + max(padding, 0.0) * 2
    return _Room(height, min(widths, default=_WIDEST), line, font * _LETTER, wraps)


def _letters_of(box: HtmlElement, style_of: StyleOf) -> tuple[float, float]:
    """How large they are, and how high a line is, as far as the elements around say so in pixels."""
    font = line = 0.0
    for element in (box, *box.iterancestors()):
        style = style_of(element)
        line = line or (pixels_of(height) or 0.0 if "px" in (height := style.get("line-height", "")) else 0.0)
        size = style.get("font-size") or size_of_font(style.get("font", ""))
        font = font or (pixels_of(size) or 0.0 if size.endswith(("px", "pt")) else 0.0)
        if font:
            break
    font = font or _FONT
    return font, line or font * _LEADING


def _fixed(style: Style, *names: str) -> list[float]:
    values = [style.get(name, "") for name in names]
    return [size for value in values if not value.endswith(_RELATIVE) and (size := size_of(value)) is not None]


@dataclass(slots=True)
class Overflow:
    """Looks into the boxes of one mail, at MOST elements in all."""

    style_of: StyleOf
    left: int = MOST

    def beyond(self, box: HtmlElement, style: Style) -> Iterator[HtmlElement]:
        """The elements, made of the words where need be, that nobody sees. Changes the tree, not its words."""
        if not cuts_off(style) or self.left <= 0:
            return
        room, is_flat = _room_of(box, style, self.style_of), has_flat_lines(style)
        if room is None and not is_flat:
            return
        inside = list(islice(box.iter(), self.left))
        self.left -= len(inside)
        if is_flat and not any(_has_size(self.style_of(element)) for element in inside[1:]):
            yield box
        if room is None:
            return
        for element in inside:
            if isinstance(element.tag, str) and element.tag not in _NO_WORDS:
                words_apart(element)
        yield from self._walk(box, room)

    def _walk(self, box: HtmlElement, room: _Room) -> Iterator[HtmlElement]:
        pen = _Pen()
        begun: list[tuple[float, bool]] = []  # for each open element: where it began, whether others stand beside
        walk = iterwalk(box, events=("start", "end"))
        for event, element in walk:
            if not isinstance(element.tag, str):
                continue
            style = self.style_of(element) if element is not box else {}
            is_block = element.tag in _BLOCKS and element is not box
            if event == "end":
                _leave(pen, room, style, *begun.pop(), is_block=is_block)
                continue
            if element.tag == "br" or is_block:
                pen.turn(room.line, by_force=element.tag == "br")
            begun.append((pen.down, _stands_beside(element, style, self.style_of)))
            pen.down += _pushed_down(style) if is_block else 0.0
            is_out = element is not box and (
                pen.down + _moved_down(style) + 1 >= room.height
                or _is_above(element, pen.down + _moved_down(style), room)
                or _is_pushed_aside(style, room)
            )
            if is_out:
                yield element
            elif not _is_without_words(element, style):
                if len(element):
                    continue
                yield from _written(pen, room, element)
            walk.skip_subtree()


def _leave(pen: _Pen, room: _Room, style: Style, top: float, stands_beside: bool, *, is_block: bool) -> None:
    if is_block:
        pen.turn(room.line)
        pen.down += max(offset_of(style.get("padding-bottom", "")), 0.0)
        pen.down = max(pen.down, top + max(_fixed(style, "height", "min-height"), default=0.0))
    if stands_beside:
        pen.down, pen.letters = top, 0


def _has_size(style: Style) -> bool:
    """Whether something in a box of flat lines may be seen all the same."""
    return bool(style.keys() & {"line-height", "height", "min-height", "padding", "font"})


def _is_without_words(element: HtmlElement, style: Style) -> bool:
    return element.tag in _NO_WORDS or style.get("display") == "none" or "hidden" in element.attrib


def _written(pen: _Pen, room: _Room, element: HtmlElement) -> Iterator[HtmlElement]:
    """The words for which there is no room any more, as an element of their own."""
    left, length = room.left(pen), len(" ".join((element.text or "").split()))
    pen.letters += length
    if length > left:
        rest = element.makeelement("span")
        element.text, rest.text = element.text[:left], element.text[left:]
        element.append(rest)
        yield rest


def _stands_beside(element: HtmlElement, style: Style, style_of: StyleOf) -> bool:
    """Whether what follows may begin at the same height."""
    display = style.get("display", "")
    if (
        element.tag in {"td", "th", "table", "img"}
        or style.get("float", "none") != "none"
        or style.get("position") in {"absolute", "fixed"}
        or display.startswith(_BESIDE)
    ):
        return True
    parent = element.getparent()
    around = style_of(parent) if parent is not None else {}
    return around.get("display", "").endswith(("flex", "grid")) and "column" not in around.get("flex-direction", "")


def _pushed_down(style: Style) -> float:
    shorts = [style.get(name, "").split()[:1] for name in ("margin", "padding")]
    longs = [style.get(name, "") for name in ("margin-top", "padding-top")]
    return sum(offset_of(long or (short or [""])[0]) for long, short in zip(longs, shorts, strict=True))


def _moved_down(style: Style) -> float:
    """Without moving what follows."""
    found = _DOWN.search(style.get("transform", ""))
    return (offset_of(style.get("top", "")) if "position" in style else 0.0) + (offset_of(found[1]) if found else 0.0)


def _is_above(element: HtmlElement, top: float, room: _Room) -> bool:
    """Whether words of few lines end before the box begins."""
    lines = 1 + len(element.text_content()) // _LETTERS_A_LINE
    return top < 0 and top + 2 * lines * room.line <= 0


def _is_pushed_aside(style: Style, room: _Room) -> bool:
    """By as much as the box is wide."""
    for name in ("margin-left", "padding-left", "left"):
        value = style.get(name, "")
        share = number_of(value) if value.endswith("%") else None
        if (share is not None and share >= _WHOLE) or (room.width < _WIDEST and offset_of(value) >= room.width):
            return True
    return False
