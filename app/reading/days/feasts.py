# ruff: noqa: E501
"""Feast days by which people name a day: "the Tuesday after Easter", "le lendemain de l'Assomption". For folded text.

A feast that moves is counted from Easter Sunday, one that does not has its day and month.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.reading.days.calendar_days import day_or_none


@dataclass(frozen=True, slots=True)
class Feast:
    """`from_easter` counts days; where it is None, the feast is on `day` of `month` each year."""

    month: int = 0
    day: int = 0
    from_easter: int | None = None

    def of_year(self, year: int) -> date | None:
        if self.from_easter is None:
            return day_or_none(year, self.month, self.day)
        return easter(year) + timedelta(days=self.from_easter)

    def coming(self, today: date) -> date | None:
        """The next one, today included."""
        days = (self.of_year(year) for year in (today.year, today.year + 1))
        return next((day for day in days if day is not None and day >= today), None)


def easter(year: int) -> date:
    """Easter Sunday of the western churches, by the anonymous Gregorian rule (Meeus, Astronomical Algorithms, ch. 8)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


_CHRISTMAS, _BOXING_DAY, _NEW_YEAR, _EVE = Feast(12, 25), Feast(12, 26), Feast(1, 1), Feast(12, 31)
_EPIPHANY, _MAY_DAY, _ASSUMPTION, _ALL_SAINTS = Feast(1, 6), Feast(5, 1), Feast(8, 15), Feast(11, 1)
_GOOD_FRIDAY, _EASTER, _EASTER_MONDAY = Feast(from_easter=-2), Feast(from_easter=0), Feast(from_easter=1)
_MAUNDY, _ASCENSION, _WHIT, _WHIT_MONDAY = (Feast(from_easter=days) for days in (-3, 39, 49, 50))
_CORPUS_CHRISTI, _ASH_WEDNESDAY, _SHROVE = (Feast(from_easter=days) for days in (60, -46, -47))
_MIDSUMMER, _MARTINMAS, _IMMACULATE = Feast(6, 24), Feast(11, 11), Feast(12, 8)

