"""One mail: as its headers say at intake, as it reads after parsing, and where it stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.contact import NO_BOUNCE, Bounce
from app.domain.errors import StateImpossible
from app.domain.text import Span


class MessageState(StrEnum):
    """Every received mail is in exactly one of these: the conservation equation counts them."""

    IN_WORK = "in_work"
    PENDING = "pending"
    DECIDED = "decided"
    NO_ANSWER = "no_answer"
    QUARANTINED = "quarantined"


UNANSWERED = frozenset({MessageState.IN_WORK, MessageState.PENDING, MessageState.QUARANTINED})
"""Its writer waits for us: reminders stay away."""

UNDECIDED = frozenset({MessageState.IN_WORK, MessageState.PENDING})
"""Its proposal is still to be made, or to be decided."""


class Cut(StrEnum):
    """Why a mail is there with its headers alone: the error that it waits in quarantine with."""

    NOT = ""
    TOO_LARGE = "too_large"
    NOT_GIVEN = "not_given"
    ASKED_AGAIN = "asked_again"


CUT = frozenset(Cut) - {Cut.NOT}
"""Over the limit; its server does not give it; a person wants the server to be asked for it again."""


NEXT: Mapping[MessageState, frozenset[MessageState]] = {
    MessageState.IN_WORK: frozenset(
        {MessageState.PENDING, MessageState.NO_ANSWER, MessageState.QUARANTINED, MessageState.DECIDED}
    ),
    MessageState.PENDING: frozenset({MessageState.DECIDED, MessageState.IN_WORK}),
    MessageState.DECIDED: frozenset({MessageState.PENDING}),
    MessageState.NO_ANSWER: frozenset({MessageState.PENDING}),
    MessageState.QUARANTINED: frozenset({MessageState.IN_WORK}),
}
"""Mail that a colleague answered before it was read is decided at once; sending back leads to work again; undo and a
void approval lead back to pending."""


def advance(state: MessageState, to: MessageState) -> MessageState:
    """The next state. Raises StateImpossible for a move that is not in the table."""
    if to not in NEXT[state]:
        raise StateImpossible("a mail that is {state} cannot become {to}", state=state.value, to=to.value)
    return to


_MAILABLE = re.compile(r"[!-~]+@[!-~]+")
_SPECIAL = frozenset('<>(),;:\\"[]%!')
"""Quotes, lists and comments; and the signs by which a relay may be told of another host ("pat%other@host")."""


def is_mailable(email: str) -> bool:
    """Whether this is one plain address (RFC 5321 §4.1.2 without quoting): nothing that could be read as two, as an
    encoded word, or not be sent at all."""
    is_one = bool(_MAILABLE.fullmatch(email)) and email.count("@") == 1
    return is_one and "=?" not in email and not _SPECIAL & set(email)


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of a header (RFC 5322 §3.4). `email` is lower case, empty when the header held none."""

    name: str = field(repr=False, default="")
    email: str = field(repr=False, default="")

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Head:
    """What intake reads of the headers, with a reader that cannot raise. Absent headers are empty."""

    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sender: Address = Address()
    to: tuple[Address, ...] = ()
    subject: str = field(repr=False, default="")
    date: datetime | None = None
    is_automatic: bool = False


class Authentication(StrEnum):
    """The receiving server's verdict about the sender (RFC 8601), from a pinned authserv-id only."""

    PASS = "pass"  # noqa: S105  # a verdict
    FAIL = "fail"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the body. `text` is what could be read of it; None when nothing could be, or nothing was
    tried. `trouble` is a closed word for why it is not readable; words that nobody sees in it are left out.
    """

    name: str = field(repr=False)
    content_type: str
    size: int
    content: bytes = field(repr=False, default=b"")
    text: str | None = field(repr=False, default=None)
    is_readable: bool = True
    trouble: str = ""
    has_hidden_text: bool = False


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail after MIME decoding. `text` is the plain part or the visible text of the HTML part; line ends are \\n.

    `text` is the visible text that evidence offsets count in: it is stored once and never changed. `unread` are the
    lines that only another part of a multipart/alternative has: no model is shown them.
    """

    head: Head
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    reply_to: tuple[Address, ...]
    cc: tuple[Address, ...]
    text: str = field(repr=False)
    html: str | None = field(repr=False)
    attachments: tuple[Attachment, ...]
    has_hidden_text: bool = False
    defects: tuple[str, ...] = ()
    unread: str = field(repr=False, default="")

    def header(self, name: str) -> str | None:
        """The first header of that name (case-insensitive), unfolded and decoded."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def all_headers(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.headers if key.lower() == name.lower())


@dataclass(frozen=True, slots=True)
class ReplyParts:
    """A body taken apart. The spans of `new` are the writer's own words, in order; nothing is ever in two parts."""

    new: tuple[Span, ...]
    quoted: tuple[Span, ...] = ()
    signature: Span | None = None


class Machine(StrEnum):
    """What kind of machine wrote a mail; each is also the name of the rule that said so."""

    AUTO_REPLY = "auto-reply"
    TICKET_ROBOT = "ticket-robot"
    READ_RECEIPT = "read-receipt"
    BOUNCE = "bounce"
    MAILING_LIST = "mailing-list"
    OWN_COPY = "own-copy"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are on the mail side: our own addresses (lower case), the authserv-id whose verdicts we believe (RFC
    8601), and our bank accounts (IBANs in capitals, without spaces)."""

    addresses: tuple[str, ...]
    authserv_id: str = ""
    accounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Screening:
    """What code says about a mail before any model sees it.

    `is_marked`: its headers call it automatic, and no sentence plainly speaks of our matter. `asides` are what a person
    says to us in a mail that is a machine's notice but for them, in its text.
    """

    machine: Machine | None = None
    authentication: Authentication = Authentication.NONE
    fraud_signs: tuple[str, ...] = ()
    has_injection: bool = False
    has_hidden_text: bool = False
    has_unreadable_attachment: bool = False
    wants_person: bool = False
    wants_no_mail: bool = False
    bounce: Bounce = NO_BOUNCE
    is_marked: bool = False
    asides: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadMail:
    """All that reading knows of a mail; plain data that crosses the process boundary."""

    mail: ParsedMail
    parts: ReplyParts
    language: str
    screening: Screening
    invoice_mentions: tuple[str, ...] = ()
