"""Which placeholder stands for which value, within one conversation."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.adapters.redaction.finds import Find
from app.adapters.redaction.lexicon import Lexicon, fold
from app.adapters.redaction.words import words_of
from app.domain.text import PLACEHOLDER, RedactedText, Segment, Span

TYPES = (
    "PERSON|PHONE_NUMBER|EMAIL_ADDRESS|IBAN_CODE|BIC|CREDIT_CARD|LOCATION|VAT_ID|COMPANY_ID|NIR|ES_NIF|DE_TAX_ID|NL_BSN"
    "|IT_FISCAL_CODE|PT_NIF|UK_NINO|BANK_ACCOUNT|NATIONAL_ID|ID_DOCUMENT|BIRTH_DATE|TEXT"
)
FORGED = re.compile(
    rf"⟨[A-Za-z_]{{1,40}}\d{{0,9}}⟩|[⟨⟩]|[\[({{<〈《\u2039«❬⟪]?(?<![A-Za-z_])(?:{TYPES})_\d{{1,9}}(?!\w)[\])}}>〉》\u203a»❭⟫]?",
    re.IGNORECASE,
)
"""What a writer might type to have a hidden value put into an answer: masked itself, as TEXT."""


MANY = 50


def forged(text: str) -> list[Find]:
    return [Find("TEXT", match.start(), match.end(), 2.0) for match in FORGED.finditer(text)]


@dataclass(slots=True, eq=False)
class _Person:
    """One person of the conversation: the fullest name met, and the placeholder once one is given out."""

    fullest: tuple[str, ...]
    placeholder: str = ""


class Placeholders:
    """Numbers values by type, continuing after the vault; one value, or one person, has one placeholder."""

    def __init__(self, lexicon: Lexicon, vault: Mapping[str, str]) -> None:
        self.lexicon = lexicon
        self.vault = dict(vault)
        self._numbers: dict[str, int] = {}
        self._by_value: dict[tuple[str, str], str] = {}
        self._by_name: dict[tuple[str, ...], _Person] = {}
        self._by_word: dict[str, list[_Person]] = {}
        for placeholder, value in vault.items():
            if not PLACEHOLDER.fullmatch(placeholder):
                continue
            kind, _, number = placeholder[1:-1].rpartition("_")
            self._numbers[kind] = max(self._numbers.get(kind, 0), int(number))
            if kind == "PERSON":
                self._remember(_Person(self._key(value), placeholder), self._key(value))
            else:
                self._by_value.setdefault((kind, normal(kind, value)), placeholder)

    def expect(self, names: Sequence[str]) -> None:
        """Learn people, the fullest names first, so that "Beth" later means Beth Lawson."""
        for key in sorted({self._key(name) for name in names}, key=lambda key: (-len(key), key)):
            if key:
                self._person(key)

    def of(self, kind: str, value: str) -> str:
        if kind == "PERSON":
            person = self._person(self._key(value))
            if not person.placeholder:
                person.placeholder = self._next(kind, value)
            return person.placeholder
        known = (kind, normal(kind, value))
        if known not in self._by_value:
            self._by_value[known] = self._next(kind, value)
        return self._by_value[known]

    def _next(self, kind: str, value: str) -> str:
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        placeholder = f"⟨{kind}_{self._numbers[kind]}⟩"
        self.vault[placeholder] = value
        return placeholder

    def _key(self, name: str) -> tuple[str, ...]:
        words = tuple(word.folded for word in words_of(name))
        return (
            tuple(word for word in words if word not in self.lexicon.titles or len(word) == 1) or words or (fold(name),)
        )

    def _person(self, key: tuple[str, ...]) -> _Person:
        known = self._by_name.get(key)
        if known is not None:
            return known
        alike = self._alike(key)
        person = alike[0] if len(alike) == 1 else _Person(key)
        person.fullest = max(person.fullest, key, key=lambda k: (sum(len(word) > 1 for word in k), len(k)))
        self._remember(person, key)
        return person

    def _alike(self, key: tuple[str, ...]) -> list[_Person]:
        """Who may be meant. Of very many with one word in common, nobody: the search has to end."""
        sharing = {id(p): p for word in key if len(word) > 1 for p in self._by_word.get(word, ())[:MANY]}
        return [person for person in sharing.values() if _may_be_one(key, person.fullest)]

    def _remember(self, person: _Person, key: tuple[str, ...]) -> None:
        self._by_name[key] = person
        for word in key:
            sharing = self._by_word.setdefault(word, [])
            if len(sharing) < MANY and person not in sharing:
                sharing.append(person)


def _may_be_one(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """The shorter name is part of the longer, initials standing for words; one whole word must be shared."""
    short, long = sorted((one, other), key=len)
    rest = list(long)
    shared = False
    for word in short:
        match = next((w for w in rest if w == word), None) or next(
            (w for w in rest if 1 in {len(w), len(word)} and w[0] == word[0]), None
        )
        if match is None:
            return False
        shared = shared or (match == word and len(word) > 1)
        rest.remove(match)
    return shared


def normal(kind: str, value: str) -> str:
    """Two spellings of one value are one value."""
    if kind == "TEXT":
        return value
    if kind == "PHONE_NUMBER":
        return "".join(c for c in value if c.isdigit() or c == "+")
    return (
        "".join(c for c in fold(value) if c.isalnum() or c in "@.+_-")
        if kind == "EMAIL_ADDRESS"
        else "".join(c for c in fold(value) if c.isalnum())
    )


def masked(text: str, finds: Sequence[Find], placeholders: Placeholders) -> RedactedText:
    """The text with every find replaced, and the map back. Finds are in order and do not overlap."""
    pieces: list[str] = []
    segments: list[Segment] = []
    here = at = 0

    def put(piece: str, end: int, kind: str | None) -> None:
        nonlocal here, at
        if piece:
            segments.append(Segment(Span(here, here + len(piece)), Span(at, end), kind))
            pieces.append(piece)
        here, at = here + len(piece), end

    for find in finds:
        put(text[at : find.start], find.start, None)
        put(placeholders.of(find.type, text[find.start : find.end]), find.end, find.type)
    put(text[at:], len(text), None)
    return RedactedText("".join(pieces), tuple(segments))
