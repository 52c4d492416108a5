"""Domain records as JSON and back, for sealed payloads. Types come from the records' own annotations."""

from dataclasses import replace
from typing import TypeVar

from pydantic import TypeAdapter

from app.domain.message import ReadMail
from app.domain.proposal import Proposal

T = TypeVar("T")

READ_MAIL: TypeAdapter[ReadMail] = TypeAdapter(ReadMail)
PROPOSAL: TypeAdapter[Proposal] = TypeAdapter(Proposal)


def dump(adapter: TypeAdapter[T], record: T) -> bytes:
    return adapter.dump_json(record)


def load(adapter: TypeAdapter[T], stored: bytes) -> T:
    return adapter.validate_json(stored)


def dump_reading(read: ReadMail) -> bytes:
    """A reading without the bytes of its attachments and its HTML, which are in the raw mail; an empty string says
    that there is HTML."""
    attachments = tuple(replace(attachment, content=b"") for attachment in read.mail.attachments)
    return dump(
        READ_MAIL,
        replace(read, mail=replace(read.mail, attachments=attachments, html=None if read.mail.html is None else "")),
    )
