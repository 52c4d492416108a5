"""Sums of money in words, before the name of a currency: "two hundred pounds", "dreitausend Euro". For folded text."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from app.reading.money.numerals import NUMERALS

_HUNDRED, _THOUSAND = 100, 1000
_MOST_WORDS = 8
_LEAST = 10
"""A smaller one is as likely a pound of apples."""


def _hundreds(from_two: str) -> dict[str, int]:
    return {word: _HUNDRED * number for number, word in enumerate(from_two.split(), 2)}


_WORDS: Mapping[str, int] = {
    **{word: number for numerals in NUMERALS.values() for word, number in numerals.items()},
    **_hundreds("doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"),
    **_hundreds("duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos"),
    **dict.fromkeys(
        ("hundred", "cents", "cent", "hundert", "cien", "ciento", "cientos", "honderd", "cento", "cem"), _HUNDRED
    ),
    **dict.fromkeys(("thousand", "grand", "mille", "tausend", "mil", "duizend", "mila"), _THOUSAND),
}
_CURRENCIES: Mapping[str, str] = {
    **dict.fromkeys(("euro", "euros"), "EUR"),
    **dict.fromkeys(("pound", "pounds", "quid", "sterling", "pfund", "livres", "libras", "sterline"), "GBP"),
    **dict.fromkeys(("dollar", "dollars", "dolares", "dollari"), "USD"),
    **dict.fromkeys(("franken", "francs", "francos", "franchi", "frank"), "CHF"),
}
_BY_LENGTH = sorted(_WORDS, key=len, reverse=True)
_WORD = "|".join(_BY_LENGTH)
_SPELLED = re.compile(
    rf"\b(?P<number>(?:{_WORD})(?:(?:[ -]|\s(?:and|et|y|e|en)\s|und|en|e|i)?(?:{_WORD})){{0,{_MOST_WORDS}}})"
    rf"\s(?P<currency>{'|'.join(sorted(_CURRENCIES, key=len, reverse=True))})\b"
)
_JOINTS = ("and", "et", "y", "e", "en", "und", "i")


def find_spelled(folded: str) -> Iterator[tuple[int, int, Decimal, str]]:
    """Start, end, value and currency of every sum in words."""
    for match in _SPELLED.finditer(folded):
        value = _value(match["number"])
        if value >= _LEAST:
            yield match.start(), match.end(), Decimal(value), _CURRENCIES[match["currency"]]


def _value(words: str) -> int:
    thousands = rest = 0
    for part in _parts(words) or []:
        number = _WORDS[part]
        if number == _THOUSAND:
            thousands, rest = thousands + max(rest, 1) * _THOUSAND, 0
        elif number == _HUNDRED:
            rest = max(rest, 1) * _HUNDRED
        else:
            rest += number
    return thousands + rest


def _parts(words: str) -> list[str] | None:
    """The number words that make up the whole: "trecento" is "tre" and "cento", not "trece" and something."""
    words = words.lstrip(" -")
    if not words:
        return []
    for word in _BY_LENGTH:
        if words.startswith(word) and (after := _parts(words[len(word) :])) is not None:
            return [word, *after]
    joint = next((joint for joint in _JOINTS if words.startswith(joint)), None)
    return _parts(words[len(joint) :]) if joint else None
