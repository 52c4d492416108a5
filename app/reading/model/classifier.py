"""What a mail wants, by small linear models over tuned sentence embeddings, trade features and hashed n-grams.

    sentences ─▶ embeddings (tuned) + trade features ─▶ sentence head ─▶ log-sum-exp ─┐
                        └── mean, maximum ─▶ meaning ─────────────────────────────────┼─▶ mix ─▶ calibrated
    words and letters ─▶ words ───────────────────────────────────────────────────────┘

Heads are the fourteen intents and some flags (low_information, legal, complaint, privacy_request, fraud_risk). The
embedder's scales are learned by `python -m evals tune`, the rest by `python -m evals train`; this module only loads
arrays. Without the embedder words and trade features decide alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.intents import CONSEQUENCE, MACHINE_INTENTS, Intent
from app.domain.proposal import BODY
from app.domain.text import Span
from app.reading.model.embedding import DIMENSIONS, Embedder, load_embedder
from app.reading.model.features import (
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
from app.reading.model.kinds import HeardPassage, KindHead

MODEL_FILE = Path(__file__).with_name("intents.npz")
FORMAT = 6

FLAGS = ("low_information", "legal", "complaint", "privacy_request", "fraud_risk")
HEADS = (*(intent.value for intent in Intent), *FLAGS)

SENTENCE = "sentence_"
"""What the names of the sentence head's arrays begin with."""

_OF_A_KIND = [HEADS.index(Intent.DISPUTE), HEADS.index(Intent.EXTENSION_REQUEST)]
_ALONE = frozenset({Intent.ACKNOWLEDGEMENT, Intent.UNRELATED})
_FIRM = 0.5
_SOBER = 0.3


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
    """What the model sees. `sentences` and `rows` have a row a passage: its embedding (zeros without an embedder), its
    trade features; `trade` is pooled over the mail."""

    passages: tuple[Passage, ...]
    buckets: NDArray[np.int64]
    counts: Vector
    sentences: Vector
    rows: Vector
    trade: Vector

    def meaning(self) -> Vector:
        """Mean and maximum of the sentences, then the pooled trade features."""
        vectors = self.sentences if len(self.sentences) else np.zeros((1, DIMENSIONS), dtype=np.float32)
        return np.concatenate([vectors.mean(axis=0), vectors.max(axis=0), self.trade])


@dataclass(frozen=True, slots=True)
class SentenceHead:
    """What each sentence says, and the mail by its most telling ones.

    `own`, `before`, `after`, `whole` and `trade` weigh a sentence's embedding, those of its neighbours, the mean of the
    mail's, and the sentence's trade features.
    """

    own: Vector
    before: Vector
    after: Vector
    whole: Vector
    trade: Vector
    bias: Vector
    offset: Vector

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "SentenceHead":
        return cls(
            **{part.name: np.asarray(arrays[f"{SENTENCE}{part.name}"], dtype=np.float32) for part in fields(cls)}
        )

    def arrays(self) -> dict[str, Vector]:
        """As `of` reads them."""
        return {f"{SENTENCE}{part.name}": getattr(self, part.name) for part in fields(self)}

    def odds(self, sentences: Vector, rows: Vector) -> Vector:
        """Log odds of every head, a row a sentence of one mail."""
        if not len(sentences):
            return np.zeros((0, len(HEADS)), dtype=np.float32)
        before, after = neighbours(sentences)
        odds: Vector = (
            sentences @ self.own.T
            + before @ self.before.T
            + after @ self.after.T
            + self.whole @ sentences.mean(axis=0)
            + rows @ self.trade.T
            + self.bias
        )
        return odds

    def pooled(self, odds: Vector) -> Vector:
        """Of the whole mail: the log of the summed odds of its sentences."""
        if not len(odds):
            return self.offset
        most = odds.max(axis=0)
        pooled: Vector = most + np.log(np.exp(odds - most).sum(axis=0)) + self.offset
        return pooled


class ModelFileUnusable(Exception):
    """The model file is missing or of another format."""


