"""A model that answers in any case: where the endpoint does not, the one that ships inside does, and says so."""

from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TypeVar

import structlog

from app.domain.errors import ModelAnswerInvalid, ModelUnavailable
from app.domain.ports import Answer, Model, Question

log = structlog.get_logger(__name__)

A = TypeVar("A")


@dataclass(slots=True)
class Leave:
    """Whether a thought may ask the endpoint. One that did not answer once is not waited for again."""

    is_given: bool = True


LEAVE: ContextVar[Leave] = ContextVar("LEAVE")
"""Set around a thought; the nodes of a graph share what is in it."""


class FallbackModel:
    """Asks the primary; when it is down, talks nonsense or may not be asked, the fallback answers, and says so."""

    def __init__(self, primary: Model, fallback: Model) -> None:
        self._primary = primary
        self._fallback = fallback

    async def ask(self, question: Question[A]) -> Answer[A]:
        leave = LEAVE.get(None) or Leave()
        try:
            if not leave.is_given:
                raise ModelUnavailable("not to be asked for this mail")
            return await self._primary.ask(question)
        except (ModelUnavailable, ModelAnswerInvalid) as error:
            leave.is_given = leave.is_given and not isinstance(error, ModelUnavailable)
            log.warning("model.fallback.used", prompt=question.prompt.ref, error=type(error).__name__)
            spent = error.spent
            return replace(
                await self._fallback.ask(question),
                input_tokens=spent.tokens_in,
                output_tokens=spent.tokens_out,
                is_fallback=True,
                requests=spent.requests,
            )
