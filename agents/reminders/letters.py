"""The embedded model's pen for reminders: letters composed from `prompts/reminders/<stage>/<language>.md`.

A file has a section for each tone, and for other wordings of it that are tried out (`# warm.short`), in two or more
paragraphs, with the lines `[statement]` and `[payment]` between them: there code puts the statement of account and the
ways to pay. `frame/<language>.md` holds what every letter needs: subjects, greeting, notes, help and closing.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date
from jinja2 import Environment, StrictUndefined, Template, TemplateError

from agents.reminders.brief import ReminderBrief
from agents.triage.notations import written_day
from app.domain.errors import SettingInvalid
from app.domain.intents import LANGUAGES, Tone
from app.domain.reminder import Stage
from app.reading.money.written_sums import written_sum

DEFAULT_DIRECTORY = Path(__file__).resolve().parents[2] / "prompts" / "reminders"
FRAME = "frame"
STATEMENT_SLOT = "[statement]"
PAYMENT_SLOT = "[payment]"
ADDRESSEE = "⟨FULL_NAME_1⟩"
APPROVER = "⟨APPROVER_1⟩"
CUSTOMER = "⟨CUSTOMER_1⟩"

_LOCALES = {"en": "en_GB", "fr": "fr_FR", "de": "de_DE", "es": "es_ES", "nl": "nl_NL", "it": "it_IT", "pt": "pt_PT"}
_AMERICAN = frozenset({"US", "CA"})
_HEADING = re.compile(r"^# ([a-z_]+(?:\.[a-z0-9-]+)?)$", re.MULTILINE)
_BLANKS = re.compile(r"[ \n]+")
_PARAGRAPHS = re.compile(r"\n\s*\n")
_SECTIONS = frozenset(
    {"greeting", "claim", "credit", "disputed", "help", "closing", "sms", *(f"subject_{s}" for s in Stage)}
)

Sections = Mapping[str, Template]


@dataclass(frozen=True, slots=True)
class Letters:
    """Sections by file (stage or frame) and language."""

    sections: Mapping[tuple[str, str], Sections]
    hashes: Mapping[tuple[str, str], str]

    @classmethod
    def load(cls, directory: Path = DEFAULT_DIRECTORY) -> "Letters":
        """Raises SettingInvalid for a file or section that is missing or cannot be read."""
        environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 - plain text
        paths = {(name, language): directory / name / f"{language}.md" for name in _names() for language in LANGUAGES}
        missing = [path for path in paths.values() if not path.exists()]
        if missing:
            raise SettingInvalid(f"{missing[0]} is missing; templates of reminders are part of the installation")
        return cls(
            {key: _sections(path, environment) for key, path in paths.items()},
            {key: hashlib.sha256(path.read_bytes()).hexdigest() for key, path in paths.items()},
        )

    def compose(self, brief: ReminderBrief) -> str:
        """The whole letter, with its slots still empty and placeholders for names."""
        letter = self._write(brief.stage, _section_of(brief), brief)
        greeting, helping, closing = (self._write(FRAME, name, brief) for name in ("greeting", "help", "closing"))
        pieces = [greeting, *_PARAGRAPHS.split(letter), helping]
        return "\n\n".join([*map(_flowing, pieces), closing])

    def has(self, wording: str, stage: Stage) -> bool:
        """Whether some tone of this stage has another wording of this name, in every language."""
        return all(
            any(name.endswith(f".{wording}") for name in self.sections[stage, language]) for language in LANGUAGES
        )

    def notes(self, brief: ReminderBrief) -> str:
        """What stands below the statement, whoever wrote the letter; "" when there is nothing to say."""
        return _flowing(" ".join(self._write(FRAME, name, brief) for name in ("credit", "disputed")))

    def claim(self, brief: ReminderBrief) -> str:
        """Interest and fixed sums in words, "" for none; below the ways to pay, whoever wrote the letter."""
        return _flowing(self._write(FRAME, "claim", brief))

    def short(self, brief: ReminderBrief) -> str:
        """A text message that says the same in a breath; a person sends it."""
        return _flowing(self._write(FRAME, "sms", brief))

    def subject(self, brief: ReminderBrief) -> str:
        """Never a model's: stage, the numbers or how many they are, and the seller."""
        return _flowing(self._write(FRAME, f"subject_{brief.stage}", brief))

    def used_for(self, brief: ReminderBrief) -> tuple[str, ...]:
        """The files that this letter is written from, each with the beginning of its hash."""
        language = language_of(brief)
        return tuple(f"{name}/{language}@{self.hashes[name, language][:12]}" for name in (FRAME, brief.stage.value))

    def _write(self, name: str, section: str, brief: ReminderBrief) -> str:
        language = language_of(brief)
        sections = self.sections[name, language]
        return sections.get(section, sections[section.partition(".")[0]]).render(_words(brief)).strip()


