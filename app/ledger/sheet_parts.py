"""What the parts of a workbook say before it is opened: how far its cells reach, and which of them have no value.

A sheet may have a million rows, so no tree is made of it: it is looked through in pieces.
"""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO

Place = tuple[int, int]
"""Row and column, both from 1."""

_PLACE = re.compile(rb"\br\s*=\s*[\"']\$?([A-Za-z]{0,40})\$?([0-9]{1,40})[\"']")
_ERROR = re.compile(rb"<(?:\w{1,8}:)?c\b([^<>]{0,200}\bt\s?=\s?[\"']e[\"'][^<>]{0,200})>")
_UNCOMPUTED = re.compile(
    rb"<(?:\w{1,8}:)?c\b((?![^<>]{0,200}\bt\s?=\s?[\"']str)[^<>]{0,200})>"
    rb"\s{0,9}<(?:\w{1,8}:)?f\b[^<>]{0,200}(?:/>|>[^<]{0,9000}</(?:\w{1,8}:)?f>)"
    rb"\s{0,9}(?:<(?:\w{1,8}:)?v\s?/>|<(?:\w{1,8}:)?v></(?:\w{1,8}:)?v>)?\s{0,9}</(?:\w{1,8}:)?c>"
)
_SHEET = re.compile(rb"<(?:\w{1,8}:)?sheet\b[^<>]{0,400}?\b\w{1,8}:id\s*=\s*[\"']([^\"']+)[\"']")
_RELATION = re.compile(rb"<(?:\w{1,8}:)?Relationship\b[^<>]{0,800}>")
_ID, _TARGET = (re.compile(rb"\b%s\s*=\s*[\"']([^\"']+)[\"']" % name) for name in (b"Id", b"Target"))
_CHUNK, _LONGEST_CELL = 1 << 20, 1 << 14


def reach(content: bytes) -> int:
    """How many cells lie between the first and the last of the largest sheet. Raises BadZipFile and the like for what
    is no .xlsx file."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = [name for name in archive.namelist() if not name.lower().endswith("sharedstrings.xml")]
        return max((_reach_of(archive, name) for name in parts), default=0)


def broken_cells(content: bytes, number: int) -> frozenset[Place]:
    """The cells of a sheet (from 0, in the order of the workbook) that hold an error such as #N/A, or a formula whose
    value nobody saved."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        name = _part_of(archive, number)
        if name not in archive.namelist():
            return frozenset()
        tags = (tag for piece in _pieces(archive, name) for how in (_ERROR, _UNCOMPUTED) for tag in how.findall(piece))
        found = (_PLACE.search(tag) for tag in tags)
        return frozenset((int(place[2]), _column(place[1])) for place in found if place)


def _part_of(archive: zipfile.ZipFile, number: int) -> str:
    """Empty where the workbook does not say it in the usual place."""
    try:
        ids = _SHEET.findall(archive.read("xl/workbook.xml"))
        relations = _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels"))
    except KeyError:
        return ""
    targets = {one[1]: to[1] for tag in relations if (one := _ID.search(tag)) and (to := _TARGET.search(tag))}
    target = targets.get(ids[number], b"").decode() if number < len(ids) else ""
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _reach_of(archive: zipfile.ZipFile, name: str) -> int:
    rows, columns = 0, 1
    for piece in _pieces(archive, name):
        for letters, digits in set(_PLACE.findall(piece)):
            rows, columns = max(rows, int(digits)), max(columns, _column(letters))
    return rows * columns


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Each begins with the end of the one before, so that a cell is whole in one of them."""
    rest = b""
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            yield rest + chunk
            rest = chunk[-_LONGEST_CELL:]


def _column(letters: bytes) -> int:
    """A is 1, XFD is 16,384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
