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
    *("acts", "attached", "theirs", "terms", "wish", "numbers", "units", "moments", "charges"),
    *("receipt", "pending", "speech", "after_all"),
    *("as_asked", "yours", "whether", "undecided"),
)

_DIRECTORY = Path(__file__).with_name("lexicon")
_GAP = r"(?:[^.!?;\n]|\.(?=\d)){0,60}?"
_BEFORE = 40
"""Code points before a claim of receipt that may take it back, from the last comma on."""

_BLANK = "\x02"
_WORDS = re.compile(r"\s+(?:\w+ )?")
_ENDING = re.compile(r"(?<=\w{4})e[mnrs]?\b")
_NEAR = 8
"""Code points between what has been handed over and to whom."""

_BREAK = re.compile(r"[;:()]|,(?!\d)|\s-\s")

Entries = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Offence:
    """A forbidden phrase at [start, end) of a draft; `kind` is one of KINDS."""

    kind: str
    start: int
    end: int


def offences(text: str, mail: str = "", granted: str = "") -> Iterator[Offence]:
    """Every forbidden phrase, in whichever language it stands. The writer's own lawyer may be named to them who has
    named one in the `mail`, and that a concession is not decided on yet may be said. `granted`: the text, offset for
    offset, without what the writer merely asks for; there alone concessions are looked for."""
    folded = fold(text)
    granted = fold(granted) or folded
    weighed = {"legal_threat": _without_their_lawyers(folded, fold(mail)), "concession": granted}
    for kind in KINDS:
        for match in _pattern(kind).finditer(weighed.get(kind, folded)):
            if not (kind == "concession" and _is_left_open(match.start(), text, folded)):
                yield Offence(kind, *match.span())
    for sentence in sentences(text):
        said = _pattern("terms").search(granted, sentence.start, sentence.end)
        if said and not calls_it_a_wish(sentence.of(folded)) and not _is_left_open(said.start(), text, folded):
            yield Offence("concession", *said.span())


def _without_their_lawyers(folded: str, mail: str) -> str:
    """Without "your lawyer", where the mail speaks of a lawyer, and what it says, word by word, of going to them."""
    rest, threats = folded, _pattern("legal_threat")
    for owner in _pattern("yours").finditer(folded):
        words = _WORDS.match(folded, owner.end())
        named = words and (threats.match(folded, words.end()) or threats.match(folded, owner.end() + 1))
        if named and named.group() in mail:
            rest = blanked(rest, owner.start(), named.end())
    for match in threats.finditer(rest) if rest != folded else ():
        if match.group() in mail and _BLANK in rest[match.end() : match.end() + _NEAR]:
            rest = blanked(rest, *match.span())
    return rest


def blanked(text: str, start: int, end: int) -> str:
    """The text with something that no phrase matches at [start, end)."""
    return f"{text[:start]}{_BLANK * (end - start)}{text[end:]}"


def _is_left_open(place: int, text: str, folded: str) -> bool:
    """Whether a place stands behind "whether", with no comma between, in a sentence that says it is undecided."""
    sentence = next((span for span in sentences(text) if span.start <= place < span.end), None)
    if sentence is None or not says_it_is_undecided(sentence.of(folded)):
        return False
    return _pattern("whether").search(re.split(r"[,:;]", folded[sentence.start : place])[-1]) is not None


def says_it_is_undecided(folded: str) -> bool:
    return _pattern("undecided").search(folded) is not None


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
    """Whether a folded sentence speaks of what somebody asks for, rather than of what is settled. What is so "as you
    asked" is settled."""
    return _pattern("wish").search(_pattern("as_asked").sub(" ", folded)) is not None


def says_it_is_attached(folded: str) -> bool:
    """Whether a folded sentence says that something of ours goes along with the letter, in whichever language; what
    the writer has attached, or is asked to attach, does not."""
    return _pattern("attached").search(_pattern("theirs").sub(" ", folded)) is not None


def says_something_known(folded: str, language: str) -> bool:
    """Whether a folded clause does one of the few things that an answer does: thank, confirm, pass on, state, ask."""
    return _of(language, "acts").search(folded) is not None


def unsaid_spans_of_time(text: str, letter: Letter) -> Iterator[Span]:
    """Counted days, shares and sums in words, and moments such as "next week", that the writer has not said."""
    yield from _unsaid(_counted(), text, letter)


def unsaid_charges(text: str, letter: Letter) -> Iterator[Span]:
    """Words for what paying late may cost, that the writer has not said."""
    yield from _unsaid((_pattern("charges"),), text, letter)


def _unsaid(patterns: Iterable[re.Pattern[str]], text: str, letter: Letter) -> Iterator[Span]:
    folded, said = fold(text), _uninflected(fold(f"{letter.subject.value}\n{letter.body.value}"))
    for pattern in patterns:
        for match in pattern.finditer(folded):
            if _uninflected(match.group()) not in said:
                yield Span(*match.span())


def _uninflected(folded: str) -> str:
    """Without the endings that a case gives: whoever writes "diese Woche" has spoken of "in dieser Woche"."""
    return _ENDING.sub("", folded)


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
    wide = (phrase.replace(" ?", r"\s*").replace(" ", r"\s+") for phrase in phrases)
    written = (phrase.replace("ss", "(?:ss|ß)").replace("~", _GAP) for phrase in wide)
    return re.compile("|".join(phrase if phrase.startswith("[") else rf"\b(?:{phrase})" for phrase in written))
