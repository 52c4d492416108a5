"""What facts does the mail state? The model reads; every date, sum and name is checked against the words."""

import asyncio
from dataclasses import replace

from langgraph.runtime import Runtime

from agents.triage.context import Ask, TriageContext
from agents.triage.directed import directed_facts
from agents.triage.evidence import evidence, span_here
from agents.triage.outputs import ExtractedFacts
from agents.triage.places import placed
from agents.triage.resolver import as_answer, resolve
from agents.triage.state import TriageState
from agents.triage.verify import verified_facts
from app.domain.case import Letter
from app.domain.intents import Intent, Reason
from app.domain.proposal import BODY, IntentFinding
from app.domain.text import Span
from app.reading.facts.reader import IntentInvoices
from app.reading.model.classifier import Scored

FACTUAL = frozenset(
    {
        Intent.PAYMENT_PROMISE,
        Intent.EXTENSION_REQUEST,
        Intent.DISPUTE,
        Intent.CONTACT_UPDATE,
        Intent.LEGAL_OR_COMPLAINT,
        Intent.AUTOMATIC_REPLY,
    }
)
"""Intents with facts of their own; without one of them, and for machines, the model is not asked."""


async def extract(state: TriageState, runtime: Runtime[TriageContext]) -> TriageState:
    letter, account, findings = state["letter"], state["account"], state["findings"]
    intents, correction = tuple(finding.intent for finding in findings), runtime.context.directions.correction
    heard = await asyncio.to_thread(runtime.context.hear, letter, account, intents)  # it may compute for long
    ours = resolve(letter, account, [_scored(letter, finding) for finding in findings], heard)
    findings = tuple(_sharpened(letter, finding, ours.by_intent) for finding in findings)
    if letter.screening.machine is not None or not FACTUAL & set(intents):
        said = as_answer(ours, letter)
        facts = directed_facts(verified_facts(said, said, letter, account, intents), correction)
        facts = placed(facts, ours, letter, account)
        return {"findings": findings, "ours": ours, "facts": facts, "legal": frozenset()}
    shown = {
        "language": letter.language,
        "today": letter.today.isoformat(),
        "weekday": letter.today.strftime("%A"),
        "intents": ", ".join(intents),
    }
    ask = Ask("extract_facts", letter, account, shown=shown, inputs={"ours": ours})
    answer, call = await runtime.context.ask(ask, ExtractedFacts)
    facts = verified_facts(answer.value, as_answer(ours, letter), letter, account, intents)
    return {
        "findings": findings,
        "ours": ours,
        "facts": placed(directed_facts(facts, correction), ours, letter, account),
        "legal": frozenset(Reason(kind.value) for kind in answer.value.legal),
        "calls": (call,),
    }


def _scored(letter: Letter, finding: IntentFinding) -> Scored:
    """A finding as the readers want it: with offsets in the redacted letter."""
    span = span_here(letter, finding.evidence) or Span(0, 0)
    source = finding.evidence.source if finding.evidence else BODY
    return Scored(finding.intent, finding.confidence, source, span.start, span.end)


def _sharpened(letter: Letter, finding: IntentFinding, by_intent: tuple[IntentInvoices, ...]) -> IntentFinding:
    """With the clause that speaks for the intent as evidence, where readers can tell; never evidence out of nothing."""
    span = next((found.span for found in by_intent if found.intent is finding.intent), None)
    clause = span and evidence(letter, span.source, Span(span.start, span.end))
    return replace(finding, evidence=clause) if clause and finding.evidence else finding
