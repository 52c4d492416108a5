"""Predictions by the same mind that triage uses; the wiring is in `wiring.py` and nowhere else."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from evals.dataset import Line


@dataclass(frozen=True, slots=True)
class Provider:
    """Which model answers. The endpoint applies to `openai`."""

    name: str = "embedded"
    base_url: str = ""
    api_key: str = field(repr=False, default="")
    model: str = ""


class Predictor(Protocol):
    """One prediction line for one data set line (without `id`)."""

    async def predict(self, line: Line) -> Mapping[str, Any]: ...


async def predict_all(lines: Iterable[Line], predictor: Predictor) -> tuple[list[dict[str, Any]], list[float]]:
    """The predictions, in order, and the seconds that each took."""
    predictions: list[dict[str, Any]] = []
    seconds: list[float] = []
    for line in lines:
        started = time.perf_counter()
        answer = await predictor.predict(line)
        seconds.append(time.perf_counter() - started)
        predictions.append({"id": line["id"], **answer})
    return predictions, seconds


def write_predictions(predictions: Sequence[Mapping[str, Any]], out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(prediction, ensure_ascii=False) + "\n" for prediction in predictions)
