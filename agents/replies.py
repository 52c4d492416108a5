"""The embedded model's pen: letters composed from `prompts/replies/<situation>/<language>.md`.

A file is one Jinja2 paragraph, or several under the headings `# warm`, `# neutral` and `# firm`; a tone that is missing
is written in the neutral one, or else in the first. A letter is greeting, thanks, one paragraph a topic, closing. When
a file is missing in a language, the whole letter is written in English.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.dates import format_date
from babel.numbers import format_currency
from jinja2 import Environment, StrictUndefined, Template

from agents.triage.brief import DraftBrief, TopicFacts
from app.domain.errors import SettingInvalid
from app.domain.intents import LANGUAGES, Tone

DEFAULT_DIRECTORY = Path(__file__).resolve().parent.parent / "prompts" / "replies"
FRAME = ("greeting", "thanks", "closing")

_HEADING = re.compile(r"^# (warm|neutral|firm)$", re.MULTILINE)
_LOCALES = {"en": "en_GB", "fr": "fr_FR", "de": "de_DE", "es": "es_ES", "nl": "nl_NL", "it": "it_IT", "pt": "pt_PT"}
_AMERICAN = frozenset({"US", "CA"})
_AND = {"en": "and", "fr": "et", "de": "und", "es": "y", "nl": "en", "it": "e", "pt": "e"}

Paragraph = Mapping[str, Template]


@dataclass(frozen=True, slots=True)
class Replies:
    """Paragraphs by situation, language and tone."""

    paragraphs: Mapping[tuple[str, str], Paragraph]

    @classmethod
    def load(cls, directory: Path = DEFAULT_DIRECTORY) -> "Replies":
        environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 - plain text
        found = {
            (path.parent.name, path.stem): _paragraph(environment, path.read_text(encoding="utf-8"))
            for path in sorted(directory.glob("*/*.md"))
        }
        if ("greeting", "en") not in found:
            raise SettingInvalid(
                f"{directory}: greeting/en.md is missing; reply templates are part of the installation"
            )
        return cls(found)

    def compose(self, brief: DraftBrief) -> str:
        """The whole letter, with placeholders still in it."""
        language = self.language_for(brief)
        pieces = [self._write("greeting", language, brief), self._write("thanks", language, brief)]
        pieces += [self._write(facts.topic.value, language, brief, facts) for facts in brief.topics]
        pieces.append(self._write("closing", language, brief))
        return "\n\n".join(piece for piece in pieces if piece)

    def language_for(self, brief: DraftBrief) -> str:
        needed = (*FRAME, *(facts.topic.value for facts in brief.topics))
        complete = brief.language in LANGUAGES and all((name, brief.language) in self.paragraphs for name in needed)
        return brief.language if complete else "en"

    def _write(self, name: str, language: str, brief: DraftBrief, facts: TopicFacts | None = None) -> str:
        paragraph = self.paragraphs[name, language]
        template = paragraph.get(brief.tone) or paragraph.get(Tone.NEUTRAL) or next(iter(paragraph.values()))
        return template.render(**_words(language, brief, facts)).strip()


def _words(language: str, brief: DraftBrief, facts: TopicFacts | None) -> dict[str, str]:
    """Everything a template may mention, written as the language writes it; empty when there is nothing to say."""
    locale = "en_US" if language == "en" and brief.country in _AMERICAN else _LOCALES[language]
    words = {"addressee": brief.addressee, "team": brief.team, "payment": brief.payment.value}
    words |= {"invoices": "", "day": "", "amount": ""}
    if facts is not None:
        words["invoices"] = _listed(facts.invoices, language)
        words["day"] = format_date(facts.day, "long", locale) if facts.day else ""
        if facts.amount is not None and facts.currency:
            written: str = format_currency(facts.amount, facts.currency, locale=locale)
            words["amount"] = written.replace("\u202f", "\u00a0")
    return words


def _listed(items: tuple[str, ...], language: str) -> str:
    if len(items) < 2:  # noqa: PLR2004 - a list of two is the shortest
        return "".join(items)
    return f"{', '.join(items[:-1])} {_AND[language]} {items[-1]}"


def _paragraph(environment: Environment, text: str) -> Paragraph:
    pieces = _HEADING.split(text)
    if len(pieces) == 1:
        return {Tone.NEUTRAL.value: environment.from_string(text.strip())}
    return {tone: environment.from_string(body.strip()) for tone, body in zip(pieces[1::2], pieces[2::2], strict=True)}
