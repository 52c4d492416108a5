import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from agents.prompts import Prompts, fence
from agents.triage.outputs import DraftReply, ExtractedFacts, MessageClass
from app.adapters.breaker import Breaker
from app.adapters.fallback_model import FallbackModel
from app.adapters.openai_model import Endpoint, OpenAIModel, schema_format
from app.adapters.presidio import PresidioRedactor
from app.domain.account import UNKNOWN_ACCOUNT, Contact, Link, LinkMethod
from app.domain.case import Case, Letter
from app.domain.errors import ModelAnswerInvalid, ModelUnavailable
from app.domain.intents import Intent, Route
from app.domain.message import Identity, Screening
from app.domain.ports import Prompt, Question
from app.domain.text import unredacted
from app.mind import LocalMind
from app.policies.loading import load_policy
from app.reading.reading import read_mail
from tests.servers.model import Answer as ServerAnswer
from tests.servers.model import (
    ModelRequest,
    ModelServer,
    after,
    drips,
    fails,
    filtered,
    hangs_up,
    lacks_schemas_then,
    rate_limited,
    refuses,
    says,
    sends,
    truncated,
)
from tests.unit.agents.scripted import ScriptedModel, account
from tests.unit.agents.scripted import says as says_intent

GOOD = {
    "intents": [
        {
            "intent": "dispute",
            "confidence": 0.9,
            "invoices": ["INV-1"],
            "source": "body",
            "quote": "8 of 10",
            "start": None,
            "end": None,
        }
    ],
    "flags": [],
}

QUESTION = Question(
    prompt=Prompt("classify_message", "classify_message@1", "0" * 64, "You classify."),
    letter=Letter(unredacted("Re"), unredacted("8 of 10"), (), "en", datetime(2026, 3, 1, tzinfo=UTC), Screening()),
    account=UNKNOWN_ACCOUNT,
    fenced=fence("BODY", "only 8 of 10 boxes, canary-4711"),
    answer=MessageClass,
)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


def endpoint(server: ModelServer, **changes: Any) -> Endpoint:
    patience: dict[str, Any] = {
        "timeout_seconds": 5.0,
        "attempts": 3,
        "first_wait_seconds": 0.01,
        "longest_wait_seconds": 0.05,
    }
    return Endpoint(base_url=server.base_url, api_key="sk-test", model="stub", **(patience | changes))


@pytest.fixture
async def model(server: ModelServer) -> AsyncIterator[OpenAIModel]:
    asked = OpenAIModel(endpoint(server))
    yield asked
    await asked.close()


async def test_a_valid_answer_is_typed_and_its_tokens_are_counted(server: ModelServer, model: OpenAIModel) -> None:
    server.plan(says(GOOD))
    answer = await model.ask(QUESTION)
    assert answer.value.intents[0].intent is Intent.DISPUTE
    assert (answer.input_tokens, answer.output_tokens, answer.is_fallback) == (100, 20, False)
    [request] = server.requests
    assert request.schema_name == "MessageClass"
    assert [message["role"] for message in request.messages] == ["system", "user"]
    assert "canary-4711" not in request.messages[0]["content"]


async def test_examples_are_turns_between_the_instructions_and_the_mail(
    server: ModelServer, model: OpenAIModel
) -> None:
    shown = replace(QUESTION, prompt=replace(QUESTION.prompt, examples=(("a mail", "{}"), ("another", "[]"))))
    server.plan(says(GOOD))
    await model.ask(shown)
    [request] = server.requests
    assert [message["role"] for message in request.messages] == [
        "system",
        *("user", "assistant"),
        *("user", "assistant"),
        "user",
    ]
    assert "canary-4711" in request.messages[-1]["content"]
    assert "a mail" not in request.messages[0]["content"]


async def test_an_answer_in_a_code_block_is_read(server: ModelServer, model: OpenAIModel) -> None:
    server.plan(says('```json\n{"intents": [], "flags": []}\n```'))
    assert (await model.ask(QUESTION)).value == MessageClass(intents=())


@pytest.mark.parametrize(
    "nonsense",
    [
        says("I think it is a dispute."),
        says({"intents": [{"intent": "refund"}]}),
        says({**GOOD, "route": "auto"}),
        says({"intents": [{**GOOD["intents"][0], "confidence": 100}], "flags": []}),
        says("x" * 70_000),
        says('{"intents": [], "flags": ["\\u0000"]}'),
        truncated(),
        refuses(),
        filtered(),
    ],
)
async def test_nonsense_is_asked_about_once_more_and_then_invalid(
    server: ModelServer, model: OpenAIModel, nonsense: Any
) -> None:
    server.plan(nonsense, says(GOOD))
    answer = await model.ask(QUESTION)
    assert answer.input_tokens == 200
    server.plan(nonsense, nonsense)
    with pytest.raises(ModelAnswerInvalid):
        await model.ask(QUESTION)
    assert len(server.requests) == 4


