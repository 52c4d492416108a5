"""Sums of money in words: "two hundred pounds", "dreitausend Euro"; for folded text.

Without a currency only hundreds and thousands that count nothing: "vijftienhonderd en de rest", not "two hundred
boxes".
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from app.reading.money.numerals import NUMERALS

_HUNDRED, _THOUSAND = 100, 1000
_MOST_WORDS = 8
_LEAST = 10
"""A smaller one is as likely a pound of apples."""

_LEAST_BARE = 100


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
_NOTHING_COUNTED = (
    r"(?=\s*(?:[.,;:!?)]|$)|\s(?:and|et|und|y|e|en|from us|on|by|the|this|next|before|tomorrow|today|tonight|"
    r"le|ce|demain|apres-demain|aujourd'hui|am|bis|morgen|ubermorgen|heute|el|este|hoy|manana|op|uiterlijk|"
    r"overmorgen|vandaag|il|entro|domani|oggi|na|no|ate|amanha|hoje|"
    r"lundi|mardi|mercredi|jeudi|vendredi|maandag|dinsdag|woensdag|donderdag|vrijdag)\b)"
)
_SPELLED = re.compile(
    rf"\b(?P<number>(?:{_WORD})(?:(?:[ -]|\s(?:and|et|y|e|en)\s|und|en|e|i)?(?:{_WORD})){{0,{_MOST_WORDS}}})"
    rf"(?:\s(?P<currency>{'|'.join(sorted(_CURRENCIES, key=len, reverse=True))})\b|\b{_NOTHING_COUNTED})"
)
_JOINTS = ("and", "et", "y", "e", "en", "und", "i")


def find_spelled(folded: str) -> Iterator[tuple[int, int, Decimal, str | None]]:
    """Start, end, value and currency (None where none is named) of every sum in words."""
    for match in _SPELLED.finditer(folded):
        value = _value(match["number"])
        currency = _CURRENCIES.get(match["currency"] or "")
        is_sum = len(_parts(match["number"]) or ()) > 1 and value >= _LEAST_BARE and value % _HUNDRED == 0
        if value >= _LEAST if currency else is_sum:
            yield match.start(), match.end(), Decimal(value), currency


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
