"""Policy: rules decide the route, autonomy decides whether an `auto` answer waits for a person. Both are data.

The first rule that matches wins; the last one must match everything and send to a person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from app.domain.company import Company
from app.domain.copies import Copying
from app.domain.four_eyes import SecondPersonRule
from app.domain.intents import Autonomy, Intent, Reason, Route, Tone
from app.domain.jurisdiction import Jurisdiction, Jurisdictions, of_country
from app.domain.urgency import AS_SHIPPED, UrgencyWeights


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules may look at: closed words and one number."""

    intents: frozenset[Intent]
    reasons: frozenset[Reason]
    confidence: float
    machine: str | None = None
    segment: str = "standard"
    is_known_contact: bool = False
    names_invoice: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """All parts that are set must hold; an empty condition always holds."""

    any_intent: frozenset[Intent] = frozenset()
    only_intents: frozenset[Intent] = frozenset()
    any_reason: frozenset[Reason] = frozenset()
    machines: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    confidence_below: float | None = None
    known_contact: bool | None = None
    names_invoice: bool | None = None

    def holds(self, situation: Situation) -> bool:
        return (
            (not self.any_intent or bool(self.any_intent & situation.intents))
            and (not self.only_intents or (bool(situation.intents) and situation.intents <= self.only_intents))
            and (not self.any_reason or bool(self.any_reason & situation.reasons))
            and (not self.machines or situation.machine in self.machines)
            and (not self.segments or situation.segment in self.segments)
            and (self.confidence_below is None or situation.confidence < self.confidence_below)
            and (self.known_contact is None or self.known_contact == situation.is_known_contact)
            and (self.names_invoice is None or self.names_invoice == situation.names_invoice)
        )

    @property
    def is_empty(self) -> bool:
        return self == Condition()


@dataclass(frozen=True, slots=True)
class Rule:
    """`reasons` are added to what the situation brings, so that every review has at least one."""

    name: str
    when: Condition
    route: Route
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class AutonomyRule:
    """What may happen to an `auto` answer of one intent in one segment; "*" stands for any."""

    intent: str
    segment: str
    autonomy: Autonomy


@dataclass(frozen=True, slots=True)
class History:
    """What bears on tone. `overdue_days`: of the oldest invoice that the mail concerns."""

    overdue_days: int = 0
    broken_promises: int = 0
    is_strategic: bool = False
    is_natural_person: bool = False