async def test_an_endpoint_without_schemas_is_asked_in_words_from_then_on(
    server: ModelServer, model: OpenAIModel
) -> None:
    server.respond = lacks_schemas_then(says(GOOD))
    await model.ask(QUESTION)
    await model.ask(QUESTION)
    assert [request.schema_name for request in server.requests] == ["MessageClass", None, None]
    assert '"additionalProperties":false' in server.requests[-1].messages[0]["content"]


@pytest.mark.parametrize("passing", [fails(500), fails(503), rate_limited(0.01), hangs_up()])
async def test_a_passing_failure_is_tried_again(server: ModelServer, model: OpenAIModel, passing: Any) -> None:
    server.plan(passing, passing, says(GOOD))
    assert (await model.ask(QUESTION)).value.intents
    assert len(server.requests) == 3


async def test_retry_after_is_honoured_up_to_a_cap(server: ModelServer) -> None:
    patient = OpenAIModel(endpoint(server, longest_wait_seconds=0.4, first_wait_seconds=0.0))
    server.plan(rate_limited(0.2), says(GOOD))
    start = time.monotonic()
    await patient.ask(QUESTION)
    assert 0.2 <= time.monotonic() - start < 2
    server.plan(rate_limited(3600), says(GOOD))
    start = time.monotonic()
    await patient.ask(QUESTION)
    assert 0.4 <= time.monotonic() - start < 2
    await patient.close()


@pytest.mark.parametrize("slow", [after(5.0, says(GOOD)), drips(0.05, says(GOOD)), drips(0.05, fails(500))])
async def test_a_slow_endpoint_is_unavailable_once_its_time_is_over(server: ModelServer, slow: ServerAnswer) -> None:
    hasty = OpenAIModel(endpoint(server, timeout_seconds=0.2))
    server.respond = slow
    with pytest.raises(ModelUnavailable, match="TimeoutError") as failed:
        await hasty.ask(QUESTION)
    assert (len(server.requests), failed.value.spent.requests) == (1, 1), "what took too long is not tried again"
    await hasty.close()


async def test_attempts_and_second_questions_share_the_time_of_one(server: ModelServer) -> None:
    patient = OpenAIModel(endpoint(server, timeout_seconds=1.0, first_wait_seconds=0.0))
    server.plan(fails(500), after(0.2, says("no")), after(0.9, says(GOOD)))
    with pytest.raises(ModelUnavailable, match="TimeoutError") as failed:
        await patient.ask(QUESTION)
    assert (failed.value.spent.requests, failed.value.spent.tokens_in) == (3, 100)
    await patient.close()


MALFORMED = [
    sends(b"<html>Please sign in</html>", content_type="text/html"),
    sends(b'{"choices": [{"mess'),
    sends(b"null"),
    ServerAnswer(body={"choices": [{"message": {"content": ["{}"]}}]}),
]


@pytest.mark.parametrize("malformed", MALFORMED)
async def test_what_is_no_completion_comes_from_no_model_and_the_breaker_counts_it(
    server: ModelServer, malformed: ServerAnswer
) -> None:
    breaker = Breaker(threshold=2)
    asked = OpenAIModel(endpoint(server), breaker)
    server.respond = malformed
    for _ in range(3):
        with pytest.raises(ModelUnavailable):
            await asked.ask(QUESTION)
    assert (len(server.requests), breaker.is_open) == (2, True)
    await asked.close()


@pytest.mark.parametrize(
    ("said", "kept"),
    [("m-2026-01", "m-2026-01"), ("org/m:7b@q4", "org/m:7b@q4"), *((odd, "stub") for odd in ("embedded", "a\x00", 7))],
)
async def test_a_model_is_called_by_a_name_that_is_not_ours(
    server: ModelServer, model: OpenAIModel, said: object, kept: str
) -> None:
    server.plan(ServerAnswer(body={**says(GOOD).body, "model": said}))
    assert (await model.ask(QUESTION)).model == kept


@pytest.mark.parametrize("status", [401, 404])
async def test_a_lasting_failure_is_not_tried_again(server: ModelServer, model: OpenAIModel, status: int) -> None:
    server.respond = fails(status)
    with pytest.raises(ModelUnavailable, match=str(status)) as failed:
        await model.ask(QUESTION)
    assert len(server.requests) == 1
    assert failed.value.__cause__ is None


async def test_the_breaker_leaves_a_broken_endpoint_alone_and_tries_again_later(server: ModelServer) -> None:
    now = [0.0]
    breaker = Breaker(threshold=2, rest_seconds=30, now=lambda: now[0])
    tired = OpenAIModel(endpoint(server, attempts=1), breaker)
    for _ in range(4):
        with pytest.raises(ModelUnavailable):
            await tired.ask(QUESTION)
    assert len(server.requests) == 2
    now[0] = 31.0
    server.plan(says(GOOD))
    assert (await tired.ask(QUESTION)).value.intents
    assert not breaker.is_open
    await tired.close()


