"""The protocol against a real model: grammar, fallback, counts, a whole mail. Never its wisdom: it has none."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from agents.prompts import fence
from agents.triage.outputs import MessageClass, ModelAnswer
from app.adapters.openai_model import Endpoint, OpenAIModel
from app.domain.account import Contact, Link, LinkMethod
from app.domain.case import Case, Letter
from app.domain.errors import ModelAnswerInvalid
from app.domain.intents import Intent, Route
from app.domain.message import Identity, Screening
from app.domain.ports import Prompt, Question
from app.domain.text import unredacted
from app.mind import build_mind
from app.thinking import MindConfig
from tests.real_llm.conftest import MODEL
from tests.servers.model import Answer, ModelRequest, ModelServer, lacks_schemas_then
from tests.unit.agents.scripted import account

pytestmark = [pytest.mark.real_llm, pytest.mark.timeout(900)]

BODY = "We pay INV-1 on 3 April 2026."
MAIL = f"From: Kim <kim@oakdale.example>\nTo: ar@seller.example\nSubject: Re: INV-1\n\n{BODY}\n".encode()
NOW = datetime(2026, 3, 20, 10, tzinfo=UTC)


class Choice(ModelAnswer):
    """An answer without any free text, so that the grammar alone bounds it."""

    intent: Intent
    is_urgent: bool


def question(answer: type[Any]) -> Question[Any]:
    return Question(
        prompt=Prompt("choose", "choose@1", "0" * 64, "Name the intent of the mail as JSON."),
        letter=Letter(unredacted("Re"), unredacted(BODY), (), "en", NOW, Screening()),
        account=account(),
        fenced=fence("BODY", BODY),
        answer=answer,
    )


def endpoint(base_url: str) -> Endpoint:
    return Endpoint(base_url, "none", MODEL, timeout_seconds=300, attempts=1, max_output_tokens=200)


@pytest.fixture
async def model(real_llm: str) -> AsyncIterator[OpenAIModel]:
    asked = OpenAIModel(endpoint(real_llm))
    yield asked
    await asked.close()


async def test_the_grammar_makes_every_answer_valid_and_tokens_are_counted(model: OpenAIModel) -> None:
    for _ in range(3):
        answer = await model.ask(question(Choice))
        assert isinstance(answer.value, Choice)
        assert answer.input_tokens > 20
        assert 0 < answer.output_tokens <= 200
        assert answer.model == MODEL


async def test_an_answer_with_free_text_is_valid_or_refused_as_invalid(model: OpenAIModel) -> None:
    try:
        answer = await model.ask(question(MessageClass))
    except ModelAnswerInvalid:
        return
    assert isinstance(answer.value, MessageClass)


async def test_without_schemas_the_same_model_is_asked_for_a_json_object(real_llm: str) -> None:
    def forward(request: ModelRequest) -> Answer:
        reply = httpx.post(f"{real_llm}/chat/completions", json=request.body, timeout=300)
        return Answer(reply.status_code, reply.json())

    with ModelServer() as between:
        between.respond = lacks_schemas_then(forward)
        asked = OpenAIModel(endpoint(between.base_url))
        try:
            assert isinstance((await asked.ask(question(Choice))).value, Choice)
        except ModelAnswerInvalid:
            pass  # valid JSON of another shape: nothing holds it to ours
        finally:
            await asked.close()
        kinds = [request.body["response_format"]["type"] for request in between.requests]
    assert kinds[:2] == ["json_schema", "json_object"]
    assert set(kinds[1:]) == {"json_object"}


async def test_a_whole_mail_comes_to_a_proposal(real_llm: str) -> None:
    mind = build_mind(
        MindConfig(provider="openai", base_url=real_llm, api_key="none", model=MODEL, timeout_seconds=300, attempts=1)
    )
    read = await mind.read(MAIL, Identity(("ar@seller.example",)))
    link = Link(LinkMethod.CONTACT, account(), Contact("Kim", "kim@oakdale.example"))
    thought = await mind.think(Case(read, link, NOW, "ar@seller.example"))
    proposal = thought.proposal
    assert proposal.intents
    assert proposal.route in Route
    assert proposal.calls
    assert all(call.is_fallback or call.input_tokens > 0 for call in proposal.calls)
    assert proposal.route is Route.REVIEW or not any(call.is_fallback for call in proposal.calls)
