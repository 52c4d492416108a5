"""Words and colours as a PDF's operators are given them."""

from itertools import takewhile
from typing import Any

from pypdf.generic import ByteStringObject, TextStringObject

from app.reading.sight.colours import Rgb


def has_words(operands: list[Any]) -> bool:
    """Whether an operator shows anything but white space."""
    return any(_bytes_of(value).strip() for value in _strings(operands))


def _strings(operands: list[Any]) -> list[Any]:
    flat = [value for operand in operands for value in (operand if isinstance(operand, list) else [operand])]
    return [value for value in flat if isinstance(value, TextStringObject | ByteStringObject)]


def _bytes_of(value: Any) -> bytes:
    """The bytes of a string operand, whichever way pypdf took it."""
    return bytes(value) if isinstance(value, bytes) else str(value).encode("utf_8", errors="replace")


def shift_of(operands: list[Any]) -> float:
    """What a list of pieces moves its first word back by, in thousandths of a letter's size."""
    if not operands or not isinstance(operands[0], list):
        return 0.0
    ahead = takewhile(lambda piece: not isinstance(piece, TextStringObject | ByteStringObject), operands[0])
    return sum(float(piece) for piece in ahead)


def blank(operands: list[Any]) -> None:
    """The same operands without their words."""
    for place, operand in enumerate(operands):
        if isinstance(operand, list):
            operand.clear()
        elif isinstance(operand, TextStringObject | ByteStringObject):
            operands[place] = TextStringObject("")


def colour_of(operands: list[Any]) -> Rgb | None:
    """A colour by one, three or four numbers; None for a pattern or a spot colour."""
    try:
        values = [min(max(float(value), 0.0), 1.0) for value in operands]
    except (TypeError, ValueError):
        return None
    match values:
        case [grey]:
            return _rgb(grey, grey, grey)
        case [red, green, blue]:
            return _rgb(red, green, blue)
        case [cyan, magenta, yellow, black]:
            return _rgb((1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black))
    return None


def _rgb(red: float, green: float, blue: float) -> Rgb:
    return round(255 * red), round(255 * green), round(255 * blue)