FEASTS: Mapping[str, Mapping[str, Feast]] = {
    "en": {
        "easter monday": _EASTER_MONDAY, "easter(?: sunday)?(?: weekend)?": _EASTER, "good friday": _GOOD_FRIDAY,
        "maundy thursday": _MAUNDY, "ascension(?: day)?": _ASCENSION, "(?:whit|pentecost) monday": _WHIT_MONDAY,
        "whitsun|pentecost|whit sunday": _WHIT, "corpus christi": _CORPUS_CHRISTI, "ash wednesday": _ASH_WEDNESDAY,
        "boxing day": _BOXING_DAY, "(?:st\\.? )?stephen's day": _BOXING_DAY, "christmas eve": Feast(12, 24),
        "(?:christmas|xmas)(?: day)?": _CHRISTMAS, "new year's eve": _EVE, "new year(?:'s(?: day)?)?": _NEW_YEAR,
        "epiphany": _EPIPHANY, "(?:st\\.? |saint )patrick's day": Feast(3, 17), "may day": _MAY_DAY, "assumption(?: day)?": _ASSUMPTION,
        "independence day": Feast(7, 4), "all saints'?(?: day)?": _ALL_SAINTS,
        "michaelmas": Feast(9, 29), "candlemas": Feast(2, 2), "martinmas": _MARTINMAS,
    },
    "fr": {
        "lundi de paques": _EASTER_MONDAY, "(?:dimanche de )?paques": _EASTER, "vendredi saint": _GOOD_FRIDAY,
        "(?:jeudi de l')?ascension": _ASCENSION, "lundi de (?:la )?pentecote": _WHIT_MONDAY, "(?:dimanche de (?:la )?)?pentecote": _WHIT,
        "fete[- ]dieu": _CORPUS_CHRISTI, "mardi gras": _SHROVE, "assomption": _ASSUMPTION, "toussaint": _ALL_SAINTS,
        "armistice": _MARTINMAS, "fete nationale(?! suisse)": Feast(7, 14), "fete du travail": _MAY_DAY,
        "(?:jour de )?noel": _CHRISTMAS, "jour de l'an|nouvel an": _NEW_YEAR, "saint[- ]sylvestre": _EVE,
        "epiphanie": _EPIPHANY, "saint[- ]jean": _MIDSUMMER, "saint[- ]michel": Feast(9, 29),
    },
    "de": {
        "ostermontag": _EASTER_MONDAY, "(?:ostersonntag|ostern)": _EASTER, "karfreitag": _GOOD_FRIDAY, "grundonnerstag": _MAUNDY,
        "(?:christi )?himmelfahrt(?:stag)?": _ASCENSION, "pfingstmontag": _WHIT_MONDAY, "pfingst(?:en|sonntag)": _WHIT, "fronleichnam": _CORPUS_CHRISTI,
        "aschermittwoch": _ASH_WEDNESDAY, "rosenmontag": Feast(from_easter=-48), "faschingsdienstag": _SHROVE,
        "maria himmelfahrt": _ASSUMPTION, "(?:tag der deutschen einheit)": Feast(10, 3), "reformationstag": Feast(10, 31), "allerheiligen": _ALL_SAINTS,
        "(?:tag der arbeit|maifeiertag)": _MAY_DAY, "nationalfeiertag": Feast(10, 26), "bundesfeier(?:tag)?": Feast(8, 1), "(?:heilige[nr]? drei konige?n?|dreikonig(?:stag|en)?)": _EPIPHANY,
        "(?:maria empfangnis)": _IMMACULATE, "heilig(?:abend|en abend)": Feast(12, 24), "(?:zweite[rnm]? weihnachts(?:feier)?tag|stephanstag|stefanitag)": _BOXING_DAY,
        "(?:erste[rnm]? weihnachts(?:feier)?tag|weihnachten|christtag)": _CHRISTMAS, "silvester": _EVE, "neujahr(?:stag)?": _NEW_YEAR, "martini": _MARTINMAS,
        "johanni": _MIDSUMMER, "nikolaus": Feast(12, 6),
    },
    "es": {
        "lunes de pascua": _EASTER_MONDAY, "(?:domingo de )?(?:pascua|resurreccion)|pascuas": _EASTER, "viernes santo": _GOOD_FRIDAY, "jueves santo": _MAUNDY,
        "semana santa": _EASTER, "(?:dia de la )?ascension": _ASCENSION, "corpus(?: christi)?": _CORPUS_CHRISTI, "miercoles de ceniza": _ASH_WEDNESDAY,
        "(?:(?:fiesta|virgen) de la )?asuncion|virgen de agosto": _ASSUMPTION, "todos los santos": _ALL_SAINTS,
        "(?:dia de la )?hispanidad|el pilar": Feast(10, 12), "dia de la constitucion": Feast(12, 6), "inmaculada": _IMMACULATE,
        "(?:primero de mayo|dia del trabajo|dia del trabajador)": _MAY_DAY, "nochebuena": Feast(12, 24), "navidad(?:es)?": _CHRISTMAS,
        "nochevieja": _EVE, "ano nuevo": _NEW_YEAR, "(?:dia de )?reyes(?: magos)?": _EPIPHANY, "dia de san jose": Feast(3, 19),
        "san juan": _MIDSUMMER, "dia de santiago": Feast(7, 25),
    },
    "nl": {
        "(?:tweede|2e) paasdag|paasmaandag": _EASTER_MONDAY, "pasen|paaszondag|(?:eerste|1e) paasdag": _EASTER, "goede vrijdag": _GOOD_FRIDAY, "witte donderdag": _MAUNDY,
        "hemelvaart(?:sdag)?": _ASCENSION, "(?:tweede|2e) pinksterdag|pinkstermaandag": _WHIT_MONDAY, "pinksteren|(?:eerste|1e) pinksterdag": _WHIT,
        "(?:onze[- ]lieve[- ]vrouw|o\\.?l\\.?v\\.?)[- ](?:hemelvaart|ten[- ]hemelopneming)": _ASSUMPTION, "allerheiligen": _ALL_SAINTS, "wapenstilstand": _MARTINMAS,
        "koningsdag": Feast(4, 27), "bevrijdingsdag": Feast(5, 5), "dag van de arbeid": _MAY_DAY, "sinterklaas": Feast(12, 5),
        "(?:tweede|2e) kerstdag": _BOXING_DAY, "kerst(?:mis|dag)?|(?:eerste|1e) kerstdag": _CHRISTMAS, "oud(?:ejaarsdag|jaar| en nieuw)": _EVE, "nieuwjaar(?:sdag)?": _NEW_YEAR,
        "driekoningen": _EPIPHANY, "nationale feestdag": Feast(7, 21),
    },
    "it": {
        "pasquetta|lunedi dell'angelo|lunedi di pasqua": _EASTER_MONDAY, "(?:domenica di )?pasqua": _EASTER, "venerdi santo": _GOOD_FRIDAY, "giovedi santo": _MAUNDY,
        "ascensione": _ASCENSION, "lunedi di pentecoste": _WHIT_MONDAY, "pentecoste": _WHIT, "corpus domini": _CORPUS_CHRISTI, "(?:mercoledi delle )ceneri": _ASH_WEDNESDAY,
        "festa della repubblica": Feast(6, 2), "(?:festa della )?liberazione": Feast(4, 25), "(?:primo maggio|festa del lavoro|festa dei lavoratori)": _MAY_DAY,
        "ferragosto|assunta|assunzione": _ASSUMPTION, "(?:festa di )?ognissanti|tutti i santi": _ALL_SAINTS, "immacolata": _IMMACULATE,
        "vigilia di natale": Feast(12, 24), "natale": _CHRISTMAS, "santo stefano": _BOXING_DAY, "capodanno": _NEW_YEAR, "san silvestro": _EVE,
        "befana|epifania": _EPIPHANY, "sant'ambrogio": Feast(12, 7), "san giovanni": _MIDSUMMER,
    },
    "pt": {
        "segunda(?:-feira)? de pascoa": _EASTER_MONDAY, "(?:domingo de )?pascoa": _EASTER, "sexta(?:-feira)? (?:santa|da paixao)": _GOOD_FRIDAY, "quinta(?:-feira)? santa": _MAUNDY,
        "ascensao": _ASCENSION, "corpus christi|corpo de deus": _CORPUS_CHRISTI, "carnaval": _SHROVE, "quarta(?:-feira)? de cinzas": _ASH_WEDNESDAY,
        "tiradentes": Feast(4, 21), "dia da liberdade": Feast(4, 25), "dia do trabalh(?:o|ador)": _MAY_DAY, "dia de portugal": Feast(6, 10), "dia de santo antonio": Feast(6, 13),
        "sao joao": _MIDSUMMER, "assuncao": _ASSUMPTION, "(?:dia da )?independencia": Feast(9, 7), "nossa senhora aparecida": Feast(10, 12), "finados": Feast(11, 2),
        "todos os santos": _ALL_SAINTS, "proclamacao da republica": Feast(11, 15), "imaculada(?: conceicao)?": _IMMACULATE, "vespera de natal|consoada": Feast(12, 24),
        "natal": _CHRISTMAS, "ano novo": _NEW_YEAR, "reveillon|vespera de ano novo": _EVE, "(?:dia de )?reis": _EPIPHANY,
    },
}  # fmt: skip
