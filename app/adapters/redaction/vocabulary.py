"""Which words are ordinary: lists for each language, with their endings, and German compounds of listed parts."""

from functools import lru_cache
from importlib.resources import files

from app.domain.intents import LANGUAGES

ENDINGS = {
    "en": ("s", "es", "d", "ed", "ing", "ly", "er", "ers", "ment", "ness"),
    "fr": ("s", "x", "e", "es", "er", "ez", "ent", "ant", "ons", "ement"),
    "de": ("s", "e", "n", "en", "er", "es", "em", "t", "te", "ten", "st", "ung", "ungen", "lich", "liche", "lichen"),
    "es": ("s", "es", "n", "mos", "do", "da", "dos", "das", "mente", "me", "le", "nos", "lo", "la"),
    "nl": ("s", "e", "n", "en", "t", "te", "ten", "de", "den", "er", "ers", "je"),
    "it": ("o", "a", "i", "e", "to", "ta", "ti", "te", "mo", "no", "mente", "re", "ci", "vi"),
    "pt": ("s", "es", "m", "mos", "do", "da", "dos", "das", "mente", "me", "lhe", "nos", "r"),
}
NOUN_ENDINGS = (
    "ung",
    "ungen",
    "heit",
    "heiten",
    "keit",
    "keiten",
    "schaft",
    "tion",
    "tionen",
    "nis",
    "tum",
    "ierung",
    "nr",
    "nummer",
)
COMPOUNDING = frozenset({"de", "nl"})
SHORTEST_STEM, SHORTEST_PART, SHORTEST_ENDING_NOUN = 3, 3, 7
LONGEST_ELIDED = 2


def load_brands() -> frozenset[str]:
    folder = files("app.adapters.redaction")
    return frozenset(folder.joinpath("data", "brands.txt").read_text(encoding="utf-8").split())


class Vocabulary:
    """Asked with folded words."""

    def __init__(self, words: dict[str, frozenset[str]]) -> None:
        self._words = words
        self.knows = lru_cache(maxsize=20_000)(self._knows)

    @classmethod
    def load(cls) -> "Vocabulary":
        folder = files("app.adapters.redaction").joinpath("data")
        ours = frozenset(folder.joinpath("words_ours.txt").read_text(encoding="utf-8").split())
        return cls(
            {
                language: ours | frozenset(folder.joinpath(f"words_{language}.txt").read_text(encoding="utf-8").split())
                for language in LANGUAGES
            }
        )

    def lists(self, word: str, language: str) -> bool:
        """As it stands, without an elided article ("l'iban"), or each part of it."""
        words = self._words[language]
        if word in words:
            return True
        parts = word.replace("'", "-").split("-")
        return len(parts) > 1 and all(
            part in words or (len(part) <= LONGEST_ELIDED and part != parts[-1]) for part in parts
        )

    def _knows(self, word: str, language: str) -> bool:
        """With an ending, or put together of listed words."""
        if self.lists(word, language):
            return True
        last = word.rpartition("'")[2] if word.find("'") in range(1, LONGEST_ELIDED + 1) else word
        return self._is_inflected(last, language) or self._is_compound(last, language)

    def knows_anywhere(self, word: str) -> bool:
        return any(self.lists(word, language) for language in LANGUAGES)

    def _is_inflected(self, word: str, language: str) -> bool:
        words = self._words[language]
        if language == "de" and len(word) >= SHORTEST_ENDING_NOUN and word.endswith(NOUN_ENDINGS):
            return True
        for ending in ENDINGS[language]:
            stem = word.removesuffix(ending)
            if stem != word and len(stem) > SHORTEST_STEM and (stem in words or any(stem + e in words for e in "eoa")):
                return True
            if len(word) > SHORTEST_STEM and word + ending in words:
                return True
        return False

    def _is_compound(self, word: str, language: str) -> bool:
        if language not in COMPOUNDING:
            return False
        words = self._words[language]
        for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART):
            head, tail = word[:cut], word[cut:]
            tail_known = tail in words or (tail.startswith("s") and tail[1:] in words) or tail.rstrip("ens") in words
            if (
                tail_known
                and len(tail) > SHORTEST_PART
                and (head in words or head.removesuffix("s") in words or head + "e" in words)
            ):
                return True
        return False
