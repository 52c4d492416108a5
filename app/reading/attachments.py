"""Text of attachments, as far as it can be had cheaply and safely.

Nothing here raises: what can't be read is unreadable, and a person looks.

Limits: bytes after transfer decoding, and text; for PDF files see `pdf`, which is loaded when the first one comes.
"""

import re

from app.domain.message import Attachment
from app.reading.charsets import decode_text
from app.reading.visible import visible_text

BYTE_LIMIT = 25 * 1024 * 1024
TEXT_LIMIT = 200_000

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
        from app.reading.pdf import pdf_text  # noqa: PLC0415 slow to load, and seldom needed

        text = pdf_text(content, TEXT_LIMIT)
        return text, text is not None
    if content_type == "text/html":
        return visible_text(decode_text(content, charset)[0])[0][:TEXT_LIMIT], True
    if content_type in _TEXT_TYPES or _TEXT_NAMES.search(name):
        text = decode_text(content[: TEXT_LIMIT * 4], charset)[0][:TEXT_LIMIT]
        return text.replace("\r\n", "\n").replace("\r", "\n"), True
    return None, _UNTRIED.match(content_type) is not None