class Classifier:
    """The trained model. `load` once per process; `classify` is pure."""

    def __init__(
        self,
        arrays: Mapping[str, NDArray[np.generic]],
        embedder: Embedder | None,
        sentence_head: SentenceHead | None,
        kind_head: KindHead | None,
    ) -> None:
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
        self._sentence_head = sentence_head
        self._kind_head = kind_head

    @classmethod
    def load(cls, path: Path | None = None, *, with_embedder: bool = True) -> "Classifier":
        file = path or MODEL_FILE
        if not file.exists():
            raise ModelFileUnusable(str(file))
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        if int(arrays.get("format", np.int64(0))) != FORMAT or arrays["bias"].shape != (len(HEADS),):
            raise ModelFileUnusable(str(file))
        embedder = load_embedder() if with_embedder else None
        if embedder is None:
            return cls(arrays, None, None, None)
        return cls(arrays, embedder, SentenceHead.of(arrays), KindHead.of(arrays))

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
        by_sentence = self._by_sentence(features)
        probabilities = self._sobered(features, self._probabilities(features, by_sentence))
        evidence = by_sentence.argmax(axis=0) if len(by_sentence) else np.zeros(len(HEADS), dtype=np.int64)
        scored = tuple(
            _scored(intent, float(probabilities[head]), features.passages, int(evidence[head]))
            for head, intent in enumerate(Intent)
        )
        flags = {name: float(probabilities[len(Intent) + position]) for position, name in enumerate(FLAGS)}
        return Assessment(scored, flags)

    def hear_kinds(self, subject: str, body: str, language: str) -> tuple[HeardPassage, ...]:
        """How much each sentence speaks for each reason of a dispute and each kind of wish; see kinds.py."""
        found = passages(subject, body)
        if self._kind_head is None or self._sentence_head is None or self._embedder is None or not found:
            return ()
        rows = np.stack([trade_features(passage.text, language) for passage in found])
        sentences = self._embedder.encode([passage.text for passage in found])
        odds = self._kind_head.odds(sentences, rows, *self._sentence_head.odds(sentences, rows)[:, _OF_A_KIND].T)
        return tuple(
            HeardPassage(passage.source, Span(passage.start, passage.end), odds[row])
            for row, passage in enumerate(found)
        )

    def hear(self, body: str, spans: Sequence[Span], language: str) -> Mapping[tuple[int, int], Mapping[Intent, float]]:
        """How much each passage of a body speaks for each intent, between 0 and 1; heard with the others."""
        if self._sentence_head is None or self._embedder is None or not spans:
            return {}
        texts = [span.of(body) for span in spans]
        rows = np.stack([trade_features(text, language) for text in texts])
        said = _sigmoid(self._sentence_head.odds(self._embedder.encode(texts), rows))
        return {
            (span.start, span.end): {intent: float(said[row, head]) for head, intent in enumerate(Intent)}
            for row, span in enumerate(spans)
        }

    def _by_sentence(self, features: MailFeatures) -> Vector:
        """How much each sentence speaks for each head; without the embedder by its trade words alone."""
        if self._sentence_head is not None:
            return self._sentence_head.odds(features.sentences, features.rows)
        odds: Vector = features.rows @ self._plain_weights[:, : len(FEATURES)].T
        return odds

    def _probabilities(self, features: MailFeatures, by_sentence: Vector) -> Vector:
        words = self._word_odds(features)
        standard = self._standard(features.meaning())
        if self._sentence_head is None:
            plain = self._plain_weights @ standard[-TRADE_SIZE:] + self._plain_bias
            return _sigmoid(self._plain_platt[:, 0] * (words + plain) * np.float32(0.5) + self._plain_platt[:, 1])
        meaning = self._weights @ standard + self._bias
        said = self._sentence_head.pooled(by_sentence)
        odds = self._mix[0] * words + self._mix[1] * meaning + self._mix[2] * said
        return _sigmoid(self._platt[:, 0] * odds + self._platt[:, 1])

    def _sobered(self, features: MailFeatures, probabilities: Vector) -> Vector:
        """Hedged, conditional and questioned words beside a request for time make no promise (evals/labels.md)."""
        promise, extension = HEADS.index(Intent.PAYMENT_PROMISE), HEADS.index(Intent.EXTENSION_REQUEST)
        if probabilities[extension] < self._thresholds[extension] or says_something_firm(features.rows):
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


def neighbours(sentences: Vector) -> tuple[Vector, Vector]:
    """The rows before and after each row; zeros beyond the ends."""
    nothing = np.zeros_like(sentences[:1])
    return np.concatenate([nothing, sentences[:-1]]), np.concatenate([sentences[1:], nothing])


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
    rows = np.zeros((len(found), len(FEATURES)), dtype=np.float32)
    for position, passage in enumerate(found):
        rows[position] = trade_features(passage.text, language)
    vectors = np.zeros((len(found), DIMENSIONS), dtype=np.float32)
    if embedder is not None and found:
        vectors = embedder.encode([passage.text for passage in found])
    buckets, counts = hashed_ngrams(subject, body)
    return MailFeatures(found, buckets, counts, vectors, rows, pooled_trade_features(found, subject, language, rows))


def _scored(intent: Intent, confidence: float, found: Sequence[Passage], position: int) -> Scored:
    if not found:
        return Scored(intent, confidence)
    passage = found[int(position)]
    return Scored(intent, confidence, passage.source, passage.start, passage.end)


def _sigmoid(odds: Vector) -> Vector:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -30, 30))), dtype=np.float32)
