"""The measure of reply splitting: exact but for white space, and a list of the words that are lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from evals.__main__ import app
from evals.replies import exact_shares, measure_replies

MAIL = "We pay\n on Friday.\n\n-- \nKim\n\n> overdue"
LINE = {"id": "r1", "language": "en", "policy": "quotes_and_signature", "text": MAIL}


def line(**changes: Any) -> dict[str, Any]:
    return LINE | {"expected_reply": "We pay on Friday."} | changes


def test_white_space_is_forgiven_and_nothing_else() -> None:
    exact, wrong = measure_replies([line(), line(expected_reply="We pay on friday.")])
    assert exact.is_exact
    assert not exact.lost
    assert not wrong.is_exact
    assert wrong.lost == ("friday.",)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("quotes_only", "We pay on Friday.\n-- \nKim"),
        ("signature", "We pay on Friday. > overdue"),
    ],
)
def test_the_policy_says_which_parts_are_left_out(policy: str, expected: str) -> None:
    assert measure_replies([line(policy=policy, expected_reply=expected)])[0].is_exact


@pytest.mark.parametrize(
    "body",
    [
        {"html": "<p>We pay on Friday.</p><blockquote>overdue</blockquote>"},
        {"raw": "From: a@b.example\nContent-Type: text/plain\n\nWe pay on Friday.\n\n> overdue\n"},
    ],
)
def test_html_and_raw_mails_are_read_as_in_the_product(body: dict[str, str]) -> None:
    bare = {key: value for key, value in line().items() if key != "text"}
    assert measure_replies([bare | body])[0].is_exact


def test_shares_are_told_by_client_language_and_policy() -> None:
    shares = exact_shares(measure_replies([line(client="gmail"), line(language="de", expected_reply="-")]))
    assert shares["all"] == (0.5, 2)
    assert shares["client.gmail"] == (1.0, 1)
    assert shares["client.unknown"] == (0.0, 1)
    assert shares["language.de"] == (0.0, 1)


def test_the_command_names_who_loses_words_and_fails(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    file.write_text("\n".join(map(json.dumps, [line(), line(id="r2", expected_reply="We pay on Friday. Maybe.")])))
    result = CliRunner().invoke(app, ["replies", "--dataset", str(file), "--least", "0.5"])
    assert result.exit_code == 1
    assert "lose words of the writer's: r2" in result.output
