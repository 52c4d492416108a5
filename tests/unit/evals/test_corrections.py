import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.__main__ import app
from evals.corrections import previous_of, take_effect, undo
from evals.gates import Broken
from tests.unit.evals.test_predict import LINE

BROKEN = [Broken("route.let_through", "at most 0", 2.0)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "intents.npz"
    file.write_text("old")
    return file


def write_new(path: Path) -> None:
    path.write_text("new")


def test_corrections_take_effect_when_the_gates_hold_and_can_be_undone(file: Path) -> None:
    seen: list[str] = []
    assert take_effect(write_new, lambda: seen.append(file.read_text()) or [], file) == []  # type: ignore[func-returns-value]
    assert seen == ["new"], "measured with the new model in place"
    assert file.read_text() == "new"
    assert undo(file)
    assert file.read_text() == "old"
    assert not undo(file)


def test_a_broken_gate_leaves_the_old_model(file: Path) -> None:
    assert take_effect(write_new, lambda: BROKEN, file) == BROKEN
    assert file.read_text() == "old"
    assert not previous_of(file).exists()


def test_a_failure_while_measuring_leaves_the_old_model(file: Path) -> None:
    def fail() -> list[Broken]:
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError):
        take_effect(write_new, fail, file)
    assert file.read_text() == "old"


def test_a_mail_that_would_still_be_silenced_fails(tmp_path: Path) -> None:
    file = tmp_path / "corrections.jsonl"
    silenced = {
        **LINE, "id": "missed-1", "source": "needs_answer", "subject": "Automatic reply",
        "body": "I am out of the office until Monday and will read your mail then.",
    }  # fmt: skip
    asked = {**silenced, "id": "missed-2", "subject": "Invoice", "body": "Please send me a copy of invoice R-1."}
    file.write_text("".join(json.dumps(line) + "\n" for line in (silenced, asked, {**LINE, "source": "correction"})))
    ended = CliRunner().invoke(app, ["misses", str(file)])
    assert ended.exit_code == 1
    assert ended.output.splitlines()[0].startswith("missed-1  ")
    assert ended.output.splitlines()[1:] == ["1 of 2 would still get no answer"]
