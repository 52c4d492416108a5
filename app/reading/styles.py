"""The part of CSS that can hide text: enough of it to say what a person sees, no more (CSS 2.2, CSS Color 4).

A look is inherited: a child may undo font size, colour and visibility, but nothing undoes an ancestor that is cut off.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml.html import HtmlElement

Style: TypeAlias = Mapping[str, str]
Rgb: TypeAlias = tuple[int, int, int]

_RULE_LIMIT = 2_000
_CSS_LIMIT = 200_000
_TINY = 2.0
_SAME_COLOUR = 30
_FAR_OUT = -100.0
_FAINT = 0.05
_WHITE: Rgb = (255, 255, 255)
_BLACK: Rgb = (0, 0, 0)
_NAMED: Mapping[str, Rgb] = {
    "white": _WHITE, "black": _BLACK, "snow": (255, 250, 250), "ivory": (255, 255, 240), "ghostwhite": (248, 248, 255),
    "whitesmoke": (245, 245, 245), "floralwhite": (255, 250, 240), "mintcream": (245, 255, 250),
    "azure": (240, 255, 255), "red": (255, 0, 0), "blue": (0, 0, 255), "green": (0, 128, 0), "yellow": (255, 255, 0),
    "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192),
    "navy": (0, 0, 128), "orange": (255, 165, 0),
}  # fmt: skip

_COMMENT = re.compile(r"/\*.*?(?:\*/|$)", re.DOTALL)
_SIMPLE_SELECTOR = re.compile(r"(?P<tag>[a-z][a-z0-9]*|\*)?(?P<mark>[.#][\w-]+)?")
_LENGTH = re.compile(r"(-?\d{0,9}\.?\d{1,9})\s{0,3}(px|pt|em|rem|ex|cm|mm|in|vw|vh|%)?")
_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
    "cm": 37.8,
    "mm": 3.78,
    "in": 96.0,
    "vw": 6.0,
    "vh": 8.0,
    "%": 1.0,
}
_FONT_SIZE = re.compile(r"(?:^|\s)(\d{0,5}\.?\d{1,5}(?:px|pt|em|rem|%)?)(?:/|\s|$)")
_HEX = re.compile(r"#([0-9a-f]{3,8})\b")
_RGB = re.compile(r"rgba?\(\s{0,9}(\d{1,3})[\s,]{1,9}(\d{1,3})[\s,]{1,9}(\d{1,3})(?:[\s,/]{1,9}([\d.]{1,9}%?))?")
_TRANSPARENT = re.compile(r"\btransparent\b")
_CLIPPED = re.compile(
    r"inset\(\s*(?:[5-9]\d|100)%|circle\(\s*0|polygon\(\s*0(?:px|%)?\s+0(?:px|%)?\s*,\s*0(?:px|%)?\s+0|ellipse\(\s*0"
)
_CLIP_RECT = re.compile(r"rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?")
_MOVED = re.compile(r"translate[xy3d]{0,2}\([^)]{0,40}-\d{3,}|scale[xy3d]{0,2}\(\s*0(?:\.0+)?\s*[,)]")
_HIDING = re.compile(
    r"display|visib|opacity|font|color|background|position|left|top|right|bottom|indent|margin|overflow|height|"
    r"width|clip|transform|filter"
)


@dataclass(frozen=True, slots=True)
class Look:
    """What is inherited. `colour` None means see-through; `background` None means unknown (an image, a gradient)."""

    colour: Rgb | None = _BLACK
    background: Rgb | None = _WHITE
    font_px: float = 16.0
    is_hidden: bool = False

    @property
    def is_invisible(self) -> bool:
        return self.is_hidden or self.font_px <= _TINY or self.colour is None or _is_same(self.colour, self.background)


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """Rules by the class, id or tag that they end in.

    Rules for other media are left out: they hide by the size of the screen.
    """

    rules: Mapping[str, tuple[tuple[str, Style], ...]] = field(default_factory=dict)

    @staticmethod
    def of(css: str) -> "StyleSheet":
        rules: dict[str, tuple[tuple[str, Style], ...]] = {}
        for selectors, body in _rules(css):
            style = declarations(body)
            for tag, mark in _targets(selectors):
                rules[mark or tag] = (*rules.get(mark or tag, ()), (tag if mark else "", style))
        return StyleSheet(rules)

    def style_of(self, element: HtmlElement) -> dict[str, str]:
        if not self.rules:
            return {}
        marks = [
            element.tag,
            *(f".{name}" for name in element.get("class", "").lower().split()[:20]),
            f"#{element.get('id', '').lower()}",
        ]
        style: dict[str, str] = {}
        for mark in marks:
            for tag, found in self.rules.get(mark, ()):
                if tag in {"", "*", element.tag}:
                    style.update(found)
        return style


def declarations(style: str) -> dict[str, str]:
    """`a: b; c: d` as a dict, lower case, the last of a name wins."""
    if not style:
        return {}
    pairs = (part.partition(":") for part in _COMMENT.sub("", style[:_CSS_LIMIT]).lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs if value}


def is_cut(element: HtmlElement, style: Style) -> bool:
    """The element and all in it are out of sight."""
    if (
        "hidden" in element.attrib
        or style.get("display", "").startswith("none")
        or style.get("content-visibility") == "hidden"
    ):
        return True
    if not style:
        return False
    return _is_faint(style) or _is_off_screen(style) or _is_collapsed(style) or _is_clipped(style)


def look_of(element: HtmlElement, style: Style, parent: Look) -> Look:
    visibility = style.get("visibility", "")
    colour = style.get("color") or (element.get("color", "") if element.tag == "font" else "")
    background = " ".join(filter(None, (style.get("background"), style.get("background-color")))) or element.get(
        "bgcolor", ""
    )
    if not (visibility or colour or background or "font-size" in style or "font" in style):
        return parent
    return Look(
        colour=_colour(colour.lower(), parent.colour),
        background=_background(background.lower(), parent.background),
        font_px=_font_size(style, parent.font_px),
        is_hidden=visibility in {"hidden", "collapse"} if visibility and visibility != "inherit" else parent.is_hidden,
    )


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Selector lists and bodies outside @-blocks; linear."""
    depth, count, selectors, inside_at = 0, 0, "", False
    for piece in re.split(r"([{}])", _COMMENT.sub("", css[:_CSS_LIMIT].replace("<!--", "").replace("-->", "")).lower()):
        if piece == "{":
            depth += 1
        elif piece == "}":
            depth = max(depth - 1, 0)
            inside_at = inside_at and depth > 0
        elif depth == 0:
            selectors = piece.rpartition(";")[2].strip()
            inside_at = selectors.startswith("@")
        elif depth == 1 and not inside_at and _HIDING.search(piece) and count < _RULE_LIMIT:
            count += 1
            yield selectors, piece


