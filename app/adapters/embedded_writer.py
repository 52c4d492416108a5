"""The model that writes reminders without a model: templates. It needs no classifier, so it is light to load."""

from typing import TypeVar

from agents.reminders.brief import ReminderBrief
from agents.reminders.letters import Letters
from agents.triage.outputs import DraftReply
from app.domain.errors import ModelAnswerInvalid
from app.domain.ports import Answer, Question
from app.domain.proposal import EMBEDDED

A = TypeVar("A")


class EmbeddedWriter:
    """Answers `draft_reminder` and nothing else."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    async def ask(self, question: Question[A]) -> Answer[A]:
        brief = question.inputs.get("brief")
        if not isinstance(brief, ReminderBrief):
            raise ModelAnswerInvalid(f"{question.prompt.ref}: the embedded writer needs the brief of a reminder")
        value = DraftReply(body=self._letters.compose(brief))
        if not isinstance(value, question.answer):
            raise ModelAnswerInvalid(f"{question.prompt.ref}: the embedded writer gives no {question.answer.__name__}")
        raw = f"{value.model_dump_json()}\n{' '.join(self._letters.used_for(brief))}"
        return Answer(value, EMBEDDED, raw=raw)
