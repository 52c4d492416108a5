"""What Duebox needs of the outside world. Adapters implement these; `app/bootstrap/` and `app/mind/` name which."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from app.domain.account import Account
from app.domain.case import Case, Letter
from app.domain.errors import Invalid
from app.domain.message import Cut, Identity, ReadMail
from app.domain.proposal import Proposal
from app.domain.text import RawText, Redaction
from app.domain.tracing import Step


class Redactor(Protocol):
    """Makes text safe to show to a model. Raises RedactionFailed; then no model is asked."""

    def redact(
        self,
        texts: Sequence[RawText],
        *,
        language: str,
        known_names: Iterable[str],
        vault: Mapping[str, str],
        readable: Iterable[str] = (),
    ) -> tuple[Redaction, ...]:
        """Redact texts of one conversation together: the same person gets the same placeholder in all of them.

        `known_names` (from ledger and headers) are masked wherever they stand. `vault` holds placeholders given out
        earlier in the conversation; the returned vaults hold those and the new ones. `readable` are words
        of the ledger that stay as they are: the customer's company, the numbers of invoices.
        """
        ...


@dataclass(frozen=True, slots=True)
class Prompt:
    """A rendered prompt file. `ref` is id@version, `hash` the SHA-256 of the file and its examples.

    `examples` are user turns, fenced, each with the answer that we want.
    """

    id: str
    ref: str
    hash: str
    system: str
    examples: tuple[tuple[str, str], ...] = ()


A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Question(Generic[A]):
    """One question to a model: the prompt, the fenced mail (redacted), the account's facts, and the type of the answer.

    A remote model is shown `prompt.system` and `fenced`; the embedded model works on `letter` and `account` themselves.
    """

    prompt: Prompt
    letter: Letter
    account: Account
    fenced: str
    answer: type[A]
    inputs: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer(Generic[A]):
    value: A
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    is_fallback: bool = False
    raw: str = field(repr=False, default="")
    requests: int = 1


class Model(Protocol):
    """Answers with typed fields and text; it never decides. Raises ModelUnavailable or ModelAnswerInvalid."""

    async def ask(self, question: Question[A]) -> Answer[A]: ...


class Mind(Protocol):
    """Reading and thinking, in a process of their own."""

    async def read(self, raw: bytes, identity: Identity) -> ReadMail:
        """Raises UnreadableMail."""
        ...

    async def think(self, case: Case) -> "Thought": ...


@dataclass(frozen=True, slots=True)
class Thought:
    """A proposal, the conversation's vault as it stands now, and what was done, for whoever times it."""

    proposal: Proposal
    vault: Mapping[str, str] = field(repr=False)
    steps: tuple[Step, ...] = field(repr=False, compare=False, default=())


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail from an IMAP folder; `received_at` is its INTERNALDATE. A mail that is `cut` has its headers alone; one
    of which the server gives nothing at all, though it is there, has no bytes."""

    uid: int
    received_at: datetime
    raw: bytes | None = field(repr=False)
    cut: Cut = Cut.NOT


@dataclass(frozen=True, slots=True)
class MailAccount:
    """What it takes to log in to an IMAP or SMTP server: a password, or an access token (XOAUTH2) in place of it.

    `security` is `tls`, `starttls` or `none`.
    """

    host: str
    port: int
    security: str
    username: str = field(repr=False, default="")
    password: str = field(repr=False, default="")
    access_token: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class FolderState:
    """`name` is the folder's own, also where it was looked for by its use. `mod_seq` rises with every change of the
    folder (CONDSTORE); 0 where the server keeps none. `tells_next`: `uid_next` is the server's word, not a guess.
    `remade` counts how often the folder was made anew under one UIDVALIDITY; the server does not know it. `connection`
    is another number after the line was dialled anew, or the folder was not to be had for a while."""

    uid_validity: int
    uid_next: int
    name: str = ""
    mod_seq: int = 0
    tells_next: bool = True
    remade: int = 0
    connection: int = 0

    def is_like(self, other: "FolderState") -> bool:
        """No mail came in between, whatever else changed."""
        return (self.uid_validity, self.uid_next) == (other.uid_validity, other.uid_next)


@dataclass(frozen=True, slots=True)
class Listed:
    """What tells a mail apart without its body: INTERNALDATE, RFC822.SIZE and Message-ID (may be empty)."""

    uid: int
    received_at: datetime
    size: int
    rfc_message_id: str = field(repr=False)


SENT_FOLDER = "\\Sent"
"""In place of a folder's name: the one where sent mail is filed, as the server marks it (RFC 6154) or names it."""

DELIVERIES_REFUSED = "deliveries_refused"
NO_SUCH_FOLDER = "imap_no_such_folder"
TOO_MANY_CONNECTIONS = "imap_too_many_connections"
"""Words of Unreachable that say more than that it is to be tried again."""


