"""What sounds forbidden and is not. Data in `harmless.toml`.

"You ask whether you may pay in three parts, and that is fine."
         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ asked for: grants nothing
                                            ^^^^^^^^^^^^^^^^^ ours: looked at
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from agents.triage.lexicon import blanked, compiled, says_something_known
from app.domain.errors import SettingInvalid
from app.domain.intents import LANGUAGES
from app.domain.text import Span
from app.reading.spans import fold, sentences

KINDS = frozenset({"harmless", "asks", "moot"})

_FILE = Path(__file__).with_name("harmless.toml")
_OPENING = re.compile(r"(?:,|\b(?:that|dass|que|dat|che)) $")
_GOES_ON = r"(?:\w+ ){0,2}(?:to|zu|de|te|di|a|whether|ob|si|se|of)\b"
_AND = {
    "en": "and|but",
    "fr": "et|mais",
    "de": "und|aber",
    "es": "y|e|pero",
    "nl": "en|maar",
    "it": "e|ed|ma",
    "pt": "e|mas",
}
"""French and Spanish "en" is no "and", as the Dutch one is."""


def without_harmless(text: str, language: str) -> str:
    """The text with blanks, offset for offset, where a phrase only sounds like a forbidden one."""
    for match in _pattern(language, "harmless").finditer(fold(text)):
        text = blanked(text, *match.span())
    return text


def without_what_is_asked(text: str, language: str) -> str:
    """The text with blanks, offset for offset, for the rest of every clause that begins with "you ask"."""
    folded, rest = fold(text), text
    for sentence in sentences(text):
        for match in _pattern(language, "asks").finditer(folded, sentence.start, sentence.end):
            if match.start() == sentence.start or _OPENING.search(folded, sentence.start, match.start()):
                end = _clause_end(language).search(folded, match.end(), sentence.end)
                rest = blanked(rest, match.end(), end.start() if end else sentence.end)
    return rest


def claims_of_nothing_owed(text: str) -> Iterator[Span]:
    """Every place that calls a reminder settled or says that nothing is open: who is told so need not pay."""
    folded = fold(text)
    for language in LANGUAGES:
        yield from (Span(*match.span()) for match in _pattern(language, "moot").finditer(folded))


def does_what_answers_do(folded: str, language: str) -> bool:
    """Whether a folded clause of an answer does one of the few things that an answer is known to do."""
    return says_something_known(folded, language) or _pattern(language, "moot").search(folded) is not None


@cache
def _clause_end(language: str) -> re.Pattern[str]:
    """Where what somebody asks for ends: at a break, at a first person, and at an "and" that no infinitive follows."""
    return re.compile(
        rf"[;:!?\n]|,(?!\d|\s(?:and|or|und|oder|et|ou|y|o|e|en|of)\s{_GOES_ON})|\s-\s"
        r"|\b(?:we|wir|nous|wij|\w+mos|\w+iamo|\w+remo)\b"
        rf"|\b(?:{_AND.get(language, _AND['en'])})\s(?!{_GOES_ON})"
    )


@cache
def _pattern(language: str, kind: str) -> re.Pattern[str]:
    return compiled(_entries()[language if language in LANGUAGES else "en"][kind])


@cache
def _entries() -> Mapping[str, Mapping[str, list[str]]]:
    entries: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    if set(entries) != set(LANGUAGES) or any(set(kinds) != KINDS for kinds in entries.values()):
        raise SettingInvalid(f"{_FILE}: every language must have exactly {', '.join(sorted(KINDS))}")
    return entries
