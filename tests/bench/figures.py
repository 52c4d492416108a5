"""A measured figure beside its goal, the table that people read and the file that machines read."""

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_HOLDS: Mapping[str, Callable[[float, float], bool]] = {"≥": operator.ge, "≤": operator.le}


@dataclass(frozen=True, slots=True)
class Goal:
    """A claim about a figure: about the ratio where there is a baseline, else about the figure itself."""

    sign: str
    limit: float

    def __str__(self) -> str:
        return f"{self.sign} {self.limit:g}"

    def holds(self, value: float) -> bool:
        return _HOLDS[self.sign](value, self.limit)


@dataclass(frozen=True, slots=True)
class Figure:
    """Medians of one run. `note` says under what circumstances they were measured."""

    id: str
    ours: float
    unit: str
    goal: Goal
    baseline: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.ours / self.baseline if self.baseline else None

    @property
    def is_ok(self) -> bool:
        return self.goal.holds(self.ours if self.ratio is None else self.ratio)

    def as_dict(self) -> dict[str, object]:
        return {
            "id": self.id,
            "ours": _rounded(self.ours),
            "baseline": _rounded(self.baseline),
            "unit": self.unit,
            "ratio": _rounded(self.ratio),
            "goal": str(self.goal),
            "ok": self.is_ok,
        }


def rate(pairs: Sequence[tuple[int, float]]) -> float:
    """The median rate of rounds, each so many things in so many seconds."""
    return median(count / seconds for count, seconds in pairs)


def table(figures: Sequence[Figure]) -> str:
    """At most 100 columns."""
    rows = [("figure", "ours", "baseline", "unit", "ratio", "goal", "")]
    rows += [
        (
            figure.id,
            _shown(figure.ours),
            _shown(figure.baseline),
            figure.unit,
            _shown(figure.ratio),
            str(figure.goal),
            "ok" if figure.is_ok else "MISSED",
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(_cell(column, text, widths[column]) for column, text in enumerate(row)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    notes = [f"  {figure.id}: {figure.note}" for figure in figures if figure.note]
    return "\n".join([*lines, "", *notes]) + "\n"


def write(figures: Sequence[Figure], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps([figure.as_dict() for figure in figures], ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def _cell(column: int, text: str, width: int) -> str:
    return text.rjust(width) if column in {1, 2, 4} else text.ljust(width)


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