def _targets(selectors: str) -> Iterator[tuple[str, str]]:
    """(tag, .class or #id) of each selector. Of a chain the last link counts, if it is a class or an id."""
    for selector in selectors.split(",")[:50]:
        links = selector.replace(">", " ").replace("+", " ").replace("~", " ").split()
        match = _SIMPLE_SELECTOR.fullmatch(links[-1]) if links else None
        if match and (match["mark"] or (match["tag"] and len(links) == 1)):
            yield match["tag"] or "", match["mark"] or ""


def _is_faint(style: Style) -> bool:
    opacity = style.get("opacity", "")
    value = _number(opacity)
    return (value is not None and value / (100 if "%" in opacity else 1) <= _FAINT) or "opacity(0" in style.get(
        "filter", ""
    )


def _is_off_screen(style: Style) -> bool:
    offsets = ["text-indent", "margin-left", "margin-top"]
    if style.get("position") in {"absolute", "fixed", "relative"}:
        offsets += ["left", "right", "top", "bottom"]
    return (
        any((_pixels(style.get(name, "")) or 0.0) <= _FAR_OUT for name in offsets)
        or _MOVED.search(style.get("transform", "")) is not None
    )


def _is_collapsed(style: Style) -> bool:
    if not (
        "hidden" in style.get("overflow", "")
        or "hidden" in style.get("overflow-y", "")
        or "clip" in style.get("overflow", "")
    ):
        return False
    sizes = (_pixels(style.get(name, "")) for name in ("height", "max-height", "width", "max-width"))
    return any(size is not None and size <= _TINY for size in sizes)


def _is_clipped(style: Style) -> bool:
    return (
        _CLIPPED.search(style.get("clip-path", "")) is not None or _CLIP_RECT.search(style.get("clip", "")) is not None
    )


def _font_size(style: Style, parent: float) -> float:
    value = style.get("font-size", "")
    if not value and "font" in style:
        found = _FONT_SIZE.search(style["font"])
        value = found[1] if found else ""
    number = _number(value)
    if number is None:
        return parent
    if value.endswith("%"):
        return parent * number / 100
    return parent * number if value.endswith("em") and not value.endswith("rem") else _pixels(value) or 0.0


def _pixels(value: str) -> float | None:
    match = _LENGTH.match(value)
    return float(match[1]) * _PIXELS[match[2] or ""] if match else None


def _number(value: str) -> float | None:
    match = _LENGTH.match(value)
    return float(match[1]) if match else None


def _colour(value: str, parent: Rgb | None) -> Rgb | None:
    if not value or value in {"inherit", "initial", "currentcolor", "unset"}:
        return parent
    if _TRANSPARENT.search(value) or _alpha(value) == 0:
        return None
    return _rgb(value) or (1, 1, 1)  # a colour that we can't read is taken for a dark one


def _background(value: str, parent: Rgb | None) -> Rgb | None:
    if not value or value in {"inherit", "initial", "none", "transparent"} or _alpha(value) == 0:
        return parent
    if "url(" in value or "gradient" in value or "var(" in value:
        return None
    return _rgb(value) or (parent if "transparent" in value or "none" in value else None)


def _alpha(value: str) -> float | None:
    match = _RGB.search(value)
    return _number(match[4]) if match and match[4] else None


def _rgb(value: str) -> Rgb | None:
    named = next((_NAMED[word] for word in value.split()[:8] if word in _NAMED), None)
    if named:
        return named
    if match := _RGB.search(value):
        return int(match[1]), int(match[2]), int(match[3])
    found = _HEX.search(value if "#" in value else f"#{value}")
    if not found:
        return None
    digits = found[1] if len(found[1]) >= 6 else "".join(digit * 2 for digit in found[1])  # noqa: PLR2004 - #rgb or #rrggbb
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def _is_same(one: Rgb, other: Rgb | None) -> bool:
    return other is not None and sum(abs(a - b) for a, b in zip(one, other, strict=True)) <= _SAME_COLOUR
