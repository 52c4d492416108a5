"""A second opinion on what a remote model says a mail wants: the embedded model's, which no endpoint can bend.

Readers disagree where one of them sees a grave intent that the other does not, or where the policy would take another
route on the word of each. A disagreement, like a suspicion of the second reader's, is a doubt, and a doubt goes to a
person. Nothing that the first reader says is taken away, and how sure each of them is plays no part.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar, cast

from agents.triage.corroboration import GRAVE
from agents.triage.outputs import Flag, FoundIntent, MessageClass
from app.domain.intents import MACHINE_INTENTS, Intent, Reason, Route
from app.domain.policy import REASON_OF_INTENT, Policy, Situation, decision_of
from app.domain.ports import Answer, Model, Question

A = TypeVar("A")

_REASON_OF_FLAG: Mapping[Flag, Reason] = {
    Flag.FRAUD_SIGN: Reason.FRAUD_RISK,
    Flag.INJECTION: Reason.INJECTION,
    Flag.LOW_INFORMATION: Reason.LOW_INFORMATION,
    Flag.PERHAPS_MORE: Reason.LOW_CONFIDENCE,
}

COIN_TOSS = 0.5


class SecondReader:
    """Asks `first`, and holds its reading of a mail against that of `second`, as `policy` would act on each.

    Both read at the same time: the second is done before an endpoint has answered.
    """

    def __init__(self, first: Model, second: Model, policy: Policy) -> None:
        self._first = first
        self._second = second
        self._policy = policy

    async def ask(self, question: Question[A]) -> Answer[A]:
        if question.answer is not MessageClass:
            return await self._first.ask(question)
        reading = asyncio.create_task(self._second.ask(question))
        try:
            answer = await self._first.ask(question)
            if answer.is_fallback or not isinstance(answer.value, MessageClass):
                return answer
            mine = cast(MessageClass, (await reading).value)
        finally:
            reading.cancel()
        if not self._disagree(answer.value, mine):
            return answer
        intents = tuple(_doubted(found) for found in answer.value.intents)
        flags = (*answer.value.flags, Flag.PERHAPS_MORE)
        doubted = answer.value.model_copy(update={"intents": intents, "flags": flags})
        return replace(answer, value=cast(A, doubted))

    def _disagree(self, theirs: MessageClass, mine: MessageClass) -> bool:
        return (
            Flag.PERHAPS_MORE in mine.flags
            or _intents(theirs) & GRAVE != _intents(mine) & GRAVE
            or self._route(theirs) is not self._route(mine)
        )

    def _route(self, said: MessageClass) -> Route:
        """Where the words alone lead, taken as certain."""
        intents = _intents(said)
        reasons = {REASON_OF_INTENT[intent] for intent in intents if intent in REASON_OF_INTENT}
        reasons |= {_REASON_OF_FLAG[flag] for flag in said.flags}
        if not intents:
            reasons.add(Reason.LOW_INFORMATION)
        return decision_of(self._policy, Situation(intents, frozenset(reasons), confidence=1.0)).route


def _doubted(found: FoundIntent) -> FoundIntent:
    """A machine is not answered, whatever else is suspected; so a disputed one must not count as certain."""
    if found.intent not in MACHINE_INTENTS:
        return found
    return found.model_copy(update={"confidence": min(found.confidence, COIN_TOSS)})


def _intents(said: MessageClass) -> frozenset[Intent]:
    return frozenset(found.intent for found in said.intents)
