"""Boxes with a ground of their own that lie over other words (CSS Positioned Layout 3)."""

import re
from collections.abc import Callable, Iterator

from lxml.html import HtmlElement

from app.reading.sight.boxes import has_ground, words_apart
from app.reading.sight.lengths import number_of, offset_of, size_of
from app.reading.sight.stylesheets import Style

_WHOLE = 95.0
_LINE = 18.0
_WIDE = 300.0
_LETTERS_A_LINE = 60
_UP = re.compile(r"translatey\((-[\d.]{1,9}px)")
_POSITIONED = frozenset({"absolute", "fixed", "relative", "sticky"})

StyleOf = Callable[[HtmlElement], Style]


def covered(root: HtmlElement, style_of: StyleOf) -> Iterator[HtmlElement]:
    """What is under another box of the same parent, whichever comes first."""
    last_over: dict[HtmlElement | None, HtmlElement] = {}
    for box in root.iter("div", "span", "p", "td", "section", "img", "table"):
        style = style_of(box)
        if _lies_over_all(box, style):
            last_over[box.getparent()] = box
        elif (
            _drop_of(style) < 0 and has_ground(style) and (style.get("position") in _POSITIONED or "transform" in style)
        ):
            before = box.getprevious()
            if before is not None and _height_of(before, style_of(before)) <= -_drop_of(style):
                yield before
    for parent, box in last_over.items():
        if parent is not None:
            words_apart(parent)
        yield from box.itersiblings(preceding=True)
        height = _layer(style_of(box))
        for after in box.itersiblings():
            style = style_of(after) if isinstance(after.tag, str) else {}
            if height > 0 and (style.get("position") not in _POSITIONED or _layer(style) < height):
                yield after


def _lies_over_all(box: HtmlElement, style: Style) -> bool:
    if style.get("position") not in {"absolute", "fixed"} or style.get("z-index", "").startswith("-"):
        return False
    fills = style.get("inset", "").startswith("0") or all(
        _is_enough(style.get(size, "") or box.get(size, ""), least) or {one, other} <= style.keys()
        for size, least, one, other in (("width", _WIDE, "left", "right"), ("height", _LINE, "top", "bottom"))
    )
    return fills and (box.tag == "img" or has_ground(style))


def _is_enough(size: str, least: float) -> bool:
    number = number_of(size)
    return number is not None and number >= (_WHOLE if size.endswith("%") else least)


def _layer(style: Style) -> float:
    return number_of(style.get("z-index", "")) or 0.0


def _drop_of(style: Style) -> float:
    """How far the box is pulled up over what is before it, as a negative number of pixels."""
    found = _UP.search(style.get("transform", ""))
    return min(
        offset_of(style.get("margin-top") or (style.get("margin", "").split() or [""])[0]),
        offset_of(style.get("top", "")) if style.get("position") == "relative" else 0.0,
        offset_of(found[1]) if found else 0.0,
    )


def _height_of(box: HtmlElement, style: Style) -> float:
    size = size_of(style.get("height", ""))
    if size is not None:
        return size
    lines = sum(1 + len(part) // _LETTERS_A_LINE for part in (box.text_content() or "").splitlines() or [""])
    return _LINE * max(lines, sum(1 for _ in box.iter("br", "p", "div", "tr")))
