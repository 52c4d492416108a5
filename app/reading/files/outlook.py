"""An Outlook message in a file ([MS-OXMSG]): its head in three lines, its words, and its attachments as files.

Messages within it are read as words under their names. What else it may be (words in RTF alone, files of messages
within it) is said as a trouble."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO

from olefile import OleFileIO

from app.reading.charsets import decode_text
from app.reading.files.archives import Member
from app.reading.files.text import FileRefused, Trouble
from app.reading.sight.visible import visible_text

_TOP = "__properties_version1.0"
_STREAM = "__substg1.0_"
_ATTACHMENT = "__attach_version1.0_"
_MOST_ATTACHMENTS = 50
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_HEADER_SIZE = 32
_SENT = 0x0039_0040
"""PidTagClientSubmitTime, a PtypTime."""

_STRING, _STRING8, _BINARY = "001F", "001E", "0102"
_EMBEDDED = f"{_STREAM}3701000D"
_EMBEDDED_HEADER_SIZE = 24
_RTF = "1009"


@dataclass(frozen=True, slots=True)
class OutlookMessage:
    text: str = field(repr=False)
    has_hidden_text: bool
    attachments: tuple[Member, ...] = field(repr=False)
    trouble: Trouble | None = None


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
        text, has_hidden_text, trouble = _message(container)
        texts = [text]
        for name, folder in _embedded(container):
            text, hides, inner = _message(container, folder)
            texts.append(f"{name}:\n{text}")
            has_hidden_text, trouble = has_hidden_text or hides, trouble or inner
        attachments = tuple(_attachments(container))
        trouble = trouble or (Trouble.CUT if len(_folders(container)) > _MOST_ATTACHMENTS else None)
    except (OSError, ValueError, IndexError, struct.error, OverflowError) as error:
        raise FileRefused(Trouble.BROKEN) from error
    return OutlookMessage("\n\n".join(texts), has_hidden_text, attachments, trouble)


def _message(container: OleFileIO, folder: str = "") -> tuple[str, bool, Trouble | None]:
    """The words of a message and whether some of them hide; its attachments alone are not read if it lies in a
    folder."""
    head = [f"{name}: {value}" for name, value in _head(container, folder) if value]
    body, has_hidden_text = _body(container, folder)
    trouble = None if body.strip() or not _binary(container, _RTF, folder) else Trouble.UNKNOWN_KIND
    if folder and _folders(container, folder):
        trouble = trouble or Trouble.CUT
    return "\n".join([*head, "", body]).strip(), has_hidden_text, trouble


def _head(container: OleFileIO, folder: str) -> Iterator[tuple[str, str]]:
    name = _string(container, "0C1A", folder)
    address = _string(container, "5D01", folder) or _string(container, "0C1F", folder)
    yield "From", f"{name} <{address}>" if name and address else name or address
    yield "Date", _sent(container, folder)
    yield "Subject", _string(container, "0037", folder)


def _body(container: OleFileIO, folder: str) -> tuple[str, bool]:
    """The plain text; Outlook writes one beside whatever else there is. Else the HTML's visible words."""
    plain = _string(container, "1000", folder)
    if plain.strip():
        return plain.replace("\r\n", "\n"), False
    html = _binary(container, "1013", folder)
    return visible_text(decode_text(html)[0]) if html else ("", False)


def _folders(container: OleFileIO, within: str = "") -> list[str]:
    """The storages of the attachments of a message."""
    above = within.split("/") if within else []
    entries = (entry for entry in container.listdir() if entry[: len(above)] == above and len(entry) > len(above))
    found = {entry[len(above)] for entry in entries}
    return sorted("/".join([*above, name]) for name in found if name.startswith(_ATTACHMENT))


def _embedded(container: OleFileIO) -> Iterator[tuple[str, str]]:
    """The messages that are attached as such: their names and storages."""
    for folder in _folders(container)[:_MOST_ATTACHMENTS]:
        if container.exists(f"{folder}/{_EMBEDDED}"):
            yield _string(container, "3001", folder) or "message", f"{folder}/{_EMBEDDED}"


def _attachments(container: OleFileIO) -> Iterator[Member]:
    for folder in _folders(container)[:_MOST_ATTACHMENTS]:
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


def _sent(container: OleFileIO, folder: str) -> str:
    """The day, out of the fixed-size properties: sixteen bytes each, tag, flags, value."""
    path = f"{folder}/{_TOP}" if folder else _TOP
    if not container.exists(path):
        return ""
    with container.openstream(path) as stream:
        rows = stream.read()[_EMBEDDED_HEADER_SIZE if folder else _HEADER_SIZE :]
    for tag, _, value in struct.iter_unpack("<IIQ", rows[: len(rows) // 16 * 16]):
        if tag == _SENT:
            return (_EPOCH + timedelta(microseconds=value // 10)).strftime("%Y-%m-%d %H:%M")
    return ""
