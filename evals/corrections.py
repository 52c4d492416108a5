"""Reviewers' corrections as training lines: they take effect only if the gates hold, and can be undone."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from app.reading.model.classifier import MODEL_FILE
from evals.gates import Broken


def previous_of(file: Path = MODEL_FILE) -> Path:
    """Where the model lies that the corrections replaced."""
    return file.with_name(f"{file.stem}.previous{file.suffix}")


def take_effect(
    train_into: Callable[[Path], object], measure: Callable[[], Sequence[Broken]], file: Path = MODEL_FILE
) -> Sequence[Broken]:
    """Train, measure with the new model in place, and keep it if no gate is broken. Returns the broken gates."""
    kept, tried = previous_of(file), file.with_name(f"{file.stem}.tried{file.suffix}")
    train_into(tried)
    shutil.copy2(file, kept)
    os.replace(tried, file)
    try:
        broken = measure()
    except BaseException:
        os.replace(kept, file)
        raise
    if broken:
        os.replace(kept, file)
    return broken


def undo(file: Path = MODEL_FILE) -> bool:
    """Bring back the model that the last corrections replaced; False when there is none."""
    kept = previous_of(file)
    if not kept.exists():
        return False
    os.replace(kept, file)
    return True
