"""What a file is, by its content. What its name or its sender says of it is only a hint, and often a lie."""

import re
from enum import StrEnum

_LOOKED_AT = 1024
_SOUND_OR_FILM = (b"OggS", b"ID3", b"fLaC", b"\x1a\x45\xdf\xa3", b"\xff\xfb", b"\xff\xf3")
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"\x00\x00\x01\x00", b"8BPS")
_FAXES = (b"II*\x00", b"MM\x00*")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")

_SAYS_IT_IS = (
    (re.compile(r"/pdf$|\.pdf$"), "pdf"),
    (re.compile(r"\.(?:xlsx|xlsm|xls|ods|docx|doc|zip|gz|7z|rar|msg)$"), "packed"),
    (re.compile(r"/(?:zip|gzip|x-zip-compressed|vnd\.ms-|vnd\.openxmlformats)|\bmsword$"), "packed"),
)


class FileKind(StrEnum):
    """As many as are treated differently."""

    EMPTY = "empty"
    TEXT = "text"
    HTML = "html"
    CALENDAR = "calendar"
    PDF = "pdf"
    ZIP = "zip"
    GZIP = "gzip"
    COMPOUND = "compound"
    """Microsoft's file system in a file: .msg, .xls, .doc, and what Office encrypts."""

    PICTURE = "picture"
    FAX = "fax"
    """TIFF: nobody draws logos in it, scanners and fax machines do."""

    SOUND = "sound"
    OTHER = "other"


def kind_of(content: bytes) -> FileKind:
    """By the first bytes; text is what holds no control characters."""
    start = content[:_LOOKED_AT]
    if not content:
        return FileKind.EMPTY
    if b"%PDF-" in start:
        return FileKind.PDF
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return FileKind.ZIP
    if start.startswith(b"\x1f\x8b"):
        return FileKind.GZIP
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return FileKind.COMPOUND
    return _medium_of(start) or _text_kind_of(start, content)


def is_what_it_says(kind: FileKind, name: str, content_type: str) -> bool:
    """Whether a file that is named, or declared, as a document or an archive is one."""
    said = next((said for pattern, said in _SAYS_IT_IS if pattern.search(name.lower())), None)
    said = said or next((said for pattern, said in _SAYS_IT_IS if pattern.search(content_type)), None)
    if said == "pdf":
        return kind is FileKind.PDF
    return said != "packed" or kind not in {FileKind.EMPTY, FileKind.OTHER}


def _medium_of(start: bytes) -> FileKind | None:
    if start.startswith(_FAXES):
        return FileKind.FAX
    if start.startswith(_PICTURES) or (start.startswith(b"RIFF") and start[8:12] == b"WEBP"):
        return FileKind.PICTURE
    if start[4:8] == b"ftyp":
        return FileKind.PICTURE if start[8:12] in {b"heic", b"heix", b"mif1", b"avif"} else FileKind.SOUND
    if start.startswith(_SOUND_OR_FILM) or (start.startswith(b"RIFF") and start[8:12] in {b"WAVE", b"AVI "}):
        return FileKind.SOUND
    return None


def _text_kind_of(start: bytes, content: bytes) -> FileKind:
    if not start.startswith(_WIDE_MARKS) and _CONTROL.search(content[: 64 * _LOOKED_AT]):
        return FileKind.OTHER
    if start.lstrip(b"\xef\xbb\xbf \r\n\t")[:15].upper() == b"BEGIN:VCALENDAR":
        return FileKind.CALENDAR
    if start.lstrip().startswith(b"{\\rtf"):
        return FileKind.OTHER
    return FileKind.HTML if _HTML.match(start) else FileKind.TEXT
