"""How to greet the writer: by name where a person writes, by first name only where the writer does so with us.

    "Holm, Lars", who writes "Hi Ines"          first name   Dear Lars,          Bonjour Lars,      Guten Tag Lars Holm,
    "Holm, Lars", who writes "Dear Ms Halvard"  full name    Dear Lars Holm,     Bonjour,           Guten Tag Lars Holm,
    "Frau Lena Holm", also in the signature     title        Dear Ms Holm,       Bonjour Madame Holm, …  Frau Holm,
    "Lars", who signs so and greets so          first name   Dear Lars,          Bonjour Lars,      Hallo Lars,
    "Accounts Payable", "Holm Ltd", ""          nobody       Dear Sir or Madam,  Madame, Monsieur,  Guten Tag,

Whether somebody is Mr or Ms cannot be known from a name: it is never guessed, only taken from the writer.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from app.reading.spans import fold

ALWAYS_IN_FULL = frozenset({"de"})
"""Languages whose business letters keep to full names, however the writer signs."""

_FILE = Path(__file__).with_name("addressing.toml")
TITLES: Mapping[str, Mapping[str, str]] = {
    "en": {"f": "Ms", "m": "Mr", "mrs": "Mrs", "miss": "Miss", "dott": "Dr", "dottssa": "Dr"},
    "fr": {"f": "Madame", "m": "Monsieur", "maitre": "Maître"},
    "de": {"f": "Frau", "m": "Herr"},
    "es": {"f": "Sra.", "m": "Sr."},
    "nl": {"f": "mevrouw", "m": "heer"},
    "it": {"f": "Signora", "m": "Signor", "dott": "Dott.", "dottssa": "Dott.ssa", "avv": "Avv."},
    "pt": {"f": "Sra.", "m": "Sr.", "eng": "Eng."},
}
"""How each language calls somebody who has told their title; what it has no word for is not said."""

_WHOLE = frozenset({"es", "pt"})
"""Languages that say the whole name after a title: which of two surnames one goes by cannot be told."""

_SIGNED = 8
"""So many lines at the end of a mail are looked at for a title before the name."""

_BESIDE = re.compile(
    r"\([^)\n]{0,120}\)|\[[^\]\n]{0,120}\]|\s[|/\u2013\u2014-]\s(?s:.*)|\bvia\b(?s:.*)|[\"\u201c\u201d\u201e<>]",
    re.IGNORECASE,
)
_STOP = re.compile(r"[.!:;,](?:\s|$)")
_TOKEN = re.compile(r"[^\s.,]+\.?")
_NAME = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*\.?")
_MOST, _FEWEST = 5, 2
_SHORT = 3
_LONGEST_LINE = 60


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person to greet. `first` is empty where only an initial is known; `title` is their own word, folded."""

    full: str = field(repr=False)
    first: str = field(repr=False, default="")
    title: str = ""

    def titled(self, language: str) -> str:
        """ "Frau Holm", "Sr. Juan Pérez García"; empty where no title is known, or the language has no word for it."""
        words = TITLES.get(language, {})
        kind = next((kind for kind, own in _genders().items() if self.title in own), "")
        title = words.get(self.title) or words.get(kind, "")
        return f"{title} {self.full if language in _WHOLE else self._surname()}" if title else ""

    def _surname(self) -> str:
        """With the particles before it: "van der Meer"; and with a degree: "Dr. Holm"."""
        names = self.full.split()
        degrees = [name for name in names if _plain(name) in _words()["degrees"]]
        names = names[len(degrees) :]
        start = next((at for at, name in enumerate(names) if at and _is_particle(name)), len(names) - 1)
        return " ".join([*degrees, *names[start:]])


def addressee_of(display_name: str, company: str = "", language: str = "") -> Addressee | None:
    """The person whom a display name shows; None for companies, departments, machines and anything odd.

    `company` is the customer's name: a sender called that is not a person. "M." is a title in French alone.
    """
    if "@" in display_name:
        return None
    shown = " ".join(_BESIDE.sub(" ", display_name).split()).strip(" ,;'")
    last, comma, first = shown.partition(",")
    tokens = _from_the_title_on(_TOKEN.findall(_joined(f"{first} {last}" if comma else shown)))
    degrees = [token for token in tokens if _plain(token) in _words()["degrees"]]
    names = [token for token in tokens if _plain(token) not in _words()["titles"] | _words()["degrees"]]
    title = "monsieur" if language == "fr" and tokens[:1] == ["M."] else next(filter(None, map(_title, tokens)), "")
    fewest = 1 if degrees or title else _FEWEST
    if not _is_a_persons(names, fewest) or _is_the_companys(names, company):
        return None
    if not comma:
        names = _surname_last(names)
    names = [_spelt(name) for name in names]
    has_first = len(names) > 1 and not names[0].endswith(".") and len(names[0]) > 1
    return Addressee(" ".join([*degrees, *names]), names[0] if has_first else "", title)


def who_signs(display_name: str, text: str, company: str = "") -> Addressee | None:
    """A writer who shows one name and signs with nothing else. Where the name is part of the company's, they must
    also greet us by ours: no company does that."""
    name = " ".join(_BESIDE.sub(" ", display_name).split())
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not (lines and name.isalpha() and name[0].isupper()) or fold(name) in _words()["offices"] | _words()["nobody"]:
        return None
    is_a_person = fold(name) not in re.findall(r"\w+", fold(company)) or _greets_by_first_name(lines[0])
    return Addressee(name, name) if is_a_person and _signs_as(lines[-1], name) else None


