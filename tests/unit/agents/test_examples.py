"""The mails that a remote model is shown: from the training data, redacted, labelled as there, locked as the prompt."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agents.prompts import DEFAULT_DIRECTORY, Prompts, write_lock
from agents.triage.outputs import Flag, MessageClass
from app.domain.errors import SettingInvalid
from app.domain.intents import Intent
from evals.dataset import training_lines
from tests.unit.agents.scripted import ScriptedModel, letter, propose, says

FILE = DEFAULT_DIRECTORY / "examples" / "classify_message.toml"
EXAMPLES: list[Mapping[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["example"]
TRAINING = {line["id"]: line for line in training_lines()}
FLAG_OF_REASON = {
    "fraud_risk": Flag.FRAUD_SIGN,
    "injection": Flag.INJECTION,
    "low_information": Flag.LOW_INFORMATION,
}
PLACEHOLDER = re.compile(r"⟨\w+_\d+⟩")
each = pytest.mark.parametrize("example", EXAMPLES, ids=[example["from"] for example in EXAMPLES])


@each
def test_an_example_is_its_training_mail_with_placeholders(example: Mapping[str, Any]) -> None:
    words = ".+?".join(map(re.escape, PLACEHOLDER.split(example["body"].strip())))
    assert re.fullmatch(words, TRAINING[example["from"]]["body"].strip(), re.DOTALL)
    assert example["subject"] == TRAINING[example["from"]]["subject"]


@each
def test_the_answer_is_what_the_label_says_and_quotes_what_stands_there(example: Mapping[str, Any]) -> None:
    answer, label = MessageClass.model_validate(example["answer"]), TRAINING[example["from"]]["expect"]
    assert [found.intent.value for found in answer.intents] == label["intents"]
    reasons = label.get("review_reasons", ())
    assert set(answer.flags) == {FLAG_OF_REASON[reason] for reason in reasons if reason in FLAG_OF_REASON}
    for found in answer.intents:
        assert found.quote in example["body"]
        assert all(any(line.startswith(number) for line in example["ledger"]) for number in found.invoices)


def test_every_language_is_among_them_and_they_stay_short() -> None:
    assert {TRAINING[example["from"]]["language"] for example in EXAMPLES} == {"en", "fr", "de", "es", "nl", "it", "pt"}
    assert sum(len(example["body"]) for example in EXAMPLES) < 4_000


def put(directory: Path, subject: str) -> None:
    head = "---\nid: greet\nversion: 1\nmodel: small\ninputs: []\noutput: X\n---\nBe kind.\n"
    (directory / "greet.md").write_text(head, encoding="utf-8")
    (directory / "examples").mkdir(exist_ok=True)
    example = f'[[example]]\nsubject = "{subject}"\nbody = "b"\n[example.answer]\n'
    (directory / "examples" / "greet.toml").write_text(example, encoding="utf-8")


def test_a_changed_example_needs_a_new_version(tmp_path: Path) -> None:
    put(tmp_path, "one")
    write_lock(tmp_path)
    assert Prompts.load(tmp_path).examples("greet")[0].subject == "one"
    put(tmp_path, "two")
    with pytest.raises(SettingInvalid, match="raise its version"):
        Prompts.load(tmp_path)


def test_a_broken_example_file_is_named(tmp_path: Path) -> None:
    put(tmp_path, 'a"b')
    with pytest.raises(SettingInvalid, match=r"examples/greet\.toml"):
        write_lock(tmp_path)


async def test_the_model_is_shown_them_fenced_and_apart_from_the_mail() -> None:
    model = ScriptedModel(says(Intent.ACKNOWLEDGEMENT, quote="Thanks"))
    await propose(model, letter("Thanks, canary-4711"))
    asked = model.questions[0]
    assert len(asked.prompt.examples) == len(EXAMPLES)
    for mail, answer in asked.prompt.examples:
        assert mail.count("<<<BODY") == 1
        assert MessageClass.model_validate_json(answer).intents
        assert "canary-4711" not in mail
    assert not any(question.prompt.examples for question in model.questions[1:])
