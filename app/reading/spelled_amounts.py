"""Sums of money in words, before the name of a currency: "two hundred pounds", "dreitausend Euro". For folded text."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

_HUNDRED, _THOUSAND = 100, 1000
_MOST_WORDS = 8
_LEAST = 10
"""A smaller one is as likely a pound of apples."""


def _numbered(words: str, values: tuple[int, ...]) -> dict[str, int]:
    return dict(zip(words.split(), values, strict=True))


_UNITS = tuple(range(1, 10))
_TEENS = tuple(range(10, 20))
_TENS = tuple(range(20, 100, 10))
_WORDS: Mapping[str, int] = {
    **_numbered("one two three four five six seven eight nine", _UNITS),
    **_numbered(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
        _TEENS,
    ),
    **_numbered("twenty thirty forty fifty sixty seventy eighty ninety", _TENS),
    **_numbered("un deux trois quatre cinq six sept huit neuf", _UNITS),
    **_numbered("dix onze douze treize quatorze quinze seize", tuple(range(10, 17))),
    **_numbered("vingt trente quarante cinquante soixante septante quatre-vingts quatre-vingt nonante",
                (20, 30, 40, 50, 60, 70, 80, 80, 90)),
    **_numbered("ein zwei drei vier funf sechs sieben acht neun", _UNITS),
    **_numbered("zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn", _TEENS),
    **_numbered("zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig", _TENS),
    **_numbered("uno dos tres cuatro cinco seis siete ocho nueve", _UNITS),
    **_numbered("diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve", _TEENS),
    **_numbered("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa", _TENS),
    **_numbered("doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos",
                tuple(range(200, 1000, 100))),
    **_numbered("een twee drie vier vijf zes zeven acht negen", _UNITS),
    **_numbered("tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien", _TEENS),
    **_numbered("twintig dertig veertig vijftig zestig zeventig tachtig negentig", _TENS),
    **_numbered("uno due tre quattro cinque sei sette otto nove", _UNITS),
    **_numbered("dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove", _TEENS),
    **_numbered("venti trenta quaranta cinquanta sessanta settanta ottanta novanta", _TENS),
    **_numbered("um dois tres quatro cinco seis sete oito nove", _UNITS),
    **_numbered("dez onze doze treze catorze quinze dezasseis dezassete dezoito dezanove", _TEENS),
    **_numbered("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa", _TENS),
    **_numbered("duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos",
                tuple(range(200, 1000, 100))),
    **dict.fromkeys(("hundred", "cents", "cent",
                     "hundert", "cien", "ciento", "cientos", "honderd", "cento", "cem"), _HUNDRED),
    **dict.fromkeys(("thousand", "grand", "mille", "tausend", "mil", "duizend", "mila"), _THOUSAND),
}  # fmt: skip
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