class MailFolder(Protocol):
    """One folder of a mailbox on an IMAP server, read without changing it. Calls block; raise Unreachable."""

    def open(self) -> FolderState:
        """See the folder as it is now; connects, or connects again, if need be."""
        ...

    def new_uids(self, after: int) -> Sequence[int]: ...

    def uids_since(self, day: datetime) -> Sequence[int]: ...

    def changed_uids(self, mod_seq: int, *, since: datetime) -> Sequence[int]: ...

    def list_mails(self, uids: Sequence[int], *, at_once: bool = False) -> Sequence[Listed]:
        """`at_once`: what is not given at the first word is left out."""
        ...

    def fetch(self, uids: Sequence[int], *, max_bytes: int) -> Sequence[Fetched]:
        """The first of these mails, by UID, as many as fit in one batch; call again with those above the last.

        What was expunged meanwhile is left out: an empty answer says that none of them is there any more. What the
        server refuses is not left out; where it refuses whatever it is asked for, that is Unreachable.
        """
        ...

    def has_message(self, rfc_message_id: str) -> bool: ...

    def append(self, raw: bytes) -> None: ...

    def mark_seen(self, uids: Sequence[int]) -> None: ...

    def move(self, uids: Sequence[int], to: str) -> None:
        """Into another folder of the mailbox; a mail that is gone is left out."""
        ...

    @property
    def can_wait(self) -> bool:
        """Whether the server tells by itself that mail has come; known once the folder was opened."""
        ...

    def wait(self, seconds: float) -> bool:
        """Until a mail may have come since the last `open`, at most so long. False: none came, as far as one knows."""
        ...

    def close(self) -> None: ...


class MailLine(Protocol):
    """One connection to a mailbox's server, shared by its folders in turn. Dials when a folder is opened."""

    def use(self, account: MailAccount) -> None:
        """Log in as that, the next time that it dials."""
        ...

    def folder(self, name: str) -> MailFolder:
        """A folder by its name, or SENT_FOLDER."""
        ...

    def offers(self) -> frozenset[str]:
        """What a server that was dialled says that it can do beside plain IMAP: IDLE, CONDSTORE, …"""
        ...

    def close(self) -> None:
        """Hang up for good; from any thread."""
        ...


class SentFolder(Protocol):
    """Where a mailbox's sent mail is filed. Raises Unreachable."""

    async def has_message(self, mailbox_id: UUID, rfc_message_id: str) -> bool: ...

    async def append(self, mailbox_id: UUID, raw: bytes) -> None: ...


class SendResult(StrEnum):
    """What is known after one attempt. UNKNOWN: the connection was lost from DATA on; never retried blindly.
    WITHHELD: the word to go on was not given at the last moment, so nothing left."""

    SENT = "sent"
    TRY_LATER = "try_later"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Delivery:
    """`detail` is the server's code and enhanced code (digits only), or a closed word: never text of the mail.

    `refused_recipients`: who gets no copy of a mail that was sent, each with the server's code."""

    result: SendResult
    detail: str = ""
    refused_recipients: tuple[tuple[str, str], ...] = field(repr=False, default=())


MayBegin = Callable[[], Awaitable[bool]]
"""Asked once, when the server has agreed to everything but the body: whether the mail may still leave."""


class Sender(Protocol):
    """The first of the recipients is the one that the mail is for: when it is refused, nobody gets it. Another one is
    left out, unless it is refused for now only and `waits_for_copies`: then nobody gets it yet."""

    async def send(
        self,
        raw: bytes,
        *,
        sender: str,
        recipients: Sequence[str],
        may_begin: MayBegin | None = None,
        waits_for_copies: bool = False,
    ) -> Delivery: ...


class Poster(Protocol):
    """Posts to addresses outside that the operator allows."""

    @property
    def allows_any(self) -> bool: ...

    def allows(self, url: str) -> bool: ...

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer. Raises Unreachable."""
        ...


@dataclass(frozen=True, slots=True)
class ObjectName:
    """Where something lies in an object store."""

    bucket: str
    key: str

    @staticmethod
    def of(address: str) -> "ObjectName":
        """From `s3://bucket/key`. Raises Invalid."""
        found = _OBJECT.fullmatch(address)
        if found is None:
            raise Invalid(f"{address} is not the address of an object, such as s3://bucket/folder/file")
        return ObjectName(found["bucket"], found["key"])

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


_OBJECT = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>[\w!.*'()-][\w!.*'()/-]{0,1023})", re.ASCII
)
"""Names that mean the same to every store, and in every address."""


class ObjectStore(Protocol):
    """Keeps what nobody may change. Raises Invalid where it refuses, Unreachable where it does not answer."""

    async def put(self, name: ObjectName, content: bytes, *, kept_until: datetime | None) -> None: ...

    async def get(self, name: ObjectName) -> bytes: ...

    async def reach(self, name: ObjectName) -> None:
        """Ask for what need not be there: whether the store knows us."""
        ...
