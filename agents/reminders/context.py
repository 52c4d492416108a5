"""What the nodes are given beside the state."""

from dataclasses import dataclass

from agents.prompts import Prompts
from agents.reminders.letters import Letters
from app.domain.ports import Model


@dataclass(frozen=True, slots=True)
class ReminderContext:
    """`letters` also hold what no model writes: subjects, notes and claims."""

    model: Model
    prompts: Prompts
    letters: Letters
