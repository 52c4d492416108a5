"""Files that go along with an outgoing mail: known by their content, and attached so that the same content gives the
same bytes."""

import hashlib
import re
from dataclasses import dataclass, field
from email.message import EmailMessage, MIMEPart

from app.reading.files.kinds import FileKind, kind_of

UNKNOWN = ("application/octet-stream", ".bin")
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|[A-Za-z_][\w.:-]*[\s/>])")


@dataclass(frozen=True, slots=True)
class Attached:
    """`type` is a MIME type such as application/pdf."""

    name: str
    type: str
    content: bytes = field(repr=False)


def type_of(content: bytes) -> tuple[str, str]:
    """MIME type and extension of a copy of an invoice, by its first bytes."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", ".jpg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", ".png"
    match kind_of(content):
        case FileKind.PDF:
            return "application/pdf", ".pdf"
        case FileKind.TEXT if _XML.match(content):
            return "application/xml", ".xml"
    return UNKNOWN


def attach(message: EmailMessage, attachments: tuple[Attached, ...], seed: str) -> None:
    """Names go by RFC 2231. `seed` gives the boundaries, which the library draws by lot."""
    for attached in attachments:
        maintype, _, subtype = attached.type.partition("/")
        message.add_attachment(attached.content, maintype=maintype, subtype=subtype, filename=attached.name)
    _set_boundaries(message, seed)


def _set_boundaries(message: MIMEPart, seed: str) -> None:
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{hashlib.sha256(f'{seed}/{number}'.encode()).hexdigest()[:32]}")
