"""The embedded model's pen: letters composed from `prompts/replies/<situation>/<language>.md`.

A file is one Jinja2 paragraph, or several under the headings `# warm`, `# neutral` and `# firm`; a tone that is missing
is written in the neutral one, or else in the first. What stands above the first heading holds for all of them.
`<language>.<mailbox address>.md` and `<language>.<segment>.md` beside it are preferred for that mailbox and that
segment. White space within a paragraph is free. A letter is greeting, thanks and the first topic in one paragraph, a
paragraph for each further topic, closing. When a file is missing in a language, the whole letter is written in English.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template

from agents.triage.brief import DraftBrief, Payment, Topic, TopicFacts
from agents.triage.notations import written_day
from app.domain.errors import SettingInvalid
from app.domain.intents import LANGUAGES, Tone
from app.reading.money.written_sums import written_sum

DEFAULT_DIRECTORY = Path(__file__).resolve().parent.parent / "prompts" / "replies"
FRAME = ("greeting", "thanks", "closing")
DECISION = "terms_decided"

_BLANKS = re.compile(r"[ \n]+")
_HEADING = re.compile(r"^# (warm|neutral|firm)$", re.MULTILINE)
_LOCALES = {"en": "en_GB", "fr": "fr_FR", "de": "de_DE", "es": "es_ES", "nl": "nl_NL", "it": "it_IT", "pt": "pt_PT"}
_OWN_LOCALES = {
    **dict.fromkeys((("en", "US"), ("en", "CA")), "en_US"),
    **dict.fromkeys((("de", "CH"), ("de", "LI")), "de_CH"),
    **dict.fromkeys(
        (("es", country) for country in ("MX", "US", "GT", "HN", "NI", "PA", "PE", "PR", "DO", "SV")), "es_MX"
    ),
    ("de", "AT"): "de_AT",
    ("it", "CH"): "it_CH",
    ("pt", "BR"): "pt_BR",
}
"""Countries that write numbers and days their own way: CHF 4'325.50 and 45,800.00, where others read a comma."""

_INVOICES = {
    "en": ("invoice", "invoices"),
    "fr": ("la facture", "les factures"),
    "de": ("Rechnung", "die Rechnungen"),
    "es": ("la factura", "las facturas"),
    "nl": ("factuur", "de facturen"),
    "it": ("la fattura", "le fatture"),
    "pt": ("a fatura", "as faturas"),
}
"""How one and several invoices are named before their numbers, after a preposition that merges with no article."""

_AND = {"en": "and", "fr": "et", "de": "und", "es": "y", "nl": "en", "it": "e", "pt": "e"}

Paragraph = Mapping[str, Template]


@dataclass(frozen=True, slots=True)
class Replies:
    """Paragraphs by situation, language and tone."""

    paragraphs: Mapping[tuple[str, str], Paragraph]
    hashes: Mapping[tuple[str, str], str]

    @classmethod
    def load(cls, directory: Path = DEFAULT_DIRECTORY) -> "Replies":
        environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 - plain text
        texts = {(path.parent.name, path.stem): path.read_bytes() for path in sorted(directory.glob("*/*.md"))}
        if ("greeting", "en") not in texts:
            raise SettingInvalid(
                f"{directory}: greeting/en.md is missing; reply templates are part of the installation"
            )
        return cls(
            {key: _paragraph(environment, text.decode("utf-8")) for key, text in texts.items()},
            {key: hashlib.sha256(text).hexdigest() for key, text in texts.items()},
        )

    def compose(self, brief: DraftBrief) -> str:
        """The whole letter, with placeholders still in it."""
        language = self.language_for(brief)
        topics = [self._paragraph(facts.topic.value, language, brief, facts) for facts in brief.topics]
        opening = " ".join(filter(None, [self._paragraph("thanks", language, brief), *topics[:1]]))
        pieces = [self._write("greeting", language, brief), opening, *topics[1:]]
        pieces.append(self._write("closing", language, brief))
        return "\n\n".join(piece for piece in pieces if piece)

    def clause(self, brief: DraftBrief, facts: TopicFacts) -> str:
        """What a person decided on the terms asked for, in the language of the letter."""
        return self._paragraph(DECISION, self.language_for(brief), brief, facts)

    def language_for(self, brief: DraftBrief) -> str:
        needed = (*FRAME, *(facts.topic.value for facts in brief.topics))
        complete = brief.language in LANGUAGES and all((name, brief.language) in self.paragraphs for name in needed)
        return brief.language if complete else "en"

    def used_for(self, brief: DraftBrief) -> tuple[str, ...]:
        """The files that this letter is written from, each with the beginning of its hash."""
        language = self.language_for(brief)
        keys = [self._key(name, language, brief) for name in (*FRAME, *(facts.topic.value for facts in brief.topics))]
        return tuple(f"{name}/{file}@{self.hashes[name, file][:12]}" for name, file in dict.fromkeys(keys))

    def _key(self, name: str, language: str, brief: DraftBrief) -> tuple[str, str]:
        own = ((name, f"{language}.{voice}") for voice in brief.voices)
        return next((key for key in own if key in self.paragraphs), (name, language))

    def _paragraph(self, name: str, language: str, brief: DraftBrief, facts: TopicFacts | None = None) -> str:
        return _BLANKS.sub(" ", self._write(name, language, brief, facts)).strip()

    def _write(self, name: str, language: str, brief: DraftBrief, facts: TopicFacts | None = None) -> str:
        paragraph = self.paragraphs[self._key(name, language, brief)]
        template = paragraph.get(brief.tone) or paragraph.get(Tone.NEUTRAL) or next(iter(paragraph.values()))
        return template.render(**_words(language, brief, facts)).strip()


