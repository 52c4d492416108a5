"""Colours of CSS (Color 4 and 5) as far as hiding text goes: the same as the ground, or see-through.

A browser passes over a value that is no colour. One that is a colour and is not understood here hides what it paints:
nobody writes such to be read.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from tinycss2 import parse_component_value_list
from tinycss2.ast import FunctionBlock, Node
from tinycss2.color4 import Color, parse_color

Rgb: TypeAlias = tuple[int, int, int]

WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)
_SAME = 40
_NEAR = 120
_UNREADABLE_CONTRAST = 1.3
FAINT = 0.05
_LONGEST = 300
_BARE_HEX = re.compile(r"[0-9a-f]{3}(?:[0-9a-f]{3})?")
_OF_THE_SYSTEM = {"canvas": "#fff", "field": "#fff", "window": "#fff", "menu": "#fff", "highlighttext": "#fff"}
"""Names of what a page, a field or a menu is painted with, where nobody has chosen dark colours."""

_KEPT = frozenset({"", "inherit", "initial", "currentcolor", "unset", "revert"})


_FUNCTIONS = frozenset(
    {"rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color", "color-mix", "light-dark"}
    | {"device-cmyk", "contrast-color"}
)
_LINEAR_OF_D65 = ((3.2410, -1.5374, -0.4986), (-0.9692, 1.8760, 0.0416), (0.0556, -0.2040, 1.0570))
_LINEAR_OF_D50 = ((3.1342, -1.6172, -0.4907), (-0.9788, 1.9162, 0.0334), (0.0719, -0.2290, 1.4057))
_BY_WAY_OF = {"lab": "xyz-d50", "lch": "xyz-d50", "oklab": "xyz-d65", "oklch": "xyz-d65"}
_AS_THEY_STAND = frozenset({"srgb", "display-p3", "a98-rgb", "prophoto-rgb", "rec2020"})
"""Black, white and the greys of these are those of sRGB, and their other colours are near."""


def text_colour(value: str, parent: Rgb | None, ground: Rgb | None) -> Rgb | None:
    """What text is seen in on its ground; None when it is see-through."""
    if value in _KEPT:
        return parent
    found = _colour_in(value)
    if found is None:
        return parent
    colour, alpha = found
    return None if alpha <= FAINT else mixed(colour, ground, alpha) if ground is not None else colour


def ground_colour(value: str, parent: Rgb | None) -> Rgb | None:
    """What lies behind the text; None when that cannot be known (a picture, a gradient)."""
    if not value or value in {*_KEPT, "none", "transparent"}:
        return parent
    found = _colour_in(value)
    if found is not None:
        return _laid_over(found, parent)
    stops = stops_of(value)
    if stops and all(alpha > FAINT and _apart(colour, stops[0][0]) <= _NEAR for colour, alpha in stops):
        return mixed(stops[0][0], stops[-1][0], 0.5)
    return parent if re.search(r"\btransparent\b|\bnone\b", value) and "url(" not in value else None


def _laid_over(found: tuple[Rgb, float], below: Rgb | None) -> Rgb | None:
    """A ground that lets something through is told by what lies below."""
    colour, alpha = found
    if alpha <= FAINT:
        return below
    if below is None:
        return colour if alpha >= 1 - FAINT else None
    return mixed(colour, below, alpha)


def is_same(one: Rgb, other: Rgb | None) -> bool:
    return other is not None and _apart(one, other) <= _SAME


def _apart(one: Rgb, other: Rgb) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def is_unreadable(text: Rgb, ground: Rgb | None) -> bool:
    """Whether text does not stand out from its ground: #e6e6e6 on white does not (1.25), #ddd does (1.36). Red on grey
    is as light as its ground, and read by everybody: what is faint is near in colour too."""
    if ground is None:
        return False
    apart = _apart(text, ground)
    return apart <= _SAME or (apart <= _NEAR and _contrast(text, ground) < _UNREADABLE_CONTRAST)


def mixed(text: Rgb, ground: Rgb, alpha: float) -> Rgb:
    """What is seen of a colour that lets so much of the ground through."""
    red, green, blue = (round(alpha * a + (1 - alpha) * b) for a, b in zip(text, ground, strict=True))
    return red, green, blue


def _contrast(one: Rgb, other: Rgb) -> float:
    """The ratio of WCAG 2.2, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=1_000)
def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    """IEC 61966-2-1, the other way round."""
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004  the standard's