def with_signed_title(addressee: Addressee, text: str) -> Addressee:
    """With the title that stands before the name at the end of the mail: "Mme Odile Auber", "Mrs J. Cole"."""
    surname = fold(addressee.full.split()[-1])
    for line in [line.strip() for line in text.splitlines() if line.strip()][-_SIGNED:]:
        first, *rest = _TOKEN.findall(_joined(line)) or [""]
        title = _title(first)
        if title and 0 < len(rest) <= _MOST and any(_plain(token) == surname for token in rest):
            return replace(addressee, title=title)
    return addressee


def _joined(shown: str) -> str:
    """Titles that are written with a sign within: Dott.ssa, Sig.ra, Eng.º."""
    return re.sub(r"\b(Dott|Sig|Avv|Prof)\.(ssa|ra)\b", r"\1\2", shown, flags=re.IGNORECASE).replace(".º", ".")


def _from_the_title_on(tokens: list[str]) -> list[str]:
    """What stands before a title is an office: "Insolvenzverwaltung Dr. Rohde". A degree may also follow the name."""
    marks = _words()["titles"] | _words()["degrees"]
    places = [at for at, token in enumerate(tokens[:-1]) if _plain(token) in marks]
    return tokens[places[0] :] if places else tokens


def _title(token: str) -> str:
    plain = _plain(token)
    return plain if plain in _words()["callings"].union(*_genders().values()) else ""


def _genders() -> Mapping[str, frozenset[str]]:
    return {"f": _words()["women"], "m": _words()["men"]}


def _signs_as(line: str, name: str) -> bool:
    """ "Bas", "LG Bas", "Groetjes, Bas": the name last, and little before it."""
    words = re.findall(r"\w+", fold(line))
    return bool(words) and len(words) <= _SHORT and words[-1] == fold(name)


def is_on_first_name_terms(text: str, addressee: Addressee) -> bool:
    """Whether the writer greets by a first name, or signs with nothing else."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or not addressee.first:
        return False
    return _greets_by_first_name(lines[0]) or _signs_as(lines[-1], addressee.first)


def _greets_by_first_name(line: str) -> bool:
    """ "Hi Ines, …", "Buenos días, Salla:", "Salla, buenos días. …" """
    pieces = [piece.strip() for piece in _STOP.split(line[:_LONGEST_LINE]) if piece.strip()]
    for part in filter(None, (pieces[0] if pieces else "", " ".join(pieces[:2]))):
        folded = " ".join(re.sub(r"[^\w' -]", " ", fold(part)).split())
        for greeting in sorted(_words()["greetings"], key=len, reverse=True):
            rest = _without(folded, greeting)
            if rest is not None and _is_a_first_name(rest, part):
                return True
    return False


def _without(folded: str, greeting: str) -> str | None:
    """What is left of "hi ines" or "salla buenos dias" without the greeting; None when it is not there."""
    if folded.startswith(f"{greeting} "):
        return folded[len(greeting) + 1 :]
    if folded.endswith(f" {greeting}"):
        return folded[: -len(greeting) - 1]
    return None


def _is_a_first_name(rest: str, original: str) -> bool:
    if " " in rest or rest in _words()["nobody"] | _words()["titles"] | _words()["greetings"] or not rest.isalpha():
        return False
    place = fold(original).find(rest)
    return original[place : place + 1].isupper()


def _is_a_persons(names: list[str], fewest: int) -> bool:
    if not fewest <= len(names) <= _MOST or not all(_NAME.fullmatch(name) for name in names):
        return False
    plain = [_plain(name) for name in names]
    large = [name for name in names if not _is_particle(name)]
    is_written_so = all(name[0].isupper() for name in large) or all(name.islower() for name in names)
    return is_written_so and len(large) >= fewest and not _words()["offices"] & set(plain)


def _is_the_companys(names: list[str], company: str) -> bool:
    """A person's name may be part of their company's ("Hanno Jansen Tischlerei"), but is not all the rest of it."""
    words = {word for word in re.findall(r"\w+", fold(company)) if word not in _words()["offices"]}
    own = {_plain(name) for name in names}
    return bool(words) and own == words


def _surname_last(names: list[str]) -> list[str]:
    """ "HOLM Lars" is Lars Holm: a surname that stands first is written large."""
    is_large = [len(name.rstrip(".")) > 1 and name.isupper() for name in names]
    if is_large[0] and not any(is_large[1:]):
        return [*names[1:], names[0]]
    return names


def _spelt(name: str) -> str:
    """VANE and vane are Vane; McKay, O'Neil and initials stay."""
    if _is_particle(name):
        return name.lower() if name.isupper() else name
    if not (name.isupper() or name.islower()) or len(name.rstrip(".")) == 1:
        return name
    return "".join(piece.capitalize() for piece in re.split(r"(['\u2019-])", name.lower()))


def _is_particle(name: str) -> bool:
    return not name.endswith(".") and fold(name) in _words()["particles"]


def _plain(token: str) -> str:
    return fold(token).rstrip(".")


@cache
def _words() -> Mapping[str, frozenset[str]]:
    lists: dict[str, list[str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {name: frozenset(words) for name, words in lists.items()}
