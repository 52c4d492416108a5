from pathlib import Path

import pytest

from evals.corrections import previous_of, take_effect, undo
from evals.gates import Broken

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
