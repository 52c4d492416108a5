"""What marks a file that leaves the house: who took it, when, and an id that the chain of reads knows."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from app.domain.ids import new_id
from app.domain.people import SignedIn


@dataclass(frozen=True, slots=True)
class Watermark:
    """Its text stands in every row of a table, so that a part that was cut out is marked too."""

    id: UUID
    who: str
    at: datetime

    def __str__(self) -> str:
        return f"{self.id} {self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {self.who}"


def watermark(by: SignedIn, at: datetime) -> Watermark:
    return Watermark(new_id(), by.name, at)