@lru_cache(maxsize=4_000)
def _colour_in(value: str) -> tuple[Rgb, float] | None:
    """The first colour of a value with its alpha; HTML attributes leave out the # of a hexadecimal one."""
    if _BARE_HEX.fullmatch(value):
        value = f"#{value}"
    value = _OF_THE_SYSTEM.get(value, value)
    for token in parse_component_value_list(value[:_LONGEST], skip_comments=True):
        colour = _parsed(token)
        if colour is not None:
            return colour
    return None


@lru_cache(maxsize=1_000)
def stops_of(value: str) -> list[tuple[Rgb, float]]:
    """The colours of a gradient that is the whole ground."""
    tokens = parse_component_value_list(value[:_LONGEST], skip_comments=True) if "url(" not in value else []
    return [
        colour
        for token in tokens
        if isinstance(token, FunctionBlock) and token.lower_name.endswith("gradient")
        for colour in _colours_among(token.arguments)
    ]


def legacy_colour(value: str) -> str:
    """What an attribute of HTML means by a colour: anything but a name is digits, and missing ones are noughts."""
    value = value.strip().lower()[:128]
    if not value or value == "transparent" or _BARE_HEX.fullmatch(value.removeprefix("#")):
        return value
    if _colour_in(value) is not None and value.isalpha():
        return value
    digits = re.sub(r"[^0-9a-f]", "0", value.removeprefix("#"))
    digits += "0" * (-len(digits) % 3)
    length = len(digits) // 3
    parts = [digits[start : start + length][-8:] for start in (0, length, 2 * length)]
    while len(parts[0]) > 2 and all(part.startswith("0") for part in parts):  # noqa: PLR2004  two digits a colour
        parts = [part[1:] for part in parts]
    return "#" + "".join(part[:2].rjust(2, "0") for part in parts)


_UNREADABLE = (BLACK, 0.0)


def _parsed(token: Node) -> tuple[Rgb, float] | None:
    try:
        colour = parse_color(token)
        if isinstance(colour, Color):
            return _srgb(colour)
    except (ValueError, ArithmeticError, NotImplementedError, TypeError, AttributeError):
        return _UNREADABLE  # tinycss2 stumbles over arguments that are missing or too large
    if not isinstance(token, FunctionBlock) or token.lower_name not in _FUNCTIONS:
        return None
    if token.lower_name == "light-dark":
        return next(iter(_colours_among(token.arguments)), _UNREADABLE)
    return _mixed(token.arguments) if token.lower_name == "color-mix" else _UNREADABLE


def _colours_among(tokens: Sequence[Node]) -> list[tuple[Rgb, float]]:
    return [colour for token in tokens if (colour := _parsed(token)) is not None]


def _mixed(tokens: Sequence[Node]) -> tuple[Rgb, float]:
    """Half of each; other shares are not reckoned with."""
    colours = _colours_among(tokens)
    if len(colours) != 2 or any(token.type == "percentage" for token in tokens):  # noqa: PLR2004  a mix of two
        return _UNREADABLE
    (one, alpha), (other, beta) = colours
    red, green, blue = ((a + b) // 2 for a, b in zip(one, other, strict=True))
    return (red, green, blue), (alpha + beta) / 2


def _srgb(colour: Color) -> tuple[Rgb, float]:
    red, green, blue = (round(255 * min(max(part or 0.0, 0.0), 1.0)) for part in _channels(colour))
    return (red, green, blue), colour.alpha


def _channels(colour: Color) -> Sequence[float | None]:
    if colour.space in _AS_THEY_STAND:
        return colour.coordinates  # type: ignore[no-any-return]  # tinycss2 has no types
    if colour.space in {"hsl", "hwb"}:
        return colour.to("srgb").coordinates  # type: ignore[no-any-return]
    if colour.space in _BY_WAY_OF:
        colour = colour.to(_BY_WAY_OF[colour.space])
    linear = [part or 0.0 for part in colour.coordinates]
    if colour.space != "srgb-linear":
        rows = _LINEAR_OF_D50 if colour.space == "xyz-d50" else _LINEAR_OF_D65
        linear = [sum(a * b for a, b in zip(row, linear, strict=True)) for row in rows]
    return [_gamma(part) for part in linear]


def _gamma(linear: float) -> float:
    """IEC 61966-2-1."""
    part = min(max(linear, 0.0), 1.0)
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055  # noqa: PLR2004  the standard's
