"""Boxes that have no room for their words and cut them off (CSS Box Model 4, CSS Grid 2)."""

import re
from collections.abc import Callable, Iterable, Iterator

from lxml.html import HtmlElement

from app.reading.sight.colours import ground_colour
from app.reading.sight.lengths import number_of, pixels_of, size_of
from app.reading.sight.stylesheets import Style

TINY = 2.0
_EM = 16.0
_FLATTEST = 100.0
"""As many times wider than high."""

_CUTS = re.compile(r"hidden|clip|auto|scroll")
_PAINTED_INSIDE = re.compile(r"paint|strict|content")
_NOTHING = re.compile(r"0(?:fr|px|%|em|pt)?|minmax\(\s{0,9}0(?:px)?\s{0,9},\s{0,9}0(?:px|fr)?\s{0,9}\)")
_NO_FLEX = re.compile(r"(?:0|none)\s{1,9}[\d.]{1,5}\s{1,9}0(?:px|%)?")
StyleOf = Callable[[HtmlElement], Style]


def is_collapsed(style: Style) -> bool:
    """Too small to show a word of what is in it."""
    sizes = {name: size_of(style.get(name, "")) for name in ("height", "max-height", "width", "max-width")}
    overflow = {style.get(name, "") for name in ("overflow", "overflow-y", "overflow-x")}
    if _is_sized_by_nothing(style, overflow):
        return True
    if not (_CUTS.search(" ".join(overflow)) or _PAINTED_INSIDE.search(style.get("contain", ""))):
        return False
    return (
        any(size is not None and size <= TINY for size in sizes.values())
        or _is_flat(style.get("aspect-ratio", ""))
        or _NO_FLEX.fullmatch(style.get("flex", "")) is not None
    )


def has_flat_lines(style: Style) -> bool:
    """Whether its lines have no height, and nothing else gives it one."""
    value = style.get("line-height", "")
    line = pixels_of(value)
    is_factor = value.replace(".", "").isdigit()
    return line is not None and line * (_EM if is_factor else 1) <= TINY and not style.keys() & {"height", "min-height"}


def _is_sized_by_nothing(style: Style, overflow: Iterable[str]) -> bool:
    """Contained, so that its words give it no height, and cut off where it ends."""
    contain = style.get("contain", "")
    cuts = "strict" in contain or any("hidden" in value or "clip" in value for value in overflow)
    return ("size" in contain or "strict" in contain) and cuts and not style.keys() & {"height", "min-height"}


def _is_flat(ratio: str) -> bool:
    width, _, height = ratio.partition("/")
    across, up = number_of(width.strip()), number_of(height.strip()) if height else 1.0
    return across is not None and up is not None and (up == 0 or across / up >= _FLATTEST)


def in_no_field(grid: HtmlElement, style: Style, style_of: StyleOf) -> Iterator[HtmlElement]:
    """The parts of a grid that stand in a track without a size, or under what shares their field."""
    yield from _in_no_track(grid, style, style_of)
    yield from _under_their_like(grid, style_of)


def cuts_off(style: Style) -> bool:
    return any(
        "hidden" in style.get(name, "") or "clip" in style.get(name, "")
        for name in ("overflow", "overflow-y", "overflow-x")
    )


def _in_no_track(grid: HtmlElement, style: Style, style_of: StyleOf) -> Iterator[HtmlElement]:
    rows, _, columns = style.get("grid-template", "").partition("/")
    shorts = {"grid-template-rows": rows, "grid-template-columns": columns}
    for name, short in shorts.items():
        tracks = re.findall(r"minmax\([^()]{1,40}\)|[^\s()]{1,40}", style.get(name, short))
        tracks = tracks or [style.get("grid-auto-rows", "")] * len(grid) if "rows" in name else tracks
        for place, part in enumerate(grid):
            if (
                place < len(tracks)
                and _NOTHING.fullmatch(tracks[place])
                and (cuts_off(style) or cuts_off(style_of(part)))
            ):
                yield part


def _under_their_like(grid: HtmlElement, style_of: StyleOf) -> Iterator[HtmlElement]:
    """All but the last of those that are put into one field, if that has a ground."""
    last: dict[str, HtmlElement] = {}
    for part in grid:
        style = style_of(part)
        place = style.get("grid-area") or "|".join(
            style.get(name, "") for name in ("grid-row", "grid-column", "grid-row-start", "grid-column-start")
        )
        if not place.strip("|"):
            continue
        if place in last and has_ground(style):
            yield last[place]
        last[place] = part


def has_ground(style: Style) -> bool:
    ground = f"{style.get('background', '')} {style.get('background-color', '')}".strip()
    return ground_colour(ground, None) is not None


def words_apart(element: HtmlElement) -> None:
    """Its bare texts become elements, which can be cut like others."""
    for child in list(element):
        if child.tail:
            wrap = element.makeelement("span")
            wrap.text, child.tail = child.tail, None
            child.addnext(wrap)
    if element.text and len(element):
        wrap = element.makeelement("span")
        wrap.text, element.text = element.text, None
        element.insert(0, wrap)
