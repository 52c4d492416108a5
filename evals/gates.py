"""Limits below which a run fails, by data set. A gate on a figure that was not measured fails too."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

GATES = Path(__file__).parent / "gates.toml"


@dataclass(frozen=True, slots=True)
class Broken:
    """A gate that the figures do not pass; `value` is None when nothing was measured."""

    figure: str
    limit: str
    value: float | None

    def __str__(self) -> str:
        value = "not measured" if self.value is None else f"{self.value:.4g}"
        return f"{self.figure}: {value}, must be {self.limit}"


def broken_gates(figures: Mapping[str, float], dataset: str, path: Path = GATES) -> list[Broken]:
    """`dataset` is the name of the file or folder, without its ending; one that has no gates breaks none."""
    broken: list[Broken] = []
    for figure, limits in tomllib.loads(path.read_text(encoding="utf-8")).get(dataset, {}).items():
        value = figures.get(figure)
        if "min" in limits and (value is None or value < limits["min"]):
            broken.append(Broken(figure, f"at least {limits['min']}", value))
        if "max" in limits and (value is None or value > limits["max"]):
            broken.append(Broken(figure, f"at most {limits['max']}", value))
    return broken
