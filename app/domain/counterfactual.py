"""What would have had to be otherwise for the policy to send a mail elsewhere: asked of the policy itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from app.domain.intents import Intent, Reason, Route
from app.domain.policy import REASON_OF_INTENT, Policy, Situation, decide

LARGEST = 3
SHOWN = 3
_LEGAL = frozenset({Reason.LEGAL, Reason.COMPLAINT, Reason.PRIVACY_REQUEST})
_OF_SENDER = frozenset({Reason.UNVERIFIED_SENDER, Reason.UNKNOWN_CUSTOMER})


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that might be otherwise. `kind`: intent, reason, sender, confidence, segment or machine; `word`: which
    of them, and for confidence the figure to be reached."""

    kind: str
    word: str


@dataclass(frozen=True, slots=True)
class Otherwise:
    """With all of these changes the mail would have gone this way, by this rule."""

    changes: tuple[Change, ...]
    route: Route
    rule: str


def otherwise(policy: Policy, situation: Situation) -> tuple[Otherwise, ...]:
    """The smallest sets of changes that lead elsewhere, at most three of them; none when no three changes do."""
    here, possible = _way(policy, situation)[0], list(_changes(policy, situation))
    for size in range(1, LARGEST + 1):
        found = []
        for chosen in combinations(possible, size):
            changes = tuple(change for change, _ in chosen)
            if len({(c.kind, c.word if c.kind in {"intent", "reason"} else "") for c in changes}) < size:
                continue
            changed = situation
            for _, apply in chosen:
                changed = apply(changed)
            route, rule = _way(policy, changed)
            if route is not here:
                found.append(Otherwise(changes, route, rule))
        if found:
            return tuple(found[:SHOWN])
    return ()


def _way(policy: Policy, situation: Situation) -> tuple[Route, str]:
    """Nothing with a reason for review goes out alone, whatever its rule says."""
    decision = decide(policy, situation)
    is_guarded = decision.route is Route.AUTO and bool(situation.reasons)
    return (Route.REVIEW if is_guarded else decision.route), decision.rule


Apply = Callable[[Situation], Situation]


def _changes(policy: Policy, situation: Situation) -> Iterator[tuple[Change, Apply]]:
    bound = set[Reason]()
    for intent in Intent:
        if intent in situation.intents and intent is not Intent.QUERY:
            bound |= _reasons_of(intent)
            yield Change("intent", intent.value), _without(intent)
    if situation.reasons & _OF_SENDER:
        yield Change("sender", "known_contact"), _known
    for reason in Reason:
        if reason in situation.reasons - bound - _OF_SENDER:
            yield Change("reason", reason.value), _free_of(reason)
    thresholds = {rule.when.confidence_below for rule in policy.rules if rule.when.confidence_below is not None}
    for threshold in sorted(figure for figure in thresholds if figure > situation.confidence):
        yield Change("confidence", f"{threshold:g}"), _as_sure_as(threshold)
    if situation.machine is not None:
        yield Change("machine", situation.machine), lambda now: replace(now, machine=None)
    if situation.segment != "standard" and any(rule.when.segments for rule in policy.rules):
        yield Change("segment", situation.segment), lambda now: replace(now, segment="standard")


def _reasons_of(intent: Intent) -> frozenset[Reason]:
    if intent is Intent.LEGAL_OR_COMPLAINT:
        return _LEGAL
    return frozenset({REASON_OF_INTENT[intent]}) if intent in REASON_OF_INTENT else frozenset()


def _without(intent: Intent) -> Apply:
    """A mail that wants nothing else would be an ordinary question."""
    return lambda now: replace(
        now,
        intents=now.intents - {intent} or frozenset({Intent.QUERY}),
        reasons=now.reasons - _reasons_of(intent),
    )


def _free_of(reason: Reason) -> Apply:
    return lambda now: replace(now, reasons=now.reasons - {reason})


def _known(now: Situation) -> Situation:
    return replace(now, reasons=now.reasons - _OF_SENDER, is_known_contact=True)


def _as_sure_as(figure: float) -> Apply:
    return lambda now: replace(now, confidence=max(now.confidence, figure))
