import re
from pathlib import Path

import pytest

from app.domain.errors import SettingInvalid
from app.policies.standing import NEXT_ACTION, STANDING, load_actions, load_standing


def within(key: str, text: str) -> str:
    """A file of its own as a part of the operator's one file."""
    return f"[{key}]\n" + re.sub(r"^(\[+)", rf"\1{key}.", text, flags=re.MULTILINE)


def test_an_operators_file_has_its_own_rules_or_the_shipped_ones(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('version = "1"\n', encoding="utf-8")
    assert (load_standing(file), load_actions(file)) == (load_standing(), load_actions())
    own = within(
        "next_action", NEXT_ACTION.read_text(encoding="utf-8").replace("overdue_days = 3 ", "overdue_days = 5 ")
    )
    file.write_text(own, encoding="utf-8")
    assert next(rule for rule in load_actions(file).rules if rule.name == "first").when.overdue_days == 5


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
    file.write_text(within("standing", STANDING.read_text(encoding="utf-8").replace(old, new, 1)), encoding="utf-8")
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
        (
            'version = "1"\n[[rule]]\nname = "a"\nwhen = {}\nthen = "wait"\nbecause = "b"\nopens_task = true',
            "opens_task is for what a person does",
        ),
    ],
)
def test_a_faulty_action_file_is_named_with_the_place(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "next_action.toml"
    file.write_text(within("next_action", text), encoding="utf-8")
    with pytest.raises(SettingInvalid, match=complaint):
        load_actions(file)


def test_a_reminder_says_its_stage_and_tone(tmp_path: Path) -> None:
    file = tmp_path / "next_action.toml"
    text = NEXT_ACTION.read_text(encoding="utf-8").replace('tone = "firm"\n', "")
    file.write_text(within("next_action", text), encoding="utf-8")
    with pytest.raises(SettingInvalid, match=r'"third".*stage and a tone'):
        load_actions(file)
