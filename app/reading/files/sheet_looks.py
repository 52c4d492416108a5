"""Which cells of an Excel workbook (.xlsx) nobody sees (ECMA-376 part 1, §18.3.1, §18.8).

The reader of values knows nothing of looks, so the sheets' own XML is asked: rows and columns that are folded away, and
cells painted in the colour of their ground or with a format that shows nothing.
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

_M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
_COLUMNS = 60
_SMALLEST = 2.5
_WHITE = "FFFFFF"
_SHOWS_NOTHING = frozenset({";;;", ";;"})

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Unseen:
    """Places count from 0. What is folded away is left out as a hidden sheet is; what is painted over is said."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()
    cells: frozenset[Place] = frozenset()

    def has(self, row: int, column: int) -> bool:
        return row in self.rows or column in self.columns or (row, column) in self.cells


def unseen_of(parts: Mapping[str, bytes]) -> dict[str, Unseen]:
    """By the sheet's name. A part that is missing or broken hides nothing: the reader of values refuses the file."""
    book, links = _root(parts.get("xl/workbook.xml")), _root(parts.get("xl/_rels/workbook.xml.rels"))
    if book is None or links is None:
        return {}
    targets = {link.get("Id"): link.get("Target") or "" for link in links}
    blending = _blending(_root(parts.get("xl/styles.xml")))
    found = {}
    for sheet in book.iter(f"{_M}sheet"):
        path = posixpath.normpath(posixpath.join("/xl", targets.get(sheet.get(f"{_R}id"), "")))
        root = _root(parts.get(path.lstrip("/")))
        if root is not None:
            found[sheet.get("name") or ""] = _unseen(root, blending)
    return found


def _root(part: bytes | None) -> "etree._Element | None":
    try:
        return etree.fromstring(part, _PARSER) if part else None
    except (etree.XMLSyntaxError, ValueError):
        return None


def _unseen(sheet: "etree._Element", blending: frozenset[int]) -> Unseen:
    columns = {
        place
        for column in sheet.iter(f"{_M}col")
        if _is_on(column.get("hidden")) or column.get("width") == "0"
        for place in range(_number(column.get("min"), 1) - 1, min(_number(column.get("max"), 1), _COLUMNS))
    }
    rows, cells = set(), set()
    above = -1
    for row in sheet.iter(f"{_M}row"):
        above = _number(row.get("r"), above + 2) - 1
        if _is_on(row.get("hidden")) or row.get("ht") == "0":
            rows.add(above)
        before = -1
        for cell in row.iter(f"{_M}c") if blending else ():
            before = _column(cell.get("r") or "", before + 1)
            if _number(cell.get("s"), 0) in blending:
                cells.add((above, before))
    return Unseen(frozenset(rows), frozenset(columns), frozenset(cells))


def _blending(styles: "etree._Element | None") -> frozenset[int]:
    """The formats of cells (their numbers in `cellXfs`) that show nothing."""
    if styles is None:
        return frozenset()
    fonts, fills = list(styles.iterfind(f"{_M}fonts/{_M}font")), list(styles.iterfind(f"{_M}fills/{_M}fill"))
    silent = {
        _number(form.get("numFmtId"), 0)
        for form in styles.iterfind(f"{_M}numFmts/{_M}numFmt")
        if (form.get("formatCode") or "").replace(" ", "") in _SHOWS_NOTHING
    }
    return frozenset(
        number
        for number, form in enumerate(styles.iterfind(f"{_M}cellXfs/{_M}xf"))
        if _number(form.get("numFmtId"), 0) in silent
        or _is_unseen(_at(fonts, form.get("fontId")), _at(fills, form.get("fillId")))
    )


def _is_unseen(font: "etree._Element | None", fill: "etree._Element | None") -> bool:
    if font is None:
        return False
    size = font.find(f"{_M}sz")
    ink, ground = _colour(font.find(f"{_M}color")), _WHITE
    pattern = fill.find(f"{_M}patternFill") if fill is not None else None
    if pattern is not None and pattern.get("patternType") not in {None, "none"}:
        ground = _colour(pattern.find(f"{_M}fgColor"))
    is_tiny = size is not None and _is_below(size.get("val") or "")
    return is_tiny or (bool(ink) and ink == ground)


def _colour(mark: "etree._Element | None") -> str:
    """Six hexadecimal digits; the first colour of a theme is its paper. Empty for what cannot be told."""
    if mark is None:
        return ""
    if mark.get("theme") == "0" and not mark.get("tint"):
        return _WHITE
    if mark.get("indexed") in {"1", "9"}:
        return _WHITE
    return (mark.get("rgb") or "")[-6:].upper()


def _is_below(size: str) -> bool:
    try:
        return float(size) < _SMALLEST
    except ValueError:
        return False


def _at(items: "list[etree._Element]", place: str | None) -> "etree._Element | None":
    number = _number(place, 0)
    return items[number] if number < len(items) else None


def _is_on(value: str | None) -> bool:
    return value in {"1", "true"}


def _number(value: str | None, otherwise: int) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < len("10000000") else otherwise


def _column(reference: str, otherwise: int) -> int:
    """`AB12` is column 27."""
    letters = reference.rstrip("0123456789")
    if not (letters.isascii() and letters.isalpha() and len(letters) < len("XFDX")):
        return otherwise
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
