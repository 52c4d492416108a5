"""Text of attachments, as far as it can be had cheaply and safely.

Nothing here raises: what can't be read is unreadable, and a person looks.

Limits: bytes after transfer decoding, pages, and text. A PDF whose streams expand without end is stopped by pypdf's
own limits.
"""

import io
import logging
import re

from pypdf import PdfReader
from pypdf.errors import LimitReachedError, PyPdfError

from app.domain.message import Attachment
from app.reading.charsets import UNPRINTABLE, decode_text
from app.reading.visible import visible_text

BYTE_LIMIT = 25 * 1024 * 1024
PAGE_LIMIT = 10
TEXT_LIMIT = 200_000
DRAWING_LIMIT = 512 * 1024
"""Bytes of page description: pypdf reads them at some 0.2 MB/s, and a page of text has a hundredth of this."""


_TEXT_TYPES = frozenset(
    {
        "text/plain",
        "text/csv",
        "text/tab-separated-values",
        "message/delivery-status",
        "message/disposition-notification",
        "text/rfc822-headers",
    }
)
_TEXT_NAMES = re.compile(r"\.(?:txt|csv|tsv|log|md)$", re.IGNORECASE)
_UNTRIED = re.compile(
    r"^(?:image|audio|video|font)/|^application/(?:pgp-signature|(?:x-)?pkcs7-signature|ics)$|^text/(?:calendar|"
    r"x-vcard|vcard|xml)$"
)
_SPACED = re.compile(r"[ \t]{2,}")

logging.getLogger("pypdf").setLevel(
    logging.CRITICAL
)  # it logs what it finds in the file, and that is a customer's words


def read_attachment(name: str, content_type: str, content: bytes, charset: str = "") -> Attachment:
    """The attachment with its text. `is_readable` is False where somebody should open the file and we could not."""
    if len(content) > BYTE_LIMIT:
        return Attachment(name, content_type, len(content), content, text=None, is_readable=False)
    text, is_readable = _text_of(name, content_type, content, charset)
    return Attachment(name, content_type, len(content), content, text, is_readable)


def attached_message(name: str, text: str, size: int, content: bytes = b"") -> Attachment:
    """A message/rfc822 part: forwarded mail, whose words may be the answer."""
    return Attachment(name, "message/rfc822", size, content, text[:TEXT_LIMIT])


def _text_of(name: str, content_type: str, content: bytes, charset: str) -> tuple[str | None, bool]:
    if content.startswith(b"%PDF-") or content_type == "application/pdf" or name.lower().endswith(".pdf"):
        text = _pdf_text(content)
        return text, text is not None
    if content_type == "text/html":
        return visible_text(decode_text(content, charset)[0])[0][:TEXT_LIMIT], True
    if content_type in _TEXT_TYPES or _TEXT_NAMES.search(name):
        text = decode_text(content[: TEXT_LIMIT * 4], charset)[0][:TEXT_LIMIT]
        return text.replace("\r\n", "\n").replace("\r", "\n"), True
    return None, _UNTRIED.match(content_type) is not None


def _pdf_text(content: bytes) -> str | None:
    """Text of the first pages; None for an encrypted, broken or scanned file (RFC 3778: no promise that there is
    any).
    """
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            return None
        text = _pages_text(reader)
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


def _pages_text(reader: PdfReader) -> str:
    texts: list[str] = []
    size = drawn = 0
    for page in reader.pages[:PAGE_LIMIT]:
        contents = page.get_contents()
        drawn += len(contents.get_data()) if contents is not None else 0
        if drawn > DRAWING_LIMIT:
            raise LimitReachedError("the pages take too long to read")
        texts.append(_SPACED.sub("  ", page.extract_text()))
        size += len(texts[-1])
        if size > TEXT_LIMIT:
            break
    return "\n".join(texts)[:TEXT_LIMIT]
