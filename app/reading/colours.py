"""Colours of CSS (Color 4) as far as hiding text goes: the same as the ground, or see-through."""

import re
from functools import lru_cache
from typing import TypeAlias

from tinycss2 import parse_component_value_list
from tinycss2.color4 import Color, parse_color

Rgb: TypeAlias = tuple[int, int, int]

WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)
_SAME = 40
_FAINT = 0.05
_LONGEST = 300
_BARE_HEX = re.compile(r"[0-9a-f]{3}(?:[0-9a-f]{3})?")
_KEPT = frozenset({"", "inherit", "initial", "currentcolor", "unset", "revert"})


def text_colour(value: str, parent: Rgb | None) -> Rgb | None:
    """What text is painted with; None when it is see-through. A colour that we can't read is taken for a dark one."""
    if value in _KEPT:
        return parent
    found = _colour_in(value)
    if found is None:
        return (1, 1, 1)
    return None if found[1] <= _FAINT else found[0]


def ground_colour(value: str, parent: Rgb | None) -> Rgb | None:
    """What lies behind the text; None when that cannot be known (a picture, a gradient)."""
    if not value or value in {*_KEPT, "none", "transparent"}:
        return parent
    found = _colour_in(value)
    if found is not None:
        return parent if found[1] <= _FAINT else found[0]
    return parent if re.search(r"\btransparent\b|\bnone\b", value) and "url(" not in value else None


def is_same(one: Rgb, other: Rgb | None) -> bool:
    return other is not None and sum(abs(a - b) for a, b in zip(one, other, strict=True)) <= _SAME


@lru_cache(maxsize=4_000)
def _colour_in(value: str) -> tuple[Rgb, float] | None:
    """The first colour of a value with its alpha; HTML attributes leave out the # of a hexadecimal one."""
    if _BARE_HEX.fullmatch(value):
        value = f"#{value}"
    for token in parse_component_value_list(value[:_LONGEST], skip_comments=True):
        colour = parse_color(token)
        if isinstance(colour, Color):
            return _srgb(colour)
    return None


def _srgb(colour: Color) -> tuple[Rgb, float]:
    red, green, blue = (round(255 * min(max(part or 0.0, 0.0), 1.0)) for part in colour.to("srgb").coordinates)
    return (red, green, blue), colour.alpha
