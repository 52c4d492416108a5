"""The words by which a mail is found: folded, and reduced to their stem in the language of the mail.

A mail keeps each word twice, as it stands and by its stem; a query does not know the mail's language, so it asks for
the word and its stem in any of the seven. `rechnungen` finds `Rechnung`.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

import Stemmer

from app.domain.intents import LANGUAGES
from app.reading.spans import fold

SHORTEST, LONGEST = 2, 40
SHORTEST_TO_STEM = 4
MOST_TERMS = 600
"""Of one mail; a longer one is found by its beginning."""

_ALGORITHMS = {
    "en": "english",
    "fr": "french",
    "de": "german",
    "es": "spanish",
    "nl": "dutch",
    "it": "italian",
    "pt": "portuguese",
}
_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")


def mail_terms(texts: Iterable[str], language: str) -> list[str]:
    """Every word once, in order, at most MOST_TERMS: earlier texts count first."""
    found: dict[str, None] = {}
    for text in texts:
        for word in _words(text):
            found[word] = None
            found[_stem(word, language)] = None
            if len(found) >= MOST_TERMS:
                return list(found)
    return list(found)


def query_terms(query: str) -> list[frozenset[str]]:
    """One set for each word of a query: any of its terms will do, every set must be met."""
    return [frozenset({word, *(_stem(word, language) for language in LANGUAGES)}) for word in _words(query)]


def number_term(number: str) -> str:
    """An invoice number without what people write differently in it."""
    return re.sub(r"\W|_", "", fold(number))


def _words(text: str) -> Iterator[str]:
    folded = fold(text)
    for found in _WORD.finditer(folded):
        word = found[0].strip("_")
        if SHORTEST <= len(word) <= LONGEST:
            yield word


@cache
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(_ALGORITHMS[language])


def _stem(word: str, language: str) -> str:
    if len(word) < SHORTEST_TO_STEM or language not in _ALGORITHMS or _DIGIT.search(word):
        return word
    stem: str = _stemmer(language).stemWord(word)
    return stem
