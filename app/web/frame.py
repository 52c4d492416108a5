"""What every page shows around its own: who reads it, in which language and zone, what is counted, what is broken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.freshness import Freshness
from app.web.languages import LOCALES, SOURCE


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """Who reads the page; `role` is one of collector, manager, auditor, admin. A senior may answer suspected fraud.
    `keymap`: their own keys by the key as shipped."""

    name: str
    initials: str
    role: str
    can_decide: bool
    is_senior: bool = False
    id: str = ""
    keymap: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counts:
    """The conservation equation: received = in_work + pending + decided + no_answer + quarantined."""

    received: int = 0
    in_work: int = 0
    pending: int = 0
    decided: int = 0
    no_answer: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class MailboxStatus:
    """A mailbox as the frame shows it; `error` is a closed word. One that is fed by a webhook is never read, a paused
    one is not read now."""

    name: str
    is_watched: bool
    read_at: datetime | None = None
    error: str = ""
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """What does not work at this moment; it goes away when it works again.

    `send_error`: why mails that should have left wait (`delayed` of them). `unknown`: sends whose outcome a person must
    say. `model_away_at`: when the newest mail could not be read by the model that was chosen. `ledger`: how old the
    invoices are; None where nobody is signed in.
    """

    mailboxes: tuple[MailboxStatus, ...] = ()
    send_error: str = ""
    delayed: int = 0
    unknown: int = 0
    model_away_at: datetime | None = None
    ledger: Freshness | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What the frame of every page needs; `current` is one of queue, no_answer, sent, quarantine, ledger or empty.

    `is_negotiated`: the reader chose no language, so that the browser's wishes decided.
    """

    csrf: str
    now: datetime
    current: str = ""
    user: CurrentUser | None = None
    counts: Counts = Counts()
    language: str = SOURCE
    is_negotiated: bool = False
    zone: str = "UTC"
    status: Status = Status()

    @property
    def locale(self) -> str:
        return LOCALES[self.language]
