"""The part of CSS that can hide text: enough of it to say what a person sees, no more (CSS 2.2, CSS Transforms 2).

A look is inherited: a child may undo font size, colour and visibility, but nothing undoes an ancestor that is cut off.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml.html import HtmlElement, document_fromstring

from app.reading.sight.boxes import is_collapsed
from app.reading.sight.clips import is_blended_away, is_clipped
from app.reading.sight.colours import BLACK, WHITE, Rgb, ground_colour, is_unreadable, legacy_colour, mixed, text_colour
from app.reading.sight.filters import filtered, is_blurred_away
from app.reading.sight.lengths import (
    TERM,
    font_size,
    lengths_of,
    number_of,
    offset_of,
    pixels_of,
    share_of,
    size_of_font,
)
from app.reading.sight.stylesheets import Style

_TINY = 2.0
_FAR_OUT, _FAR_OFF = -100.0, 3_000.0
_FAR_ORIGIN = 1_000.0
_FAINT = 0.05
_SQUEEZED = -6.0
_EDGE_ON = 85.0
_WHOLE = 95.0
"""Per cent of an element: whoever cuts so much away leaves no word to read."""

_INDENTED = 150.0

_SURROUNDING = re.compile(r"env\([^(),]{1,60}(?:,([^()]{0,100}))?\)")
"""What a browser knows of its window: in a mail, what stands behind the comma."""

_VARIABLE = re.compile(r"var\(\s{0,9}(--[\w-]{1,60})\s{0,9}(?:,([^()]{0,100}))?\)")
_MOVED = re.compile(r"translate[xyz3d]{0,2}\([^)]{0,40}-?\d{3,}")
_WHOLE_SCREEN = re.compile(r"-?\d{3,5}(?:\.\d{1,5})?(?:%|vw|vh|vmin|vmax)")
"""As far aside as the box or the window that it is put into is wide or high."""
_SCALE = re.compile(r"scale[xy3d]{0,2}\(\s{0,9}([\d.]{1,9})(?:\s{0,9},\s{0,9}([\d.]{1,9}))?")
_MATRIX = re.compile(r"matrix(3d)?\(([^()]{1,400})")
_TURN = re.compile(r"(?:rotate[xy]\(|[xy])\s{0,9}-?(\d{0,4}\.?\d{1,5})(deg|turn|rad|grad)")
_TURN_IN_SPACE = re.compile(
    r"rotate3d\(\s{0,9}([^,()]{1,20}),([^,()]{1,20}),[^,()]{1,20},\s{0,9}-?(\d{0,4}\.?\d{1,5})(deg|turn|rad|grad)"
)
_SLANT = re.compile(r"skew[xy]?\(\s{0,9}-?(\d{0,4}\.?\d{1,5})(deg|turn|rad|grad)")
_MOST_VARIABLES, _LONGEST_VALUE = 4, 1_000
"""So often a variable may stand for another one, in a value so long."""

_DEGREES = {"deg": 1.0, "turn": 360.0, "rad": 57.29578, "grad": 0.9}


_FILLING = 100.0
"""Pixels of a shadow inside a box that paint its ground."""

_ROOT_COLOUR = "#000"
_OF_LOOKS = frozenset({"font-size", "font", "opacity", "filter", "all"})


@dataclass(frozen=True, slots=True)
class Look:
    """What is inherited. `colour` None means see-through; `background` None means unknown (an image, a gradient);
    `opacity` is that of all the boxes around."""

    colour: Rgb | None = BLACK
    background: Rgb | None = WHITE
    font_px: float = 16.0
    is_hidden: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    opacity: float = 1.0

    @property
    def is_invisible(self) -> bool:
        return self.is_hidden or self.font_px <= _TINY or self.colour is None or self._fades(self.colour)

    def _fades(self, colour: Rgb) -> bool:
        if self.background is None:
            return self.opacity <= _FAINT
        return is_unreadable(mixed(colour, self.background, self.opacity), self.background)


def is_cut(element: HtmlElement, style: Style) -> bool:
    """The element and all in it are out of sight."""
    if (
        ("hidden" in element.attrib and style.get("display", "none") == "none")
        or "popover" in element.attrib
        or (element.tag == "dialog" and "open" not in element.attrib)
        or (element.tag == "marquee" and "0" in {element.get("width"), element.get("height")})
        or style.get("display", "").startswith(("none", "table-column"))
        or style.get("content-visibility") == "hidden"
    ):
        return True
    if not style:
        return False
    return any(trick(style) for trick in _TRICKS)


def hides(style: Style) -> bool:
    """Whether a rule would hide words on a white page, whatever it is for."""
    page = document_fromstring("<p>x")
    return is_cut(page, style) or look_of(page, style, Look()).is_invisible


def resolved(style: Style, look: Look) -> Style:
    """With what its variables stand for."""
    if not any("var(" in value or "env(" in value for value in style.values()):
        return style
    known = {**look.variables, **{name: value for name, value in style.items() if name.startswith("--")}}
    return {name: _filled_in(value, known) for name, value in style.items()}


def look_of(element: HtmlElement, style: Style, parent: Look) -> Look:
    variables = {name: value for name, value in style.items() if name.startswith("--")}
    known = {**parent.variables, **variables} if variables else parent.variables
    visibility = style.get("visibility", "")
    is_reset = style.get("all") == "initial"
    colour = style.get("-webkit-text-fill-color") or style.get("color") or _colour_attribute(element, parent)
    colour = _ROOT_COLOUR if colour == "initial" or (is_reset and not colour) else colour
    background = _background_of(style) or legacy_colour(element.get("bgcolor", ""))
    link = legacy_colour(element.get("link", "")) if element.tag == "body" else ""
    if not (visibility or colour or background or variables or link or style.keys() & _OF_LOOKS):
        return parent
    ground = ground_colour(_filled_in(background.strip().lower(), known), parent.background)
    seen_in = text_colour(_filled_in(colour.strip().lower(), known), parent.colour, ground)
    if "currentcolor" in background.lower():
        ground = seen_in
    if seen_in is None and "text" in style.get("background-clip", style.get("-webkit-background-clip", "")):
        seen_in, ground = (ground or BLACK), (parent.background if ground is not None else None)
    filters = style.get("filter", "")
    if filters and seen_in is not None:
        seen_in = filtered(seen_in, filters)
        ground = filtered(ground, filters) if background and ground is not None else ground
    return Look(
        colour=seen_in,
        background=ground,
        font_px=font_size(
            _filled_in(style.get("font-size", ""), known) or size_of_font(style.get("font", "")), parent.font_px
        ),
        is_hidden=visibility in {"hidden", "collapse"} if visibility and visibility != "inherit" else parent.is_hidden,
        variables=known,
        link=link or parent.link,
        opacity=parent.opacity * min(max(share_of(style.get("opacity", "")), 0.0), 1.0),
    )


def _background_of(style: Style) -> str:
    """Of pictures none counts that has no word of colour: they come late, or never."""
    shadow, picture = style.get("box-shadow", ""), style.get("background-image", "")
    if shadow.startswith("inset") and max(lengths_of(shadow), default=0) >= _FILLING:
        return shadow.rpartition(" ")[2]
    gradient = picture if "gradient(" in picture and "url(" not in picture else ""
    return " ".join(filter(None, (style.get("background"), gradient or style.get("background-color"))))


def _colour_attribute(element: HtmlElement, parent: Look) -> str:
    if element.tag == "a" and "href" in element.attrib:
        return parent.link
    name = {"font": "color", "body": "text"}.get(element.tag)
    return legacy_colour(element.get(name, "")) if name else ""


def _filled_in(value: str, variables: Mapping[str, str]) -> str:
    if "env(" in value:
        value = _SURROUNDING.sub(lambda found: (found[1] or "").strip(), value[:_LONGEST_VALUE])
    for _ in range(_MOST_VARIABLES):
        if "var(" not in value:
            break
        value = _VARIABLE.sub(lambda found: variables.get(found[1], (found[2] or "").strip()), value[:_LONGEST_VALUE])
    return value


def _is_faint(style: Style) -> bool:
    return share_of(style.get("opacity", "")) <= _FAINT or style.get("-webkit-text-security", "none") != "none"


def _is_told_elsewhere(style: Style) -> bool:
    """By a condition or by an attribute: nobody writes so in a mail but to hide."""
    return any(value.startswith(("if(", "attr(")) for name, value in style.items() if name != "content")


def _is_off_screen(style: Style) -> bool:
    offsets = ["text-indent", "margin-left", "margin-top"]
    sides = ["left", "right", "top", "bottom"]
    if style.get("position") in {"absolute", "fixed", "relative"}:
        offsets += sides
    shifts = [offset_of(style.get(name, "")) for name in offsets]
    is_put_outside = style.get("position") in {"absolute", "fixed"} and any(
        _WHOLE_SCREEN.match(style.get(name, "")) for name in (*sides, "inset")
    )
    shifts += lengths_of(style.get("inset", "")) if "position" in style else []
    shifts += lengths_of(style.get("translate", ""))
    is_behind = style.get("position") in {"absolute", "fixed"} and style.get("z-index", "").startswith("-")
    indent = style.get("text-indent", "")
    share = abs(number_of(indent) or 0.0) if "%" in indent else 0.0
    is_indented_away = share >= _INDENTED or (share >= _WHOLE and "hidden" in style.get("overflow", ""))
    return (
        any(not _FAR_OUT < shift < _FAR_OFF for shift in shifts)
        or is_behind
        or is_put_outside
        or is_indented_away
        or _MOVED.search(style.get("transform", "")) is not None
        or any(abs(length) >= _FAR_ORIGIN for length in lengths_of(style.get("transform-origin", "")))
        or style.get("offset-path", style.get("offset", "none")) != "none"
    )


def _is_deformed(style: Style) -> bool:
    """Scaled to nothing, turned edge on, or with its letters pushed into one another."""
    transform = style.get("transform", "")
    scales = [number for found in _SCALE.findall(transform) for number in found if number]
    scales += [number for name in ("scale", "zoom") for number in style.get(name, "").split()]
    is_scaled_away = any(share_of(scale) <= _FAINT for scale in scales) or _is_flat(transform)
    turns = [
        float(turn) * _DEGREES[unit] % 360 for turn, unit in _TURN.findall(f"{transform} {style.get('rotate', '')}")
    ]
    turns += [
        float(turn) * _DEGREES[unit] % 360
        for x, y, turn, unit in _TURN_IN_SPACE.findall(transform)
        if number_of(x.strip()) or number_of(y.strip())
    ]
    shows_its_back = style.get("backface-visibility") == "hidden" and any(abs(turn - 180) < _EDGE_ON for turn in turns)
    slants = [float(slant) * _DEGREES[unit] % 180 for slant, unit in _SLANT.findall(transform)]
    spacing = pixels_of(style.get("letter-spacing", ""))
    return (
        is_scaled_away
        or shows_its_back
        or any(_EDGE_ON <= turn % 180 <= 180 - _EDGE_ON for turn in (*turns, *slants))
        or (spacing is not None and spacing <= _SQUEEZED)
    )


def _is_flat(transform: str) -> bool:
    """A matrix that leaves no area."""
    found = _MATRIX.search(transform)
    values = [float(sign + size) for sign, size, _ in TERM.findall(found[2])] if found else []
    places = (0, 1, 4, 5) if found and found[1] else (0, 1, 2, 3)
    if len(values) <= places[-1]:
        return False
    a, b, c, d = (values[place] for place in places)
    return abs(a * d - b * c) <= _FAINT**2


_TRICKS = (
    _is_faint,
    is_blurred_away,
    _is_off_screen,
    is_collapsed,
    is_clipped,
    is_blended_away,
    _is_deformed,
    _is_told_elsewhere,
)
