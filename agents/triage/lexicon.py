"""The words that no draft may contain: concessions, legal threats, admissions. Data in `lexicon.toml`."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.reading.spans import fold

_FILE = Path(__file__).with_name("lexicon.toml")


@dataclass(frozen=True, slots=True)
class Offence:
    """A forbidden phrase at [start, end) of a draft; `kind` is concession, legal_threat or admission."""

    kind: str
    start: int
    end: int


def offences(text: str) -> Iterator[Offence]:
    """Every forbidden phrase, in whichever language it stands: a hostile model may switch."""
    folded = fold(text)
    for kind, pattern in _patterns().items():
        for match in pattern.finditer(folded):
            yield Offence(kind, *match.span())


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    lexicon: dict[str, dict[str, list[str]]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        kind: _compile(phrase for phrases in languages.values() for phrase in phrases)
        for kind, languages in lexicon.items()
    }


def _compile(phrases: Iterator[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b(?:{phrase.replace(' ', chr(92) + 's+')})" for phrase in phrases))
