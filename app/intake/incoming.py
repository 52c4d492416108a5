"""A mail as its server handed it over, before anything of it is stored."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from app.db.repositories.words import compressed
from app.domain.errors import UnreadableMail
from app.domain.message import Cut, Head
from app.reading.mail.headers import read_head
from app.reading.mail.parsing import fingerprint, parse_mail

MAX_BYTES = 50 * 1024 * 1024

Says = tuple[str, str, bool]
"""From, Subject, and whether that is all: what two copies of a mail say alike, as far as it costs nothing to know."""


@dataclass(frozen=True)
class Incoming:
    """`source` is the key that the server gave it; `received_at` is aware.

    A mail that is `cut` comes with its headers alone: it waits in quarantine for a person.
    """

    source: str
    raw: bytes = field(repr=False)
    received_at: datetime
    cut: Cut = Cut.NOT

    @cached_property
    def head(self) -> Head:
        """What the headers say; read once, at the first look."""
        return read_head(self.raw)

    @property
    def known_by(self) -> str:
        """Its Message-ID, else its bytes."""
        return self.head.message_id or sha256(self.raw).hexdigest()

    @property
    def says(self) -> Says:
        return self.head.sender.email, self.head.subject, bool(self.cut)

    @cached_property
    def likeness(self) -> str:
        return likeness_of(self.raw)

    @cached_property
    def packed(self) -> bytes:
        """The bytes as they are stored, before they are sealed."""
        return compressed(self.raw)

    def prepare(self) -> None:
        """Do now what storing would do anyway: for a thread that has the time."""
        _ = self.head, self.packed


def likeness_of(raw: bytes) -> str:
    """The same for copies of one mail that came by different ways, and for them alone."""
    try:
        return fingerprint(parse_mail(raw, opens_attachments=False))
    except UnreadableMail:
        return sha256(raw).hexdigest()
