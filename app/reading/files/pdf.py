"""Text of a PDF file by pypdf, as far as a person would see it, within limits of pages, of drawing and of text."""

import io
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pypdf import PageObject, PdfReader, apply_configuration
from pypdf.errors import LimitReachedError, PyPdfError

from app.reading.charsets import UNPRINTABLE
from app.reading.files.pdf_names import names_of
from app.reading.files.pdf_painting import Painting
from app.reading.files.text import BYTE_LIMIT, FileText, Trouble, as_far_as_read
from app.reading.files.visibility import Watcher

PAGE_LIMIT = 10
DRAWING_LIMIT = 256 * 1024
"""Bytes of page description: pypdf reads them at some 0.2 MB/s, and a page of text has five thousand."""

_LINE = 3.0
"""Points: what differs less in height stands in one line."""

_SPACED = re.compile(r"[ \t]{2,}")
_LIMITS: Mapping[str, Any] = {
    "zlib_maximum_output_length": BYTE_LIMIT,
    "lzw_maximum_output_length": BYTE_LIMIT,
    "run_length_maximum_output_length": BYTE_LIMIT,
    "array_based_stream_maximum_output_length": BYTE_LIMIT,
    "stream_decoding_work_maximum_length": 2 * BYTE_LIMIT,
    "jbig2dec_binary": None,
}
_BROKEN = (
    PyPdfError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    NotImplementedError,
    AssertionError,
    EOFError,
    OSError,
    MemoryError,
)
"""What pypdf lets through on a broken file, found by mutation."""

logging.getLogger("pypdf").setLevel(
    logging.CRITICAL
)  # it logs what it finds in the file, and that is a customer's words


def read_pdf(content: bytes, most: int) -> FileText:
    """At most so many characters of the first pages. Never raises.

    A file that opens without a password is read, whatever its author forbids to do with it.
    """
    try:
        with apply_configuration(**_LIMITS):
            reader = PdfReader(io.BytesIO(content), strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                return FileText(trouble=Trouble.ENCRYPTED)
            text, found_hidden, is_cut = _pages_text(reader, most)
    except LimitReachedError:
        return FileText(trouble=Trouble.BOMB)
    except _BROKEN:
        return FileText(trouble=Trouble.BROKEN)
    text = UNPRINTABLE.sub("", text).strip()
    return as_far_as_read(text, None if text else Trouble.SCANNED, hides=found_hidden, is_cut=is_cut, most=most)


def _pages_text(reader: PdfReader, most: int) -> tuple[str, bool, bool]:
    """The words, whether some of them hide, and whether there are more pages."""
    texts: list[str] = []
    size = drawn = 0
    found_hidden = False
    painting = Painting()
    for page in reader.pages[:PAGE_LIMIT]:
        contents = page.get_contents()
        drawn += len(contents.get_data()) if contents is not None else 0
        if drawn > DRAWING_LIMIT:
            raise LimitReachedError("the pages take too long to read")
        watcher = _watcher(page, reader.root_object, painting)
        text = _page_text(page, watcher)
        watcher.lay_over(painting.notes_over(page))
        painting.check()
        if watcher.covered:
            watcher = _watcher(page, reader.root_object, painting, frozenset(watcher.covered))
            text = _page_text(page, watcher)
        texts.append(text)
        found_hidden = found_hidden or watcher.found_hidden
        size += len(texts[-1])
        if size > most:
            break
    return "\n".join(texts), found_hidden, len(texts) < len(reader.pages)


def _watcher(page: PageObject, catalog: Any, painting: Painting, painted_over: frozenset[int] = frozenset()) -> Watcher:
    return Watcher(_shown(page), names_of(page, catalog), catalog, painted_over, painting.opening_of)


def _shown(page: PageObject) -> tuple[float, float, float, float]:
    box = page.cropbox
    return float(box.left), float(box.bottom), float(box.right), float(box.top)


@dataclass(slots=True)
class _Pieces:
    """The pieces of a page's text with their places, in the order in which they are drawn."""

    found: list[tuple[float, float, str]] = field(default_factory=list)

    def take(self, text: str, cm: list[float], tm: list[float], _font: Any, _size: float) -> None:
        """As pypdf calls its `visitor_text`."""
        if text.strip():
            across, up = tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            self.found.append((up, across, text.strip()))

    @property
    def goes_back_up(self) -> bool:
        """Whether a table is drawn column by column, so that its rows must be put together."""
        heights = [up for up, _, _ in self.found]
        return any(later > earlier + _LINE for earlier, later in pairwise(heights))

    def rows(self) -> Iterator[str]:
        """What stands at one height, from left to right."""
        row: list[tuple[float, str]] = []
        height = 0.0
        for up, across, text in sorted(self.found, key=lambda piece: -piece[0]):
            if row and height - up > _LINE:
                yield _joined(row)
                row = []
            height = up if not row else height
            row.append((across, text))
        yield _joined(row)


def _joined(row: list[tuple[float, str]]) -> str:
    return "  ".join(" ".join(text.split()) for _, text in sorted(row))


def _page_text(page: PageObject, watcher: Watcher) -> str:
    pieces = _Pieces()
    text = page.extract_text(
        visitor_operand_before=watcher.before, visitor_operand_after=watcher.after, visitor_text=pieces.take
    )
    if pieces.goes_back_up and not any("\n" in text for _, _, text in pieces.found):
        return "\n".join(pieces.rows())
    return "\n".join(_SPACED.sub("  ", line).strip() for line in text.splitlines())
