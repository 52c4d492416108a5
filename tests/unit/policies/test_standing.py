from pathlib import Path

import pytest

from app.domain.errors import SettingInvalid
from app.policies.standing import NEXT_ACTION, STANDING, load_actions, load_standing


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("slowing_days = 7", "slowing_dys = 7", 'signals: "slowing_dys" is not known here'),
        ("slowing_days = 7", 'slowing_days = "soon"', "signals.slowing_days"),
        ('weight = "0.04"', 'weight = "0.001"', "let days and weights rise"),
        ('slowing = "0.25"', 'slowing = "-0.25"', "a weight below 0"),
        ("version", "versoin", '"versoin" is not known here'),
    ],
)
def test_a_faulty_standing_file_is_named_with_the_place(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    file = tmp_path / "standing.toml"
    file.write_text(STANDING.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingInvalid, match=complaint) as caught:
        load_standing(file)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("not toml", "is not TOML"),
        ('version = "1"', "rules"),
        (
            'version = "1"\n[[rule]]\nname = "a"\nwhen = { overdue = 3 }\nthen = "wait"\nbecause = "b"',
            '"overdue" is not',
        ),
        ('version = "1"\n[[rule]]\nname = "a"\nwhen = {}\nthen = "call"\nbecause = "b"', "the last rule must be"),
    ],
)
def test_a_faulty_action_file_is_named_with_the_place(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "next_action.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingInvalid, match=complaint):
        load_actions(file)


def test_a_reminder_says_its_stage_and_tone(tmp_path: Path) -> None:
    file = tmp_path / "next_action.toml"
    text = NEXT_ACTION.read_text(encoding="utf-8").replace('tone = "firm"\n', "")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingInvalid, match=r'"third".*stage and a tone'):
        load_actions(file)
