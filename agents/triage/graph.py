"""The triage graph. Its shape is fixed here; what nodes find out never changes it.

classify → extract → link → decide ─┬─→ draft → check ─┬─→ END
                                    └─→ END     ↑──────┘ (once)
"""

from collections.abc import Hashable
from typing import cast

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langsmith import tracing_context

from agents.timing import timed
from agents.triage.context import TriageContext
from agents.triage.nodes.check import ATTEMPTS, check
from agents.triage.nodes.classify import classify
from agents.triage.nodes.decide import decide
from agents.triage.nodes.draft import draft
from agents.triage.nodes.extract import extract
from agents.triage.nodes.link import link
from agents.triage.proposal import proposal_of
from agents.triage.state import Standing, TriageState
from app.domain.account import Account
from app.domain.case import Letter
from app.domain.intents import Reason, Route
from app.domain.proposal import Proposal
from app.domain.tracing import StepName

TriageGraph = CompiledStateGraph[TriageState, TriageContext, TriageState, TriageState]

NO_DRAFT = frozenset({Reason.FRAUD_RISK, Reason.INJECTION, Reason.REDACTION_FAILED, Reason.NO_MORE_MAIL})
"""Whoever writes for these reasons gets no draft at all."""


def build_graph() -> TriageGraph:
    graph = StateGraph(TriageState, context_schema=TriageContext)
    graph.add_node("classify", timed(StepName.CLASSIFY, classify))
    graph.add_node("extract", timed(StepName.EXTRACT, extract))
    graph.add_node("link", timed(StepName.LINK, link))
    graph.add_node("decide", timed(StepName.DECIDE, decide))
    graph.add_node("draft", timed(StepName.DRAFT, draft))
    graph.add_node("check", timed(StepName.CHECK, check))
    graph.add_edge(START, "classify")
    graph.add_edge("classify", "extract")
    graph.add_edge("extract", "link")
    graph.add_edge("link", "decide")
    graph.add_conditional_edges("decide", after_decide, {"draft": "draft", "end": END})
    graph.add_edge("draft", "check")
    graph.add_conditional_edges("check", after_check, {"draft": "draft", "end": END})
    return graph.compile()


def after_decide(state: TriageState) -> Hashable:
    decision = state["decision"]
    wanted = decision.route is not Route.NONE and not NO_DRAFT & set(decision.reasons)
    return "draft" if wanted else "end"


def after_check(state: TriageState) -> Hashable:
    return "draft" if state["problems"] and state["attempts"] < ATTEMPTS else "end"


async def triage(
    graph: TriageGraph, letter: Letter, account: Account, standing: Standing, context: TriageContext
) -> Proposal:
    """Think about one letter. Nothing is traced to anywhere, whatever the environment says."""
    start: TriageState = {"letter": letter, "account": account, "standing": standing}
    with tracing_context(enabled=False):
        end = await graph.ainvoke(start, context=context)
    return proposal_of(cast(TriageState, end), context.policy)
