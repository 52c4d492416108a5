"""Are the data sets worth training and measuring on? `python -m evals data` says what is wrong with them.

Lines must be worded one by one: copies that differ in names and numbers, test mails with a near twin among the training
mails, and mails that all begin alike are refused, and so are sets that are too small or hold too few long mails.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from agents.triage.notations import calendar_words
from app.domain.intents import CONSEQUENCE, LANGUAGES, DisputeReason, ExtensionKind, Intent, Reason, Route
from app.reading.model.features import is_courtesy
from app.reading.spans import fold, sentences
from evals.dataset import Line
from evals.lessons import new_text

NEAR = 0.85
DISTINCT_OPENINGS = 0.95
LONG_WORDS, LONG_SHARE = 150, 0.20
TRAINING_LINES: Mapping[str, int] = {"en": 550, "fr": 550, "de": 550, "es": 550, "nl": 200, "it": 200, "pt": 200}
TRAINING_TOTAL, TEST_TOTAL, TEST_HARD = 3000, 500, 120

_NUMBER = re.compile(r"\d[\d.,/:'\u2019-]*")
_NAME = re.compile(
    r"(?<=[\w,] )[A-ZÀ-ÖØ-Þ][\w'\u2019-]*|^[A-ZÀ-ÖØ-Þ][\w'\u2019.-]*+(?:[ ,]++[A-ZÀ-ÖØ-Þ][\w'\u2019.-]*+){0,3}[ ,]*$",
    re.MULTILINE,
)
"""A capital within a sentence, or a line of nothing else: a signature. The first word of a sentence stays."""

_WORD = re.compile(r"\w+")
_CALENDAR = frozenset(word for language in LANGUAGES for word in calendar_words(language))
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Summary:
    """What a set holds, as the check prints it."""

    name: str
    lines: int
    languages: Mapping[str, int]
    long_share: float
    distinct_openings: float
    hard: int


def problems(training: Sequence[Line], test: Sequence[Line], dev: Sequence[Line]) -> Iterator[str]:
    """Every reason to refuse the sets, in words that name the lines."""
    for name, lines in (("training", training), ("test", test), ("development", dev)):
        yield from _malformed(name, lines)
    yield from _too_few(training, test)
    yield from _copies([*training, *test, *dev])
    yield from _near_twins(training, test)
    for name, lines in (("training", training), ("test", test)):
        summary = summary_of(name, lines)
        if summary.distinct_openings < DISTINCT_OPENINGS:
            yield f"{name}: only {summary.distinct_openings:.1%} of the first sentences differ"
        if summary.long_share < LONG_SHARE:
            yield f"{name}: only {summary.long_share:.1%} of the mails have more than {LONG_WORDS} words"


def summary_of(name: str, lines: Sequence[Line]) -> Summary:
    openings = [_opening(line) for line in lines]
    return Summary(
        name,
        len(lines),
        Counter(str(line["language"]) for line in lines),
        sum(len(str(line["body"]).split()) > LONG_WORDS for line in lines) / max(len(lines), 1),
        len(set(openings)) / max(len(openings), 1),
        sum("hard" in line.get("tags", ()) for line in lines),
    )


def _malformed(name: str, lines: Sequence[Line]) -> Iterator[str]:
    for line_id, count in Counter(str(line["id"]) for line in lines).items():
        if count > 1:
            yield f"{name}: {line_id} stands {count} times"
    for line in lines:
        yield from (f"{name}: {line['id']}: {fault}" for fault in _faults(line["expect"], line))


def _faults(expect: Line, line: Line) -> Iterator[str]:
    intents = list(expect["intents"])
    reasons = list(expect.get("review_reasons", []))
    if not intents or set(intents) - set(Intent):
        yield f"intents {intents}"
    elif intents != sorted(intents, key=lambda intent: CONSEQUENCE[Intent(intent)]):
        yield "intents are not in the order of consequence"
    if expect["route"] not in set(Route) or set(reasons) - set(Reason):
        yield f"route {expect['route']}, reasons {reasons}"
    if (expect["route"] == Route.REVIEW) != bool(reasons):
        yield "a review needs a reason, and nothing else may have one"
    yield from _fact_faults(expect, str(line["body"]))
    for span in expect.get("spans", ()):
        if span["intent"] not in intents or span["text"] not in str(line[span["source"]]):
            yield f"span {span['text']!r}"


def _fact_faults(expect: Line, body: str) -> Iterator[str]:
    dispute, extension = expect.get("dispute", {}), expect.get("extension", {})
    if dispute and dispute.get("reason") not in set(DisputeReason):
        yield f"dispute {dispute}"
    if extension and extension.get("kind", "") not in {None, *ExtensionKind}:
        yield f"extension {extension}"
    for words in (dispute.get("words", ""), extension.get("words", "")):
        if words not in body:
            yield f"words {words!r}"


def _too_few(training: Sequence[Line], test: Sequence[Line]) -> Iterator[str]:
    counts = Counter(str(line["language"]) for line in training)
    for language, least in TRAINING_LINES.items():
        if counts[language] < least:
            yield f"training: {counts[language]} lines in {language}, {least} are the least"
    hard = sum("hard" in line.get("tags", ()) for line in test)
    for name, count, least in (
        ("training lines", len(training), TRAINING_TOTAL),
        ("test lines", len(test), TEST_TOTAL),
        ("hard test lines", hard, TEST_HARD),
    ):
        if count < least:
            yield f"{count} {name}, {least} are the least"


def _copies(lines: Sequence[Line]) -> Iterator[str]:
    known: dict[str, str] = {}
    for line in lines:
        masked = _masked(f"{line['subject']}\n{line['body']}")
        if masked in known:
            yield f"{line['id']} is {known[masked]} with other names, numbers or dates"
        known.setdefault(masked, str(line["id"]))


def _masked(text: str) -> str:
    plain = fold(_NUMBER.sub("0", _NAME.sub("0", text)))
    return re.sub(r"0(?: 0)+", "0", " ".join("0" if word in _CALENDAR else word for word in _WORD.findall(plain)))


def _near_twins(training: Sequence[Line], test: Sequence[Line]) -> Iterator[str]:
    if not training or not test:
        return
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    ours = vectorizer.fit_transform([_words(line) for line in training])
    theirs = vectorizer.transform([_words(line) for line in test])
    for start in range(0, len(test), _BLOCK):
        likeness = (theirs[start : start + _BLOCK] @ ours.T).toarray()
        for row, column in zip(*np.nonzero(likeness >= NEAR), strict=True):
            near = likeness[row, column]
            yield f"{test[start + row]['id']} is a twin of {training[column]['id']} ({near:.2f})"


def _words(line: Line) -> str:
    """Without quoted history: the phrases of mail programs make no mail a copy of another."""
    return f"{line['subject']}\n{new_text(line)}"


def _opening(line: Line) -> str:
    """The first sentence after the greeting."""
    body = str(line["body"])
    found = (span.of(body) for span in sentences(body))
    return next((fold(text) for text in found if not is_courtesy(text)), fold(body))
