"""An endpoint that hangs, drips or sends what is no answer: through the thinking process, each mail goes to a person.

The time-outs are those of production, scaled down; the database is the stricter one, which refuses a NUL in a text.
"""

import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import sqlalchemy as sa

from app.adapters.child import ChildMind
from app.adapters.rationed_mind import RationedMind
from app.db.repositories.rations import Rations
from app.db.tables.work import ProposalRow
from app.domain.intents import Intent, Reason
from app.domain.message import Identity, MessageState
from app.domain.ration import Limits
from app.policies.loading import load_policy
from app.thinking import MindConfig
from app.triage.service import TriageService
from tests.instances import Instance, instance_on, mail
from tests.servers.model import Answer, ModelRequest, ModelServer, Respond, after, drips, dull, fails, says, sends
from tests.servers.postgres import Postgres

SECONDS = 0.5
"""For one question, in place of a minute."""
FAILURES = 5
"""After so many in a row the breaker opens."""
BODY = "We will pay INV-1 on Friday."


def completion(**changes: Any) -> Answer:
    return sends(json.dumps({**says({"intents": [], "flags": []}).body, **changes}).encode())


def choice(**changes: Any) -> Answer:
    return completion(choices=[changes])


def claims(intent: str = "payment_promise", **changes: Any) -> Answer:
    return says({"intents": [{"intent": intent, "confidence": 0.9, "quote": BODY, **changes}], "flags": []})


def promises(**changes: Any) -> Respond:
    def respond(request: ModelRequest) -> Answer:
        match request.schema_name:
            case "MessageClass":
                return claims()
            case "ExtractedFacts":
                return says({"promise": {"quote": BODY, **changes}})
            case _:
                return dull(request)

    return respond


def writes(body: str) -> Respond:
    return lambda request: says({"body": body}) if request.schema_name == "DraftReply" else promises()(request)


SILENT: dict[str, Answer | Respond] = {
    "hangs": after(60.0, says({})),
    "drips": drips(0.1, says({})),
    "drips errors": drips(0.1, fails(500)),
}
MALFORMED: dict[str, Answer | Respond] = {
    "nothing": sends(b""),
    "cut short": sends(b'{"choices": [{"message": {"content": "{'),
    "a page": sends(b"<html>Please sign in</html>", content_type="text/html"),
    "a page as JSON": sends(b"<html>Please sign in</html>"),
    "a list": sends(b"[]"),
    "null": sends(b"null"),
    "a number": sends(b"42"),
    "a text": sends(b'"hello"'),
    "no text at all": sends(b"\xff\xfe\x00"),
    "no gzip": Answer(raw=b"not compressed", headers={"Content-Encoding": "gzip"}),
    "deep": sends(b"[" * 100_000),
    "no choices": completion(choices=None),
    "an empty choice": choice(),
    "no message": choice(message=None),
    "a list of parts": choice(message={"content": [{"type": "text", "text": "{}"}]}),
    "a tool": choice(message={"content": None, "tool_calls": [{}]}),
    "less than no tokens": completion(usage={"prompt_tokens": -(10**30), "completion_tokens": 1}),
    "more tokens than a column holds": completion(usage={"prompt_tokens": 10**30, "completion_tokens": 1}),
    "100,000 tokens": says("word " * 100_000),
    "a source beyond numbers": claims(source="attachment:" + "9" * 5_000),
    "a source by another name": claims(source="attachment:007"),
    "a NUL in a quote": claims(invoices=["INV\x00"]),
    "half a character": says('{"intents": [{"intent": "query", "confidence": 1, "quote": "\\ud800"}]}'),
    "a NUL for money": promises(amount="10.00", currency="\x00\x00A"),
    "a NUL in a letter": writes("Thank you.\x00"),
}
HARMLESS: dict[str, Answer | Respond] = {
    "no count of tokens": lambda request: completion(
        choices=dull(request).body["choices"], usage={"prompt_tokens": None}
    ),
    "a name that is none": lambda request: completion(choices=dull(request).body["choices"], model="\x00" * 300),
    "our own name": lambda request: completion(choices=dull(request).body["choices"], model="embedded"),
    "no currency": promises(amount="10.00", currency="?!%"),
    "a place before the text": lambda request: (
        claims(start=-len(BODY) - 1, end=-1) if request.schema_name == "MessageClass" else dull(request)
    ),
}


@pytest.fixture
async def instance(postgres: Postgres, migrated_database: str) -> AsyncIterator[Instance]:
    url = postgres.create_database(template=migrated_database)
    async with instance_on(url) as made:
        yield made
    postgres.drop_database(url)


@pytest.mark.timeout(180)
async def test_no_mail_is_lost_to_an_endpoint_and_none_waits_long(
    instance: Instance, model_server: ModelServer
) -> None:
    config = MindConfig("openai", model_server.base_url, "sk-test", "stub", timeout_seconds=SECONDS, at_once=8)
    child = ChildMind("app.mind", config)
    mind = RationedMind(child, instance.database, "stub", Limits())
    instance.triage = TriageService(instance.database, mind, load_policy(), instance.clock)
    requests = 0

    async def proposal_by(answer: Answer | Respond) -> ProposalRow:
        nonlocal requests
        model_server.clear()
        model_server.respond = answer
        *_, message = await instance.receive(mail(BODY))
        await instance.triage.work(str(message.id))
        requests += len(model_server.requests)
        async with instance.database.read() as uow:
            found = await uow.session.scalar(sa.select(ProposalRow).where(ProposalRow.message_id == message.id))
        assert found is not None
        return found

    async def stood_in(faults: dict[str, Answer | Respond], asked: Callable[[int], bool]) -> None:
        for number, (what, fault) in enumerate(faults.items(), 1):
            begun = time.monotonic()
            proposal = await proposal_by(fault)
            assert Reason.MODEL_UNAVAILABLE in proposal.reasons, what
            assert proposal.intents == [Intent.PAYMENT_PROMISE], f"{what}: the embedded model answers"
            assert asked(len(model_server.requests)), what
            assert time.monotonic() - begun < 10, what
            if number % (FAILURES - 1) == 0 or number == len(faults):
                assert Reason.MODEL_UNAVAILABLE not in (await proposal_by(promises())).reasons, (
                    f"all is well after {what}"
                )

    try:
        await child.read(mail(BODY), Identity(()))  # its models are loaded
        await stood_in(SILENT, lambda number: number == 1)
        await stood_in(MALFORMED, lambda number: number <= 8)
        for what, answer in HARMLESS.items():
            assert Reason.MODEL_UNAVAILABLE not in (await proposal_by(answer)).reasons, what
        for number in range(FAILURES + 1):
            await proposal_by(SILENT["hangs"])
            assert len(model_server.requests) == (number < FAILURES), "the breaker outlives each mail"
    finally:
        await child.stop()

    async with instance.database.read() as uow:
        (row,) = await Rations(uow.session, 0).all()
    assert row.requests_total == requests, "what failed was asked all the same"
    assert {message.state for message in await instance.messages()} == {MessageState.PENDING}
