"""A mail put together again from what a provider has taken apart, where it was not told to send the mail itself.

Less is known of such a mail (its MIME structure is gone, and signatures no longer fit), so the operator is better off
with the raw form; but no mail is refused for want of a setting.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP

from app.intake.webhooks.forms import FormFile

REBUILT = "X-Duebox-Rebuilt"
_NAME = re.compile(r"[\x21-\x39\x3b-\x7e]{1,76}")
_BREAKS = re.compile(r"[\r\n\x00]+\s*")
_MEDIA_TYPE = re.compile(r"([a-z0-9.+-]{1,64})/([a-z0-9.+-]{1,64})", re.IGNORECASE)
_OF_THE_BODY = ("content-", "mime-version")


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a provider hands over: header fields in their order, the text, the HTML, the attachments."""

    headers: Sequence[tuple[str, str]] = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    files: Sequence[FormFile] = field(repr=False, default=())


def rebuilt(pieces: Pieces, provider: str) -> bytes:
    """The bytes of a mail with these pieces. `provider` is noted in its headers."""
    message = EmailMessage(policy=SMTP)
    text, html = _encodable(pieces.text), _encodable(pieces.html)
    if text or not html:
        message.set_content(text, cte="base64")
    if html and text:
        message.add_alternative(html, subtype="html", cte="base64")
    elif html:
        message.set_content(html, subtype="html", cte="base64")
    for file in pieces.files:
        kind = _MEDIA_TYPE.match(file.media_type)
        maintype, subtype = (kind[1], kind[2]) if kind else ("application", "octet-stream")
        if maintype.lower() in {"multipart", "message"}:
            maintype, subtype = "application", "octet-stream"
        message.add_attachment(file.content, maintype=maintype, subtype=subtype, filename=_plain(file.name))
    return b"".join(_fields([*pieces.headers, (REBUILT, provider)])) + message.as_bytes()


def _fields(headers: Iterable[tuple[str, str]]) -> Iterable[bytes]:
    """As they came: written out here, since the library would refuse or reshape what real mail has."""
    for name, value in headers:
        if _NAME.fullmatch(name) and not name.lower().startswith(_OF_THE_BODY):
            yield f"{name}: {_plain(value)}\r\n".encode("utf-8", "replace")


def _plain(value: str) -> str:
    return _BREAKS.sub(" ", _encodable(value)).strip()


def _encodable(text: str) -> str:
    """JSON may hold halves of surrogate pairs (RFC 8259 §8.2), which no encoding can write: each becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
