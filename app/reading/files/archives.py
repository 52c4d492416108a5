"""What lies in an archive, expanded within limits: never more than the limit is held, whatever the archive claims.

Ratio and size are those of what really came out, not those that the archive's directory states.
"""

import io
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
    """Raises FileRefused."""
    expander = zlib.decompressobj(zlib.MAX_WBITS | 16)
    pieces: list[bytes] = []
    rest = content
    try:
        while rest and not expander.eof:
            pieces.append(expander.decompress(rest, _CHUNK))
            budget.spend(len(pieces[-1]))
            rest = expander.unconsumed_tail
    except zlib.error as error:
        raise FileRefused(Trouble.BROKEN) from error
    if not expander.eof:
        raise FileRefused(Trouble.BROKEN)
    return b"".join(pieces)


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
