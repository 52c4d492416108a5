"""What the ledger says may be read: the customer's company, its invoices."""

import re
from collections.abc import Iterable, Iterator

from app.adapters.redaction.finds import Find
from app.adapters.redaction.lexicon import Lexicon
from app.adapters.redaction.words import words_of

SHORTEST, LONGEST_PERSON = 3, 3
NEVER = frozenset({"EMAIL_ADDRESS", "IBAN_CODE", "CREDIT_CARD", "TEXT"})
"""Hidden even where the ledger's words stand in them."""


class Readable:
    """A firm that has nothing but a person's name is hidden like that person."""

    def __init__(self, words: Iterable[str], lexicon: Lexicon) -> None:
        usable = {word.strip() for word in words if len(word.strip()) >= SHORTEST and not _is_a_person(word, lexicon)}
        kept = sorted(usable, key=lambda word: (-len(word), word))
        pattern = "|".join(r"\s+".join(re.escape(part) for part in word.split()) for word in kept)
        self._pattern = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if kept else None

    def without(self, finds: Iterable[Find], text: str) -> Iterator[Find]:
        """The finds but for those that lie inside such a word."""
        places = [match.span() for match in self._pattern.finditer(text)] if self._pattern else []
        for find in finds:
            inside = any(start <= find.start and find.end <= end for start, end in places)
            if find.type in NEVER or not inside:
                yield find


def _is_a_person(name: str, lexicon: Lexicon) -> bool:
    words = [word.folded for word in words_of(name)]
    is_short = 1 < len(words) <= LONGEST_PERSON
    is_named = is_short and lexicon.is_common_first(words[0])
    return is_named and "&" not in name and not any(word in lexicon.company_words for word in words)
