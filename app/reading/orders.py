"""Orders to software, by the company that words keep: what phrases cannot foresee.

`injections` knows how such texts are phrased; here it counts which words stand close together, in whatever order and
form: "skip" beside "approval", "summarise" and "when you" beside "leave out". The words are data, in `orders.toml`.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from app.reading.spans import fold

ANY_AI = "zzai"
"""Stands in the text and in `orders.toml` for every short name of an AI."""

_FILE = Path(__file__).with_name("orders.toml")
_TOKEN = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_NAMES = re.compile(r"\b(?:AI|A\.I\.|KI|IA|LLM|GPT)\b")
_ELISION = re.compile(r"\b(?:l|d|t|n|m|s|j|c|qu)'(?=\w{3})")

Places = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class _Sign:
    all_of: tuple[str, ...]
    within: int
    unless: str = ""

    def holds(self, places: Places) -> bool:
        return any(self._stands(first, last, places) for first, last in _windows(self, places))

    def _stands(self, first: int, last: int, places: Places) -> bool:
        return not any(first - 1 <= place <= last + 1 for place in places.get(self.unless, ()))


@dataclass(frozen=True, slots=True)
class _Phrase:
    """The words after the first one; `of` is the class that the whole belongs to."""

    rest: tuple[str, ...]
    of: str


@dataclass(frozen=True, slots=True)
class _Book:
    whole: Mapping[str, tuple[_Phrase, ...]]
    stems: tuple[tuple[str, _Phrase], ...]
    stem_heads: tuple[str, ...]
    signs: tuple[_Sign, ...]


def gives_orders(text: str) -> bool:
    """True where words that only software is told stand close together."""
    named = _NAMES.sub(ANY_AI, text)  # in small letters they are everyday words: "j'ai", "ai sensi"
    words = _TOKEN.findall(_ELISION.sub(lambda found: f"{found[0][:-1]} ", fold(named)))
    places = _places(words)
    return any(sign.holds(places) for sign in _book().signs)


def _places(words: Sequence[str]) -> Places:
    """Where each class of words stands, in order."""
    places = defaultdict[str, list[int]](list)
    for place, word in enumerate(words):
        for phrase in _beginning_with(word):
            if _goes_on(phrase.rest, words, place + 1) and places[phrase.of][-1:] != [place]:
                places[phrase.of].append(place)
    return places


@lru_cache(maxsize=20_000)
def _beginning_with(word: str) -> tuple[_Phrase, ...]:
    book = _book()
    by_stem = book.stems if word.startswith(book.stem_heads) else ()
    return (*book.whole.get(word, ()), *(phrase for stem, phrase in by_stem if word.startswith(stem)))


def _goes_on(rest: tuple[str, ...], words: Sequence[str], place: int) -> bool:
    return all(place + offset < len(words) and _is(words[place + offset], wanted) for offset, wanted in enumerate(rest))


def _is(word: str, wanted: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted


def _windows(sign: _Sign, places: Places) -> Iterator[tuple[int, int]]:
    """The places of all classes of the sign, as near together as they get, each from its last place on."""
    if any(of not in places for of in sign.all_of):
        return
    latest: dict[str, int] = {}
    for place, kind in sorted((place, of) for of in sign.all_of for place in places[of]):
        latest[kind] = place
        first = min(latest.values())
        if len(latest) == len(sign.all_of) and place - first <= sign.within:
            yield first, place


@cache
def _book() -> _Book:
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    whole, stems = defaultdict[str, list[_Phrase]](list), list[tuple[str, _Phrase]]()
    for of, head, rest in _entries(data["words"]):
        if head.endswith("*"):
            stems.append((head[:-1], _Phrase(rest, of)))
        else:
            whole[head].append(_Phrase(rest, of))
    return _Book(
        whole={head: tuple(dict.fromkeys(phrases)) for head, phrases in whole.items()},
        stems=tuple(stems),
        stem_heads=tuple(stem for stem, _ in stems),
        signs=tuple(_Sign(tuple(sign.pop("all_of")), **sign) for sign in data["sign"]),
    )


def _entries(classes: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for of, lines in classes.items():
        for entry in ", ".join(lines).split(", "):
            head, *rest = entry.split()
            yield of, head, tuple(rest)
