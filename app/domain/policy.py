"""Policy: rules decide the route, autonomy decides whether an `auto` answer waits for a person. Both are data.

The first rule that matches wins; the last one must match everything and send to a person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.intents import Autonomy, Intent, Reason, Route, Tone


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
class ToneRule:
    """How an answer sounds when `when` holds and the oldest invoice concerned is that many days overdue."""

    tone: Tone
    when: Condition = Condition()
    overdue_days: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that the model is shown and that code enforces."""

    draft_words: int = 180


@dataclass(frozen=True, slots=True)
class Policy:
    version: str
    rules: tuple[Rule, ...]
    autonomy: tuple[AutonomyRule, ...] = ()
    sending_stopped: bool = False
    tones: tuple[ToneRule, ...] = ()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Decision:
    route: Route
    rule: str
    reasons: tuple[Reason, ...]


def decide(policy: Policy, situation: Situation) -> Decision:
    """The first rule that matches says where the mail goes; reasons are listed in the order of `Reason`.

    Two things no rule can loosen: a machine gets no answer, and what nobody could read is not passed over.
    """
    rule = next(rule for rule in policy.rules if rule.when.holds(situation))
    route = rule.route
    if route is Route.AUTO and situation.machine is not None:
        route = Route.NONE
    if route is Route.NONE and situation.machine is None and Reason.UNREADABLE_ATTACHMENT in situation.reasons:
        route = Route.REVIEW
    if route is not Route.REVIEW:
        return Decision(route, rule.name, ())
    reasons = situation.reasons | frozenset(rule.reasons) or frozenset({Reason.LOW_CONFIDENCE})
    return Decision(route, rule.name, tuple(reason for reason in Reason if reason in reasons))


def tone_of(policy: Policy, situation: Situation, overdue_days: int) -> Tone:
    """The first tone rule that holds; neutral when none does."""
    fitting = (rule for rule in policy.tones if overdue_days >= rule.overdue_days and rule.when.holds(situation))
    return next((rule.tone for rule in fitting), Tone.NEUTRAL)


def may_send_alone(policy: Policy, intents: Iterable[Intent], segment: str) -> bool:
    """Whether an `auto` answer may leave without a person: autonomy is `send` for every intent, and sending is not
    stopped."""
    wanted = tuple(intents)
    return (
        bool(wanted)
        and not policy.sending_stopped
        and all(_autonomy(policy, i, segment) is Autonomy.SEND for i in wanted)
    )


def _autonomy(policy: Policy, intent: Intent, segment: str) -> Autonomy:
    for rule in policy.autonomy:
        if rule.intent in (intent.value, "*") and rule.segment in (segment, "*"):
            return rule.autonomy
    return Autonomy.DRAFT


REASON_OF_INTENT: Mapping[Intent, Reason] = {
    Intent.DISPUTE: Reason.DISPUTE,
    Intent.EXTENSION_REQUEST: Reason.NEGOTIATION,
    Intent.HARDSHIP: Reason.HARDSHIP,
    Intent.BANK_DETAIL_CHANGE: Reason.FRAUD_RISK,
}
"""`legal_or_complaint` has three reasons (legal, complaint, privacy_request): the extract node says which."""
