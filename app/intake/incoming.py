"""A mail as its server handed it over, before anything of it is stored."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from app.db.repositories.words import compressed
from app.domain.message import Cut, Head
from app.reading.headers import read_head

MAX_BYTES = 50 * 1024 * 1024


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

    @cached_property
    def packed(self) -> bytes:
        """The bytes as they are stored, before they are sealed."""
        return compressed(self.raw)

    def prepare(self) -> None:
        """Do now what storing would do anyway: for a thread that has the time."""
        _ = self.head, self.packed
