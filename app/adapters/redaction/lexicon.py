"""The words that the name rules know: closed lists from lexicon.toml and the name lists beside it."""

import tomllib
import unicodedata
from dataclasses import dataclass
from importlib.resources import files

_FOLDED = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "Ø": "o",
        "ł": "l",
        "Ł": "l",
        "\u0131": "i",
        "\u2019": "'",
        "\u2018": "'",
        "æ": "ae",
        "œ": "oe",
    }
)
NOT_FOLDED = frozenset({"março"})
"""Without its accent the month would be Marco."""

SHORTEST_COMPOUND = 8

Phrases = dict[str, tuple[tuple[str, ...], ...]]
"""Phrases as word tuples under their first word, longest first."""


def fold(word: str) -> str:
    """Without case and accents, so that "JOAQUIN" and "Joaquín" are one name."""
    if word.isascii():
        return word.lower()
    if word.casefold() in NOT_FOLDED:
        return word.casefold()
    decomposed = unicodedata.normalize("NFKD", word.translate(_FOLDED))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


@dataclass(frozen=True, slots=True)
class Lexicon:
    first_names: frozenset[str]
    rare_first_names: frozenset[str]
    last_names: frozenset[str]
    doubtful_first_names: frozenset[str]
    titles: frozenset[str]
    particles: frozenset[str]
    greetings: frozenset[str]
    openers: frozenset[str]
    closings: Phrases
    introductions: Phrases
    mentions: Phrases
    person_roles: frozenset[str]
    never_names: frozenset[str]
    calendar: frozenset[str]
    company_words: frozenset[str]
    company_endings: tuple[str, ...]
    asks: Phrases
    place_words: frozenset[str]
    role_mailboxes: frozenset[str]
    before_small_names: frozenset[str]
    behind_small_names: frozenset[str]
    near_small_names: frozenset[str]

    def is_first(self, word: str) -> bool:
        """On the lists of given names; both parts of "Jean-Pierre" count."""
        return word in self.first_names or word in self.rare_first_names or _parts_known(word, self.first_names)

    def is_common_first(self, word: str) -> bool:
        """A given name of our seven languages that is not also an ordinary word."""
        known = word in self.first_names or _parts_known(word, self.first_names)
        return known and word not in self.doubtful_first_names and word not in self.never_names

    def is_last(self, word: str) -> bool:
        return word in self.last_names or _parts_known(word, self.last_names)

    def is_listed(self, word: str) -> bool:
        return self.is_first(word) or self.is_last(word)

    def ends_like_firm(self, word: str) -> bool:
        """ "Bouwbedrijf", "Fahrzeugbau", "Scierie": put together with a word for a trade, and no given name."""
        return len(word) >= SHORTEST_COMPOUND and word.endswith(self.company_endings) and not self.is_first(word)

    def is_ordinary(self, word: str) -> bool:
        """Never a person by itself."""
        return word in self.never_names or word in self.calendar or word in self.company_words or word in self.greetings


def _parts_known(word: str, names: frozenset[str]) -> bool:
    return "-" in word and all(part in names for part in word.split("-"))


def load_lexicon() -> Lexicon:
    folder = files("app.adapters.redaction")
    lists = tomllib.loads(folder.joinpath("lexicon.toml").read_text(encoding="utf-8"))

    def words(name: str) -> frozenset[str]:
        return frozenset(lists[name].split())

    def names(name: str) -> frozenset[str]:
        return frozenset(folder.joinpath("data", f"{name}.txt").read_text(encoding="utf-8").split())

    return Lexicon(
        first_names=names("first_names") | names("first_names_more"),
        rare_first_names=names("first_names_rare"),
        last_names=names("last_names"),
        closings=_phrases(lists["closings"]),
        introductions=_phrases(lists["introductions"]),
        mentions=_phrases(lists["mentions"]),
        doubtful_first_names=words("doubtful_first_names"),
        titles=words("titles"),
        particles=words("particles"),
        greetings=words("greetings"),
        openers=words("openers"),
        person_roles=words("person_roles"),
        never_names=words("never_names"),
        calendar=words("calendar"),
        company_words=words("company_words"),
        company_endings=tuple(lists["company_endings"].split()),
        asks=_phrases(lists["asks"]),
        place_words=words("place_words"),
        role_mailboxes=words("role_mailboxes"),
        before_small_names=words("before_small_names"),
        behind_small_names=words("behind_small_names"),
        near_small_names=words("near_small_names"),
    )


def _phrases(text: str) -> Phrases:
    found: dict[str, set[tuple[str, ...]]] = {}
    for phrase in text.replace("\n", "|").split("|"):
        words = tuple(phrase.split())
        if words:
            found.setdefault(words[0], set()).add(words)
    return {first: tuple(sorted(all_, key=lambda words: (-len(words), words))) for first, all_ in found.items()}
