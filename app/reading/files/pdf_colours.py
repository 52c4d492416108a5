"""The colours of a PDF's own colour spaces (ISO 32000, §8.6), as far as they tell whether words can be read."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.reading.files.pdf_operands import colour_of
from app.reading.sight.colours import WHITE, Rgb, is_same

Space = Callable[[Sequence[Any]], Rgb | None]
"""From the operands to a colour; None where it cannot be told."""

_NO_INK, _LITTLE = 0.04, 0.1
_BLACK_INKS = frozenset({"/Black", "/All"})
_COLOURLESS = 10.0
_NUMBERED = {"/DeviceGray", "/DeviceRGB", "/DeviceCMYK", "/CalGray", "/CalRGB", "/ICCBased", "/G", "/RGB", "/CMYK"}


def plain(operands: Sequence[Any]) -> Rgb | None:
    """By the number of operands."""
    return colour_of(list(operands))


def unknown(_operands: Sequence[Any]) -> Rgb | None:
    return None


def space_of(entry: Any) -> Space:
    parts = [part.get_object() for part in entry] if isinstance(entry, list) else [entry]
    kind = str(parts[0]) if parts else ""
    if kind in _NUMBERED:
        return plain
    if kind == "/Lab":
        return _lab
    if kind == "/Indexed" and len(parts) > 3:  # noqa: PLR2004  kind, base, highest, table
        return _indexed(parts[1], parts[3])
    if kind in {"/Separation", "/DeviceN"} and len(parts) > 1:
        inks = [str(ink) for ink in parts[1]] if isinstance(parts[1], list) else [str(parts[1])]
        return _inks(inks)
    return unknown


def pattern_colour(pattern: Any) -> Rgb | None:
    """Of a shade that runs from one colour to nearly the same."""
    shading = pattern.get("/Shading")
    function = shading.get_object().get("/Function") if shading is not None else None
    found = function.get_object() if function is not None else None
    if not isinstance(found, Mapping):
        return None
    ends = [plain(found.get(name) or ()) for name in ("/C0", "/C1")]
    return ends[0] if ends[0] is not None and ends[1] is not None and is_same(ends[0], ends[1]) else None


def _lab(operands: Sequence[Any]) -> Rgb | None:
    lightness, *tints = (float(value) for value in operands)
    grey = round(255 * min(max(lightness / 100, 0.0), 1.0))
    return (grey, grey, grey) if all(abs(tint) < _COLOURLESS for tint in tints) else None


def _indexed(base: Any, table: Any) -> Space:
    width = {"/DeviceGray": 1, "/DeviceCMYK": 4}.get(str(base), 3)
    colours = table.get_data() if hasattr(table, "get_data") else getattr(table, "original_bytes", b"")

    def colour(operands: Sequence[Any]) -> Rgb | None:
        start = int(operands[0]) * width
        return plain([part / 255 for part in colours[start : start + width]])

    return colour


def _inks(names: Sequence[str]) -> Space:
    """No ink leaves the paper white; what a spot colour looks like only its printer knows."""

    def colour(operands: Sequence[Any]) -> Rgb | None:
        tints = [float(value) for value in operands]
        if max(tints, default=1.0) <= _NO_INK:
            return WHITE
        grey = round(255 * (1 - max(tints)))
        return (grey, grey, grey) if set(names) <= _BLACK_INKS or max(tints) <= _LITTLE else None

    return colour
