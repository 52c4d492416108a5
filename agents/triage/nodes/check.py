"""Is the draft true, and does it grant nothing? Deterministic, and blind to how the draft was made."""

from collections.abc import Iterator
from dataclasses import replace

from langgraph.runtime import Runtime

from agents.triage.brief import DraftBrief
from agents.triage.context import TriageContext
from agents.triage.lexicon import offences
from agents.triage.nodes.decide import reconsidered
from agents.triage.state import TriageState
from agents.triage.trace import Known, configured, from_ledger, from_mail, from_promise, trace
from app.domain.intents import Reason
from app.domain.proposal import Draft

ATTEMPTS = 2
"""A draft may be written twice; the second refusal is final."""


async def check(state: TriageState, runtime: Runtime[TriageContext]) -> TriageState:
    draft, brief, context = state["draft"], state["brief"], runtime.context
    if draft is None:
        return {"problems": ()}
    traced = trace(draft.body, _known(state, context, draft), state["letter"], draft.language)
    problems = (*traced.problems, *_forbidden(draft, brief))
    if problems and state["attempts"] < ATTEMPTS:
        return {"problems": problems}
    situation, decision = state["situation"], state["decision"]
    if any(call.is_fallback for call in state["calls"]):
        decision = reconsidered(context.policy, situation, decision, Reason.MODEL_UNAVAILABLE)
    if problems:
        refused = reconsidered(context.policy, situation, decision, Reason.DRAFT_REFUSED)
        return {"draft": None, "problems": problems, "decision": refused}
    return {"draft": replace(draft, traces=traced.traces), "problems": (), "decision": decision}


def _known(state: TriageState, context: TriageContext, draft: Draft) -> Iterator[Known]:
    """What this draft may state: in its language, and in English for want of templates in it."""
    brief, account = state["brief"], state["account"]
    concerning = {*state["invoices"], *(i.number for i in account.invoices if i.number in draft.body)}
    yield from configured(context.team, context.mailbox_address)
    if brief.may_use_ledger:
        yield from from_promise(state["facts"].promise)
    for language in {brief.language, "en"}:
        yield from from_mail(state["letter"], state["facts"], language)
        if brief.may_use_ledger:
            yield from from_ledger(account, language, concerning)


def _forbidden(draft: Draft, brief: DraftBrief) -> Iterator[str]:
    """Words that only a person may write, and drafts beyond all measure."""
    for offence in offences(draft.body):
        yield f"{offence.kind}: {draft.body[offence.start : offence.end]}"
    if len(draft.body.split()) > 2 * brief.max_words:
        yield "too long"
