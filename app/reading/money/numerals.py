"""Numbers in words, in seven languages: those that others are made of. For folded text."""

from collections.abc import Mapping


def _numerals(from_one: str, tens: str) -> dict[str, int]:
    """One after the other from one on, and from twenty on in tens."""
    return {word: number for number, word in enumerate(from_one.split(), 1)} | {
        word: 10 * number for number, word in enumerate(tens.split(), 2)
    }


NUMERALS: Mapping[str, Mapping[str, int]] = {
    "en": _numerals(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen",
        "twenty thirty forty fifty sixty seventy eighty ninety",
    ),
    "fr": _numerals(
        "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
        "vingt trente quarante cinquante soixante septante quatre-vingts nonante",
    )
    | {"quatre-vingt": 80},
    "de": _numerals(
        "ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn "
        "achtzehn neunzehn",
        "zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig",
    ),
    "es": _numerals(
        "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete "
        "dieciocho diecinueve",
        "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    ),
    "nl": _numerals(
        "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien "
        "achttien negentien",
        "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
    ),
    "it": _numerals(
        "uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
        "diciassette diciotto diciannove",
        "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    ),
    "pt": _numerals(
        "um dois tres quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezasseis dezassete dezoito "
        "dezanove",
        "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    ),
}


def to_ten(language: str, *more: int) -> dict[str, int]:
    """What is counted with every day: one to ten, and some more."""
    return {word: number for word, number in NUMERALS[language].items() if number in {*range(1, 11), *more}}


def in_words(*numbers: int) -> tuple[str, ...]:
    """These numbers in every language, each word once."""
    words = (word for numerals in NUMERALS.values() for word, number in numerals.items() if number in numbers)
    return tuple(dict.fromkeys(words))
