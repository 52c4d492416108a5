"""What a filter makes of a colour (Filter Effects 1), as far as words go."""

import re

from app.reading.sight.colours import Rgb
from app.reading.sight.lengths import PIXELS, share_of
from app.reading.sight.stylesheets import Style

_FUNCTION = re.compile(r"(invert|brightness|contrast|opacity)\(\s{0,9}([\d.]{0,9}%?)\s{0,9}\)")
_BLUR = re.compile(r"blur\(\s{0,9}(\d{1,5}\.?\d{0,5}|\.\d{1,5})(px|pt|em|rem)?")
_BLURRED = 3.0
_FAINT = 0.05


def is_blurred_away(style: Style) -> bool:
    filters = style.get("filter", "")
    blur = _BLUR.search(filters)
    return (blur is not None and float(blur[1]) * PIXELS[blur[2] or ""] >= _BLURRED) or any(
        name == "opacity" and share_of(share) <= _FAINT for name, share in _FUNCTION.findall(filters)
    )


def filtered(colour: Rgb, filters: str) -> Rgb:
    red, green, blue = colour
    for name, share in _FUNCTION.findall(filters):
        amount = share_of(share)
        red, green, blue = (_changed(part, name, amount) for part in (red, green, blue))
    return red, green, blue


def _changed(part: int, name: str, amount: float) -> int:
    match name:
        case "invert":
            value = part + (255 - 2 * part) * min(amount, 1.0)
        case "brightness":
            value = part * amount
        case "contrast":
            value = (part - 127.5) * amount + 127.5
        case _:
            return part
    return round(min(max(value, 0.0), 255.0))
