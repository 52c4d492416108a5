"""Training lines as the model learns from them: redacted as in the product, cut into sentences, labels beside each."""

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.intents import Intent
from app.domain.proposal import SUBJECT
from app.domain.text import RedactedText, text_of, unredacted
from app.reading.classifier import HEADS
from app.reading.features import Passage, passages
from app.reading.replies import split_reply
from evals.dataset import Line

Redact = Callable[[str, str, str], tuple[RedactedText, RedactedText]]
"""subject, body, language -> both without personal data."""

INTENTS = len(Intent)

KEPT_BACK = 5
"""One mail in so many is kept from tuning."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One mail. `labels` has a place a head; `by_sentence` a row a passage and a column an intent, or is None where the
    line does not say which sentence carries what."""

    id: str
    language: str
    primary: str
    subject: str
    body: str
    passages: tuple[Passage, ...]
    labels: NDArray[np.int64]
    by_sentence: NDArray[np.int64] | None


def is_kept_back(line_id: str) -> bool:
    """Whether a mail is one of those that tuning does not see, and calibration is made on."""
    return zlib.crc32(line_id.encode()) % KEPT_BACK == 0


def lessons(lines: Iterable[Line], redact: Redact | None) -> list[Lesson]:
    return [_lesson(line, redact or _as_it_is) for line in lines]


def new_text(subject: str, body: str) -> str:
    """The writer's own words: what the model is shown in the product, too."""
    return text_of(split_reply(body, subject=subject).new, body)


def _as_it_is(subject: str, body: str, _language: str) -> tuple[RedactedText, RedactedText]:
    return unredacted(subject), unredacted(body)


def _lesson(line: Line, redact: Redact) -> Lesson:
    language, expect = str(line["language"]), line["expect"]
    raw_subject = str(line["subject"])
    raw_body = new_text(raw_subject, str(line["body"]))
    subject, body = redact(raw_subject, raw_body, language)
    found = passages(subject.value, body.value)
    present = {*expect["intents"], *expect.get("review_reasons", [])}
    return Lesson(
        id=str(line["id"]),
        language=language,
        primary=expect["intents"][0],
        subject=subject.value,
        body=body.value,
        passages=found,
        labels=np.array([int(head in present) for head in HEADS], dtype=np.int64),
        by_sentence=_by_sentence(expect, found, (raw_subject, subject), (raw_body, body)),
    )


def _by_sentence(
    expect: Line, found: Sequence[Passage], subject: tuple[str, RedactedText], body: tuple[str, RedactedText]
) -> NDArray[np.int64] | None:
    """Which passage touches which quoted span. A mail of one passage needs no quotes."""
    places = list(Intent)
    labels = np.zeros((len(found), INTENTS), dtype=np.int64)
    if len(found) == 1:
        labels[0, [places.index(Intent(intent)) for intent in expect["intents"]]] = 1
        return labels
    if "spans" not in expect:
        return None
    for span in expect["spans"]:
        raw, redacted = subject if span["source"] == SUBJECT else body
        start = raw.find(span["text"])
        for row, passage in enumerate(found):
            place = redacted.source_span(passage.start, passage.end) if passage.source == span["source"] else None
            if start >= 0 and place and start < place.end and place.start < start + len(span["text"]):
                labels[row, places.index(Intent(span["intent"]))] = 1
    return labels
