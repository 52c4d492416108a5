"""Lines all in small letters or all in capitals, put as an address is usually written: "14 Station Road, LS1 4DW".

The shapes of addresses live by their capitals. Words that the language has as ordinary ones stay or become small, so
that "12 days on the road" is no street. Every character keeps its place.
"""

import re

from app.adapters.redaction.lexicon import Lexicon, fold
from app.adapters.redaction.vocabulary import Vocabulary
from app.adapters.redaction.words import LINE

WORD = re.compile(r"[^\W\d_]+")
SMALL_POSTCODE = re.compile(r"(?<!\w)(?:[a-z]{1,2}\d[a-z\d]?[ \u00a0]?\d[a-z]{2}|\d{4}[ \u00a0]?[a-z]{2})(?!\w)")
DIGIT = re.compile(r"\d")
USUAL = re.compile(r"\b[A-ZÀ-Þ][a-zß-ÿ]{2}.{0,400}\b[A-ZÀ-Þ][a-zß-ÿ]{2}")
"""Two words that begin large and go on small: a line of the usual case."""
SHORTEST = 3
SHOUTED = 2 / 3
"""The share of capitals from which a line is shouted; an acronym or a code in small letters does not change it."""
KINDS = frozenset({"str", "rd", "ave", "ln", "apt", "flat", "unit", "suite", "postfach", "postbus", "box"})
"""Beside the words for places, what an address is put together of."""


class AddressCase:
    def __init__(self, lexicon: Lexicon, vocabulary: Vocabulary, language: str) -> None:
        self.kinds = lexicon.place_words | KINDS
        self.vocabulary = vocabulary
        self.language = language

    def usual(self, text: str) -> str:
        return LINE.sub(lambda line: self._line(line.group()), text)

    def _line(self, line: str) -> str:
        if DIGIT.search(line) is None or USUAL.search(line) is not None:
            return line
        letters = sum(c.isalpha() for c in line)
        capitals = sum(c.isupper() for c in line)
        if capitals == 0:
            line = SMALL_POSTCODE.sub(lambda code: code.group().upper(), line)
            return WORD.sub(lambda word: self._word(word.group()), line)
        if letters and capitals >= SHOUTED * letters:
            return WORD.sub(lambda word: self._word(word.group()), line)
        return line

    def _word(self, word: str) -> str:
        small = "".join(c.lower() if len(c.lower()) == 1 else c for c in word)
        if fold(word) not in self.kinds and self.vocabulary.lists(fold(word), self.language):
            return small
        if word.isupper() and len(word) < SHORTEST:
            return word
        return (small[0].upper() if len(small[0].upper()) == 1 else small[0]) + small[1:]
