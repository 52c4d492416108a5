"""A second opinion on what a remote model says a mail wants: the embedded model's, which no endpoint can bend.

A grave intent that only the second reader sees, or suspects, is a doubt, and a doubt goes to a person. Nothing that the
first reader says is taken away.
"""

from typing import TypeVar, cast

from agents.triage.corroboration import GRAVE
from agents.triage.outputs import Flag, MessageClass
from app.domain.ports import Answer, Model, Question

A = TypeVar("A")


class SecondReader:
    """Asks `first`, and holds its reading of a mail against that of `second`."""

    def __init__(self, first: Model, second: Model) -> None:
        self._first = first
        self._second = second

    async def ask(self, question: Question[A]) -> Answer[A]:
        answer = await self._first.ask(question)
        if answer.is_fallback or not isinstance(answer.value, MessageClass):
            return answer
        mine = cast(MessageClass, (await self._second.ask(question)).value)
        seen = {found.intent for found in answer.value.intents}
        missed = {found.intent for found in mine.intents} & GRAVE - seen
        if not missed and Flag.PERHAPS_MORE not in mine.flags:
            return answer
        doubted = answer.value.model_copy(update={"flags": (*answer.value.flags, Flag.PERHAPS_MORE)})
        return Answer(cast(A, doubted), answer.model, answer.input_tokens, answer.output_tokens, raw=answer.raw)
