"""Shapes, masks and blendings that leave nothing of an element's words (CSS Masking 1, Compositing 1)."""

import re

from app.reading.sight.colours import FAINT, stops_of
from app.reading.sight.lengths import PIXELS, TERM, offset_of
from app.reading.sight.stylesheets import Style

_WHOLE = 95.0
"""Per cent of an element: whoever cuts so much away leaves no word to read."""

_HIGHEST = 300.0
"""Pixels: higher than what one says in passing."""

_CLIPPED = re.compile(r"inset\(\s{0,9}(?:calc|(?:[5-9]\d|100)%)|circle\(\s{0,9}0|ellipse\(\s{0,9}0")
_SHAPED = re.compile(r"(?:path|xywh|rect|shape|url)\(")
_INSET = re.compile(r"inset\(([^()]{1,100})")
_ROUND = re.compile(r"(?:circle|ellipse)\(([^()]{0,60})\bat\s([^()]{1,60})")
_POLYGON = re.compile(r"polygon\(([^()]{1,2000})")
_SPECK = 50
_RECT = re.compile(r"rect\(([^()]{1,100})\)")
_OF_NO_SIZE = re.compile(r"/\s{0,9}0(?:px|%)?(?![.\d])|^0(?:px|%)?(?![.\d])")
_TO_WHITE = frozenset(
    {"screen", "lighten", "color-dodge", "plus-lighter", "difference", "exclusion", "hue", "saturation", "color"}
)
"""What a browser makes of dark words on white paper by these is white."""


def is_clipped(style: Style) -> bool:
    masks = f"{style.get('mask', '')} {style.get('mask-image', '')} {style.get('-webkit-mask-image', '')} " + style.get(
        "-webkit-mask", ""
    )
    sizes = f"{style.get('mask-size', '')} {style.get('-webkit-mask-size', '')}".strip()
    return (
        _leaves_nothing(style.get("clip-path", "") or style.get("-webkit-clip-path", ""))
        or (style.get("position") in {"absolute", "fixed"} and _is_cut_away(style.get("clip", "")))
        or _lets_nothing_through(masks)
        or "url(" in masks
        or ("gradient(" in masks and _OF_NO_SIZE.search(sizes or f"x{masks}") is not None)
    )


def _lets_nothing_through(masks: str) -> bool:
    stops = stops_of(masks)
    return bool(stops) and all(alpha <= FAINT for _, alpha in stops)


def is_blended_away(style: Style) -> bool:
    """Words without a ground of their own, blended with the paper."""
    return style.get("mix-blend-mode") in _TO_WHITE and not style.keys() & {"background", "background-color"}


def _is_cut_away(clip: str) -> bool:
    """A rectangle without an area (CSS 2.2, 11.1.2)."""
    found = _RECT.search(clip)
    edges = re.split(r"[\s,]+", found[1].strip()) if found else []
    if len(edges) != 4 or "auto" in edges:  # noqa: PLR2004  top, right, bottom, left
        return False
    top, right, bottom, left = map(offset_of, edges)
    return bottom - top <= 1 or right - left <= 1 or bottom <= 0 or right <= 0


def _leaves_nothing(path: str) -> bool:
    """A clip-path without an area, of a shape that nobody needs around words, or beside them."""
    if _SHAPED.match(path) or _CLIPPED.search(path):
        return True
    if found := _INSET.search(path):
        return _is_all_cut(found[1].split("round")[0])
    if found := _ROUND.search(path):
        radius, centre = _terms(found[1]), _terms(found[2])
        return any(point + max(radius, default=0.0) <= 0 for point in centre)
    if found := _POLYGON.search(path):
        numbers = _terms(found[1])
        points = list(zip(numbers[::2], numbers[1::2], strict=False))
        area = sum(a * d - b * c for (a, b), (c, d) in zip(points, points[1:] + points[:1], strict=True))
        return abs(area) < _SPECK or max(numbers[::2]) <= 0 or max(numbers[1::2], default=0.0) <= 0
    return False


def _is_all_cut(edges: str) -> bool:
    found = [(float(sign + size), unit) for sign, size, unit in TERM.findall(edges)]
    sides = (found * 4)[:4] if len(found) < 3 else [*found, found[1]][:4]  # noqa: PLR2004  as CSS fills them up
    pairs = (sides[::2], sides[1::2]) if len(sides) == 4 else ()  # noqa: PLR2004
    return any(
        sum(size for size, unit in pair if unit == "%") >= _WHOLE
        or sum(size * PIXELS[unit] for size, unit in pair if unit != "%") >= _HIGHEST
        for pair in pairs
    )


def _terms(text: str) -> list[float]:
    return [float(sign + size) for sign, size, _ in TERM.findall(text)]
