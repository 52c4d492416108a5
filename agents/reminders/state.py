"""What travels along the graph of reminders."""

from operator import add
from typing import Annotated, TypedDict

from agents.reminders.brief import ReminderBrief
from agents.reminders.statement import Statement
from app.domain.proposal import ModelCall, Trace


class ReminderState(TypedDict, total=False):
    """`blocks` are the parts of the body that code has put there."""

    brief: ReminderBrief
    statement: Statement
    blocks: tuple[str, ...]
    body: str
    traces: tuple[Trace, ...]
    problems: tuple[str, ...]
    attempts: int

    calls: Annotated[tuple[ModelCall, ...], add]
