"""What lies in an archive, expanded within limits: never more than the limit is held, whatever the archive claims.

Ratio and size are those of what really came out, not those that the archive's directory states.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.reading.files.text import BYTE_LIMIT, FileRefused, Trouble

RATIO_LIMIT = 100
HARMLESS = 1024 * 1024
"""Below this no ratio is dangerous; a sheet of equal rows packs very well."""

MEMBER_LIMIT = 500
_CHUNK = 64 * 1024
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_IS_ENCRYPTED = 0x1
_IS_MORE = re.compile(rb"(?!\0*\Z)")


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    content: bytes = field(repr=False)


@dataclass(slots=True)
class Budget:
    """How much may come out of an archive of a size; one for the whole of a mail's file, however deep."""

    packed: int
    spent: int = 0

    def spend(self, size: int) -> None:
        """Raises FileRefused."""
        self.spent += size
        if self.spent > BYTE_LIMIT or (self.spent > HARMLESS and self.spent > RATIO_LIMIT * self.packed):
            raise FileRefused(Trouble.BOMB)


def names_in(content: bytes) -> frozenset[str]:
    """Raises FileRefused for what is no ZIP file."""
    return frozenset(info.filename for info in _infos(_opened(content)))


def unzipped(content: bytes, budget: Budget) -> Iterator[Member]:
    """The files of a ZIP archive, one at a time. Raises FileRefused."""
    archive = _opened(content)
    for info in _infos(archive):
        if info.is_dir() or info.filename.startswith("__MACOSX/"):
            continue
        if info.flag_bits & _IS_ENCRYPTED:
            raise FileRefused(Trouble.ENCRYPTED)
        if info.compress_type not in _METHODS:
            raise FileRefused(Trouble.UNKNOWN_KIND)
        yield Member(info.filename, _expanded(archive, info, budget))


def gunzipped(content: bytes, budget: Budget) -> bytes:
    """All members of it, one after another (RFC 1952 §2.2); zeros may fill up the end. Raises FileRefused."""
    pieces: list[bytes] = []
    at = members = 0
    while _IS_MORE.match(content, at):
        members += 1
        if members > MEMBER_LIMIT:
            raise FileRefused(Trouble.BOMB)
        at = _gunzip_member(content, at, pieces, budget)
    return b"".join(pieces)


def _gunzip_member(content: bytes, at: int, pieces: list[bytes], budget: Budget) -> int:
    """Returns where it ends."""
    expander = zlib.decompressobj(zlib.MAX_WBITS | 16)
    while not expander.eof:
        rest = content[at : at + _CHUNK]
        at += len(rest)
        if not rest:
            raise FileRefused(Trouble.BROKEN)
        while rest and not expander.eof:
            try:
                pieces.append(expander.decompress(rest, _CHUNK))
            except zlib.error as error:
                raise FileRefused(Trouble.BROKEN) from error
            budget.spend(len(pieces[-1]))
            rest = expander.unconsumed_tail
    return at - len(expander.unused_data)


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError) as error:
        raise FileRefused(Trouble.BROKEN) from error


def _infos(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > MEMBER_LIMIT:
        raise FileRefused(Trouble.BOMB)
    return infos


def _expanded(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> bytes:
    pieces: list[bytes] = []
    try:
        with archive.open(info) as member:
            while piece := member.read(_CHUNK):
                budget.spend(len(piece))
                pieces.append(piece)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError, EOFError) as error:
        raise FileRefused(Trouble.BROKEN) from error
    return b"".join(pieces)
