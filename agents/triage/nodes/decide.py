"""Gather every reason, then let the policy decide. No model has a say here."""

from collections.abc import Iterator
from dataclasses import replace

from langgraph.runtime import Runtime

from agents.triage.context import MAX_BODY, TriageContext
from agents.triage.outputs import Flag
from agents.triage.state import Standing, TriageState
from app.domain.account import LinkMethod
from app.domain.intents import MACHINE_INTENTS, Intent, Reason, Route
from app.domain.policy import REASON_OF_INTENT, Decision, Policy, Situation, decision_of

NO_HIDDEN_TEXT_ALARM = MACHINE_INTENTS | {Intent.UNRELATED}
"""Newsletters and robots hide text as a habit; in a customer's own words it is a sign."""


async def decide(state: TriageState, runtime: Runtime[TriageContext]) -> TriageState:
    situation = situation_of(state)
    return {"situation": situation, "decision": decision_of(runtime.context.policy, situation)}


def reconsidered(policy: Policy, situation: Situation, decision: Decision, reason: Reason) -> Decision:
    """The decision with one more reason; a review keeps the rule that made it one."""
    if decision.route is Route.REVIEW:
        reasons = {*decision.reasons, reason}
        return replace(decision, reasons=tuple(known for known in Reason if known in reasons))
    return decision_of(policy, replace(situation, reasons=situation.reasons | {reason}))


def situation_of(state: TriageState) -> Situation:
    findings, machine = state["findings"], state["letter"].screening.machine
    return Situation(
        intents=frozenset(finding.intent for finding in findings),
        reasons=frozenset(_reasons(state)) if machine is None else frozenset(_signs(state)),
        confidence=min((finding.confidence for finding in findings), default=0.0),
        machine=machine.value if machine else None,
        segment=state["account"].segment,
        is_known_contact=state["standing"].is_verified,
        names_invoice=bool(state["mentioned"]),
    )


def _reasons(state: TriageState) -> Iterator[Reason]:
    yield from _signs(state)
    yield from _of_intents(state)
    yield from _of_sender(state["standing"])
    is_cut = state["letter"].is_cut or len(state["letter"].body.value) > MAX_BODY
    if Flag.PERHAPS_MORE in state["flags"] or is_cut:
        yield Reason.LOW_CONFIDENCE
    if state["letter"].screening.wants_person:
        yield Reason.PERSON_WANTED
    if state["letter"].screening.wants_no_mail:
        yield Reason.NO_MORE_MAIL
    if state["account"].strategic:
        yield Reason.STRATEGIC_ACCOUNT
    if state["letter"].screening.has_unreadable_attachment:
        yield Reason.UNREADABLE_ATTACHMENT
    if any(call.is_fallback for call in state.get("calls", ())):
        yield Reason.MODEL_UNAVAILABLE


def _signs(state: TriageState) -> Iterator[Reason]:
    """Signs of fraud and of text meant for a machine; they count whoever wrote the mail."""
    screening, intents = state["letter"].screening, {finding.intent for finding in state["findings"]}
    if screening.fraud_signs or Flag.FRAUD_SIGN in state["flags"]:
        yield Reason.FRAUD_RISK
    hides = screening.has_hidden_text and not intents <= NO_HIDDEN_TEXT_ALARM
    if screening.has_injection or hides or Flag.INJECTION in state["flags"]:
        yield Reason.INJECTION


def _of_intents(state: TriageState) -> Iterator[Reason]:
    intents = {finding.intent for finding in state["findings"]}
    yield from (REASON_OF_INTENT[intent] for intent in intents if intent in REASON_OF_INTENT)
    if Intent.LEGAL_OR_COMPLAINT in intents:
        yield from state["legal"] or {Reason.LEGAL}
    stalls = Intent.EXTENSION_REQUEST in intents and state["facts"].extension is None
    if stalls or Flag.LOW_INFORMATION in state["flags"] or not intents:
        yield Reason.LOW_INFORMATION


def _of_sender(standing: Standing) -> Iterator[Reason]:
    if standing.method in {LinkMethod.NONE, LinkMethod.AMBIGUOUS}:
        yield Reason.UNKNOWN_CUSTOMER
    elif not standing.is_verified:
        yield Reason.UNVERIFIED_SENDER