@pytest.mark.parametrize(
    ("complaint", "dropped", "kept"),
    [
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "max_tokens", "temperature"),
        ("Unsupported value: 'temperature' does not support 0.", "temperature", "max_tokens"),
    ],
)
async def test_what_an_endpoint_does_not_take_is_left_out_from_then_on(
    server: ModelServer, model: OpenAIModel, complaint: str, dropped: str, kept: str
) -> None:
    server.plan(ServerAnswer(400, {"error": {"message": complaint}}), says(GOOD), says(GOOD))
    await model.ask(QUESTION)
    await model.ask(QUESTION)
    assert [dropped in request.body for request in server.requests] == [True, False, False]
    assert all(kept in request.body for request in server.requests)


@pytest.mark.parametrize(("broken", "tokens"), [(fails(500), 0), (says("no"), 200)])
async def test_when_the_endpoint_is_down_the_fallback_answers_and_says_so_and_what_it_cost(
    server: ModelServer, model: OpenAIModel, broken: Any, tokens: int
) -> None:
    server.respond = broken
    stand_in = ScriptedModel(says_intent(Intent.QUERY, quote="8 of 10"))
    answer = await FallbackModel(model, stand_in).ask(QUESTION)
    assert (answer.is_fallback, answer.model) == (True, "scripted")
    assert (answer.requests, answer.input_tokens) == (len(server.requests), tokens)


@pytest.mark.parametrize("answer", [MessageClass, ExtractedFacts, DraftReply])
def test_schemas_are_strict(answer: type[Any]) -> None:
    def check(node: Any) -> None:
        if isinstance(node, list):
            for item in node:
                check(item)
        if isinstance(node, dict):
            assert "default" not in node
            if node.get("type") == "object":
                assert node["additionalProperties"] is False
                assert sorted(node["required"]) == sorted(node["properties"])
            for value in node.values():
                check(value)

    check(schema_format(answer)["json_schema"]["schema"])


SECRETS = ("Brown", "alice", "oakdale.example", "5390", "DE89", "07700", "Elm Street")

MAIL = b"""From: Alice Brown <alice.brown@oakdale.example>
To: ar@seller.example
Subject: INV-1, from Alice Brown
Date: Fri, 20 Mar 2026 10:00:00 +0000
Message-ID: <1@oakdale.example>
Content-Type: text/plain; charset=utf-8

Hello Laura,

we pay INV-1 on 3 April 2026 from DE89 3704 0044 0532 0130 00.
Call 07700 900123 or write to alice.brown@oakdale.example.

Kind regards
Alice Brown
12 Elm Street
"""


async def test_nothing_personal_leaves_the_process_and_the_draft_comes_back_whole(server: ModelServer) -> None:
    def respond(request: ModelRequest) -> ServerAnswer:
        if request.schema_name == "MessageClass":
            found = {**GOOD["intents"][0], "intent": "payment_promise", "quote": "we pay INV-1 on 3 April 2026"}
            return says({"intents": [found], "flags": []})
        if request.schema_name == "ExtractedFacts":
            promise = {"day": "2026-04-03", "amount": None, "currency": None, "source": "body", "quote": "3 April 2026"}
            return says({"promise": {**promise, "start": None, "end": None}})
        person = re.findall(r"⟨PERSON_\d+⟩", request.messages[-1]["content"].split('"addressee": ')[1])[0]
        return says({"body": f"Dear {person},\n\nwe have noted INV-1 for 3 April 2026."})

    server.respond = respond
    asked = OpenAIModel(endpoint(server))
    mind = LocalMind(
        redactor=PresidioRedactor.create(), model=asked, prompts=Prompts.load(), policy=load_policy(), read=read_mail
    )
    read = await mind.read(MAIL, Identity(("ar@seller.example",)))
    contact = Contact("Alice Brown", "alice.brown@oakdale.example")
    link = Link(LinkMethod.CONTACT, replace(account(), contacts=(contact,)), contact)
    thought = await mind.think(Case(read, link, datetime(2026, 3, 20, 10, tzinfo=UTC), "ar@seller.example"))
    await asked.close()

    assert len(server.requests) == 3
    for request in server.requests:
        assert [secret for secret in SECRETS if secret in request.text] == []
        assert "we pay INV-1" in request.messages[-1]["content"]
        assert "we pay INV-1" not in request.messages[0]["content"]
    proposal = thought.proposal
    assert (proposal.route, proposal.reasons) == (Route.AUTO, ())
    assert proposal.draft is not None
    assert proposal.draft.body == "Dear Alice Brown,\n\nwe have noted INV-1 for 3 April 2026."
    assert proposal.intents[0].evidence is not None
    assert proposal.intents[0].evidence.text == "we pay INV-1 on 3 April 2026"
    assert [call.input_tokens for call in proposal.calls] == [100, 100, 100]
