"""Why something is disputed, and what is asked for instead of payment, heard sentence by sentence.

A linear head over the tuned sentence embeddings and the trade features, learned from the words that tell a reason or a
kind (`python -m evals train`). Without the embedder nobody hears, and the words decide alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.domain.intents import DisputeReason, ExtensionKind
from app.domain.text import Span
from app.reading.model.features import Vector

KINDS = "kinds_"
"""What the names of this head's arrays begin with."""

REASONS = tuple(DisputeReason)
WISHES: tuple[ExtensionKind | None, ...] = (*ExtensionKind, None)
"""None: payment is put off, and nothing is proposed."""

SIZE = len(REASONS) + len(WISHES)

_HEEDED = 0.5


@dataclass(frozen=True, slots=True)
class KindHead:
    """Weighs a sentence's embedding and its trade features."""

    own: Vector
    trade: Vector
    bias: Vector

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "KindHead":
        return cls(*(np.asarray(arrays[f"{KINDS}{name}"], dtype=np.float32) for name in ("own", "trade", "bias")))

    def arrays(self) -> dict[str, Vector]:
        """As `of` reads them."""
        return {f"{KINDS}own": self.own, f"{KINDS}trade": self.trade, f"{KINDS}bias": self.bias}

    def odds(self, sentences: Vector, rows: Vector, dispute: Vector, extension: Vector) -> Vector:
        """Log odds of every reason, then of every wish; a row a sentence.

        `dispute` and `extension` are the log odds that a sentence disputes or asks at all: one that does neither tells
        less about why.
        """
        odds = sentences @ self.own.T + rows @ self.trade.T + self.bias
        odds[:, : len(REASONS)] += _HEEDED * _log_sigmoid(dispute)[:, None]
        odds[:, len(REASONS) :] += _HEEDED * _log_sigmoid(extension)[:, None]
        result: Vector = odds.astype(np.float32)
        return result


@dataclass(frozen=True, slots=True)
class HeardPassage:
    """One sentence (`source`, `span`) and the log odds that KindHead gave it."""

    source: str
    span: Span
    odds: Vector


class Loudness(NamedTuple):
    """How much of all that the passages say speaks for a kind (a log share), and the passage that says it most."""

    log_share: float
    passage: HeardPassage


def heard_reasons(passages: Sequence[HeardPassage]) -> Mapping[DisputeReason, Loudness]:
    """Of every reason; empty where nobody listened."""
    return dict(zip(REASONS, _loudness(passages, slice(0, len(REASONS))), strict=False))


def heard_wishes(passages: Sequence[HeardPassage]) -> Mapping[ExtensionKind | None, Loudness]:
    """Of every wish; empty where nobody listened."""
    return dict(zip(WISHES, _loudness(passages, slice(len(REASONS), SIZE)), strict=False))


def _loudness(passages: Sequence[HeardPassage], kinds: slice) -> list[Loudness]:
    if not passages:
        return []
    odds = np.stack([passage.odds[kinds] for passage in passages])
    together = np.logaddexp.reduce(odds, axis=0)
    shares = together - np.logaddexp.reduce(together)
    return [
        Loudness(float(share), passages[int(place)]) for share, place in zip(shares, odds.argmax(axis=0), strict=True)
    ]


def _log_sigmoid(odds: Vector) -> Vector:
    result: Vector = -np.logaddexp(0.0, -odds)
    return result
