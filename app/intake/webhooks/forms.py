"""The fields and files of a form, as the bytes that were sent: a mail in a field need not be text of any charset."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from python_multipart import create_form_parser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File

from app.intake.webhooks.scheme import MalformedRequest

MOST_PARTS = 1_000
_PIECE = 65_536
IN_MEMORY = {"MAX_MEMORY_FILE_SIZE": float("inf")}
"""A customer's papers are not put on a disk unsealed, not even for a moment."""


@dataclass(frozen=True, slots=True)
class FormFile:
    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Form:
    """The first value of each field, and the files in their order."""

    fields: Mapping[str, bytes] = field(repr=False)
    files: tuple[FormFile, ...] = field(repr=False, default=())

    def text(self, name: str) -> str:
        """A field as text; empty when it is not there. What is not UTF-8 is replaced."""
        return self.fields.get(name, b"").decode("utf-8", "replace")


async def read_form(headers: Mapping[str, str], body: bytes) -> Form:
    """Beside the event loop: a form may have megabytes, and not every one is signed. Raises MalformedRequest."""
    return await asyncio.to_thread(_read, headers, body)


def _read(headers: Mapping[str, str], body: bytes) -> Form:
    content_type = headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        return Form(_urlencoded(body))
    fields: dict[str, bytes] = {}
    files: list[FormFile] = []

    def take_field(found: Field) -> None:
        _check(len(fields) + len(files))
        fields.setdefault((found.field_name or b"").decode("utf-8", "replace"), found.value or b"")

    def take_file(found: File) -> None:
        _check(len(fields) + len(files))
        found.file_object.seek(0)
        name = (found.file_name or b"").decode("utf-8", "replace")
        files.append(FormFile(name, found.content_type or "application/octet-stream", found.file_object.read()))

    try:
        parser = create_form_parser({"Content-Type": content_type.encode("latin-1")}, take_field, take_file, IN_MEMORY)
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError, LookupError) as error:
        raise MalformedRequest("the form is cut short or not well formed") from error
    return Form(fields, tuple(files))


def _check(parts: int) -> None:
    if parts >= MOST_PARTS:
        raise MalformedRequest(f"the form has more than {MOST_PARTS} parts")


def _urlencoded(body: bytes) -> Mapping[str, bytes]:
    _check(body.count(b"&"))
    fields: dict[str, bytes] = {}
    for pair in body.split(b"&"):
        name, _, value = pair.partition(b"=")
        fields.setdefault(_decoded(name).decode("utf-8", "replace"), _decoded(value))
    return fields


def _decoded(value: bytes) -> bytes:
    """By pieces, none of which ends within an escape: `unquote_to_bytes` makes an object of each escape."""
    decoded, start = bytearray(), 0
    while start < len(value):
        end = start + _PIECE
        cut = value.rfind(b"%", end - 2, end)
        end = cut if cut > start else end
        decoded += unquote_to_bytes(value[start:end].replace(b"+", b" "))
        start = end
    return bytes(decoded)
