"""The words that no draft may contain: concessions, threats, admissions, pressure. Data in `lexicon/<language>.toml`.

A draft is held against every language: a hostile model may switch. How entries are written is said in `en.toml`.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from app.domain.case import Letter
from app.domain.errors import SettingInvalid
from app.domain.intents import LANGUAGES
from app.domain.text import Span
from app.reading.spans import fold, sentences

KINDS = ("concession", "legal_threat", "suspension", "admission", "shaming", "urgency")
_HELPERS = (
    *("acts", "attached", "theirs", "terms", "wish", "numbers", "units", "moments"),
    *("receipt", "pending", "speech", "after_all"),
)

_DIRECTORY = Path(__file__).with_name("lexicon")
_GAP = r"(?:[^.!?;\n]|\.(?=\d)){0,60}?"
_BEFORE = 40
"""Code points before a claim of receipt that may take it back, from the last comma on."""

_BREAK = re.compile(r"[;:()]|,(?!\d)|\s-\s")

Entries = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Offence:
    """A forbidden phrase at [start, end) of a draft; `kind` is one of KINDS."""

    kind: str
    start: int
    end: int


def offences(text: str) -> Iterator[Offence]:
    """Every forbidden phrase, in whichever language it stands."""
    folded = fold(text)
    for kind in KINDS:
        for match in _pattern(kind).finditer(folded):
            yield Offence(kind, *match.span())
    for sentence in sentences(text):
        said = _pattern("terms").search(folded, sentence.start, sentence.end)
        if said and not calls_it_a_wish(sentence.of(folded)):
            yield Offence("concession", *said.span())


def claims_of_receipt(text: str) -> Iterator[Span]:
    """Every place that says a payment has arrived, in whichever language, and does not take it back."""
    folded = fold(text)
    for language in LANGUAGES:
        for match in _of(language, "receipt").finditer(folded):
            before = re.split(r"[,:;.!?\n]", folded[max(0, match.start() - _BEFORE) : match.start()])[-1]
            is_taken_back = _of(language, "pending").search(f"{before}{match.group()}")
            if not is_taken_back and not _is_about_words(before, match.group(), language):
                yield Span(*match.span())


def _is_about_words(before: str, claim: str, language: str) -> bool:
    """Whether what has arrived is a message about a payment: one clause, and no verb that only money takes."""
    if not _of(language, "speech").search(before) or _BREAK.search(claim):
        return False
    return not _of(language, "after_all").search(claim)


def calls_it_a_wish(folded: str) -> bool:
    """Whether a folded sentence speaks of what somebody asks for, rather than of what is settled."""
    return _pattern("wish").search(folded) is not None


def says_it_is_attached(folded: str) -> bool:
    """Whether a folded sentence says that something of ours goes along with the letter, in whichever language; what
    the writer has attached, or is asked to attach, does not."""
    return _pattern("attached").search(_pattern("theirs").sub(" ", folded)) is not None


def says_something_known(folded: str, language: str) -> bool:
    """Whether a folded clause does one of the few things that an answer does: thank, confirm, pass on, state, ask."""
    return _of(language, "acts").search(folded) is not None


def unsaid_spans_of_time(text: str, letter: Letter) -> Iterator[str]:
    """Counted days, shares and sums in words, and moments such as "next week", that the writer has not said."""
    folded, said = fold(text), fold(f"{letter.subject.value}\n{letter.body.value}")
    for pattern in _counted():
        for match in pattern.finditer(folded):
            if match.group() not in said:
                yield text[match.start() : match.end()]


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    return compiled(chain.from_iterable(entries[kind] for entries in _lexicon().values()))


@cache
def _of(language: str, kind: str) -> re.Pattern[str]:
    return compiled(_lexicon()[language if language in LANGUAGES else "en"][kind])


@cache
def _counted() -> tuple[re.Pattern[str], ...]:
    spans = tuple(
        re.compile(rf"\b(?:{'|'.join(entries['numbers'])})[ -](?:\w+ )?(?:{'|'.join(entries['units'])})")
        for entries in _lexicon().values()
    )
    return (*spans, compiled(chain.from_iterable(entries["moments"] for entries in _lexicon().values())))


@cache
def _lexicon() -> Mapping[str, Entries]:
    return {language: _read(_DIRECTORY / f"{language}.toml") for language in LANGUAGES}


def _read(path: Path) -> Entries:
    entries: Entries = tomllib.loads(path.read_text(encoding="utf-8"))
    if set(entries) != {*KINDS, *_HELPERS}:
        raise SettingInvalid(f"{path}: must have exactly {', '.join((*KINDS, *_HELPERS))}")
    return entries


def compiled(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern that finds any of the phrases in folded text, each from the start of a word."""
    written = (phrase.replace("ss", "(?:ss|ß)").replace(" ", r"\s+").replace("~", _GAP) for phrase in phrases)
    return re.compile("|".join(phrase if phrase.startswith("[") else rf"\b(?:{phrase})" for phrase in written))
