"""Learns the head over sentences (app/reading/model): what each says, and by the most telling ones the mail.

A mail has an intent when its sentences together say so (log-sum-exp); which one says it is known where a line quotes
its words. Both are learned from; the embeddings stay as they are, so that it takes seconds, not an hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from app.reading.model.classifier import HEADS, MailFeatures, SentenceHead, neighbours
from app.reading.model.embedding import DIMENSIONS
from app.reading.model.features import FEATURES
from evals.lessons import INTENTS, Lesson

STEPS = 300
DECAY = 1e-4
NEIGHBOURS_DECAY = 1e-3
"""What stands beside a sentence is a hint, not what it says."""

POSITIVE_WEIGHT = 1.5
STRETCH = np.float32(8.0)
"""The embeddings have length 1; a head of small weights needs them longer."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Mails:
    """All sentences below each other: `x` holds their embeddings, their neighbours', trade features and a one; `means`
    a row a mail.

    `first` is where each mail begins, `mail_of` whose a sentence is; `told` says of the sentences at `known` what they
    carry.
    """

    x: Floats
    means: Floats
    first: NDArray[np.int64]
    mail_of: NDArray[np.int64]
    labels: Floats
    known: NDArray[np.int64]
    told: Floats


def learn_sentence_head(mails: Sequence[Lesson], features: Sequence[MailFeatures]) -> SentenceHead:
    """The head of these mails; the same mails give the same arrays."""
    data = _below_each_other(mails, features)
    size = data.x.shape[1] + DIMENSIONS
    decay = np.full(size, DECAY)
    decay[DIMENSIONS : 3 * DIMENSIONS] = NEIGHBOURS_DECAY

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights, offset = flat[: -len(HEADS)].reshape(len(HEADS), size), flat[-len(HEADS) :]
        own, whole = weights[:, : data.x.shape[1]], weights[:, data.x.shape[1] :]
        odds = data.x @ own.T + (data.means @ whole.T)[data.mail_of]
        together = np.logaddexp.reduceat(odds, data.first)
        of_mails, wrong = _cross_entropy(together + offset, data.labels)
        of_sentences, wrong_there = _cross_entropy(odds[data.known, :INTENTS], data.told)
        slope = wrong[data.mail_of] * np.exp(odds - together[data.mail_of])
        slope[data.known, :INTENTS] += wrong_there
        by_mail = np.add.reduceat(slope, data.first)
        total = of_mails + of_sentences + 0.5 * (decay * weights**2).sum()
        steps = np.concatenate([slope.T @ data.x, by_mail.T @ data.means], axis=1) + decay * weights
        return float(total), np.concatenate([steps.ravel(), wrong.sum(axis=0)])

    begin = np.zeros((len(HEADS), size))
    begin[:, data.x.shape[1] - 1] = -2.0
    start = np.concatenate([begin.ravel(), np.zeros(len(HEADS))])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    weights = found[: -len(HEADS)].reshape(len(HEADS), size).astype(np.float32)
    parts = np.split(weights, np.cumsum([DIMENSIONS, DIMENSIONS, DIMENSIONS, len(FEATURES), 1]), axis=1)
    own, before, after, trade, bias, whole = parts
    return SentenceHead(
        own=own * STRETCH,
        before=before * STRETCH,
        after=after * STRETCH,
        whole=whole * STRETCH,
        trade=trade,
        bias=bias[:, 0],
        offset=found[-len(HEADS) :].astype(np.float32),
    )


def _cross_entropy(odds: Floats, labels: Floats) -> tuple[float, Floats]:
    """The mean over all places, what is there weighing more, and its slope."""
    weight = np.where(labels > 0, POSITIVE_WEIGHT, 1.0) / max(labels.size, 1)
    loss = (weight * (np.logaddexp(0.0, odds) - labels * odds)).sum()
    return float(loss), weight * (expit(odds) - labels)


def _below_each_other(mails: Sequence[Lesson], features: Sequence[MailFeatures]) -> _Mails:
    pairs = [(mail, seen) for mail, seen in zip(mails, features, strict=True) if len(seen.sentences)]
    lengths = np.array([len(seen.sentences) for _, seen in pairs])
    vectors = np.concatenate([seen.sentences for _, seen in pairs]).astype(np.float64) * STRETCH
    around = [np.concatenate(neighbours(seen.sentences), axis=1) for _, seen in pairs]
    rows = np.concatenate([seen.rows for _, seen in pairs]).astype(np.float64)
    first = np.cumsum([0, *lengths[:-1]])
    told = [mail.by_sentence for mail, _ in pairs]
    return _Mails(
        x=np.concatenate([vectors, np.concatenate(around) * STRETCH, rows, np.ones((len(rows), 1))], axis=1),
        means=np.add.reduceat(vectors, first) / lengths[:, None],
        first=first,
        mail_of=np.repeat(np.arange(len(pairs)), lengths),
        labels=np.stack([mail.labels for mail, _ in pairs]).astype(np.float64),
        known=np.concatenate(
            [np.arange(at, at + n) for at, n, by in zip(first, lengths, told, strict=True) if by is not None]
        ),
        told=np.concatenate([by for by in told if by is not None]).astype(np.float64),
    )