def _words(language: str, brief: DraftBrief, facts: TopicFacts | None) -> dict[str, object]:
    """Everything a template may mention, written as the language writes it; empty when there is nothing to say."""
    topics = [topic.topic.value for topic in brief.topics]
    words: dict[str, object] = {
        "addressee": brief.addressee,
        "familiar": brief.is_familiar,
        "titled": brief.is_titled,
        "team": brief.team,
        "first": topics[0] if topics else "",
        "payment": brief.payment.value,
        "has_reference": brief.has_reference,
        "verified": brief.may_use_ledger,
        "strategic": brief.is_strategic,
        "is_legal": Topic.LEGAL_RECEIVED in topics,
        "hardship": Topic.HARDSHIP_RECEIVED in topics,
    }
    return words if facts is None else words | _topic_words(language, brief, facts)


def _topic_words(language: str, brief: DraftBrief, facts: TopicFacts) -> dict[str, object]:
    locale = _locale(language, brief)
    return {
        "numbers": _listed(facts.invoices, language),
        "count": len(facts.invoices),
        "bills": _bills(facts.invoices, language, named=facts.are_invoices),
        "day": _day(facts.day, locale),
        "amount": _money(facts.amount, facts.currency, locale),
        "payments": list(_payments(facts, language, locale)),
        "reason": facts.reason or "",
        "kind": facts.kind or "",
        "document": facts.document or "",
        "named": facts.are_invoices,
        "copied": _bills(facts.copied, language, named=facts.are_invoices),
        "copied_numbers": _listed(facts.copied, language),
        "copies": len(facts.copied),
        "statement": facts.has_statement,
        "owed": _bills(facts.owed, language, named=facts.are_invoices),
        "owed_numbers": _listed(facts.owed, language),
        "owed_count": len(facts.owed),
        "is_owed": facts.is_owed,
        "legal": facts.legal or "",
        "outcome": facts.outcome or "",
    }


def _payments(facts: TopicFacts, language: str, locale: str) -> Iterator[dict[str, str]]:
    last = len(facts.payments) - 1
    for position, payment in enumerate(facts.payments):
        joint = "" if not position else f" {_AND[language]} " if position == last else ", "
        yield {"joint": joint, **_payment(payment, language, locale, named=facts.are_invoices)}


def _payment(payment: Payment, language: str, locale: str, *, named: bool) -> dict[str, str]:
    return {
        "bills": _bills(payment.invoices, language, named=named),
        "day": _day(payment.day, locale),
        "amount": _money(payment.amount, payment.currency, locale),
    }


def _locale(language: str, brief: DraftBrief) -> str:
    return _OWN_LOCALES.get((language, brief.country), _LOCALES[language])


def _day(day: date | None, locale: str) -> str:
    return written_day(day, locale) if day else ""


def _money(amount: Decimal | None, currency: str, locale: str) -> str:
    return written_sum(amount, currency, locale) if amount is not None and currency else ""


def _bills(numbers: tuple[str, ...], language: str, *, named: bool) -> str:
    """Numbers with the word for invoice before them, where all of them are invoices."""
    if not numbers or not named:
        return _listed(numbers, language)
    return f"{_INVOICES[language][len(numbers) > 1]} {_listed(numbers, language)}"


def _listed(items: tuple[str, ...], language: str) -> str:
    if len(items) < 2:  # noqa: PLR2004 - a list of two is the shortest
        return "".join(items)
    return f"{', '.join(items[:-1])} {_AND[language]} {items[-1]}"


def _paragraph(environment: Environment, text: str) -> Paragraph:
    pieces = _HEADING.split(text)
    if len(pieces) == 1:
        return {Tone.NEUTRAL.value: environment.from_string(text.strip())}
    sections = zip(pieces[1::2], pieces[2::2], strict=True)
    return {tone: environment.from_string(f"{pieces[0]}{body}".strip()) for tone, body in sections}
