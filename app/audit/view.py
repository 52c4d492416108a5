"""What the pages of the audit see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from app.db.tables.system import Chain
from app.domain.audit import Ref
from app.domain.changes import Change


class Amount(NamedTuple):
    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Row:
    """One entry. `before` and `after` are what the entry itself says of a change; `said` its other closed words,
    `words` what a person said of why."""

    seq: int
    at: datetime
    kind: str
    who: str
    is_person: bool
    refs: Mapping[str, Ref]
    message_id: UUID | None
    customer_id: str
    customer: str
    intents: tuple[str, ...]
    amount: Amount | None
    delivery: str
    changed: tuple[tuple[str, Ref, Ref], ...]
    said: tuple[tuple[str, Ref], ...]
    words: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Filters:
    """As the address has them."""

    who: str = ""
    kind: str = ""
    customer: str = ""
    mailbox: str = ""
    least: str = ""
    since: str = ""
    until: str = ""
    chain: str = ""
    export: str = ""

    @property
    def are_reads(self) -> bool:
        """Whether the chain of reads is looked at, not that of decisions."""
        return self.chain == Chain.ACCESS

    def as_query(self) -> dict[str, str]:
        fields = {"who": self.who, "kind": self.kind, "customer": self.customer, "mailbox": self.mailbox}
        fields |= {
            "least": self.least,
            "since": self.since,
            "until": self.until,
            "chain": self.chain,
            "export": self.export,
        }
        return {key: value for key, value in fields.items() if value}


@dataclass(frozen=True, slots=True)
class Checked:
    """The last whole check of the chains. `first_bad` is 0 when every entry fits."""

    at: datetime
    who: str
    entries: int
    first_bad: int
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the chain can be trusted: what was checked last, and what lies outside the house."""

    entries: int
    checked: Checked | None
    checkpoint_at: datetime | None
    checkpoint_seq: int


@dataclass(frozen=True, slots=True)
class Decisions:
    rows: Sequence[Row]
    filters: Filters
    next: int | None
    standing: Standing
    people: tuple[tuple[str, str], ...]
    mailboxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    prompt: str
    hash: str
    model: str
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Letter:
    """What was proposed, what a person made of it, and what left. Texts are None once they were erased."""

    draft: str | None = field(repr=False, default=None)
    changes: tuple[Change, ...] | None = field(repr=False, default=None)
    sent: str | None = field(repr=False, default=None)
    to: str = field(repr=False, default="")
    rfc_message_id: str = ""
    sent_at: datetime | None = None
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    message_id: UUID
    review_id: UUID | None
    customer_id: str
    customer: str
    subject: str = field(repr=False)
    language: str
    received_at: datetime
    state: str
    reasons: tuple[str, ...]
    intents: tuple[tuple[str, float], ...]
    route: str
    rule: str
    policy_version: str
    redacted: str | None = field(repr=False)
    calls: tuple[Call, ...]
    letter: Letter
    timeline: tuple[Row, ...]
    first_seq: int
    last_seq: int
    is_linked: bool
