"""Training lines as the model learns from them: redacted as in the product, cut into sentences, labels beside each."""

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.intents import Intent
from app.domain.proposal import BODY, SUBJECT
from app.domain.text import RedactedText, text_of, unredacted
from app.reading.authorship.replies import split_reply
from app.reading.model.classifier import HEADS
from app.reading.model.embedding import HEAD, TUNING_FILE
from app.reading.model.features import Passage, passages
from app.reading.model.kinds import REASONS, SIZE, WISHES
from evals.dataset import Line

Redact = Callable[[str, str, str], tuple[RedactedText, RedactedText]]
"""subject, body, language -> both without personal data."""

INTENTS = len(Intent)

US = "ar@seller.example"
"""Whom the training mails are written to, where a line does not say."""

KEPT_BACK = 5
"""One mail in so many is kept from tuning."""

TUNED_ON = f"{HEAD}tuned_on"
"""The array of the tuning file that names the mails it was learned from."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One mail. `labels` has a place a head; `by_sentence` a row a passage and a column an intent, or is None where the
    line does not say which sentence carries what.

    `reason` and `wish` are places in REASONS and WISHES, or None where the line tells none; `kinds` has a row a passage
    and a column for each of both, 1 where the words stand that tell it."""

    id: str
    language: str
    primary: str
    subject: str
    body: str
    passages: tuple[Passage, ...]
    labels: NDArray[np.int64]
    by_sentence: NDArray[np.int64] | None
    reason: int | None
    wish: int | None
    kinds: NDArray[np.int64]


def is_kept_back(line_id: str) -> bool:
    """Whether a mail is one of those that tuning does not see."""
    return fold_of(line_id, KEPT_BACK) == 0


def fold_of(line_id: str, folds: int) -> int:
    """Which of so many parts a mail belongs to; always the same."""
    return zlib.crc32(line_id.encode()) % folds


def known_to_embedder(tuning: Path = TUNING_FILE) -> frozenset[str]:
    """The ids of the mails that the embedder was tuned on: what it makes of these shows more than it knows."""
    with np.load(tuning, allow_pickle=False) as stored:
        return frozenset(stored[TUNED_ON].tolist())


def lessons(lines: Iterable[Line], redact: Redact | None) -> list[Lesson]:
    return [_lesson(line, redact or _as_it_is) for line in lines]


def new_text(line: Line) -> str:
    """The writer's own words: what the model is shown in the product, too."""
    body, own = str(line["body"]), (str(line.get("to", US)),)
    return text_of(split_reply(body, subject=str(line["subject"]), own=own).new, body)


def _as_it_is(subject: str, body: str, _language: str) -> tuple[RedactedText, RedactedText]:
    return unredacted(subject), unredacted(body)


def _lesson(line: Line, redact: Redact) -> Lesson:
    language, expect = str(line["language"]), line["expect"]
    raw_subject = str(line["subject"])
    raw_body = new_text(line)
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
        reason=REASONS.index(expect["dispute"]["reason"]) if "dispute" in expect else None,
        wish=WISHES.index(expect["extension"]["kind"]) if "extension" in expect else None,
        kinds=_kinds(expect, found, (raw_body, body)),
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
        rows = _touched(found, span["source"], span["text"], subject if span["source"] == SUBJECT else body)
        labels[rows, places.index(Intent(span["intent"]))] = 1
    return labels


def _kinds(expect: Line, found: Sequence[Passage], body: tuple[str, RedactedText]) -> NDArray[np.int64]:
    """Which passage touches the words that tell the reason of a dispute, or the kind of a wish."""
    labels = np.zeros((len(found), SIZE), dtype=np.int64)
    for name, key, places, offset in (("dispute", "reason", REASONS, 0), ("extension", "kind", WISHES, len(REASONS))):
        if "words" in expect.get(name, {}):
            column = offset + list(places).index(expect[name][key])
            labels[_touched(found, BODY, expect[name]["words"], body), column] = 1
    return labels


def _touched(found: Sequence[Passage], source: str, words: str, text: tuple[str, RedactedText]) -> list[int]:
    """The passages in which words of the raw text stand."""
    raw, redacted = text
    start = raw.find(words)
    places = (redacted.source_span(p.start, p.end) if p.source == source else None for p in found)
    return [
        row
        for row, place in enumerate(places)
        if start >= 0 and place and start < place.end and place.start < start + len(words)
    ]
