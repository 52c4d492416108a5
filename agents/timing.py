"""Nodes and questions that are timed: each is a step in the trace of its mail, where somebody traces it."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar, cast

from app.domain.ports import Answer, Model, Question
from app.domain.tracing import StepName, note, step

A = TypeVar("A")
Node = TypeVar("Node", bound=Callable[..., Awaitable[Any]])


def timed(name: StepName, node: Node) -> Node:
    @wraps(node)
    async def run(*arguments: Any, **named: Any) -> Any:
        with step(name):
            return await node(*arguments, **named)

    return cast(Node, run)


async def ask(model: Model, question: Question[A]) -> Answer[A]:
    """The model's answer, timed. Raises ModelUnavailable or ModelAnswerInvalid."""
    with step(StepName.MODEL, prompt=question.prompt.ref):
        answer = await model.ask(question)
        note(
            model=answer.model,
            input_tokens=answer.input_tokens,
            output_tokens=answer.output_tokens,
            is_fallback=answer.is_fallback,
        )
    return answer
