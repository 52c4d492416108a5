"""The languages of the pages: which there are, which one a reader gets, and their catalogues.

A catalogue is its `.po` file and nothing else: it is compiled in memory when a page first asks for its language, so no
built file can be out of date and a process that only speaks English reads none.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter

from app.domain.sentence import Sentence

DIRECTORY = Path(__file__).parent / "locale"
DOMAIN = "duebox"
LOCALES: Mapping[str, str] = {"en": "en_GB", "fr": "fr_FR", "de": "de_DE", "es": "es_ES"}
"""How each language writes dates and numbers."""

NAMES: Mapping[str, str] = {"en": "English", "fr": "Français", "de": "Deutsch", "es": "Español"}
SOURCE = "en"
LONGEST_HEADER = 500
_WISH = re.compile(r"([a-z]{1,8})(?:-[a-z0-9]{1,8})*(?:;\s*q=([01](?:\.[0-9]{1,3})?))?", re.IGNORECASE)


def catalogue_path(language: str) -> Path:
    return DIRECTORY / language / "LC_MESSAGES" / f"{DOMAIN}.po"


class _Filler(Formatter):
    """Fills in values: what is written for the reader already stays so, whatever format a pattern names."""

    def format_field(self, value: object, format_spec: str) -> str:
        return value if isinstance(value, str) else str(super().format_field(value, format_spec))


FILLER = _Filler()


@lru_cache
def catalogue(language: str) -> NullTranslations:
    """What the sentences of the program are called in a language; English is what they are."""
    if language == SOURCE:
        return NullTranslations()
    # Their imports take as long as a page: a process that speaks English alone does not need them.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    compiled = BytesIO()
    with catalogue_path(language).open("rb") as file:
        write_mo(compiled, read_po(file, locale=LOCALES[language]))
    compiled.seek(0)
    return GNUTranslations(compiled)


def translated(text: str, names: NullTranslations, written: Callable[[object], object]) -> str:
    """What the program said, as a language says and writes it; words that no catalogue has stay as they are."""
    if not text:
        return text
    if not isinstance(text, Sentence):
        return names.gettext(text)
    if not text.values:
        return names.gettext(text.pattern)
    values = {
        name: translated(value, names, written) if isinstance(value, Sentence) else written(value)
        for name, value in text.values.items()
    }
    return FILLER.format(names.gettext(text.pattern), **values)


def language_of(chosen: str | None, accepted: str) -> str:
    """The language of a reader: their own choice, else what the browser accepts (RFC 9110), else English."""
    return chosen if chosen is not None and chosen in LOCALES else _accepted(accepted[:LONGEST_HEADER])


@lru_cache(maxsize=512)
def _accepted(header: str) -> str:
    wishes = [match for part in header.split(",") if (match := _WISH.fullmatch(part.strip()))]
    weighed = [(float(match[2] or 1), match[1].lower()) for match in wishes]
    fitting = [(weight, language) for weight, language in weighed if weight and language in LOCALES]
    return max(fitting, key=lambda wish: wish[0])[1] if fitting else SOURCE
