"""Lengths and shares of CSS (Values and Units 4), as pixels on an ordinary screen."""

import math
import re
from collections.abc import Iterator

_LENGTH = re.compile(r"(-?\d{0,9}\.?\d{1,9})\s{0,3}(px|pt|em|rem|ex|ch|cm|mm|in|vw|vh|%)?")
TERM = re.compile(r"([+-]?)\s{0,3}(\d{0,9}\.?\d{1,9})(px|pt|em|rem|ex|ch|cm|mm|in|vw|vh|%)?")
PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
    "ch": 8.0,
    "cm": 37.8,
    "mm": 3.78,
    "in": 96.0,
    "vw": 6.0,
    "vh": 8.0,
    "%": 1.0,
}
_FUNCTION = re.compile(r"(calc|min|max|clamp)\(([^()]{1,200})\)")
_SIGNS = re.compile(r"\s([+-])\s")
_FONT_SIZE = re.compile(r"(?:^|\s)(\d{0,5}\.?\d{1,5}(?:px|pt|em|rem|%)?)(?:/|\s|$)")


def share_of(value: str) -> float:
    """A part of one, in per cent or not; one where nothing is said."""
    if "(" in value:
        return _computed(value, 1.0)
    number = number_of(value)
    if number is None:
        return 1.0
    return number / 100 if "%" in value else number


def offset_of(value: str) -> float:
    """How far something is moved, in pixels, also by a sum; not at all where that hangs on a box's own size."""
    if "(" in value:
        return _computed(value, 0.0) if "%" not in value else 0.0
    return pixels_of(value) or 0.0


def size_of(value: str) -> float | None:
    """How large something is made, in pixels, also by a sum; None where that hangs on what is in it or around."""
    if "(" not in value:
        return pixels_of(value)
    size = _computed(value, math.inf)
    return None if math.isinf(size) or math.isnan(size) else size


def font_size(value: str, parent: float) -> float:
    """In pixels, upon that of the element around; that one where nothing can be said."""
    if "(" in value:
        return _computed(value, parent)
    number = number_of(value)
    if number is None:
        return parent
    if value.endswith("%"):
        return parent * number / 100
    return parent * number if value.endswith("em") and not value.endswith("rem") else pixels_of(value) or 0.0


def size_of_font(font: str) -> str:
    """What the short `font` property says of the size."""
    found = _FONT_SIZE.search(font)
    return found[1] if found else ""


def _computed(value: str, parent: float) -> float:
    """Of calc() its sum of products, of min(), max() and clamp() one end. Where they nest, nothing can be said."""
    found = _FUNCTION.fullmatch(value)
    if not found:
        return parent
    sizes = [_sum(term, parent) for term in found[2].split(",")]
    return max(sizes) if found[1] == "max" else sum(sizes) if found[1] == "calc" else min(sizes)


def _sum(text: str, parent: float) -> float:
    total, sign = 0.0, 1
    for term in _SIGNS.split(text.strip()):
        if term in {"+", "-"}:
            sign = -1 if term == "-" else 1
        else:
            total += sign * _product(term, parent)
    return total


def _product(text: str, parent: float) -> float:
    size, is_divided = 1.0, False
    for factor in re.split(r"([*/])", text):
        if factor in {"*", "/"}:
            is_divided = factor == "/"
            continue
        number = number_of(factor.strip())
        if number is None:
            return parent
        value = number * parent / 100 if "%" in factor else pixels_of(factor.strip()) or 0.0
        size = size / value if is_divided and value else size * value
    return size


def lengths_of(value: str) -> list[float]:
    """All lengths of a value, in pixels."""
    return list(_each_length(value)) if value else []


def _each_length(value: str) -> Iterator[float]:
    for match in _LENGTH.finditer(value):
        yield float(match[1]) * PIXELS[match[2] or ""]


def pixels_of(value: str) -> float | None:
    """The length that a value begins with; None where it begins with none."""
    match = _LENGTH.match(value)
    return float(match[1]) * PIXELS[match[2] or ""] if match else None


def number_of(value: str) -> float | None:
    """Likewise, without its unit."""
    match = _LENGTH.match(value)
    return float(match[1]) if match else None
