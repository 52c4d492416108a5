from pathlib import Path
from typing import Any

import pytest

from app.domain.intents import DisputeReason
from app.domain.text import RedactedText, unredacted
from app.reading.model.classifier import HEADS, Classifier
from app.reading.model.kinds import heard_reasons
from evals.train import train

WORDS = {
    "payment_promise": ["we will pay on friday", "it goes out in the run on monday", "payment will be made tomorrow"],
    "dispute": ["the price is wrong", "two boxes are missing", "the goods are damaged"],
    "document_request": ["please send a copy", "can we have a statement", "we need the delivery note"],
}


def lines() -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for number in range(4):
        for intent, texts in WORDS.items():
            for text in texts:
                body = f"{text} ({number})"
                expect = {"intents": [intent], "route": "auto", "review_reasons": []}
                made.append(
                    {"id": f"t-{len(made)}", "language": "en", "subject": "Re: x", "body": body, "expect": expect}
                )
    return made


@pytest.mark.timeout(300)
def test_training_is_reproducible_and_its_file_loads(tmp_path: Path) -> None:
    first, second = tmp_path / "a.npz", tmp_path / "b.npz"
    figures = train(lines(), None, first)
    train(lines(), None, second)
    assert first.read_bytes() == second.read_bytes()
    assert figures["lines"] == 36
    classifier = Classifier.load(first)
    assert set(classifier.thresholds) == set(HEADS)
    assert (
        classifier.chosen(classifier.classify("Re: x", "please send a copy", "en"))[0].intent.value
        == "document_request"
    )


@pytest.mark.timeout(300)
def test_reasons_are_heard_once_lines_tell_them(tmp_path: Path) -> None:
    told = lines()
    reasons = {"the price": "price", "two boxes": "quantity", "the goods": "quality"}
    for line in told:
        reason = next((name for start, name in reasons.items() if line["body"].startswith(start)), None)
        if reason is not None:
            line["expect"]["dispute"] = {"reason": reason, "words": line["body"]}
    train(told, None, tmp_path / "a.npz")
    heard = heard_reasons(Classifier.load(tmp_path / "a.npz").hear_kinds("Re: x", "two boxes are missing", "en"))
    assert max(heard, key=lambda reason: heard[reason].log_share) is DisputeReason.QUANTITY


def test_training_reads_what_the_redactor_lets_through(tmp_path: Path) -> None:
    seen: list[str] = []

    def redact(subject: str, body: str, language: str) -> tuple[RedactedText, RedactedText]:
        seen.append(language)
        return unredacted(subject), unredacted(body)

    train(lines(), redact, tmp_path / "a.npz")
    assert seen == ["en"] * 36
