"""Learns the head that hears reasons of disputes and kinds of wishes (app/reading/model/kinds.py).

A mail's kind is what its sentences say together (log-sum-exp); which sentence says it is known where the line quotes
its words. Both are learned from; the embeddings stay as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_softmax

from app.reading.model.embedding import DIMENSIONS
from app.reading.model.features import FEATURES, Vector
from app.reading.model.kinds import REASONS, SIZE, KindHead

STEPS = 200
DECAY, TRADE_DECAY = 1e-2, 1e-3
POSITIVE_WEIGHT = 1.5
STRETCH = 8.0
"""The embeddings have length 1; a head of small weights needs them longer."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of one mail (`vectors`, `rows`), its kind, and with a row a sentence where the kind is told."""

    vectors: Vector
    rows: Vector
    kind: int
    told: NDArray[np.int64]


def learn_kinds(disputes: Sequence[Sentences], extensions: Sequence[Sentences]) -> KindHead:
    """The head of both; the same mails give the same arrays."""
    parts = [_learn(disputes, len(REASONS)), _learn(extensions, SIZE - len(REASONS))]
    own, trade, bias = (np.concatenate(arrays).astype(np.float32) for arrays in zip(*parts, strict=True))
    return KindHead(own, trade, bias)


def _learn(mails: Sequence[Sentences], kinds: int) -> tuple[Floats, Floats, Floats]:
    if not mails:  # nothing is told, and nothing will be heard
        return np.zeros((kinds, DIMENSIONS)), np.zeros((kinds, len(FEATURES))), np.zeros(kinds)
    vectors = np.concatenate([mail.vectors for mail in mails]).astype(np.float64) * STRETCH
    rows = np.concatenate([mail.rows for mail in mails]).astype(np.float64)
    x = np.concatenate([vectors, rows, np.ones((len(rows), 1))], axis=1)
    decay = np.repeat([DECAY, TRADE_DECAY, 0.0], [vectors.shape[1], rows.shape[1], 1])
    told = np.concatenate([mail.told for mail in mails])
    lengths = [len(mail.vectors) for mail in mails]
    first, mail_of = np.cumsum([0, *lengths[:-1]]), np.repeat(np.arange(len(mails)), lengths)
    right = np.eye(kinds)[[mail.kind for mail in mails]]
    importance = np.where(told > 0, POSITIVE_WEIGHT, 1.0) / len(x)

    def loss(flat: Floats) -> tuple[float, Floats]:
        """Cross entropy of the mails and of the sentences with the weights' decay, and its slope."""
        weights = flat.reshape(kinds, -1)
        odds = x @ weights.T
        together = np.logaddexp.reduceat(odds, first)
        likely = log_softmax(together, axis=1)
        of_mails = -(right * likely).sum() / len(mails)
        of_sentences = (importance * (np.logaddexp(0.0, odds) - told * odds)).sum()
        wrong = (np.exp(likely) - right) / len(mails)
        slope = wrong[mail_of] * np.exp(odds - together[mail_of]) + importance * (expit(odds) - told)
        total = of_mails + of_sentences + 0.5 * (decay * weights**2).sum()
        return float(total), (slope.T @ x + decay * weights).ravel()

    begin = np.zeros((kinds, x.shape[1]))
    begin[:, -1] = -2.0
    found = minimize(loss, begin.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    own, trade, bias = np.split(
        found.x.reshape(kinds, -1), [vectors.shape[1], vectors.shape[1] + rows.shape[1]], axis=1
    )
    return own * STRETCH, trade, bias[:, 0]
