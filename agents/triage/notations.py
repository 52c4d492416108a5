"""How a date or an amount may be written in a draft: every notation that a reader of the language would understand."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import product

from babel import Locale
from babel.dates import format_date, get_day_names, get_month_names

from app.domain.money import places_of

LOCALES = {
    "en": ("en_GB", "en_US"),
    "fr": ("fr_FR",),
    "de": ("de_DE",),
    "es": ("es_ES",),
    "nl": ("nl_NL",),
    "it": ("it_IT",),
    "pt": ("pt_PT",),
}
_PATTERNS = (
    "full",
    "long",
    "medium",
    "d MMMM",
    "EEEE, d MMMM",
    "EEEE d MMMM",
    "d. MMMM",
    "dd.MM.yyyy",
    "d.M.yyyy",
    "dd.MM.",
    "d.M.",
    "dd/MM/yyyy",
    "dd-MM-yyyy",
    "d-M-yyyy",
    "d/M/yyyy",
    "yyyy-MM-dd",
)
_OWN_PATTERNS = {
    "en": (
        *(
            "MMMM d",
            "EEEE, MMMM d",
            "d 'of' MMMM",
            "d 'of' MMMM yyyy",
            "EEEE 'the' d 'of' MMMM",
            "EEEE, 'the' d 'of' MMMM",
        ),
        *("EEEE d MMMM yyyy", "EEEE, d MMMM yyyy", "EEEE, 'the' d 'of' MMMM yyyy"),
    ),
    "de": tuple(
        f"{weekday} d. MMMM{year}"
        for weekday, year in product(("EEEE,", "EEEE, 'den'", "EEEE, 'dem'", "EEEE 'den'", "EEEE 'dem'"), ("", " yyyy"))
    ),
    "es": tuple(
        f"{weekday}d 'de' MMMM{year}"
        for weekday, year in product(("", "EEEE ", "EEEE, "), ("", " 'de' yyyy", " 'del' yyyy"))
    ),
    "pt": tuple(
        f"{weekday}d 'de' MMMM{year}" for weekday, year in product(("", "EEEE, ", "EEEE "), ("", " 'de' yyyy"))
    ),
    **{
        language: tuple(f"EEEE{mark} d MMMM{year}" for mark, year in product(("", ","), ("", " yyyy")))
        for language in ("fr", "it", "nl")
    },
}
_ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}
_SPACES = {0x00A0: " ", 0x202F: " ", 0x2009: " "}
_MARKS = ((",", "."), (".", ","), (" ", ","), ("'", "."), ("", "."), ("", ","))


@cache
def dates(day: date, language: str) -> tuple[str, ...]:
    """Longest first, white space plain."""
    locales = LOCALES.get(language, ("en_GB",))
    patterns = (*_PATTERNS, *_OWN_PATTERNS.get(language, ()))
    written = {plain(format_date(day, pattern, locale)) for locale in locales for pattern in patterns}
    written |= {_counted(text, day, language) for text in written}
    return tuple(sorted(written, key=len, reverse=True))


def _counted(text: str, day: date, language: str) -> str:
    """With the day as an ordinal where people write it so: 3rd April, 1er mars, 1° marzo."""
    first = {"fr": "er", "it": "°", "es": "º", "pt": "º"}.get(language, "") if day.day == 1 else ""
    ending = _ENDINGS.get(day.day, "th") if language == "en" else first
    return re.sub(rf"(?<!\d){day.day}(?= [^\W\d]|,|$)", f"{day.day}{ending}", text)


def amounts(value: Decimal, currency: str = "") -> Iterator[tuple[str, bool]]:
    """Each notation, and whether a currency must stand beside it to make money of it."""
    whole, cents = f"{abs(value):,.{places_of(currency)}f}".split(".")
    for thousands, decimal in _MARKS:
        grouped = whole.replace(",", thousands)
        yield f"{grouped}{decimal}{cents}", False
        if not int(cents):
            yield grouped, True


def written_day(day: date, locale: str) -> str:
    """As our own letters write it, in words: 3 March 2026, le 1er mars 2026."""
    written: str = format_date(day, "long", locale).replace("\u202f", "\u00a0")
    return f"1er{written.removeprefix('1')}" if locale.startswith("fr") and day.day == 1 else written


@cache
def calendar_words(language: str) -> frozenset[str]:
    """Names of months and weekdays, without case."""
    locale = Locale.parse(LOCALES.get(language, ("en_GB",))[0])
    names = [*get_month_names("wide", locale=locale).values(), *get_day_names("wide", locale=locale).values()]
    return frozenset(name.casefold() for name in names)


def weekday(day: date, language: str) -> str:
    name: str = format_date(day, "EEEE", LOCALES.get(language, ("en_GB",))[0])
    return name


def plain(text: str) -> str:
    """Spaces that do not break become plain ones; offsets stay."""
    return text.translate(_SPACES)
