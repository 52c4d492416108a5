"""Postal addresses by their shape: a street in the order of each language, and what belongs to it on both sides.

Kestrel House, ◀── 40 Wharf Street ──▶ , Hull HU1 2AB ──▶ , United Kingdom      a street and its surroundings
Rose Cottage, Back Lane, ◀── Hawes DL8 3QT                                      a British postcode alone
Het Wielsem 10, ◀── 5231 BW 's-Hertogenbosch                                    postcode and town behind a number
"""

import re
from collections.abc import Iterable, Iterator

from presidio_analyzer import EntityRecognizer, LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from app.adapters.redaction import address_shapes as shapes
from app.adapters.redaction.address_case import AddressCase
from app.adapters.redaction.finds import REFERENCE, before
from app.adapters.redaction.lexicon import Lexicon
from app.adapters.redaction.vocabulary import Vocabulary
from app.adapters.redaction.words import words_of

SHAPE, WITH_POSTCODE = 0.7, 0.82
"""An address with its postcode is surer than a name that the lists alone believe."""
REACH = 100
"""How far before a place a part of its address may start."""
MOST_PARTS, MOST_BEFORE_TOWN, STATE = 6, 4, 2

STREETS = tuple(re.compile(shape) for shape in shapes.STREETS)
WITH_TOWN = tuple(re.compile(shape) for shape in shapes.WITH_TOWN)
UK_POSTCODE, ZIP_TOWN, ALONE = (re.compile(s) for s in (shapes.UK_POSTCODE, shapes.ZIP_TOWN, shapes.ALONE))
BEHIND_POSTCODE = tuple(re.compile(shape) for shape in shapes.BEHIND_POSTCODE)
BEHIND_UNIT, BEHIND_TOWN, IN_TOWN, BEHIND_ALL = (
    re.compile(s) for s in (shapes.BEHIND_UNIT, shapes.BEHIND_TOWN, shapes.IN_TOWN, shapes.BEHIND_ALL)
)

Place = tuple[int, int, float]


class AddressRecognizer(LocalRecognizer):
    def __init__(self, language: str, lexicon: Lexicon, vocabulary: Vocabulary) -> None:
        self.lexicon = lexicon
        self.vocabulary = vocabulary
        self.case = AddressCase(lexicon, vocabulary, language)
        super().__init__(supported_entities=["LOCATION"], supported_language=language, name="addresses")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        usual = self.case.usual(text)
        places = [*self._places(text), *(self._places(usual) if usual != text else ())]
        return [RecognizerResult("LOCATION", start, end, score) for start, end, score in _merged(places, text)]

    def _places(self, text: str) -> Iterator[Place]:
        yield from self._streets(text)
        yield from self._british(text)
        yield from self._numbered(text)
        yield from _alone(text)

    def _streets(self, text: str) -> Iterator[Place]:
        for found, needs_postcode in ((STREETS, False), (WITH_TOWN, True)):
            for shape in found:
                for match in shape.finditer(text):
                    end, has_postcode = self._behind(text, match.end())
                    if has_postcode or not needs_postcode:
                        yield _before(text, match.start()), end, WITH_POSTCODE if has_postcode else SHAPE

    def _british(self, text: str) -> Iterator[Place]:
        """A postcode, its town, and what leads up to it when that has a house or a street in it."""
        for match in UK_POSTCODE.finditer(text):
            start = at = match.start()
            for part in range(MOST_BEFORE_TOWN):
                segment = shapes.BEFORE_TOWN.search(text, max(0, at - REACH), at)
                if segment is None:
                    break
                is_street = shapes.IS_STREET.search(segment["segment"]) is not None
                if not is_street and not self._may_be_town(segment["segment"]):
                    break
                at = segment.start()
                if is_street or part == 0:
                    start = at
                if is_street:
                    start = _before(text, at)
                    break
            yield start, self._behind_all(text, match.end()), WITH_POSTCODE

    def _numbered(self, text: str) -> Iterator[Place]:
        """Postcode and town behind words of any kind and a number: neither a paper nor so many pieces of something."""
        for match in ZIP_TOWN.finditer(text):
            lead = shapes.BEFORE_ZIP.search(text, max(0, match.start() - REACH), match.start())
            if lead is None or REFERENCE.search(before(text, lead.start("number"))):
                continue
            if not self._may_be_town(lead.group()):
                continue
            if self._may_follow_postcode(match["town"]) and not self._is_word(match["town"]):
                yield _before(text, lead.start()), self._behind_all(text, match.end()), WITH_POSTCODE

    def _behind(self, text: str, at: int) -> tuple[int, bool]:
        """Where the address ends, and whether a postcode is in it."""
        for _ in range(MOST_PARTS):
            for shape in BEHIND_POSTCODE:
                match = shape.match(text, at)
                if match and self._may_follow_postcode(match.groupdict().get("town") or ""):
                    return self._behind_all(text, match.end()), True
            unit = BEHIND_UNIT.match(text, at)
            if unit is None:
                break
            at = unit.end()
        town = BEHIND_TOWN.match(text, at)
        if town and self._may_be_town(town["town"]):
            return self._behind_all(text, town.end()), False
        town = IN_TOWN.match(text, at)
        if town and self._may_be_town(town["town"]) and not self._is_word(town["town"]):
            return town.end(), False
        return at, False

    def _behind_all(self, text: str, at: int) -> int:
        """Behind the town: a region, a country, what brackets add."""
        for _ in range(2):
            match = BEHIND_ALL.match(text, at)
            if match is None or not self._may_be_town(match["town"] or ""):
                break
            at = match.end()
        return at

    def _may_be_town(self, town: str) -> bool:
        """Not "Friday", "Regards" or "Fellside Logistics"."""
        named = (
            word for word in words_of(town) if word.is_capital and not (word.is_shouted and len(word.text) <= STATE)
        )
        return not any(self.lexicon.is_ordinary(w.folded) for w in named if w.folded not in self.lexicon.particles)

    def _may_follow_postcode(self, town: str) -> bool:
        """Behind a postcode the town may be called like a firm ("37000 Tours"), but not like a month."""
        first = next((w.folded for w in words_of(town) if w.is_capital and w.folded not in self.lexicon.particles), "")
        return first not in self.lexicon.never_names and first not in self.lexicon.calendar

    def _is_word(self, town: str) -> bool:
        return any(self.vocabulary.lists(word.folded, self.supported_language) for word in list(words_of(town))[:1])


def _before(text: str, at: int) -> int:
    """Where the address starts: units, buildings and estates stand before the street."""
    for _ in range(MOST_PARTS):
        part = shapes.BEFORE_PART.search(text, max(0, at - REACH), at)
        if part is None:
            break
        at = part.start()
    return at


def _alone(text: str) -> Iterator[Place]:
    for match in ALONE.finditer(text):
        yield match.start(), match.end(), SHAPE


def _merged(places: Iterable[Place], text: str) -> list[Place]:
    """Overlapping places as one, without the signs that end it."""
    merged: list[Place] = []
    for start, end, score in sorted(places):
        last = merged[-1] if merged else None
        if last is not None and start < last[1]:
            merged[-1] = (last[0], max(last[1], end), max(last[2], score))
        else:
            merged.append((start, end, score))
    return [(start, start + len(text[start:end].rstrip(" \n>.,;-")), score) for start, end, score in merged]


def address_recognizers(language: str, lexicon: Lexicon, vocabulary: Vocabulary) -> list[EntityRecognizer]:
    return [AddressRecognizer(language, lexicon, vocabulary)]
