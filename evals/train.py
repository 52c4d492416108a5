"""Trains the embedded model: `python -m evals train`. scikit-learn is needed here and nowhere else.

Features come from app.reading.features; two logistic models a head; five folds give the out-of-fold odds on which
mixture, calibration and thresholds are fitted. The same lines give the same arrays, bit for bit.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped,unused-ignore]

from app.domain.intents import Intent
from app.domain.text import text_of
from app.reading.classifier import FLAGS, FORMAT, HEADS, MODEL_FILE, MailFeatures, Scored, choose, mail_features
from app.reading.embedding import load_embedder
from app.reading.features import CHAR_BUCKETS, TRADE_SIZE, WORD_BUCKETS
from app.reading.replies import split_reply

SEED = 20260311
FOLDS = 5
WORD_C = 20.0
MEANING_C = 0.02
BUCKETS = WORD_BUCKETS + CHAR_BUCKETS

Floats = NDArray[np.float64]
Redact = Callable[[str, str, str], tuple[str, str]]
"""subject, body, language -> both without personal data."""


@dataclass(frozen=True)
class TrainingSet:
    features: Sequence[MailFeatures]
    labels: NDArray[np.int64]
    languages: Sequence[str]
    primary: Sequence[str]


@dataclass(frozen=True)
class Fitted:
    """Weights of both models."""

    idf: Floats
    word_weights: Floats
    word_bias: Floats
    weights: Floats
    bias: Floats
    centre: Floats
    scale: Floats
    plain_weights: Floats
    plain_bias: Floats


def train(
    lines: Sequence[Mapping[str, Any]], redact: Redact | None, out: Path = MODEL_FILE, report: Path | None = None
) -> dict[str, Any]:
    """Fit, write the model file, and return the cross-validated figures."""
    with threadpool_limits(limits=1):
        data = training_set(lines, redact)
        words, meaning, plain = out_of_fold(data)
        mix = np.array([0.5, 0.5])
        odds = mix[0] * words + mix[1] * meaning
        degraded = mix[0] * words + mix[1] * plain
        platt, plain_platt = calibrate(odds, data.labels), calibrate(degraded, data.labels)
        probabilities = probability(odds, platt)
        thresholds = best_thresholds(probabilities, data.labels)
        fitted = fit(data, np.arange(len(lines)))
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        out,
        format=np.int64(FORMAT),
        idf=fitted.idf.astype(np.float16),
        word_weights=fitted.word_weights.astype(np.float16),
        word_bias=fitted.word_bias.astype(np.float32),
        weights=fitted.weights.astype(np.float32),
        bias=fitted.bias.astype(np.float32),
        centre=fitted.centre.astype(np.float32),
        scale=fitted.scale.astype(np.float32),
        mix=mix.astype(np.float32),
        platt=platt.astype(np.float32),
        plain_weights=fitted.plain_weights.astype(np.float32),
        plain_bias=fitted.plain_bias.astype(np.float32),
        plain_platt=plain_platt.astype(np.float32),
        thresholds=thresholds.astype(np.float32),
    )
    figures = cross_validated(data, probabilities, thresholds)
    without = cross_validated(data, probability(degraded, plain_platt), thresholds)
    figures["macro_f1_without_embedder"] = without["macro_f1"]
    if report is not None:
        report.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return figures


def training_set(lines: Sequence[Mapping[str, Any]], redact: Redact | None) -> TrainingSet:
    embedder = load_embedder()
    features: list[MailFeatures] = []
    for line in lines:
        subject, body = str(line["subject"]), new_text(str(line["subject"]), str(line["body"]))
        if redact is not None:
            subject, body = redact(subject, body, str(line["language"]))
        features.append(mail_features(subject, body, str(line["language"]), embedder))
    labels = np.array([_labels(line) for line in lines], dtype=np.int64)
    return TrainingSet(
        features, labels, [str(line["language"]) for line in lines], [line["expect"]["intents"][0] for line in lines]
    )


def new_text(subject: str, body: str) -> str:
    """The writer's own words: what the model is shown in the product, too."""
    return text_of(split_reply(body, subject=subject).new, body)


def _labels(line: Mapping[str, Any]) -> list[int]:
    expect = line["expect"]
    present = {*expect["intents"], *expect.get("review_reasons", [])}
    return [int(head in present) for head in HEADS]


def out_of_fold(data: TrainingSet) -> tuple[Floats, Floats, Floats]:
    """The log odds of the three models for every mail, by models that have not seen it."""
    words = np.zeros((len(data.primary), len(HEADS)))
    meaning, plain = np.zeros_like(words), np.zeros_like(words)
    for train_rows, test_rows in folds(data):
        fitted = fit(data, train_rows)
        words[test_rows] = word_odds(fitted, data, test_rows)
        meaning[test_rows], plain[test_rows] = meaning_odds(fitted, data, test_rows)
    return words, meaning, plain


def folds(data: TrainingSet) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    strata = [f"{primary}" for primary in data.primary]
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    return [(np.asarray(a), np.asarray(b)) for a, b in splitter.split(np.zeros(len(strata)), strata)]


