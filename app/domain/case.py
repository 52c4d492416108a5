"""What the agent is given to think about, and how it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.domain.account import Link
from app.domain.directions import NO_DIRECTIONS, Directions
from app.domain.message import ReadMail, Screening
from app.domain.text import RedactedText


@dataclass(frozen=True, slots=True)
class Case:
    """One message with everything that code found about it. `received_at` is aware, in the customer's time zone if
    known.

    `vault` holds the placeholders that earlier mails of the conversation used; `note` is what a reviewer asked for when
    sending a proposal back; `directions` what people have said about the mail; `team` signs the draft, in words of
    its language where it is empty.
    """

    read: ReadMail
    link: Link
    received_at: datetime
    mailbox_address: str
    team: str = ""
    vault: Mapping[str, str] = field(repr=False, default_factory=dict)
    note: str = field(repr=False, default="")
    directions: Directions = NO_DIRECTIONS


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as the agent may see it: redacted, the writer's new words only, without the signature. `is_cut`: so long
    that its end is missing."""

    subject: RedactedText
    body: RedactedText
    attachments: tuple[RedactedText, ...]
    language: str
    received_at: datetime
    screening: Screening
    sender_placeholder: str = ""
    note: RedactedText | None = None
    is_cut: bool = False

    @property
    def today(self) -> date:
        return self.received_at.date()
