"""What a mail wants, by a small linear model over sentence embeddings, trade features and hashed n-grams.

Two logistic models per head, one over words and one over meaning; their log odds are averaged and calibrated. Heads are
the fourteen intents and some flags (low_information, legal, complaint, privacy_request, fraud_risk). Trained by
`python -m evals train`; this module only loads arrays. Without the embedder words and trade features decide alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.intents import CONSEQUENCE, MACHINE_INTENTS, Intent
from app.domain.proposal import BODY
from app.reading.embedding import DIMENSIONS, MAX_CHARS, Embedder, load_embedder
from app.reading.features import (
    FEATURES,
    TRADE_SIZE,
    Passage,
    Vector,
    hashed_ngrams,
    passages,
    pooled_trade_features,
    says_something_firm,
    trade_features,
)

MODEL_FILE = Path(__file__).parent / "model" / "intents.npz"
FORMAT = 2

EMBEDDED_CHARS = 700
"""So many characters of sentences are embedded, the most telling first: the cost of a mail has a ceiling."""

FLAGS = ("low_information", "legal", "complaint", "privacy_request", "fraud_risk")
HEADS = (*(intent.value for intent in Intent), *FLAGS)

_ALONE = frozenset({Intent.ACKNOWLEDGEMENT, Intent.UNRELATED})
_FIRM = 0.5
_SOBER = 0.3
_OPENING, _OPENING_BONUS = 2, 3.0
"""The first sentences are worth as much as this many trade words."""


@dataclass(frozen=True, slots=True)
class Scored:
    """How sure the model is that the mail has this intent, and the sentence that speaks for it most."""

    intent: Intent
    confidence: float
    source: str = BODY
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Assessment:
    """All intents scored, and the flags that are not intents."""

    scored: tuple[Scored, ...]
    flags: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class MailFeatures:
    """What the model sees. `sentence` has a row a passage: its embedding (zeros if none), then trade features."""

    passages: tuple[Passage, ...]
    buckets: NDArray[np.int64]
    counts: Vector
    sentence: Vector
    is_embedded: NDArray[np.bool_]
    trade: Vector

    def meaning(self) -> Vector:
        """Mean and maximum of the embedded sentences, then the pooled trade features."""
        vectors = self.sentence[self.is_embedded, : -len(FEATURES)]
        if not len(vectors):
            vectors = np.zeros((1, self.sentence.shape[1] - len(FEATURES)), dtype=np.float32)
        return np.concatenate([vectors.mean(axis=0), vectors.max(axis=0), self.trade])


class ModelFileUnusable(Exception):
    """The model file is missing or of another format."""


class Classifier:
    """The trained model. `load` once per process; `classify` is pure."""

    def __init__(self, arrays: Mapping[str, NDArray[np.generic]], embedder: Embedder | None) -> None:
        self._idf = np.asarray(arrays["idf"], dtype=np.float32)
        self._word_weights = np.asarray(arrays["word_weights"], dtype=np.float32)
        self._word_bias = np.asarray(arrays["word_bias"], dtype=np.float32)
        self._weights = np.asarray(arrays["weights"], dtype=np.float32)
        self._bias = np.asarray(arrays["bias"], dtype=np.float32)
        self._centre = np.asarray(arrays["centre"], dtype=np.float32)
        self._scale = np.asarray(arrays["scale"], dtype=np.float32)
        self._mix = np.asarray(arrays["mix"], dtype=np.float32)
        self._platt = np.asarray(arrays["platt"], dtype=np.float32)
        self._plain_weights = np.asarray(arrays["plain_weights"], dtype=np.float32)
        self._plain_bias = np.asarray(arrays["plain_bias"], dtype=np.float32)
        self._plain_platt = np.asarray(arrays["plain_platt"], dtype=np.float32)
        self._thresholds = np.asarray(arrays["thresholds"], dtype=np.float32)
        self._embedder = embedder

    @classmethod
    def load(cls, path: Path | None = None, *, with_embedder: bool = True) -> "Classifier":
        file = path or MODEL_FILE
        if not file.exists():
            raise ModelFileUnusable(str(file))
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        if int(arrays.get("format", np.int64(0))) != FORMAT or arrays["bias"].shape != (len(HEADS),):
            raise ModelFileUnusable(str(file))
        return cls(arrays, load_embedder() if with_embedder else None)

    @property
    def thresholds(self) -> Mapping[str, float]:
        return dict(zip(HEADS, map(float, self._thresholds), strict=True))

    @property
    def is_degraded(self) -> bool:
        """Whether words and trade features decide alone, for want of an embedder."""
        return self._embedder is None

    def classify(self, subject: str, body: str, language: str) -> tuple[Scored, ...]:
        """All fourteen intents, in the order of consequence."""
        return self.assess(subject, body, language).scored

    def assess(self, subject: str, body: str, language: str) -> Assessment:
        features = mail_features(subject, body, language, self._embedder)
        probabilities = self._sobered(features, self.probabilities(features))
        evidence = self._evidence(features)
        scored = tuple(
            _scored(intent, float(probabilities[head]), features.passages, evidence[head])
            for head, intent in enumerate(Intent)
        )
        flags = {name: float(probabilities[len(Intent) + position]) for position, name in enumerate(FLAGS)}
        return Assessment(scored, flags)

    def probabilities(self, features: MailFeatures) -> Vector:
        words = self._word_odds(features)
        standard = self._standard(features.meaning())
        if self._embedder is None:
            plain = self._plain_weights @ standard[-TRADE_SIZE:] + self._plain_bias
            odds = self._mix[0] * words + self._mix[1] * plain
            return _sigmoid(self._plain_platt[:, 0] * odds + self._plain_platt[:, 1])
        meaning = self._weights @ standard + self._bias
        odds = self._mix[0] * words + self._mix[1] * meaning
        return _sigmoid(self._platt[:, 0] * odds + self._platt[:, 1])

    def _sobered(self, features: MailFeatures, probabilities: Vector) -> Vector:
        """Hedged, conditional and questioned words beside a request for time make no promise (evals/labels.md)."""
        promise, extension = HEADS.index(Intent.PAYMENT_PROMISE), HEADS.index(Intent.EXTENSION_REQUEST)
        if probabilities[extension] < self._thresholds[extension] or says_something_firm(features.sentence):
            return probabilities
        sobered = probabilities.copy()
        sobered[promise] *= _SOBER
        return sobered

    def chosen(self, scored: Sequence[Scored]) -> tuple[Scored, ...]:
        """The intents above their thresholds, less what the labels exclude, in the order of consequence."""
        return choose(scored, self.thresholds)

    def flagged(self, assessment: Assessment) -> frozenset[str]:
        limits = self.thresholds
        return frozenset(name for name, value in assessment.flags.items() if value >= limits[name])

    def _word_odds(self, features: MailFeatures) -> Vector:
        values = features.counts * self._idf[features.buckets]
        norm = float(np.linalg.norm(values)) or 1.0
        weights = self._word_weights[:, features.buckets]
        odds: Vector = weights @ (values / norm) + self._word_bias
        return odds

    def _standard(self, meaning: Vector) -> Vector:
        standard: Vector = (meaning - self._centre) / self._scale
        return standard

    def _evidence(self, features: MailFeatures) -> NDArray[np.int64]:
        """For each head the sentence that would score highest if it stood alone (relative to the other sentences)."""
        size = features.sentence.shape[1] - len(FEATURES)
        trade = slice(2 * size, 2 * size + len(FEATURES))
        vectors = (features.sentence[:, :size] - self._centre[:size]) / self._scale[:size]
        vectors[~features.is_embedded] = 0.0
        rows = (features.sentence[:, size:] - self._centre[trade]) / self._scale[trade]
        scores = vectors @ self._weights[:, :size].T + rows @ self._weights[:, trade].T
        if not len(scores):
            return np.zeros(len(HEADS), dtype=np.int64)
        best: NDArray[np.int64] = scores.argmax(axis=0)
        return best


def choose(scored: Sequence[Scored], thresholds: Mapping[str, float]) -> tuple[Scored, ...]:
    """See `Classifier.chosen`; at least one."""
    if not scored:
        return ()
    best = max(scored, key=lambda score: score.confidence / max(thresholds[score.intent.value], 0.01))
    taken = [score for score in scored if score.confidence >= thresholds[score.intent.value]] or [best]
    machine = [score for score in taken if score.intent in MACHINE_INTENTS]
    if machine:
        first = max(machine, key=lambda score: score.confidence)
        if first.confidence >= max(score.confidence for score in taken) or first is best:
            return tuple(
                score
                for score in taken
                if score is first or (score.intent is Intent.CONTACT_UPDATE and first.intent is Intent.AUTOMATIC_REPLY)
            )
        taken = [score for score in taken if score not in machine]
    alone = [score for score in taken if score.intent in _ALONE]
    if alone and len(taken) > 1:
        first = max(taken, key=lambda score: score.confidence)
        taken = [first] if first in alone else [score for score in taken if score not in alone]
    taken = _without_explained_query(taken)
    return tuple(sorted(taken, key=lambda score: CONSEQUENCE[score.intent]))


def _without_explained_query(taken: list[Scored]) -> list[Scored]:
    """A question is its own intent only if another sentence than the other intents' asks it."""
    query = next((score for score in taken if score.intent is Intent.QUERY), None)
    others = [score for score in taken if score is not query]
    if query is None or not others:
        return taken
    is_explained = any((score.source, score.start) == (query.source, query.start) for score in others)
    return others if is_explained or query.confidence < _FIRM else taken


