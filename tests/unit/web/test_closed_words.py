"""Every code of a closed set that a page may show has words in every language."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from agents.triage.lexicon import KINDS
from app.domain.contact import Reachability
from app.domain.intents import Intent, Reason, Tone
from app.domain.reminder import Stage, Why
from app.domain.review import CaseKind, CaseState, OutboxState, ReviewState, Role
from app.domain.task import TaskKind, TaskState
from app.reminders.phrases import PHRASES
from app.web.languages import LOCALES, SOURCE, catalogue
from app.web.rendering import templates

REPOSITORY = Path(__file__).parents[3]
CHECKS = ("agents/triage/trace.py", "agents/triage/firewall.py", "agents/reminders/firewall.py")
SETS: Mapping[str, Iterable[str]] = {
    "INTENTS": Intent,
    "REASONS": Reason,
    "ROLES": Role,
    "TONES": Tone,
    "STAGES": Stage,
    "REVIEW_STATES": ReviewState,
    "OUTBOX_STATES": OutboxState,
    "CASE_KINDS": CaseKind,
    "CASE_STATES": CaseState,
    "TASK_KINDS": TaskKind,
    "TASK_STATES": TaskState,
    "REACHABILITY": set(Reachability) - {Reachability.OK},
}
TRANSLATED = sorted(LOCALES.keys() - {SOURCE})


def words(language: str) -> Any:
    return templates().environment(language).get_template("words.html").module


def source(*files: str) -> str:
    return "\n".join((REPOSITORY / file).read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("table", SETS)
def test_every_code_has_words(table: str) -> None:
    assert set(SETS[table]) <= set(getattr(words(SOURCE), table))


def test_every_reason_to_refuse_a_draft_has_words() -> None:
    found = set(re.findall(r'"([a-z_]+): \{', source(*CHECKS)))
    assert {"untraced", "strange", "placeholder"} <= found
    assert found | set(KINDS) <= set(words(SOURCE).PROBLEMS)
    whole = set(re.findall(r'[("\[]"((?:too|altered|terms|placeholder)\b[^"{]*)"', source(*CHECKS)))
    whole |= set(re.findall(r'yield "([a-z]+: [a-z ]+)"', source(*CHECKS)))
    assert whole == set(words(SOURCE).PROBLEMS_WHOLE)


def test_every_error_of_a_mailbox_has_words() -> None:
    files = [*(REPOSITORY / "app/adapters/imap").glob("*.py"), REPOSITORY / "app/adapters/oauth.py"]
    said = "\n".join(file.read_text(encoding="utf-8") for file in files)
    codes = set(re.findall(r'"((?:imap|oauth)_[a-z_]+)"', said))
    assert "imap_timeout" in codes
    assert codes <= set(words(SOURCE).MAILBOX_ERRORS)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_refused_draft_says_why_in_the_readers_language(language: str) -> None:
    kinds = words(SOURCE).PROBLEMS
    found = [*(f"{kind}: 12 May" for kind in kinds), *words(SOURCE).PROBLEMS_WHOLE]
    english = [*kinds.values(), *words(SOURCE).PROBLEMS_WHOLE.values()]
    for problem, meaning in zip(found, english, strict=True):
        said = str(words(language).problems([problem]))
        assert str(meaning) not in said
        assert problem not in said
        assert ("12 May" in said) == ("12 May" in problem)
    assert str(words(language).problems(["new: something"])) == "new: something"


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("why", Why)
def test_the_notes_that_rules_write_are_translated(why: Why, language: str) -> None:
    sentence = PHRASES[why].pattern
    assert catalogue(language).gettext(sentence) != sentence
