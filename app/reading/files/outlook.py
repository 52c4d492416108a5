"""An Outlook message in a file ([MS-OXMSG]): its head in three lines, its words, and its attachments as files."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO

from olefile import OleFileIO

from app.reading.charsets import decode_text
from app.reading.files.archives import Member
from app.reading.files.text import FileRefused, Trouble
from app.reading.visible import visible_text

_TOP = "__properties_version1.0"
_STREAM = "__substg1.0_"
_ATTACHMENT = "__attach_version1.0_"
_MOST_ATTACHMENTS = 50
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_HEADER_SIZE = 32
_SENT = 0x0039_0040
"""PidTagClientSubmitTime, a PtypTime."""

_STRING, _STRING8, _BINARY = "001F", "001E", "0102"


@dataclass(frozen=True, slots=True)
class OutlookMessage:
    text: str = field(repr=False)
    has_hidden_text: bool
    attachments: tuple[Member, ...] = field(repr=False)


def is_outlook_message(container: OleFileIO) -> bool:
    """Every .msg file has this stream, and no other file of Office has it."""
    return bool(container.exists(_TOP))


def opened(content: bytes) -> OleFileIO:
    """Raises FileRefused."""
    try:
        return OleFileIO(BytesIO(content))
    except (OSError, ValueError, IndexError, struct.error, RecursionError, TypeError) as error:
        raise FileRefused(Trouble.BROKEN) from error


def read_outlook(container: OleFileIO) -> OutlookMessage:
    """Raises FileRefused."""
    try:
        body, has_hidden_text = _body(container)
        head = [f"{name}: {value}" for name, value in _head(container) if value]
        attachments = tuple(_attachments(container))
    except (OSError, ValueError, IndexError, struct.error, OverflowError) as error:
        raise FileRefused(Trouble.BROKEN) from error
    return OutlookMessage("\n".join([*head, "", body]).strip(), has_hidden_text, attachments)


def _head(container: OleFileIO) -> Iterator[tuple[str, str]]:
    name, address = _string(container, "0C1A"), _string(container, "5D01") or _string(container, "0C1F")
    yield "From", f"{name} <{address}>" if name and address else name or address
    yield "Date", _sent(container)
    yield "Subject", _string(container, "0037")


def _body(container: OleFileIO) -> tuple[str, bool]:
    """The plain text; Outlook writes one beside whatever else there is. Else the HTML's visible words."""
    plain = _string(container, "1000")
    if plain.strip():
        return plain.replace("\r\n", "\n"), False
    html = _binary(container, "1013")
    return visible_text(decode_text(html)[0]) if html else ("", False)


def _attachments(container: OleFileIO) -> Iterator[Member]:
    folders = sorted({entry[0] for entry in container.listdir() if entry[0].startswith(_ATTACHMENT)})
    for folder in folders[:_MOST_ATTACHMENTS]:
        content = _binary(container, "3701", folder)
        if content:
            name = _string(container, "3707", folder) or _string(container, "3704", folder)
            yield Member(name, content)


def _string(container: OleFileIO, tag: str, folder: str = "") -> str:
    wide = _stream(container, f"{tag}{_STRING}", folder)
    if wide:
        return wide.decode("utf_16_le", errors="replace").rstrip("\x00")
    return decode_text(_stream(container, f"{tag}{_STRING8}", folder))[0].rstrip("\x00")


def _binary(container: OleFileIO, tag: str, folder: str = "") -> bytes:
    return _stream(container, f"{tag}{_BINARY}", folder)


def _stream(container: OleFileIO, tag: str, folder: str) -> bytes:
    path = f"{folder}/{_STREAM}{tag}" if folder else f"{_STREAM}{tag}"
    if not container.exists(path) or container.get_type(path) != 2:  # noqa: PLR2004 a stream
        return b""
    with container.openstream(path) as stream:
        content: bytes = stream.read()
        return content


def _sent(container: OleFileIO) -> str:
    """The day, out of the fixed-size properties: sixteen bytes each, tag, flags, value."""
    with container.openstream(_TOP) as stream:
        rows = stream.read()[_HEADER_SIZE:]
    for tag, _, value in struct.iter_unpack("<IIQ", rows[: len(rows) // 16 * 16]):
        if tag == _SENT:
            return (_EPOCH + timedelta(microseconds=value // 10)).strftime("%Y-%m-%d %H:%M")
    return ""
