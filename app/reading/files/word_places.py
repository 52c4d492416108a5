"""What stands in a Word document where nobody sees it: taken out by an editor, in rows and lines of no height, off the
page, or in boxes that are not shown (ECMA-376 part 1, §17.3.1, §17.4, §17.13; part 4, §19)."""

import re
from collections.abc import Iterator

from lxml import etree

from app.reading.files.word_looks import W

_GONE = ("del", "moveFrom")
_LOWEST = 60
"""Twentieths of a point: a line or a row of three points shows no word."""

_FAR = 12_000
"""Likewise: further than a page is wide."""

_STYLE = re.compile(r"([a-z-]{1,30})\s{0,9}:\s{0,9}([^;]{1,60})")
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?")
_OFF_PAGE = 900.0
"""Points."""

_EMU = 12_700
"""Units of a drawing, to the point."""

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_VML = "{urn:schemas-microsoft-com:vml}"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


def unseen_places(root: "etree._Element") -> Iterator["etree._Element"]:
    """Elements with all that is in them. A second way to draw the same, for old programs, is among them."""
    for name in _GONE:
        yield from root.iter(f"{W}{name}")
    for row in root.iter(f"{W}tr"):
        properties = row.find(f"{W}trPr")
        if properties is not None and (
            _is_low(properties.find(f"{W}trHeight"), "hRule", "val") or _is_hidden(properties)
        ):
            yield row
    for mark in root.iter(f"{W}cellDel"):
        yield from mark.iterancestors(f"{W}tc")
    for paragraph in root.iter(f"{W}p"):
        properties = paragraph.find(f"{W}pPr")
        if properties is not None and _is_out_of_place(properties):
            yield paragraph
    yield from _unseen_boxes(root)


def _unseen_boxes(root: "etree._Element") -> Iterator["etree._Element"]:
    for shape in root.iter(f"{_VML}shape", f"{_VML}rect"):
        if _is_unseen_shape(dict(_STYLE.findall(shape.get("style") or ""))):
            yield shape
    for anchor in root.iter(f"{_DRAWING}anchor", f"{_DRAWING}inline"):
        properties = anchor.find(f"{_DRAWING}docPr")
        places = [_number(place.text) for place in anchor.iter(f"{_DRAWING}posOffset")]
        if any(abs(place) > _OFF_PAGE * _EMU for place in places) or "1" in {
            anchor.get("hidden"),
            properties.get("hidden") if properties is not None else None,
        }:
            yield anchor


def second_drawings(root: "etree._Element") -> Iterator["etree._Element"]:
    """What old programs show instead of what stands before it."""
    for fallback in root.iter(f"{_CHOICE}Fallback"):
        first = fallback.getparent()
        if first is not None and first.find(f"{_CHOICE}Choice") is not None:
            yield fallback


def _is_hidden(properties: "etree._Element") -> bool:
    mark = properties.find(f"{W}hidden")
    is_marked = mark is not None and mark.get(f"{W}val") not in {"0", "false", "off"}
    return is_marked or properties.find(f"{W}del") is not None


def _is_low(mark: "etree._Element | None", rule: str, value: str) -> bool:
    return mark is not None and mark.get(f"{W}{rule}") == "exact" and abs(_number(mark.get(f"{W}{value}"))) <= _LOWEST


def _is_out_of_place(properties: "etree._Element") -> bool:
    indent, frame = properties.find(f"{W}ind"), properties.find(f"{W}framePr")
    indents = [_number(value) for value in indent.attrib.values()] if indent is not None else []
    places = [_number(frame.get(f"{W}{name}")) for name in ("x", "y")] if frame is not None else []
    return (
        _is_low(properties.find(f"{W}spacing"), "lineRule", "line")
        or any(abs(shift) > _FAR for shift in indents)
        or any(place < -_FAR for place in places)
    )


def _is_unseen_shape(style: dict[str, str]) -> bool:
    sizes = [style[name] for name in ("width", "height") if name in style]
    places = [style[name] for name in ("margin-left", "margin-top", "left", "top") if name in style]
    return (
        style.get("visibility", "").strip() == "hidden"
        or any(_number(size) == 0 for size in sizes)
        or any(abs(_number(place)) > _OFF_PAGE and place.strip().endswith("pt") for place in places)
    )


def _number(value: str | None) -> float:
    found = _NUMBER.match(value or "")
    return float(found[0]) if found else 0.0
