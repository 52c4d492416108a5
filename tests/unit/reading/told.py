"""Facts of a mail whose intents are known, each with the sentence that carries it."""

from datetime import date

from app.domain.account import Account
from app.domain.intents import Intent
from app.reading.facts.reader import ExtractedFacts, extract_facts
from app.reading.model.classifier import Scored

WEDNESDAY = date(2026, 3, 11)


def facts_of(text: str, carriers: dict[Intent, str], on: Account, language: str = "en") -> ExtractedFacts:
    """`carriers`: words of the sentence for each intent."""
    scored = [
        Scored(intent, 0.9, "body", text.index(words), text.index(words) + len(words))
        for intent, words in carriers.items()
    ]
    return extract_facts(text, "", language, WEDNESDAY, on, scored)
