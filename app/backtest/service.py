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
from app.domain.intents import Autonomy, Intent, Reason, Route
from app.domain.message import Address, Identity, ReadMail
from app.domain.policy import Policy, autonomy_of, may_send_alone
from app.domain.ports import Mind
from app.domain.proposal import Draft, Proposal
from app.intake.incoming import MAX_BYTES

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
MOST_SHOWN = 500

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


@dataclass(slots=True)
class Tally:
    """The outcomes, counted; the first of them are kept to be shown, whatever the length of the history.

    `minutes` is what one mail takes a person today: an assumption, not a measurement.
    """

    minutes: Decimal
    mails: int = 0
    fates: Counter[Fate] = field(default_factory=Counter)
    intents: Counter[Intent] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    shown: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.mails += 1
        self.fates[outcome.fate] += 1
        self.intents.update(outcome.intents)
        self.reasons.update(outcome.reasons)
        if len(self.shown) < MOST_SHOWN:
            self.shown.append(outcome)

    def share(self, fate: Fate) -> float:
        return self.fates[fate] / self.mails if self.mails else 0.0

    @property
    def hours_saved(self) -> Decimal:
        """Never less than nothing a mail: who is quicker than our assumption loses nothing by us."""
        saved = (self.fates[fate] * max(self.minutes - left, Decimal(0)) for fate, left in MINUTES_LEFT.items())
        return sum(saved, Decimal(0)) / 60


class Backtest:
    """Runs mails through a mind. `find_link` only reads. `policy` is the one in force, with what managers changed."""

    def __init__(self, mind: Mind, policy: Policy, find_link: FindLink, identity: Identity, clock: Clock) -> None:
        self._mind = mind
        self._policy = policy
        self._find_link = find_link
        self._identity = identity
        self._clock = clock

    async def run(self, mails: Iterable[tuple[str, bytes]]) -> AsyncIterator[Outcome]:
        """One outcome a mail, in their order."""
        for name, raw in mails:
            try:
                outcome = await self._outcome(name, raw)
            except Exception as error:  # as in the job that works a mail: it steps aside, the others go on
                outcome = Outcome(name, Fate.UNREADABLE, error=type(error).__name__)
            yield outcome

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
        intents, account = [finding.intent for finding in proposal.intents], link.account
        if any(autonomy_of(self._policy, intent, account.segment) is Autonomy.OFF for intent in intents):
            return Fate.REVIEWED
        alone = proposal.is_worded_by_us and may_send_alone(
            self._policy, intents, account.segment, is_natural_person=account.natural_person
        )
        return Fate.SENT_ALONE if alone else Fate.DRAFTED
