"""Text of a PDF file by pypdf, within limits of pages, of drawing and of text. Never raises.

A file whose streams expand without end is stopped by pypdf's own limits.
"""

import io
import logging
import re

from pypdf import PdfReader
from pypdf.errors import LimitReachedError, PyPdfError

from app.reading.charsets import UNPRINTABLE

PAGE_LIMIT = 10
DRAWING_LIMIT = 512 * 1024
"""Bytes of page description: pypdf reads them at some 0.2 MB/s, and a page of text has a hundredth of this."""

_SPACED = re.compile(r"[ \t]{2,}")

logging.getLogger("pypdf").setLevel(
    logging.CRITICAL
)  # it logs what it finds in the file, and that is a customer's words


def pdf_text(content: bytes, most: int) -> str | None:
    """At most so many characters of the first pages.

    None for an encrypted, broken or scanned file (RFC 3778: no promise that there is any text).
    """
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            return None
        text = _pages_text(reader, most)
    except (
        PyPdfError,
        LimitReachedError,
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
    ):
        return None  # the list of what pypdf lets through on a broken file, found by mutation
    text = UNPRINTABLE.sub("", text).strip()
    return text or None


def _pages_text(reader: PdfReader, most: int) -> str:
    texts: list[str] = []
    size = drawn = 0
    for page in reader.pages[:PAGE_LIMIT]:
        contents = page.get_contents()
        drawn += len(contents.get_data()) if contents is not None else 0
        if drawn > DRAWING_LIMIT:
            raise LimitReachedError("the pages take too long to read")
        texts.append(_SPACED.sub("  ", page.extract_text()))
        size += len(texts[-1])
        if size > most:
            break
    return "\n".join(texts)[:most]
