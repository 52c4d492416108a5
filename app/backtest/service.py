"""What would have happened: old mail through the agent that runs, with nothing stored and no way to send.

    history ─▶ read ─▶ link (the instance's ledger, or one account, or nobody) ─▶ think ─▶ Outcome

There is no sender, no outbox and no transaction that writes in here. Each mail is thought about with today's ledger,
which did not hold then what it holds now; the report says so.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from app.domain.account import Link
from app.domain.case import Case
from app.domain.clock import Clock
from app.domain.errors import UnreadableMail
from app.domain.intents import Intent, Reason, Route
from app.domain.message import Address, Identity, ReadMail
from app.domain.policy import Policy, may_send_alone
from app.domain.ports import Mind
from app.domain.proposal import Draft, Proposal
from app.intake.service import MAX_BYTES

FindLink = Callable[[ReadMail], Awaitable[Link]]


class Fate(StrEnum):
    """Where a mail would have gone."""

    SENT_ALONE = "sent_alone"
    """Answered without a person, by the autonomy that the policy grants today."""

    DRAFTED = "drafted"
    """A draft without any reason for doubt: a person reads and approves."""

    REVIEWED = "reviewed"
    NO_ANSWER = "no_answer"
    UNREADABLE = "unreadable"


NO_SENDER = Address()

MINUTES_LEFT = {
    Fate.SENT_ALONE: Decimal(0),
    Fate.NO_ANSWER: Decimal(0),
    Fate.DRAFTED: Decimal(1),
    Fate.REVIEWED: Decimal("2.5"),
}
"""A person's minutes with Duebox, at most; without it a mail takes as long as the reader of the report says."""


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    fate: Fate
    sender: Address = NO_SENDER
    subject: str = field(repr=False, default="")
    day: datetime | None = None
    customer: str = field(repr=False, default="")
    intents: tuple[Intent, ...] = ()
    invoices: tuple[str, ...] = ()
    rule: str = ""
    reasons: tuple[Reason, ...] = ()
    words: str = field(repr=False, default="")
    draft: Draft | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """The outcomes, counted. `minutes` is what one mail takes a person today: an assumption, not a measurement."""

    outcomes: tuple[Outcome, ...]
    minutes: Decimal

    @property
    def fates(self) -> Counter[Fate]:
        return Counter(outcome.fate for outcome in self.outcomes)

    @property
    def intents(self) -> Counter[Intent]:
        return Counter(intent for outcome in self.outcomes for intent in outcome.intents)

    @property
    def reasons(self) -> Counter[Reason]:
        return Counter(reason for outcome in self.outcomes for reason in outcome.reasons)

    def share(self, fate: Fate) -> float:
        return self.fates[fate] / len(self.outcomes) if self.outcomes else 0.0

    @property
    def hours_saved(self) -> Decimal:
        """Never less than nothing a mail: who is quicker than our assumption loses nothing by us."""
        saved = (self.fates[fate] * max(self.minutes - left, Decimal(0)) for fate, left in MINUTES_LEFT.items())
        return sum(saved, Decimal(0)) / 60


class Backtest:
    """Runs mails through a mind. `find_link` only reads."""

    def __init__(self, mind: Mind, policy: Policy, find_link: FindLink, identity: Identity, clock: Clock) -> None:
        self._mind = mind
        self._policy = policy
        self._find_link = find_link
        self._identity = identity
        self._clock = clock

    async def run(self, mails: Iterable[tuple[str, bytes]]) -> AsyncIterator[Outcome]:
        """One outcome a mail, in their order."""
        for name, raw in mails:
            yield await self._outcome(name, raw)

    async def _outcome(self, name: str, raw: bytes) -> Outcome:
        if len(raw) > MAX_BYTES:
            return Outcome(name, Fate.UNREADABLE, error="too_large")
        try:
            read = await self._mind.read(raw, self._identity)
        except UnreadableMail as error:
            return Outcome(name, Fate.UNREADABLE, error=str(error))
        link = await self._find_link(read)
        head = read.mail.head
        to = head.to[0].email if head.to else ""
        thought = await self._mind.think(Case(read, link, head.date or self._clock(), to))
        proposal = thought.proposal
        return Outcome(
            name,
            self._fate(proposal, link),
            head.sender,
            head.subject,
            head.date,
            link.account.name,
            tuple(finding.intent for finding in proposal.intents),
            proposal.invoices,
            proposal.rule,
            proposal.reasons,
            proposal.reply_text,
            proposal.draft,
        )

    def _fate(self, proposal: Proposal, link: Link) -> Fate:
        if proposal.route is Route.NONE:
            return Fate.NO_ANSWER
        if proposal.route is Route.REVIEW or proposal.draft is None:
            return Fate.REVIEWED
        intents = (finding.intent for finding in proposal.intents)
        alone = proposal.is_worded_by_us and may_send_alone(self._policy, intents, link.account.segment)
        return Fate.SENT_ALONE if alone else Fate.DRAFTED
