import json
from pathlib import Path

import pytest

from evals.gates import GATES, broken_gates
from evals.metrics import Scorecard, score
from evals.report import Report, write_report

LABEL = {"id": "a", "language": "en", "body": "", "expect": {"intents": ["query"], "route": "auto"}}
GUESS = {"id": "a", "language": "en", "intents": [{"intent": "dispute", "confidence": 0.7}], "route": "review"}


def card() -> Scorecard:
    return score([LABEL], [GUESS])


def gates(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "gates.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_gate_holds_or_breaks(tmp_path: Path) -> None:
    path = gates(tmp_path, "[tiny]\na = { min = 0.5 }\nb = { max = 1 }\n")
    assert broken_gates({"a": 0.5, "b": 1.0}, "tiny", path) == []
    assert [gate.figure for gate in broken_gates({"a": 0.4, "b": 2.0}, "tiny", path)] == ["a", "b"]


def test_a_gate_on_nothing_measured_breaks(tmp_path: Path) -> None:
    assert "not measured" in str(broken_gates({}, "tiny", gates(tmp_path, "[tiny]\na = { max = 1 }\n"))[0])


def test_our_gates_watch_the_costly_mistake() -> None:
    assert "route.let_through" in {gate.figure for gate in broken_gates({}, "test", GATES)}


def test_the_report_is_written_for_machines_and_people(tmp_path: Path) -> None:
    report = Report(
        "tiny.jsonl", "embedded", 1, card(), broken_gates({}, "tiny", gates(tmp_path, "[tiny]\na = { min = 1 }\n"))
    )
    write_report(report, tmp_path / "out")
    data = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert data["figures"]["route.accuracy"] == 0.0
    assert data["gates_broken"] == ["a: not measured, must be at least 1"]
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert html.count("<svg") == 3
    assert "<script" not in html
    assert "| route.let_through | 0 |" in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")


def test_languages_are_compared_where_there_are_several(tmp_path: Path) -> None:
    french = {**LABEL, "id": "b", "language": "fr"}
    both = score([LABEL, french], [GUESS, {**GUESS, "id": "b", "route": "auto"}])
    assert both.languages["en"]["route.needless_review"] == 1.0
    assert both.languages["fr"]["route.needless_review"] == 0.0
    write_report(Report("x", "embedded", 2, both, []), tmp_path)
    assert "|fr|0.000||0.000|" in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "<th scope=row>fr" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not score([LABEL], [GUESS]).languages


def test_labels_in_the_report_are_escaped(tmp_path: Path) -> None:
    label = {**LABEL, "id": "<b>", "expect": {"intents": ["query"], "route": "auto"}}
    report = Report("x", "embedded", 1, score([label], [{**GUESS, "id": "<b>"}]), [])
    write_report(report, tmp_path)
    assert "<b>" not in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["intents.macro_f1", "seconds.p50"])
def test_headlines_come_first(name: str, tmp_path: Path) -> None:
    with_time = Scorecard({**card().figures, "seconds.p50": 0.1}, {}, {}, {}, [])
    write_report(Report("x", "embedded", 1, with_time, []), tmp_path)
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert text.index(name) < text.index("intents.dispute.f1") if "intents.dispute.f1" in text else name in text