@dataclass(frozen=True, slots=True)
class ToneRule:
    """How an answer sounds when `when` holds, from so many days overdue and so many broken promises on."""

    tone: Tone
    when: Condition = Condition()
    overdue_days: int = 0
    broken_promises: int = 0
    strategic: bool | None = None
    natural_person: bool | None = None

    def holds(self, situation: Situation, history: History) -> bool:
        return (
            history.overdue_days >= self.overdue_days
            and history.broken_promises >= self.broken_promises
            and (self.strategic is None or self.strategic == history.is_strategic)
            and (self.natural_person is None or self.natural_person == history.is_natural_person)
            and self.when.holds(situation)
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that the model is shown and that code enforces."""

    draft_words: int = 180


@dataclass(frozen=True, slots=True)
class LedgerPolicy:
    """`max_age`: how old the newest invoice import may be before reminders stop. `short_by`: by currency, how much less
    than what was promised still keeps a promise."""

    max_age: timedelta = timedelta(hours=72)
    short_by: Mapping[str, Decimal] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Policy:
    version: str
    rules: tuple[Rule, ...]
    autonomy: tuple[AutonomyRule, ...] = ()
    sending_stopped: bool = False
    tones: tuple[ToneRule, ...] = ()
    limits: Limits = Limits()
    ledger: LedgerPolicy = LedgerPolicy()
    companies: tuple[Company, ...] = ()
    second_person: tuple[SecondPersonRule, ...] = ()
    queue: UrgencyWeights = AS_SHIPPED
    copying: Copying = Copying.CONTACTS
    jurisdictions: Jurisdictions = field(default_factory=dict, hash=False)

    @property
    def accounts(self) -> frozenset[str]:
        """The bank accounts that are ours: IBANs and other details, letters and digits alone, in capitals."""
        named = (details for company in self.companies for details in (company.iban, company.account) if details)
        return frozenset("".join(filter(str.isalnum, details)).upper() for details in named)

    def law_for(self, country: str) -> Jurisdiction | None:
        """The reader's law, of whom the country is known, else that of ours; None where no laws were loaded."""
        ours = next((company.country for company in self.companies if company.country), "")
        return of_country(self.jurisdictions, country or ours) if self.jurisdictions else None

    def company(self, company_id: str) -> Company | None:
        """The legal entity of an invoice or customer; None when the file names no such company."""
        return next((company for company in self.companies if company.id == company_id), None)


NEVER_PASSED_OVER = frozenset({Reason.UNREADABLE_ATTACHMENT, Reason.NO_MORE_MAIL})


@dataclass(frozen=True, slots=True)
class Decision:
    route: Route
    rule: str
    reasons: tuple[Reason, ...]


def decide(policy: Policy, situation: Situation) -> Decision:
    """The first rule that matches says where the mail goes; reasons are listed in the order of `Reason`.

    Two things no rule can loosen: a machine gets no answer, and what nobody could read is not passed over, nor who asks
    for no more mail.
    """
    rule = next(rule for rule in policy.rules if rule.when.holds(situation))
    route = rule.route
    if route is Route.AUTO and situation.machine is not None:
        route = Route.NONE
    if route is Route.NONE and situation.machine is None and NEVER_PASSED_OVER & situation.reasons:
        route = Route.REVIEW
    if route is not Route.REVIEW:
        return Decision(route, rule.name, ())
    reasons = situation.reasons | frozenset(rule.reasons) or frozenset({Reason.LOW_CONFIDENCE})
    return Decision(route, rule.name, tuple(reason for reason in Reason if reason in reasons))


def decision_of(policy: Policy, situation: Situation) -> Decision:
    """The policy's word, except that nothing with a reason for review ever goes out alone."""
    decision = decide(policy, situation)
    if decision.route is Route.AUTO and situation.reasons:
        return Decision(Route.REVIEW, GUARD, tuple(reason for reason in Reason if reason in situation.reasons))
    return decision


def tone_of(policy: Policy, situation: Situation, history: History) -> Tone:
    """The first tone rule that holds; neutral when none does. No rule can press people in difficulty or in dispute."""
    fitting = (rule.tone for rule in policy.tones if rule.holds(situation, history))
    return bearable(next(fitting, Tone.NEUTRAL), situation.intents)


def bearable(tone: Tone, intents: Iterable[Intent]) -> Tone:
    """Nobody is pressed who is in difficulty or in dispute."""
    return Tone.NEUTRAL if tone is Tone.FIRM and NEVER_FIRM & set(intents) else tone


def may_send_alone(policy: Policy, intents: Iterable[Intent], segment: str, *, is_natural_person: bool = False) -> bool:
    """Whether an `auto` answer may leave without a person: autonomy is `send` for every intent, and sending is not
    stopped. Never to a customer who is a person of flesh and blood (GDPR art. 22)."""
    wanted = tuple(intents)
    return (
        bool(wanted)
        and not is_natural_person
        and not policy.sending_stopped
        and all(autonomy_of(policy, i, segment) is Autonomy.SEND for i in wanted)
    )


def with_cells(policy: Policy, cells: Iterable[AutonomyRule], *, stopped: bool) -> Policy:
    """The policy as a manager left it: their cells come before the file's, and the kill switch stands as it stands."""
    return replace(policy, autonomy=(*cells, *policy.autonomy), sending_stopped=stopped)


def autonomy_of(policy: Policy, intent: Intent, segment: str) -> Autonomy:
    """The first cell that fits; draft where none does."""
    for rule in policy.autonomy:
        if rule.intent in (intent.value, "*") and rule.segment in (segment, "*"):
            return rule.autonomy
    return Autonomy.DRAFT


GUARD = "reasons-forbid-auto"
"""The rule named when a policy would have answered alone although there is a reason to ask a person."""

NEVER_FIRM = frozenset({Intent.HARDSHIP, Intent.DISPUTE, Intent.LEGAL_OR_COMPLAINT})

REASON_OF_INTENT: Mapping[Intent, Reason] = {
    Intent.DISPUTE: Reason.DISPUTE,
    Intent.EXTENSION_REQUEST: Reason.NEGOTIATION,
    Intent.HARDSHIP: Reason.HARDSHIP,
    Intent.BANK_DETAIL_CHANGE: Reason.FRAUD_RISK,
}
"""`legal_or_complaint` has three reasons (legal, complaint, privacy_request): the extract node says which."""
