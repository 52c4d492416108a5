"""A text as its numbers are read: whatever gaps, hyphens and digits it is written with, they are a keyboard's own here.

Mail programs, PDF and people who hide something write thin spaces, hyphens that do not break, full-width or circled
digits, and signs without ink inside a number. To every recogniser they would be another text.
"""

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
