"""Which of the seven languages a mail is written in."""

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from app.domain.intents import LANGUAGES

_SAMPLE = 4_000
_SURE = 0.90
_MEASURED_LETTERS = 12
_NOISE = re.compile(r"https?://\S+|(?<!\S)\S+@\S+|(?<!\S)\S*\d\S*|[_=*#<>|~-]{2,}")


def detect_language(text: str, hint: str = "") -> str:
    """An ISO 639-1 code of LANGUAGES.

    `hint` (the customer's or the thread's language) decides where the text is too short or too mixed to tell.
    """
    words = _NOISE.sub(" ", text[:_SAMPLE])
    fallback = hint if hint in LANGUAGES else ""
    letters = sum(map(str.isalpha, words))
    if letters == 0:
        return fallback or "en"
    language, probability = _identifier().classify(words)
    if fallback and (probability < _SURE or letters < _MEASURED_LETTERS):
        return fallback
    return str(language)


def is_readable(text: str) -> bool:
    """Whether a text is long and plain enough to be sure that it is in one of LANGUAGES."""
    words = _NOISE.sub(" ", text[:_SAMPLE])
    is_long = sum(map(str.isalpha, words)) >= _MEASURED_LETTERS
    return is_long and float(_identifier().classify(words)[1]) >= _SURE


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier
