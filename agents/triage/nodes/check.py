"""Is the draft true, and does it grant nothing? Deterministic, and blind to how the draft was made."""

from dataclasses import replace

from langgraph.runtime import Runtime

from agents.triage.context import TriageContext
from agents.triage.firewall import Sources, examine
from agents.triage.nodes.decide import reconsidered
from agents.triage.nodes.draft import paid_since
from agents.triage.state import TriageState
from app.domain.intents import Reason
from app.domain.proposal import EMBEDDED

ATTEMPTS = 2
"""A draft may be written twice; the second refusal is final."""


async def check(state: TriageState, runtime: Runtime[TriageContext]) -> TriageState:
    draft, context = state["draft"], runtime.context
    if draft is None:
        return {"problems": ()}
    examined = examine(draft, sources_of(state, context))
    if examined.problems and state["attempts"] < ATTEMPTS:
        return {"problems": examined.problems}
    situation, decision = state["situation"], state["decision"]
    if any(call.is_fallback for call in state["calls"]):
        decision = reconsidered(context.policy, situation, decision, Reason.MODEL_UNAVAILABLE)
    if examined.problems:
        refused = reconsidered(context.policy, situation, decision, Reason.DRAFT_REFUSED)
        return {"draft": None, "problems": examined.problems, "decision": refused}
    return {"draft": replace(draft, traces=examined.traces), "problems": (), "decision": decision}


def sources_of(state: TriageState, context: TriageContext) -> Sources:
    """What the draft of this letter may draw on."""
    brief = state["brief"]
    return Sources(
        letter=state["letter"],
        account=state["account"],
        facts=state["facts"],
        invoices=frozenset(state["invoices"]).union(*((*topic.invoices, *topic.copied) for topic in brief.topics)),
        language=brief.language,
        may_use_ledger=brief.may_use_ledger,
        team=brief.team,
        mailbox_address=context.mailbox_address,
        max_words=brief.max_words,
        paid_since=paid_since(brief.topics, state["letter"].today),
        clause=brief.clause if context.directions.terms else None,
        copied=frozenset(number for topic in brief.topics for number in topic.copied),
        encloses=bool(brief.enclosed),
        is_ours=state["calls"][-1].model == EMBEDDED,
    )
