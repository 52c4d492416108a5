"""The graph of reminders. Its shape is fixed here.

draft → check ─┬─→ END
  ↑────────────┘ (once)
"""

from collections.abc import Hashable
from typing import cast

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langsmith import tracing_context

from agents.reminders.brief import ReminderBrief
from agents.reminders.context import ReminderContext
from agents.reminders.letters import names_in
from agents.reminders.nodes.check import check
from agents.reminders.nodes.draft import draft
from agents.reminders.result import ReminderDraft
from agents.reminders.state import ReminderState
from agents.timing import timed
from agents.triage.nodes.check import ATTEMPTS
from app.domain.text import restore
from app.domain.tracing import StepName

ReminderGraph = CompiledStateGraph[ReminderState, ReminderContext, ReminderState, ReminderState]


def build_reminder_graph() -> ReminderGraph:
    graph = StateGraph(ReminderState, context_schema=ReminderContext)
    graph.add_node("draft", timed(StepName.DRAFT, draft))
    graph.add_node("check", timed(StepName.CHECK, check))
    graph.add_edge(START, "draft")
    graph.add_edge("draft", "check")
    graph.add_conditional_edges("check", after_check, {"draft": "draft", "end": END})
    return graph.compile()


async def after_check(state: ReminderState) -> Hashable:
    """Asynchronous, so that the graph does not ask it in a thread of its own."""
    return "draft" if state["problems"] and state["attempts"] < ATTEMPTS else "end"


async def draft_reminder(graph: ReminderGraph, brief: ReminderBrief, context: ReminderContext) -> ReminderDraft:
    """Write one reminder. Raises ModelUnavailable or ModelAnswerInvalid; nothing is traced to anywhere."""
    start: ReminderState = {"brief": brief}
    with tracing_context(enabled=False):
        end = cast(ReminderState, await graph.ainvoke(start, context=context))
    names = names_in(brief)
    return ReminderDraft(
        subject=context.letters.subject(brief),
        body=restore(end["body"], names)[0],
        tone=brief.tone,
        language=brief.language,
        statement=end["statement"],
        statement_text=end["statement"].as_text(),
        traces=tuple(trace.restored(end["body"], names) for trace in end["traces"]),
        problems=end["problems"],
        calls=end["calls"],
    )
