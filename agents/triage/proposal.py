"""What a run of the graph comes to: one proposal, whose words are still redacted."""

from agents.triage.state import TriageState
from agents.triage.summary import summarise
from app.domain.case import Letter
from app.domain.policy import Policy
from app.domain.proposal import Facts, Proposal


def proposal_of(state: TriageState, policy: Policy) -> Proposal:
    letter, decision, facts = state["letter"], state["decision"], state.get("facts", Facts())
    return Proposal(
        language=letter.language,
        reply_text="",
        intents=state["findings"],
        facts=facts,
        invoices=state["invoices"],
        route=decision.route,
        rule=decision.rule,
        reasons=decision.reasons,
        policy_version=policy.version,
        draft=state.get("draft"),
        redacted=redacted(letter),
        calls=state.get("calls", ()),
        summary=summarise(state["findings"], facts, state["account"], state["invoices"], letter.today),
        situation=state["situation"],
    )


def redacted(letter: Letter) -> str:
    """What the model was shown of the mail."""
    parts = (letter.subject, letter.body, *letter.attachments)
    return "\n\n".join(part.value for part in parts if part.value)
