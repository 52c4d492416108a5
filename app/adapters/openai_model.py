"""Any OpenAI-compatible endpoint: OpenAI, Azure, vLLM, llama.cpp, Ollama.

    ask ─▶ breaker ─▶ attempts (429, 5xx, lost connections; Retry-After honoured, capped) ─▶ validate ─▶ Answer
                                                                     one re-ask, then ModelAnswerInvalid ─┘
All of it within one time limit, however slowly an endpoint drips. The answer's pydantic type becomes a strict JSON
schema. What an endpoint says it does not support (`json_schema`, `temperature`, `max_tokens`) is left out or replaced
from then on. Nothing of the text is logged.
"""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from openai import (
    APIConnectionError,
    APIStatusError,
    AsyncOpenAI,
    BadRequestError,
    InternalServerError,
    RateLimitError,
    UnprocessableEntityError,
)
from pydantic import BaseModel, ValidationError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from app.adapters.bounded_http import bounded_client
from app.adapters.breaker import Breaker
from app.adapters.completion import Completion
from app.domain.errors import ModelAnswerInvalid, ModelUnavailable, Spent
from app.domain.ports import Answer, Question
from app.domain.proposal import EMBEDDED

log = structlog.get_logger(__name__)

A = TypeVar("A")
Turn = Mapping[str, str]

_PASSING = (APIConnectionError, RateLimitError, InternalServerError)
"""Failures that may be over in a moment."""

_NOT_IN_SCHEMAS = frozenset({"default", "title", "minLength", "maxLength"})
"""Keywords that strict structured output does not know; pydantic checks them afterwards."""

_LONGEST_ANSWER = 64_000
_MOST_BYTES = 4 * 1024 * 1024
"""Of a whole answer, with whatever an endpoint says beside the text."""

_NAME = re.compile(r"[\w.:/@+-]{1,100}", re.ASCII)
"""What may pass for the name of a model: it is shown, counted and kept."""

