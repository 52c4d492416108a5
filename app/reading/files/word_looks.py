"""How the runs of a Word document look, as far as hiding goes (ECMA-376 part 1, §17.3.2, §17.7.2).

A run's properties come from its paragraph's style, its own style and itself, the later over the earlier; each style
stands on another.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)

W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_HIDING = ("vanish", "specVanish", "webHidden")
_SMALLEST = 5
"""Half points, as in PDF."""

_NARROWEST = 10
"""Per cent of a letter's width."""

_FURTHEST = 200
"""Half points above or below the line."""

_SQUEEZED = 100
"""Twentieths of a point by which letters are pushed into one another."""

_SAME = 40
_DEEPEST = 12
_FIRST = 5
"""Properties stand among an element's first children; a table has thousands of others."""

_CLEAR = 95_000
"""Thousandths of a per cent."""

_WHITE = (255, 255, 255)
_NO_COLOUR = frozenset({"", "auto"})
_LIGHT_OF_THEME = frozenset({"background1", "light1"})
_HIGHLIGHTS = {
    "black": (0, 0, 0),
    "white": _WHITE,
    "yellow": (255, 255, 0),
    "darkBlue": (0, 0, 128),
    "lightGray": (192, 192, 192),
    "green": (0, 255, 0),
    "cyan": (0, 255, 255),
    "blue": (0, 0, 255),
    "magenta": (255, 0, 255),
    "red": (255, 0, 0),
    "darkCyan": (0, 128, 128),
    "darkGreen": (0, 128, 0),
    "darkMagenta": (128, 0, 128),
    "darkRed": (128, 0, 0),
    "darkYellow": (128, 128, 0),
    "darkGray": (128, 128, 128),
}

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Looks:
    """The styles of a document by their id; what holds for all its runs; and the colour of its pages."""

    styles: Mapping[str, "etree._Element"] = field(default_factory=dict)
    defaults: tuple["etree._Element", ...] = ()
    paper: Rgb = _WHITE

    @staticmethod
    def of(styles: bytes, document: "etree._Element") -> "Looks":
        """Of `word/styles.xml`; without them, or where they are broken, runs look as they say themselves."""
        try:
            root = etree.fromstring(styles, PARSER)
        except (etree.XMLSyntaxError, ValueError):
            return Looks(paper=_paper_of(document))
        every = (root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"), _usual(root))
        named = {style.get(f"{W}styleId") or "": style for style in root.iter(f"{W}style")}
        return Looks(named, tuple(one for one in every if one is not None), _paper_of(document))

    def is_hidden(self, run: "etree._Element") -> bool:
        """Whether a reader of the printed page would see the run's words."""
        properties = self._properties(run)
        size = _number(properties.get("sz"))
        width = _number(properties.get("w"))
        return (
            any(_is_on(properties.get(name)) for name in _HIDING)
            or (size is not None and size < _SMALLEST)
            or (width is not None and width < _NARROWEST)
            or abs(_signed(properties.get("position"))) > _FURTHEST
            or _signed(properties.get("spacing")) < -_SQUEEZED
            or _is_unpainted(properties.get("textFill"))
            or self._blends(run, properties)
        )

    def _properties(self, run: "etree._Element") -> dict[str, "etree._Element"]:
        found: dict[str, etree._Element] = {}
        for properties in self.defaults:
            found |= _by_name(properties)
        paragraph = next(run.iterancestors(f"{W}p"), None)
        own = run.find(f"{W}rPr")
        for holder, name in ((paragraph, f"{W}pPr/{W}pStyle"), (run, f"{W}rPr/{W}rStyle")):
            style = holder.find(name) if holder is not None else None
            for properties in self._of_style(style.get(f"{W}val") or "" if style is not None else ""):
                found |= _by_name(properties)
        return found | _by_name(own)

    def _of_style(self, name: str) -> Iterator["etree._Element"]:
        """From the style that it stands on upwards."""
        chain: list[etree._Element] = []
        while name in self.styles and len(chain) < _DEEPEST:
            chain.append(self.styles[name])
            base = self.styles[name].find(f"{W}basedOn")
            name = base.get(f"{W}val") or "" if base is not None else ""
        for style in reversed(chain):
            properties = style.find(f"{W}rPr")
            if properties is not None:
                yield properties

    def _blends(self, run: "etree._Element", properties: Mapping[str, "etree._Element"]) -> bool:
        colour, filled = properties.get("color"), _filled(properties.get("textFill"))
        ink = filled or (_ink(colour) if colour is not None else None)
        ground = self._ground(run, properties) if ink else None
        return (
            ink is not None
            and ground is not None
            and sum(abs(a - b) for a, b in zip(ink, ground, strict=True)) <= _SAME
        )

    def _ground(self, run: "etree._Element", properties: Mapping[str, "etree._Element"]) -> Rgb | None:
        """What lies behind the run; None where a table's own style paints it, or a picture may."""
        mark = properties.get("highlight")
        if mark is not None and mark.get(f"{W}val") != "none":
            return _HIGHLIGHTS.get(mark.get(f"{W}val") or "")
        shades = [properties.get("shd")]
        for ancestor in run.iterancestors(f"{W}p", f"{W}tc", f"{W}tbl", f"{W}txbxContent"):
            if ancestor.tag == f"{W}txbxContent":
                return None
            kind = ancestor.tag.removeprefix(W)
            own = next((part for part in islice(ancestor, _FIRST) if part.tag == f"{W}{kind}Pr"), None)
            shades.append(own.find(f"{W}shd") if own is not None else None)
            styled = kind == "tbl" and own is not None and own.find(f"{W}tblStyle") is not None
            if styled and not any(map(_fill, shades)):
                return None
        return next(filter(None, map(_fill, shades)), self.paper)


def _by_name(properties: "etree._Element | None") -> dict[str, "etree._Element"]:
    if properties is None:
        return {}
    return {
        one.tag.rpartition("}")[2] if one.tag.startswith(W14) else one.tag.removeprefix(W): one
        for one in properties
        if isinstance(one.tag, str)
    }


def _is_on(mark: "etree._Element | None") -> bool:
    return mark is not None and mark.get(f"{W}val") not in {"0", "false", "off"}


def _number(mark: "etree._Element | None") -> int | None:
    value = (mark.get(f"{W}val") or "").rstrip("%") if mark is not None else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < _DEEPEST else None


def _signed(mark: "etree._Element | None") -> float:
    try:
        return float(mark.get(f"{W}val") or 0) if mark is not None else 0.0
    except ValueError:
        return 0.0


def _usual(styles: "etree._Element") -> "etree._Element | None":
    """The runs of the style of paragraphs that name none."""
    for style in styles.iter(f"{W}style"):
        if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in {"1", "true", "on"}:
            return style.find(f"{W}rPr")
    return None


def _paper_of(document: "etree._Element") -> Rgb:
    background = document.find(f"{W}background")
    return (_rgb(background.get(f"{W}color") or "") if background is not None else None) or _WHITE


def _is_unpainted(fill: "etree._Element | None") -> bool:
    """An effect of Word 2010 that leaves letters without a colour, or lets all through."""
    if fill is None:
        return False
    alpha = next(fill.iter(f"{W14}alpha"), None)
    return fill.find(f"{W14}noFill") is not None or (alpha is not None and _number_of(alpha) >= _CLEAR)


def _filled(fill: "etree._Element | None") -> Rgb | None:
    colour = fill.find(f"{W14}solidFill/{W14}srgbClr") if fill is not None else None
    return _rgb(colour.get(f"{W14}val") or "") if colour is not None else None


def _number_of(mark: "etree._Element") -> int:
    value = mark.get(f"{W14}val") or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < _DEEPEST else 0


def _ink(colour: "etree._Element") -> Rgb | None:
    if colour.get(f"{W}themeColor") in _LIGHT_OF_THEME:
        return _WHITE
    return _rgb(colour.get(f"{W}val") or "")


def _fill(shade: "etree._Element | None") -> Rgb | None:
    return _rgb(shade.get(f"{W}fill") or "") if shade is not None else None


def _rgb(value: str) -> Rgb | None:
    if value in _NO_COLOUR:
        return None
    try:
        red, green, blue = bytes.fromhex(value)
    except ValueError:
        return None
    return red, green, blue
