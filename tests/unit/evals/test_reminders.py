from pathlib import Path

from evals.reminders import GOLDEN, differing


def test_every_golden_reminder_is_what_is_drafted_now() -> None:
    assert len(list(GOLDEN.glob("*/*.txt"))) == 105
    assert differing() == []


def test_a_changed_or_missing_golden_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "first-warm.txt").write_text("Pay up.", encoding="utf-8")
    assert "en/first-warm.txt" in differing(tmp_path)
    assert len(differing(tmp_path)) == 105