def mail_features(subject: str, body: str, language: str, embedder: Embedder | None) -> MailFeatures:
    """Read a mail once for everything that the model wants to know."""
    found = passages(subject, body)
    trade = (
        np.stack([trade_features(passage.text, language) for passage in found])
        if found
        else np.zeros((0, len(FEATURES)), dtype=np.float32)
    )
    chosen = _worth_embedding(found, trade)
    size = DIMENSIONS
    vectors = np.zeros((len(found), size), dtype=np.float32)
    if embedder is not None and chosen:
        vectors[chosen] = embedder.encode([found[position].text for position in chosen])
    is_embedded = np.zeros(len(found), dtype=np.bool_)
    is_embedded[chosen] = True
    buckets, counts = hashed_ngrams(subject, body)
    return MailFeatures(
        found,
        buckets,
        counts,
        np.hstack([vectors, trade]),
        is_embedded,
        pooled_trade_features(found, subject, language, trade),
    )


def _worth_embedding(found: Sequence[Passage], trade: NDArray[np.float32]) -> list[int]:
    """The first sentences and those with most trade words, until the budget is spent."""
    order = sorted(
        range(len(found)),
        key=lambda position: (
            -float(trade[position].sum()) - (_OPENING_BONUS if position < _OPENING else 0.0),
            position,
        ),
    )
    chosen: list[int] = []
    spent = 0
    for position in order:
        cost = min(len(found[position].text), MAX_CHARS)
        if chosen and spent + cost > EMBEDDED_CHARS:
            continue
        chosen.append(position)
        spent += cost
    return sorted(chosen)


def _scored(intent: Intent, confidence: float, found: Sequence[Passage], position: int) -> Scored:
    if not found:
        return Scored(intent, confidence)
    passage = found[int(position)]
    return Scored(intent, confidence, passage.source, passage.start, passage.end)


def _sigmoid(odds: Vector) -> Vector:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -30, 30))), dtype=np.float32)
