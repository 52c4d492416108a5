"""Which cells of an Excel workbook (.xlsx) nobody sees (ECMA-376 part 1, §18.3.1, §18.8).

The reader of values knows nothing of looks, so the sheets' own XML is asked: rows and columns that are folded away, and
cells painted in the colour of their ground or with a format that shows nothing. Parts of a cell's words may look so by
themselves, and a rule may make cells look so; a rule that asks for a number says nothing against the words beside it.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product

from lxml import etree

from app.reading.sight.colours import WHITE, Rgb, is_same

_M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
_COLUMNS = 60
_SMALLEST = 2.5
_WHITE = "FFFFFF"
_SHOWS_NOTHING = frozenset({";;;", ";;"})
_QUOTED = re.compile(r'"[^"]*"|\\.')
_TEXTS = frozenset({"s", "str", "inlineStr"})
_RULES_OVER_WORDS = frozenset(
    {"notContainsBlanks", "notContainsErrors", "containsText", "notContainsText", "beginsWith", "endsWith"}
)
_ALWAYS = frozenset({"TRUE", "TRUE()", "1", "1=1"})
_MOST_PLACES = 20_000

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Unseen:
    """Places count from 0. What is folded away is left out as a hidden sheet is; what is painted over is said."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()
    cells: frozenset[Place] = frozenset()
    texts: Mapping[Place, str] = field(default_factory=dict)
    """What is left of the words of cells of which a part hides."""

    def has(self, row: int, column: int) -> bool:
        return row in self.rows or column in self.columns or (row, column) in self.cells


def unseen_of(parts: Mapping[str, bytes]) -> dict[str, Unseen]:
    """By the sheet's name. A part that is missing or broken hides nothing: the reader of values refuses the file."""
    book, links = _root(parts.get("xl/workbook.xml")), _root(parts.get("xl/_rels/workbook.xml.rels"))
    if book is None or links is None:
        return {}
    targets = {link.get("Id"): link.get("Target") or "" for link in links}
    looks = _Looks.of(_root(parts.get("xl/styles.xml")), _root(parts.get("xl/sharedStrings.xml")))
    found = {}
    for sheet in book.iter(f"{_M}sheet"):
        path = posixpath.normpath(posixpath.join("/xl", targets.get(sheet.get(f"{_R}id"), "")))
        root = _root(parts.get(path.lstrip("/")))
        if root is not None:
            found[sheet.get("name") or ""] = _unseen(root, looks)
    return found


def _root(part: bytes | None) -> "etree._Element | None":
    try:
        return etree.fromstring(part, _PARSER) if part else None
    except (etree.XMLSyntaxError, ValueError):
        return None


def _unseen(sheet: "etree._Element", looks: "_Looks") -> Unseen:
    columns = {
        place
        for column in sheet.iter(f"{_M}col")
        if _is_on(column.get("hidden")) or column.get("width") == "0"
        for place in range(_number(column.get("min"), 1) - 1, min(_number(column.get("max"), 1), _COLUMNS))
    }
    rows, cells = set(), _by_rules(sheet, looks)
    texts: dict[Place, str] = {}
    above = -1
    for row in sheet.iter(f"{_M}row"):
        above = _number(row.get("r"), above + 2) - 1
        if _is_on(row.get("hidden")) or row.get("ht") == "0":
            rows.add(above)
        before = -1
        for cell in row.iter(f"{_M}c") if looks.may_hide else ():
            before = _column(cell.get("r") or "", before + 1)
            form, is_text = _number(cell.get("s"), 0), cell.get("t") in _TEXTS
            if form in looks.blending or (is_text and form in looks.wordless):
                cells.add((above, before))
            left = looks.words_left(cell, form) if is_text and looks.strings else None
            if left is not None:
                texts[above, before] = left
    return Unseen(frozenset(rows), frozenset(columns), frozenset(cells), texts)


def _by_rules(sheet: "etree._Element", looks: "_Looks") -> set[Place]:
    """Cells that a rule over words makes look like their ground."""
    found: set[Place] = set()
    for area in sheet.iter(f"{_M}conditionalFormatting"):
        if any(
            _is_over_words(rule) and _number(rule.get("dxfId"), len(looks.rules)) in looks.hiding_rules
            for rule in area.iter(f"{_M}cfRule")
        ):
            for reference in (area.get("sqref") or "").split():
                found.update(islice(_places(reference), _MOST_PLACES))
    return found


def _is_over_words(rule: "etree._Element") -> bool:
    """Or always true; what else a formula asks for, nobody reckons here."""
    always = (rule.findtext(f"{_M}formula") or "").strip().upper() in _ALWAYS
    return rule.get("type") in _RULES_OVER_WORDS or (rule.get("type") == "expression" and always)


