"""What does the mail want? Asked of the model, except when code already knows that a machine wrote it."""

from dataclasses import replace

from langgraph.runtime import Runtime

from agents.triage.context import Ask, TriageContext
from agents.triage.directed import directed_findings, directed_flags
from agents.triage.evidence import evidence, locate
from agents.triage.outputs import Flag, FoundIntent, MessageClass
from agents.triage.remittances import as_paid, remitted
from agents.triage.resolver import READ
from agents.triage.state import TriageState
from app.domain.case import Letter
from app.domain.intents import CONSEQUENCE, Intent
from app.domain.message import Machine
from app.domain.proposal import BODY, SUBJECT, IntentFinding
from app.domain.text import Span
from app.reading.facts.contacts import find_successor

UNQUOTED = 0.3
"""What remains of the confidence in an intent whose quote does not stand in the mail."""

INTENT_OF_MACHINE = {
    Machine.AUTO_REPLY: Intent.AUTOMATIC_REPLY,
    Machine.TICKET_ROBOT: Intent.AUTOMATIC_REPLY,
    Machine.READ_RECEIPT: Intent.AUTOMATIC_REPLY,
    Machine.BOUNCE: Intent.DELIVERY_FAILURE,
    Machine.MAILING_LIST: Intent.UNRELATED,
    Machine.OWN_COPY: Intent.UNRELATED,
}


_SAY_NOTHING = frozenset({Intent.AUTOMATIC_REPLY, Intent.ACKNOWLEDGEMENT, Intent.UNRELATED})
"""What a mail that its headers call automatic is taken for where it is; and an aside that is the notice's own."""


async def classify(state: TriageState, runtime: Runtime[TriageContext]) -> TriageState:
    letter = state["letter"]
    if letter.screening.machine is not None:
        return {"findings": said_by_code(letter, letter.screening.machine), "flags": frozenset(), "calls": ()}
    heard = _asides_of(letter)
    ask = Ask("classify_message", heard, state["account"], shown={"language": letter.language})
    answer, call = await runtime.context.ask(ask, MessageClass)
    findings, flags = findings_of(heard, answer.value.intents), frozenset(answer.value.flags)
    if _says_nothing_to_us(letter, findings):
        findings = said_by_code(letter, Machine.AUTO_REPLY)
    payments = remitted(letter, state["account"])
    if payments:
        findings, flags = as_paid(findings, payments), flags - {Flag.LOW_INFORMATION}
    said = runtime.context.directions.correction
    return {
        "findings": directed_findings(findings, said),
        "flags": directed_flags(flags, said),
        "remitted": payments,
        "calls": (call,),
    }


def _says_nothing_to_us(letter: Letter, findings: tuple[IntentFinding, ...]) -> bool:
    found = {finding.intent for finding in findings}
    if letter.screening.asides:
        return found <= _SAY_NOTHING | {Intent.CONTACT_UPDATE}
    return letter.screening.is_marked and bool(found) and found <= _SAY_NOTHING


def _asides_of(letter: Letter) -> Letter:
    """What a person added to a machine's notice, without the notice, its subject and its days."""
    asides = letter.screening.asides
    return replace(letter, subject=letter.subject.cut(()), body=letter.body.cut(asides)) if asides else letter


def findings_of(letter: Letter, found: tuple[FoundIntent, ...]) -> tuple[IntentFinding, ...]:
    """The gravest first, each intent once, with the evidence that really stands in the letter."""
    best: dict[Intent, IntentFinding] = {}
    for claim in found:
        finding = _verified(letter, claim)
        known = best.get(claim.intent)
        if known is None or finding.confidence > known.confidence:
            best[claim.intent] = finding
    return tuple(best[intent] for intent in sorted(best, key=CONSEQUENCE.__getitem__))


def said_by_code(letter: Letter, machine: Machine) -> tuple[IntentFinding, ...]:
    """What a machine's mail is; an automatic reply may name a permanent successor besides (evals/labels.md)."""
    intent, whole = INTENT_OF_MACHINE[machine], Span(0, len(letter.subject.value))
    finding = IntentFinding(intent, 1.0, (), evidence(letter, SUBJECT, whole))
    successor = find_successor(letter.body.value[:READ]) if intent is Intent.AUTOMATIC_REPLY else None
    if successor is None or successor.span is None:
        return (finding,)
    named = evidence(letter, BODY, Span(successor.span.start, successor.span.end))
    return (finding, IntentFinding(Intent.CONTACT_UPDATE, 1.0, (), named))


def _verified(letter: Letter, claim: FoundIntent) -> IntentFinding:
    span = locate(letter, claim)
    confidence = claim.confidence if span else claim.confidence * UNQUOTED
    return IntentFinding(claim.intent, confidence, claim.invoices, evidence(letter, claim.source, span))
