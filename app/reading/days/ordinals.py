"""Days of a month in words: "on the twelfth", "am zwanzigsten", "le vingt mars". For folded text."""

from collections.abc import Mapping

_GERMAN_STEMS = (
    "ersten zweiten dritten vierten funften sechsten (?:siebten|siebenten) achten neunten zehnten elften zwolften "
    "dreizehnten vierzehnten funfzehnten sechzehnten siebzehnten achtzehnten neunzehnten zwanzigsten "
    "einundzwanzigsten zweiundzwanzigsten dreiundzwanzigsten vierundzwanzigsten funfundzwanzigsten "
    "sechsundzwanzigsten siebenundzwanzigsten achtundzwanzigsten neunundzwanzigsten dreissigsten einunddreissigsten"
)
_ENGLISH = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty[-_]first twenty[-_]second twenty[-_]third "
    "twenty[-_]fourth twenty[-_]fifth twenty[-_]sixth twenty[-_]seventh twenty[-_]eighth twenty[-_]ninth thirtieth "
    "thirty[-_]first"
)
_FRENCH = (
    "premier deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix[-_]sept "
    "dix[-_]huit dix[-_]neuf vingt vingt(?:[-_]et)?[-_]un vingt[-_]deux vingt[-_]trois vingt[-_]quatre vingt[-_]cinq "
    "vingt[-_]six vingt[-_]sept vingt[-_]huit vingt[-_]neuf trente trente(?:[-_]et)?[-_]un"
)
_SPANISH = (
    "(?:primero|uno) dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis "
    "diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis "
    "veintisiete veintiocho veintinueve treinta treinta_y_uno"
)
_DUTCH = (
    "eerste tweede derde vierde vijfde zesde zevende achtste negende tiende elfde twaalfde dertiende veertiende "
    "vijftiende zestiende zeventiende achttiende negentiende twintigste eenentwintigste tweeentwintigste "
    "drieentwintigste vierentwintigste vijfentwintigste zesentwintigste zevenentwintigste achtentwintigste "
    "negenentwintigste dertigste eenendertigste"
)
_ITALIAN = (
    "primo due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove venti ventuno ventidue ventitre ventiquattro venticinque ventisei ventisette "
    "ventotto ventinove trenta trentuno"
)
_PORTUGUESE = (
    "(?:primeiro|um) dois tres quatro cinco seis sete oito nove dez onze doze treze (?:catorze|quatorze) quinze "
    "(?:dezasseis|dezesseis) (?:dezassete|dezessete) dezoito (?:dezanove|dezenove) vinte vinte_e_um vinte_e_dois "
    "vinte_e_tres vinte_e_quatro vinte_e_cinco vinte_e_seis vinte_e_sete vinte_e_oito vinte_e_nove trinta trinta_e_um"
)


def _patterns(words: str) -> tuple[str, ...]:
    return tuple(word.replace("[-_]", "[- ]").replace("_", " ") for word in words.split())


ORDINALS: Mapping[str, tuple[str, ...]] = {
    "en": _patterns(_ENGLISH),
    "fr": _patterns(_FRENCH),
    "de": tuple(word.replace("ss", "(?:ss|\u00df)") for word in _patterns(_GERMAN_STEMS)),
    "es": _patterns(_SPANISH),
    "nl": _patterns(_DUTCH),
    "it": _patterns(_ITALIAN),
    "pt": _patterns(_PORTUGUESE),
}
"""Patterns for the first to the thirty-first, in order."""

BARE = frozenset({"en", "de", "nl"})
"""Languages whose ordinals say a day without its month: "am zwanzigsten"; elsewhere the words also count."""

PLACES: Mapping[str, tuple[str, ...]] = {
    "en": ("first|1st", "second|2nd", "third|3rd", "fourth|4th", "last"),
    "fr": ("premiere?|1ere?", "deuxieme|seconde?|2e(?:me)?", "troisieme|3e(?:me)?", "quatrieme|4e(?:me)?", "derniere?"),
    "de": ("erste[nmrs]?|1\\.", "zweite[nmrs]?|2\\.", "dritte[nmrs]?|3\\.", "vierte[nmrs]?|4\\.", "letzte[nmrs]?"),
    "es": ("primer[ao]?|1[eo]r", "segund[ao]", "tercer[ao]?", "cuart[ao]", "ultim[ao]"),
    "nl": ("eerste|1e|1ste", "tweede|2e|2de", "derde|3e|3de", "vierde|4e|4de", "laatste"),
    "it": ("prim[ao]", "second[ao]", "terz[ao]", "quart[ao]", "ultim[ao]"),
    "pt": ("primeir[ao]", "segund[ao]", "terceir[ao]", "quart[ao]", "ultim[ao]"),
}
"""Patterns for the first to the fourth of a month, and for the last."""
