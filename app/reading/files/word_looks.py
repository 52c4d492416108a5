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

_HIDING = ("vanish", "specVanish", "webHidden")
_SMALLEST = 5
"""Half points, as in PDF."""

_NARROWEST = 10
"""Per cent of a letter's width."""

_SAME = 40
_DEEPEST = 12
_FIRST = 5
"""Properties stand among an element's first children; a table has thousands of others."""

_WHITE = (255, 255, 255)
_NO_COLOUR = frozenset({"", "auto"})
_LIGHT_OF_THEME = frozenset({"background1", "light1"})
_HIGHLIGHTS = {
    "black": (0, 0, 0),
    "white": _WHITE,
    "yellow": (255, 255, 0),
    "darkBlue": (0, 0, 128),
    "lightGray": (192, 192, 192),
}

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Looks:
    """The styles of a document by their id."""

    styles: Mapping[str, "etree._Element"] = field(default_factory=dict)

    @staticmethod
    def of(styles: bytes) -> "Looks":
        """Of `word/styles.xml`; without them, or where they are broken, runs look as they say themselves."""
        try:
            root = etree.fromstring(styles, PARSER)
        except (etree.XMLSyntaxError, ValueError):
            return Looks()
        return Looks({style.get(f"{W}styleId") or "": style for style in root.iter(f"{W}style")})

    def is_hidden(self, run: "etree._Element") -> bool:
        """Whether a reader of the printed page would see the run's words."""
        properties = self._properties(run)
        size = _number(properties.get("sz"))
        width = _number(properties.get("w"))
        return (
            any(_is_on(properties.get(name)) for name in _HIDING)
            or (size is not None and size < _SMALLEST)
            or (width is not None and width < _NARROWEST)
            or self._blends(run, properties)
        )

    def _properties(self, run: "etree._Element") -> dict[str, "etree._Element"]:
        found: dict[str, etree._Element] = {}
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
        colour = properties.get("color")
        ink = _ink(colour) if colour is not None else None
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
        return next(filter(None, map(_fill, shades)), _WHITE)


def _by_name(properties: "etree._Element | None") -> dict[str, "etree._Element"]:
    if properties is None:
        return {}
    return {one.tag.removeprefix(W): one for one in properties if isinstance(one.tag, str)}


def _is_on(mark: "etree._Element | None") -> bool:
    return mark is not None and mark.get(f"{W}val") not in {"0", "false", "off"}


def _number(mark: "etree._Element | None") -> int | None:
    value = (mark.get(f"{W}val") or "").rstrip("%") if mark is not None else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < _DEEPEST else None


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