_REASK = "That was not the JSON object asked for. Answer again with one JSON object that matches the schema."


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model lives and how patient we are with it: `timeout_seconds` are for all that a question takes."""

    base_url: str
    api_key: str
    model: str
    timeout_seconds: float = 60.0
    attempts: int = 3
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 20.0
    max_output_tokens: int = 2000


class OpenAIModel:
    def __init__(self, endpoint: Endpoint, breaker: Breaker | None = None) -> None:
        self._endpoint = endpoint
        self._breaker = breaker or Breaker()
        self._takes_schema = True
        self._shapes: dict[type[Any], dict[str, Any]] = {}
        self._settings: dict[str, Any] = {"temperature": 0, "max_tokens": endpoint.max_output_tokens}
        self._client = AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=endpoint.api_key or "none",
            timeout=None,
            max_retries=0,
            http_client=bounded_client(_MOST_BYTES),
        )

    async def ask(self, question: Question[A]) -> Answer[A]:
        """Raises ModelUnavailable or ModelAnswerInvalid, whatever the endpoint does."""
        spent = Spent()
        if self._breaker.is_open:
            raise ModelUnavailable("resting after repeated failures", spent)
        try:
            async with asyncio.timeout(self._endpoint.timeout_seconds):
                answer = await self._answer(question, spent)
        except ModelAnswerInvalid:
            self._breaker.succeeded()
            raise
        except Exception as error:  # an endpoint may send anything, and no mail pays for it
            self._breaker.failed()
            status = error.status_code if isinstance(error, APIStatusError) else 0
            log.warning("model.endpoint.failed", prompt=question.prompt.ref, error=type(error).__name__, status=status)
            raise ModelUnavailable(f"{type(error).__name__} {status or ''}".strip(), spent) from None
        self._breaker.succeeded()
        return answer

    async def close(self) -> None:
        await self._client.close()

    async def _answer(self, question: Question[A], spent: Spent) -> Answer[A]:
        messages: list[Turn] = [
            {"role": "system", "content": question.prompt.system},
            *_shown(question.prompt.examples),
            {"role": "user", "content": question.fenced},
        ]
        for _ in range(2):
            completion: Completion = await self._attempts()(self._once, messages, question, spent)
            spent.tokens_in += completion.tokens_in
            spent.tokens_out += completion.tokens_out
            raw, value = _read(completion, question.answer)
            if value is not None:
                name = self._name(completion)
                return Answer(value, name, spent.tokens_in, spent.tokens_out, raw=raw, requests=spent.requests)
            log.warning("model.answer.invalid", prompt=question.prompt.ref, model=self._endpoint.model)
            messages += [{"role": "assistant", "content": raw or "{}"}, {"role": "user", "content": _REASK}]
        raise ModelAnswerInvalid(f"{question.prompt.ref}: not a {question.answer.__name__}", spent)

    def _name(self, completion: Completion) -> str:
        """What the model calls itself, if that is a name and not the one of ours, whose words are trusted more."""
        said = completion.model
        is_name = isinstance(said, str) and _NAME.fullmatch(said) is not None and said != EMBEDDED
        return str(said) if is_name else self._endpoint.model

    def _attempts(self) -> AsyncRetrying:
        backoff = wait_random_exponential(self._endpoint.first_wait_seconds, max=self._endpoint.longest_wait_seconds)

        def wait(state: RetryCallState) -> float:
            asked = _retry_after(state.outcome.exception() if state.outcome else None)
            return min(asked, self._endpoint.longest_wait_seconds) if asked is not None else backoff(state)

        return AsyncRetrying(
            retry=retry_if_exception_type(_PASSING),
            stop=stop_after_attempt(self._endpoint.attempts),
            wait=wait,
            reraise=True,
        )

    async def _once(self, messages: list[Turn], question: Question[A], spent: Spent) -> Completion:
        """One completion; each try counts as a request."""
        while True:
            spent.requests += 1
            try:
                return await self._create(messages, question)
            except (BadRequestError, UnprocessableEntityError, InternalServerError) as error:
                if not self._adapts_to(error):
                    raise

    def _adapts_to(self, error: APIStatusError) -> bool:
        """Whether the endpoint named something that it does not take, and we can do without; each only once.

        Servers say it with 400, 422 or (llama-cpp-python) 500.
        """
        words = str(error.body or error.message).lower()
        if self._takes_schema and any(word in words for word in ("response_format", "json_schema")):
            self._takes_schema = False
        elif "max_tokens" in self._settings and "max_completion_tokens" in words:
            self._settings["max_completion_tokens"] = self._settings.pop("max_tokens")
        elif "temperature" in self._settings and "temperature" in words:
            del self._settings["temperature"]
        else:
            return False
        log.info("model.endpoint.adapted_to", model=self._endpoint.model, status=error.status_code)
        return True

    async def _create(self, messages: list[Turn], question: Question[A]) -> Completion:
        shape: dict[str, Any] = {"type": "json_object"}
        if self._takes_schema:
            if question.answer not in self._shapes:
                self._shapes[question.answer] = schema_format(question.answer)
            shape = self._shapes[question.answer]
        else:
            messages = _with_schema(messages, question.answer)
        body = {"model": self._endpoint.model, "messages": messages, "response_format": shape, **self._settings}
        answer = await self._client.post("/chat/completions", cast_to=bytes, body=body)  # typed turns cost some 3 ms
        return Completion.model_validate_json(answer)


def schema_format(answer: type[Any]) -> dict[str, Any]:
    """A pydantic type as a strict response format: every property required, nothing beyond, no defaults."""
    schema = _strict(answer.model_json_schema())
    return {"type": "json_schema", "json_schema": {"name": answer.__name__, "strict": True, "schema": schema}}


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    strict = {key: _strict(value) for key, value in node.items() if key not in _NOT_IN_SCHEMAS}
    if isinstance(node.get("properties"), dict):
        strict["properties"] = {name: _strict(value) for name, value in node["properties"].items()}
        strict["required"] = list(node["properties"])
        strict["additionalProperties"] = False
    return strict


def _shown(examples: Iterable[tuple[str, str]]) -> Iterator[Turn]:
    """Examples are turns of their own, so that no mail stands among our instructions."""
    for mail, answer in examples:
        yield {"role": "user", "content": mail}
        yield {"role": "assistant", "content": answer}


def _with_schema(messages: list[Turn], answer: type[Any]) -> list[Turn]:
    """For endpoints without structured output the schema is told in words."""
    schema = json.dumps(schema_format(answer)["json_schema"]["schema"], separators=(",", ":"))
    system = f"{messages[0]['content']}\n\nThe JSON schema of the answer:\n{schema}"
    return [{"role": "system", "content": system}, *messages[1:]]


def _read(completion: Completion, answer: type[A]) -> tuple[str, A | None]:
    """The answer's text and value; no value for a refusal, a truncated answer, or anything that does not validate."""
    raw = completion.said.removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    if len(raw) > _LONGEST_ANSWER or "\\u0000" in raw or "\0" in raw:  # no database keeps a NUL in a text
        return "", None
    if not issubclass(answer, BaseModel):
        return raw, None
    try:
        return raw, answer.model_validate_json(raw)
    except ValidationError:
        return raw, None


def _retry_after(error: BaseException | None) -> float | None:
    """Seconds, when the server said how many."""
    if not isinstance(error, APIStatusError):
        return None
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "")))
    except ValueError:
        return None