def fit(data: TrainingSet, rows: NDArray[np.int64]) -> Fitted:
    counts = _matrix(data, rows)
    frequency = np.asarray((counts > 0).sum(axis=0), dtype=np.float64).ravel()
    idf = np.log((1 + len(rows)) / (1 + frequency)) + 1.0
    idf[frequency == 0] = 0.0
    meaning = np.stack([data.features[row].meaning() for row in rows]).astype(np.float64)
    centre, scale = meaning.mean(axis=0), meaning.std(axis=0)
    scale[scale < np.finfo(np.float32).eps] = 1.0
    word_weights, word_bias = _logistic(_normal(counts, idf), data.labels[rows], WORD_C)
    standard = (meaning - centre) / scale
    weights, bias = _logistic(standard, data.labels[rows], MEANING_C)
    plain_weights, plain_bias = _logistic(standard[:, -TRADE_SIZE:], data.labels[rows], MEANING_C)
    return Fitted(idf, word_weights, word_bias, weights, bias, centre, scale, plain_weights, plain_bias)


def _logistic(x: Any, labels: NDArray[np.int64], c: float) -> tuple[Floats, Floats]:
    weights = np.zeros((labels.shape[1], x.shape[1]))
    bias = np.full(labels.shape[1], -8.0)
    for head in range(labels.shape[1]):
        if 0 < labels[:, head].sum() < len(labels):
            model = LogisticRegression(
                C=c, class_weight="balanced", max_iter=400, random_state=SEED, solver="liblinear"
            )
            model.fit(x, labels[:, head])
            weights[head], bias[head] = model.coef_[0], model.intercept_[0]
    return weights, bias


def _matrix(data: TrainingSet, rows: NDArray[np.int64]) -> csr_matrix:
    chosen = [data.features[row] for row in rows]
    pointers = np.cumsum([0, *(len(f.buckets) for f in chosen)])
    return csr_matrix(
        (np.concatenate([f.counts for f in chosen]), np.concatenate([f.buckets for f in chosen]), pointers),
        shape=(len(chosen), BUCKETS),
    )


def _normal(counts: csr_matrix, idf: Floats) -> csr_matrix:
    weighted = counts.multiply(idf).tocsr()
    norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    norms[norms == 0] = 1.0
    return weighted.multiply(1 / norms[:, None]).tocsr()


def word_odds(fitted: Fitted, data: TrainingSet, rows: NDArray[np.int64]) -> Floats:
    odds: Floats = np.asarray(_normal(_matrix(data, rows), fitted.idf) @ fitted.word_weights.T) + fitted.word_bias
    return odds


def meaning_odds(fitted: Fitted, data: TrainingSet, rows: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """By the model of sentences and trade features, and by that of trade features alone."""
    meaning = np.stack([data.features[row].meaning() for row in rows]).astype(np.float64)
    standard = (meaning - fitted.centre) / fitted.scale
    plain = standard[:, -TRADE_SIZE:] @ fitted.plain_weights.T + fitted.plain_bias
    return standard @ fitted.weights.T + fitted.bias, plain


def calibrate(odds: Floats, labels: NDArray[np.int64]) -> Floats:
    """Platt scaling, a slope and an offset a head."""
    result = np.tile([1.0, 0.0], (odds.shape[1], 1))
    for head in range(odds.shape[1]):
        if labels[:, head].sum() >= FOLDS:
            model = LogisticRegression(C=1e3, max_iter=1000).fit(odds[:, [head]], labels[:, head])
            result[head] = max(model.coef_[0, 0], 0.05), model.intercept_[0]
    return result


def probability(odds: Floats, platt: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-np.clip(odds * platt[:, 0] + platt[:, 1], -30, 30)))
    return result


def best_thresholds(probabilities: Floats, labels: NDArray[np.int64]) -> Floats:
    """The threshold with the best F1 for each head, drawn half way to 0.4 so that few examples don't decide alone."""
    result = np.full(probabilities.shape[1], 0.5)
    grid = np.arange(0.15, 0.75, 0.025)
    for head in range(probabilities.shape[1]):
        if labels[:, head].sum() >= FOLDS:
            scores = [f1_score(labels[:, head], probabilities[:, head] >= limit, zero_division=0) for limit in grid]
            best = float(np.mean(grid[np.asarray(scores) >= max(scores) - 0.005]))
            result[head] = 0.5 * best + 0.5 * 0.4
    return result


def cross_validated(data: TrainingSet, probabilities: Floats, thresholds: Floats) -> dict[str, Any]:
    limits = dict(zip(HEADS, thresholds.tolist(), strict=True))
    predicted = np.zeros((len(probabilities), len(Intent)), dtype=np.int64)
    for row, values in enumerate(probabilities):
        taken = choose([Scored(intent, float(values[at]), "body", at) for at, intent in enumerate(Intent)], limits)
        for score in taken:
            predicted[row, list(Intent).index(score.intent)] = 1
    truth = data.labels[:, : len(Intent)]
    per_class = f1_score(truth, predicted, average=None, zero_division=0)
    languages = sorted(set(data.languages))
    by_language = {
        language: round(float(f1_score(truth[mask], predicted[mask], average="macro", zero_division=0)), 4)
        for language in languages
        if (mask := np.array([value == language for value in data.languages])).any()
    }
    flags = {
        name: round(
            float(
                f1_score(
                    data.labels[:, len(Intent) + i],
                    probabilities[:, len(Intent) + i] >= thresholds[len(Intent) + i],
                    zero_division=0,
                )
            ),
            4,
        )
        for i, name in enumerate(FLAGS)
    }
    return {
        "lines": len(data.primary),
        "macro_f1": round(float(np.mean(per_class)), 4),
        "exact_set": round(float((truth == predicted).all(axis=1).mean()), 4),
        "per_class": {intent.value: round(float(value), 4) for intent, value in zip(Intent, per_class, strict=True)},
        "per_language": by_language,
        "flags": flags,
        "thresholds": {name: round(value, 3) for name, value in limits.items()},
    }
