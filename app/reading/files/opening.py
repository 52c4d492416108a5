"""Any file that a mail may bring, read as far as that is safe.

    content ─▶ what is it? ─┬─ text, HTML, calendar, picture ─▶ read at once
                            └─ PDF, archive, workbook, Outlook ─▶ expanded within limits, each file in it likewise

Nothing raises: what can't be read says why. What expands should be read in a process of its own, with limits that the
system holds (`app/adapters/file_reader.py`): this module's limits are of bytes, not of time and memory.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from app.reading.charsets import decode_text
from app.reading.files.archives import Budget, Member, gunzipped, names_in, unzipped
from app.reading.files.calendars import calendar_text
from app.reading.files.kinds import FileKind, is_what_it_says, kind_of
from app.reading.files.text import (
    BYTE_LIMIT,
    DEPTH_LIMIT,
    NOTHING,
    TEXT_LIMIT,
    FileRefused,
    FileText,
    Trouble,
    as_far_as_read,
)
from app.reading.sight.visible import visible_text

EXPANDING = frozenset({FileKind.PDF, FileKind.ZIP, FileKind.GZIP, FileKind.COMPOUND})
"""Kinds whose reading costs what their author wants."""

_WORKBOOK_PARTS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
_WORD_PART = "word/document.xml"
_WORD_STYLES = "word/styles.xml"
_ENCRYPTED_OFFICE = "EncryptedPackage"
_BYTES_A_CHARACTER = 4


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file as a mail brings it; all but `content` is hearsay."""

    name: str = field(repr=False)
    content_type: str
    content: bytes = field(repr=False)
    charset: str = ""


OpenFile: TypeAlias = Callable[[GivenFile], FileText]


def read_file(file: GivenFile) -> FileText:
    """Never raises."""
    return _read(file, 0, Budget(len(file.content)))


def unopened(_file: GivenFile) -> FileText:
    """For whoever needs only the names."""
    return NOTHING


def _read(file: GivenFile, depth: int, budget: Budget) -> FileText:
    if len(file.content) > BYTE_LIMIT:
        return FileText(trouble=Trouble.TOO_LARGE)
    kind = kind_of(file.content)
    if not is_what_it_says(kind, file.name, file.content_type):
        return FileText(trouble=Trouble.BROKEN if kind is not FileKind.OTHER else Trouble.UNKNOWN_KIND)
    try:
        return _READERS[kind](file, depth, budget) if kind in _READERS else _UNREAD[kind]
    except FileRefused as refused:
        return FileText(trouble=refused.trouble)
    except RecursionError:
        return FileText(trouble=Trouble.BROKEN)


def _read_text(file: GivenFile, _depth: int, _budget: Budget) -> FileText:
    text, is_cut = _decoded(file)
    return as_far_as_read(text, is_cut=is_cut)


def _read_html(file: GivenFile, _depth: int, _budget: Budget) -> FileText:
    text, has_hidden_text = visible_text(decode_text(file.content, file.charset)[0])
    return as_far_as_read(text, hides=has_hidden_text)


def _read_calendar(file: GivenFile, _depth: int, _budget: Budget) -> FileText:
    text, is_cut = _decoded(file)
    return as_far_as_read(calendar_text(text), is_cut=is_cut)


def _read_pdf(file: GivenFile, _depth: int, _budget: Budget) -> FileText:
    from app.reading.files.pdf import read_pdf  # noqa: PLC0415  slow to load, and seldom needed

    return read_pdf(file.content, TEXT_LIMIT)


def _read_gzip(file: GivenFile, depth: int, budget: Budget) -> FileText:
    _go_deeper(depth)
    return _read(GivenFile(file.name.removesuffix(".gz"), "", gunzipped(file.content, budget)), depth + 1, budget)


def _decoded(file: GivenFile) -> tuple[str, bool]:
    """The words, and whether there are more."""
    most = TEXT_LIMIT * _BYTES_A_CHARACTER
    text = decode_text(file.content[:most], file.charset)[0].replace("\r\n", "\n").replace("\r", "\n")
    return text, len(file.content) > most


def _read_zip(file: GivenFile, depth: int, budget: Budget) -> FileText:
    """An archive proper, or a document that is one. A document is expanded once to see that it may be."""
    names = names_in(file.content)
    if _WORD_PART in names:
        parts = {member.name: member.content for member in unzipped(file.content, budget)}
        from app.reading.files.word import document_text  # noqa: PLC0415  likewise

        return document_text(parts[_WORD_PART], TEXT_LIMIT, parts.get(_WORD_STYLES, b""))
    if any(name in names for name in _WORKBOOK_PARTS):
        return _read_workbook(file.content, {member.name: member.content for member in unzipped(file.content, budget)})
    _go_deeper(depth)
    return _together(unzipped(file.content, budget), depth, budget)


def _go_deeper(depth: int) -> None:
    """Raises FileRefused where an archive lies too deep in others."""
    if depth >= DEPTH_LIMIT:
        raise FileRefused(Trouble.BOMB)


def _read_workbook(content: bytes, parts: Mapping[str, bytes] | None = None) -> FileText:
    from app.reading.files.sheets import workbook_text  # noqa: PLC0415  likewise

    return workbook_text(content, TEXT_LIMIT, parts)


def _read_compound(file: GivenFile, depth: int, budget: Budget) -> FileText:
    from app.reading.files.outlook import is_outlook_message, opened, read_outlook  # noqa: PLC0415  likewise

    with opened(file.content) as container:
        if container.exists(_ENCRYPTED_OFFICE):
            return FileText(trouble=Trouble.ENCRYPTED)
        if container.exists("Workbook") or container.exists("Book"):
            return _read_workbook(file.content)
        if not is_outlook_message(container):
            return FileText(trouble=Trouble.UNKNOWN_KIND)
        message = read_outlook(container)
    if message.attachments:
        _go_deeper(depth)
    rest = _together(message.attachments, depth, budget)
    text = "\n\n".join(part for part in (message.text, rest.text) if part)
    return as_far_as_read(text, message.trouble or rest.trouble, hides=message.has_hidden_text or rest.has_hidden_text)


def _together(members: Iterable[Member], depth: int, budget: Budget) -> FileText:
    """Each file's words under its name. One that cannot be read is a trouble of the whole; the others are kept."""
    texts: list[str] = []
    trouble: Trouble | None = None
    found_hidden = False
    for member in members:
        read = _read(GivenFile(member.name, "", member.content), depth + 1, budget)
        trouble = trouble or read.trouble
        found_hidden = found_hidden or read.has_hidden_text
        if read.text:
            texts.append(f"{member.name}:\n{read.text}")
    return as_far_as_read("\n\n".join(texts), trouble, hides=found_hidden)


_READERS: Mapping[FileKind, Callable[[GivenFile, int, Budget], FileText]] = {
    FileKind.TEXT: _read_text,
    FileKind.HTML: _read_html,
    FileKind.CALENDAR: _read_calendar,
    FileKind.PDF: _read_pdf,
    FileKind.ZIP: _read_zip,
    FileKind.GZIP: _read_gzip,
    FileKind.COMPOUND: _read_compound,
}
_UNREAD: Mapping[FileKind, FileText] = {
    FileKind.EMPTY: NOTHING,
    FileKind.PICTURE: NOTHING,
    FileKind.SOUND: NOTHING,
    FileKind.FAX: FileText(trouble=Trouble.SCANNED),
    FileKind.OTHER: FileText(trouble=Trouble.UNKNOWN_KIND),
}
