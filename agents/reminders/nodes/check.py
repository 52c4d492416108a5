"""Is the reminder true, and does it neither threaten nor concede? Blind to how it was written."""

from langgraph.runtime import Runtime

from agents.reminders.context import ReminderContext
from agents.reminders.firewall import examine
from agents.reminders.state import ReminderState


async def check(state: ReminderState, runtime: Runtime[ReminderContext]) -> ReminderState:
    examined = examine(state["body"], state["blocks"], state["brief"])
    return {"traces": examined.traces, "problems": examined.problems}
