from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from agents.replies import Replies
from agents.triage.brief import DraftBrief, PaymentSeen, Topic, TopicFacts
from agents.triage.lexicon import offences
from agents.triage.trace import Known, configured, from_ledger, from_mail, trace
from app.domain.errors import SettingInvalid
from app.domain.intents import Tone
from app.domain.proposal import Facts, PromiseFact
from tests.unit.agents.scripted import account, invoice, letter

REPLIES = Replies.load()
LANGUAGES = sorted({language for name, language in REPLIES.paragraphs if name == "greeting"})
DAY = date(2026, 4, 3)


def brief(language: str, tone: Tone, *topics: Topic, payment: PaymentSeen = PaymentSeen.UNSAID) -> DraftBrief:
    facts = tuple(TopicFacts(topic, ("INV-1", "INV-2"), DAY, Decimal("1250.00"), "GBP") for topic in topics)
    return DraftBrief(language, tone, facts, "Accounts receivable", 180, "⟨PERSON_1⟩", payment=payment)


def refused(body: str, language: str) -> list[str]:
    """Everything that the checker has against a letter."""
    ledger = account(invoice("INV-1", "1250.00"), invoice("INV-2", "99.50"))
    mail = letter("we pay on 3 April")
    known: list[Known] = [
        *configured("Accounts receivable", "ar@seller.example"),
        *from_ledger(ledger, language, {"INV-1", "INV-2"}),
        *from_mail(mail, Facts(promise=PromiseFact(day=DAY)), language),
    ]
    found = list(trace(body, known, mail, language).problems)
    return found + [f"{offence.kind}: {body[offence.start : offence.end]}" for offence in offences(body)]


@pytest.mark.parametrize(("language", "topic"), list(product(LANGUAGES, Topic)))
def test_no_letter_of_ours_is_refused_by_the_checker(language: str, topic: Topic) -> None:
    for tone, payment in product(Tone, PaymentSeen):
        body = REPLIES.compose(brief(language, tone, topic, payment=payment))
        assert refused(body, language) == []
        assert "  " not in body
        assert body.rstrip().endswith("Accounts receivable")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_situation_has_its_file_in_a_language_that_has_any(language: str) -> None:
    assert {name for name, written in REPLIES.paragraphs if written == language} >= {topic.value for topic in Topic}


def test_a_letter_has_one_paragraph_a_topic_between_greeting_and_closing() -> None:
    body = REPLIES.compose(brief("en", Tone.NEUTRAL, Topic.DISPUTE_RECEIVED, Topic.PROMISE_NOTED))
    paragraphs = body.split("\n\n")
    assert paragraphs[0] == "Dear ⟨PERSON_1⟩,"
    assert "£1,250.00" in paragraphs[3]
    assert "3 April 2026" in paragraphs[3]
    assert len(paragraphs) == 5


def test_numbers_dates_and_lists_are_written_as_the_language_does() -> None:
    body = REPLIES.compose(brief("de", Tone.NEUTRAL, Topic.PROMISE_NOTED))
    assert "1.250,00\u00a0£" in body
    assert "3. April 2026" in body
    assert "INV-1 und INV-2" in body


def test_americans_read_their_own_dates() -> None:
    american = replace(brief("en", Tone.NEUTRAL, Topic.PROMISE_NOTED), country="US")
    assert "April 3, 2026" in REPLIES.compose(american)


def test_a_language_without_templates_is_answered_in_english(tmp_path: Path) -> None:
    for name in ("greeting", "thanks", "closing", "query_received"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "en.md").write_text("Hello {{ team }}", encoding="utf-8")
    (tmp_path / "greeting" / "fr.md").write_text("Bonjour", encoding="utf-8")
    assert "Bonjour" not in Replies.load(tmp_path).compose(brief("fr", Tone.WARM, Topic.QUERY_RECEIVED))


def test_templates_that_are_missing_altogether_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match=r"greeting/en\.md"):
        Replies.load(tmp_path)