def _places(reference: str) -> Iterator[Place]:
    first, _, last = reference.partition(":")
    rows = [_number(end.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 1) - 1 for end in (first, last or first)]
    columns = [_column(end, 0) for end in (first, last or first)]
    return product(range(rows[0], rows[1] + 1), range(columns[0], min(columns[1], columns[0] + _COLUMNS) + 1))


@dataclass(frozen=True, slots=True)
class _Looks:
    """`blending` are the numbers of formats (in `cellXfs`) that show nothing, `wordless` those that show no words;
    `strings` the shared words of which parts have looks of their own."""

    blending: frozenset[int] = frozenset()
    wordless: frozenset[int] = frozenset()
    grounds: tuple[str, ...] = ()
    rules: tuple[bool, ...] = ()
    strings: Mapping[int, "etree._Element"] = field(default_factory=dict)

    @staticmethod
    def of(styles: "etree._Element | None", strings: "etree._Element | None") -> "_Looks":
        if styles is None:
            return _Looks()
        fills = list(styles.iterfind(f"{_M}fills/{_M}fill"))
        forms = list(styles.iterfind(f"{_M}cellXfs/{_M}xf"))
        codes = {
            _number(form.get("numFmtId"), 0): form.get("formatCode") or ""
            for form in styles.iterfind(f"{_M}numFmts/{_M}numFmt")
        }
        wordless = {number for number, code in codes.items() if _shows_no_words(code)}
        runs = {
            number: string
            for number, string in enumerate(strings if strings is not None else ())
            if string.find(f"{_M}r") is not None
        }
        return _Looks(
            _blending(styles),
            frozenset(number for number, form in enumerate(forms) if _number(form.get("numFmtId"), 0) in wordless),
            tuple(_ground(_at(fills, form.get("fillId"))) for form in forms),
            tuple(
                _is_unseen(rule.find(f"{_M}font"), rule.find(f"{_M}fill")) or _is_silent(rule.find(f"{_M}numFmt"))
                for rule in styles.iterfind(f"{_M}dxfs/{_M}dxf")
            ),
            runs,
        )

    @property
    def may_hide(self) -> bool:
        return bool(self.blending or self.wordless or self.strings)

    @property
    def hiding_rules(self) -> frozenset[int]:
        return frozenset(number for number, hides in enumerate(self.rules) if hides)

    def words_left(self, cell: "etree._Element", form: int) -> str | None:
        """Of a cell's words, those that are seen on its ground; None where all are."""
        string = self.strings.get(_number(cell.findtext(f"{_M}v"), -1))
        if string is None:
            return None
        ground = self.grounds[form] if form < len(self.grounds) else _WHITE
        runs = list(string.iterfind(f"{_M}r"))
        seen = [run for run in runs if not _is_lost(run.find(f"{_M}rPr"), ground)]
        return None if len(seen) == len(runs) else "".join(run.findtext(f"{_M}t") or "" for run in seen)


def _shows_no_words(code: str) -> bool:
    """The fourth part of a format is for words (§18.8.31); one without their place shows others, or none."""
    sections = _QUOTED.sub("", code).split(";")
    return len(sections) > 3 and "@" not in sections[3]  # noqa: PLR2004  as the standard counts them


def _is_silent(form: "etree._Element | None") -> bool:
    return form is not None and (form.get("formatCode") or "").replace(" ", "") in _SHOWS_NOTHING


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
    return font is not None and _is_lost(font, _ground(fill))


def _is_lost(font: "etree._Element | None", ground: str) -> bool:
    """Whether words so written are not seen on that ground."""
    if font is None:
        return False
    size = font.find(f"{_M}sz")
    ink = _colour(font.find(f"{_M}color"))
    is_tiny = size is not None and _is_below(size.get("val") or "")
    return is_tiny or (len(ink) == len(ground) == len(_WHITE) and is_same(_rgb(ink), _rgb(ground)))


def _ground(fill: "etree._Element | None") -> str:
    """A cell's own fill, or that of a rule, which names its colour the other way round."""
    pattern = fill.find(f"{_M}patternFill") if fill is not None else None
    if pattern is None or pattern.get("patternType") == "none":
        return _WHITE
    if pattern.get("patternType") is None:
        return _colour(pattern.find(f"{_M}bgColor")) or _WHITE
    return _colour(pattern.find(f"{_M}fgColor"))


def _rgb(digits: str) -> Rgb:
    try:
        red, green, blue = bytes.fromhex(digits)
    except ValueError:
        return WHITE
    return red, green, blue


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
