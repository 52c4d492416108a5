"""What the graph of reminders ends with. Apart from the graph, so that whoever takes one need not load it."""

from dataclasses import dataclass, field

from agents.reminders.statement import Statement
from app.domain.intents import Tone
from app.domain.proposal import ModelCall, Trace
from app.domain.tracing import Step


@dataclass(frozen=True, slots=True)
class ReminderDraft:
    """A reminder with names put back. `problems`: why it was refused; then its words are for a person's eyes only.

    `statement_text` stands in the body as it is, so that a mail in HTML can have a real table in its place.
    """

    subject: str = field(repr=False)
    body: str = field(repr=False)
    tone: Tone
    language: str
    statement: Statement = field(repr=False)
    statement_text: str = field(repr=False)
    traces: tuple[Trace, ...] = ()
    problems: tuple[str, ...] = ()
    calls: tuple[ModelCall, ...] = ()
    steps: tuple[Step, ...] = field(repr=False, compare=False, default=())

    @property
    def is_refused(self) -> bool:
        return bool(self.problems)
