"""Whether a sentence of an answer does something that an answer must not, by whatever words: heard, not looked up.

    sentence ─▶ embeddings (tuned for this alone) ─▶ one of KINDS ─▶ log odds that it is not harmless

`python -m evals tune-letters` learns the arrays of letters.npz; this module only loads them. One sentence is heard by
itself: what is true of the ledger it cannot know, so whoever asks looks up receipts there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.reading.model.embedding import HEAD, Embedder, build_embedder

LETTERS_FILE = Path(__file__).with_name("letters.npz")
RECEIPT = "receipt"
KINDS = (
    *("harmless", "concession", "refusal", "legal_threat", "suspension", "admission", "shaming"),
    *("urgency", RECEIPT, "payment_route", "other_promise", "strange"),
)
"""What a sentence does; evals/datasets/drafts/README.md says what each means."""

TOO_LIKELY = -0.5
"""Log odds of a sentence's not being harmless from which on it is refused. Chosen with letters that were looked at
(`seen.jsonl` of the drafts): a good letter that is refused costs a person two minutes, a bad one that leaves costs
more."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much speaks for each of KINDS, as logarithms."""

    heard: tuple[float, ...]

    @property
    def odds(self) -> float:
        """Log odds (natural) that the sentence is not harmless."""
        return float(np.logaddexp.reduce(self.heard[1:])) - self.heard[0]

    @property
    def is_too_likely(self) -> bool:
        """Whether a letter with this sentence is refused."""
        return self.odds > TOO_LIKELY

    @property
    def kind(self) -> str:
        """What the sentence does most likely, if it is not harmless."""
        return max(zip(self.heard[1:], KINDS[1:], strict=True))[1]


class LetterJudge:
    """The trained judge. `load_letter_judge` once per process; `judge` is pure."""

    def __init__(self, embedder: Embedder, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        self._embedder, self._weight, self._bias = embedder, weight, bias

    def judge(self, sentences: Sequence[str]) -> tuple[Verdict, ...]:
        """One verdict a sentence, in order."""
        if not sentences:
            return ()
        heard = self._embedder.encode(sentences) @ self._weight.T + self._bias
        return tuple(Verdict(tuple(map(float, row))) for row in heard)


@lru_cache(maxsize=1)
def load_letter_judge() -> LetterJudge | None:
    """The judge of this process, loaded on first use; None where the embedder has no wheel."""
    embedder = build_embedder(LETTERS_FILE)
    if embedder is None:
        return None
    with np.load(LETTERS_FILE, allow_pickle=False) as stored:
        return LetterJudge(embedder, stored[f"{HEAD}weight"], stored[f"{HEAD}bias"])
