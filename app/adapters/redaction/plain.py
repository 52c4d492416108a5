"""A text as its numbers are read: whatever gaps, hyphens and digits it is written with, they are a keyboard's own here.

Mail programs, PDF and people who hide something write thin spaces, hyphens that do not break, full-width or circled
digits, and signs without ink inside a number. To every recogniser they would be another text.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

_HYPHENS = frozenset("\u2010\u2011\u2012\u2013\u2212\u2043\ufe63\uff0d")


@dataclass(frozen=True, slots=True)
class PlainText:
    """`places`: where each character stands in the text that it was made of."""

    text: str = field(repr=False)
    places: Sequence[int] = field(repr=False)

    @staticmethod
    def of(text: str) -> "PlainText":
        if text.isascii():
            return PlainText(text, range(len(text)))
        plain = {char: _plain(char) for char in set(text)}
        kept = [(plain[char], place) for place, char in enumerate(text) if plain[char]]
        return PlainText("".join(char for char, _ in kept), [place for _, place in kept])

    def whole_origin(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original, with what was left out behind its last character; for `bare` texts."""
        return self.places[start], self.places[end]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original that a range of this text, which is not empty, was made of."""
        return self.places[start], self.places[end - 1] + 1


def _plain(char: str) -> str:
    """One character, or none; a sign that is set higher (a footnote's number, º) is another one than its digit."""
    if char.isascii():
        return char
    category = unicodedata.category(char)
    if category in {"Zs", "Cf"}:
        return " " if category == "Zs" else ""
    if char in _HYPHENS:
        return "-"
    if unicodedata.decomposition(char).startswith("<super>"):
        return char
    digit = unicodedata.digit(char, None)
    flat = unicodedata.normalize("NFKC", char) if digit is None else str(digit)
    return flat if len(flat) == 1 and flat.isascii() else char


_INLINE = re.compile(
    r"</?(?:b|i|u|s|em|strong|span|font|small|big|sub|sup|mark|wbr|tt|code)[^\S\n]{0,4}/?>", re.IGNORECASE
)
"""Marks that part no words. One with attributes stays: what they say is to be read too."""
_ENTITY = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|[a-zA-Z]{2,8});|%[2-7][0-9A-F]|<br[^\S\n]{0,4}/?>")
_DRESSED = re.compile(r"[<&%\xad]|[^\x00-\u02ff\u1e00-\u200a\u2010-\u2027\u202f-\u205f\u2070-\u20cf\u2100-\u2bff]")
"""What a text must have for it to be another one when bare: marks, or signs beyond Latin letters and punctuation."""
_TOKEN = re.compile(r"\w+")
_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТУХавеѕіјкмнорстухԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧον",
    "ABESIJKMHOPCTYXaBesijkmHopcTyxdqwABEZHIKMNOPTYXov",
)
"""Letters of other scripts that look like ours."""


def bare(text: str) -> PlainText:
    """A text as its words are read: without signs that have no ink and marks within words, accents on their letters,
    entities as what they stand for, and no foreign letters posing as ours."""
    if _DRESSED.search(text) is None:
        return PlainText(text, range(len(text) + 1))
    kept: list[str] = []
    places: list[int] = []
    skipped = {match.start(): match.end() for match in _INLINE.finditer(text)}
    meant = {match.start(): (match.end(), _meaning(match.group())) for match in _ENTITY.finditer(text)}
    at = 0
    while at < len(text):
        end, char = meant.get(at, (at + 1, text[at]))
        if at in skipped:
            at = skipped[at]
            continue
        category = unicodedata.category(char)
        if category == "Mn" and kept:
            kept[-1] = _composed(kept[-1], char)
        elif category != "Cf":
            kept.append(char)
            places.append(at)
        at = end
    places.append(len(text))
    return PlainText(_TOKEN.sub(_without_posers, "".join(kept)), places)


def _meaning(written: str) -> str:
    if written[0] == "<":
        return "\n"
    meant = chr(int(written[1:], 16)) if written[0] == "%" else html.unescape(written)
    return meant if len(meant) == 1 else written[0]


def _composed(letter: str, accent: str) -> str:
    both = unicodedata.normalize("NFC", letter + accent)
    return both if len(both) == 1 else letter


def _without_posers(token: re.Match[str]) -> str:
    word = token.group()
    return word.translate(_ALIKE) if not word.isascii() and any(c.isascii() and c.isalpha() for c in word) else word
