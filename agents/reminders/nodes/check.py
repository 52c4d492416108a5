"""Is the reminder true, and does it neither threaten nor concede? Blind to how it was written."""

from langgraph.runtime import Runtime

from agents.reminders.context import ReminderContext
from agents.reminders.firewall import examine
from agents.reminders.state import ReminderState
from app.domain.proposal import EMBEDDED


async def check(state: ReminderState, runtime: Runtime[ReminderContext]) -> ReminderState:
    is_a_models = state["calls"][-1].model != EMBEDDED
    examined = examine(state["body"], state["blocks"], state["brief"], is_a_models=is_a_models)
    return {"traces": examined.traces, "problems": examined.problems}
