"""Words that keep company: a sign is several classes of words close together, in whatever order and form.

"skip" beside "approval", "new" beside "account number". The words are data (`orders.toml`, `bank_changes.toml`, …):

    [words]   classes of words in seven languages, folded (lower case, no accents); "stem*" is any word that begins so,
              "two words" stand side by side
    [[sign]]  `all_of` its classes `within` so many words of one another, `unless` a word of that class is among them
"""

import re
import tomllib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.reading.spans import fold

ANY_AI = "zzai"
"""Stands in the text and in the files for every short name of an AI."""

_TOKEN = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_NAMES = re.compile(r"\b(?:AI|A\.I\.|KI|IA|LLM|GPT)\b")
_ELISION = re.compile(r"\b(?:l|d|t|n|m|s|j|c|qu|(?:d|n)?ell|(?:d)?all|sull|coll)'(?=\w{3})")

Places = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class _Sign:
    all_of: tuple[str, ...]
    within: int
    unless: str = ""

    def holds(self, places: Places) -> bool:
        return any(self._stands(first, last, places) for first, last in _windows(self, places))

    def _stands(self, first: int, last: int, places: Places) -> bool:
        found = places.get(self.unless, ())
        nearest = bisect_left(found, first - 1)
        return nearest == len(found) or found[nearest] > last + 1


@dataclass(frozen=True, slots=True)
class _Phrase:
    """The words after the first one; `of` is the class that the whole belongs to."""

    rest: tuple[str, ...]
    of: str


@dataclass(frozen=True, slots=True)
class Collocations:
    """What one file of words and signs says."""

    whole: Mapping[str, tuple[_Phrase, ...]]
    stems: tuple[tuple[str, _Phrase], ...]
    stem_heads: tuple[str, ...]
    signs: tuple[_Sign, ...]

    @staticmethod
    def load(path: Path) -> "Collocations":
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        whole, stems = defaultdict[str, list[_Phrase]](list), list[tuple[str, _Phrase]]()
        for of, head, rest in _entries(data["words"]):
            if head.endswith("*"):
                stems.append((head[:-1], _Phrase(rest, of)))
            else:
                whole[head].append(_Phrase(rest, of))
        return Collocations(
            whole={head: tuple(dict.fromkeys(phrases)) for head, phrases in whole.items()},
            stems=tuple(stems),
            stem_heads=tuple(stem for stem, _ in stems),
            signs=tuple(_Sign(tuple(sign.pop("all_of")), **sign) for sign in data["sign"]),
        )

    def any_in(self, text: str) -> bool:
        """True where the words of a sign stand close together."""
        words = _TOKEN.findall(_ELISION.sub(lambda found: f"{found[0][:-1]} ", fold(named(text))))
        places = self._places(words)
        return any(sign.holds(places) for sign in self.signs)

    def _places(self, words: Sequence[str]) -> Places:
        """Where each class of words stands, in order."""
        places = defaultdict[str, list[int]](list)
        for place, word in enumerate(words):
            for phrase in self._beginning_with(word):
                if _goes_on(phrase.rest, words, place + 1) and places[phrase.of][-1:] != [place]:
                    places[phrase.of].append(place)
        return places

    def _beginning_with(self, word: str) -> Iterator[_Phrase]:
        yield from self.whole.get(word, ())
        if word.startswith(self.stem_heads):
            yield from (phrase for stem, phrase in self.stems if word.startswith(stem))


def named(text: str) -> str:
    """The text with `ANY_AI` for short names; in small letters they are everyday words: "j'ai", "ai sensi"."""
    return _NAMES.sub(ANY_AI, text)


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


def _entries(classes: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for of, lines in classes.items():
        for entry in ", ".join(lines).split(", "):
            head, *rest = entry.split()
            yield of, head, tuple(rest)