def _section_of(brief: ReminderBrief) -> str:
    return f"{brief.tone}.{brief.wording}" if brief.wording else brief.tone.value


def names_in(brief: ReminderBrief) -> Mapping[str, str]:
    """The names that no author sees, by their placeholders."""
    names = {ADDRESSEE: brief.addressee, APPROVER: brief.approver, CUSTOMER: brief.customer if brief.is_person else ""}
    return {placeholder: name for placeholder, name in names.items() if name}


def language_of(brief: ReminderBrief) -> str:
    return brief.language if brief.language in LANGUAGES else "en"


def day_words(day: date | None, brief: ReminderBrief) -> str:
    """As the language writes a day in a letter; "" for none."""
    return written_day(day, locale_of(brief)) if day else ""


def short_day(day: date | None, brief: ReminderBrief) -> str:
    """As a table has it: all digits, the year in full."""
    if day is None:
        return ""
    pattern = {"en_US": "MM/dd/yyyy", "de_DE": "dd.MM.yyyy", "nl_NL": "dd-MM-yyyy"}.get(locale_of(brief), "dd/MM/yyyy")
    return format_date(day, pattern, locale_of(brief))


def money_words(amount: Decimal, brief: ReminderBrief) -> str:
    return written_sum(amount, brief.currency, locale_of(brief))


def locale_of(brief: ReminderBrief) -> str:
    language = language_of(brief)
    return "en_US" if language == "en" and brief.country in _AMERICAN else _LOCALES[language]


@lru_cache(maxsize=8)
def _words(brief: ReminderBrief) -> Mapping[str, object]:
    """Everything that a template may mention, written as the language writes it; empty when there is nothing to say.
    Kept for a moment, as the sections of one letter share it."""
    claim = brief.claim
    return {
        "addressee": ADDRESSEE if brief.addressee else "",
        "approver": APPROVER if brief.approver else "",
        "person": brief.is_person,
        "seller": brief.company.name,
        "team": brief.signature,
        "number": brief.invoices[0].number,
        "count": len(brief.invoices),
        "several": len(brief.invoices) > 1,
        "total": money_words(brief.total, brief),
        "due": day_words(brief.invoices[0].due, brief),
        "last": day_words(brief.last_contact, brief),
        "promised": day_words(brief.broken_promise, brief),
        "pay_by": day_words(brief.pay_by, brief),
        "credited": bool(brief.credit_notes),
        "disputed": any(invoice.disputed for invoice in brief.invoices),
        "interest": money_words(claim.interest, brief) if claim and claim.interest else "",
        "fixed": money_words(claim.fixed_sums, brief) if claim and claim.fixed_sums else "",
        "law": claim.rule if claim else "",
    }


def _flowing(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def _names() -> tuple[str, ...]:
    return (FRAME, *(stage.value for stage in Stage))


def _sections(path: Path, environment: Environment) -> Sections:
    pieces = _HEADING.split(path.read_text(encoding="utf-8"))
    needed = _SECTIONS if path.parent.name == FRAME else {tone.value for tone in Tone}
    texts = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    is_letter = path.parent.name != FRAME
    if not needed <= set(texts) or {name.partition(".")[0] if is_letter else name for name in texts} != needed:
        raise SettingInvalid(f"{path}: must have exactly the sections {', '.join(sorted(needed))}")
    slots = {STATEMENT_SLOT, PAYMENT_SLOT}
    if is_letter and any(text.count(slot) != 1 for text in texts.values() for slot in slots):
        raise SettingInvalid(f"{path}: every tone must have {STATEMENT_SLOT} and {PAYMENT_SLOT} once")
    try:
        return {name: environment.from_string(text.strip()) for name, text in texts.items()}
    except TemplateError as error:
        raise SettingInvalid(f"{path}: {error}") from error
