"""Turns of phrase that the readers of facts know beyond the lexicon (whose words the classifier counts, too).

For folded text. What is only said in passing ("that's when our batch closes" is no condition) is masked first.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from app.reading.lexicon import pattern

_MORE: Mapping[str, Mapping[str, str]] = {
    "future": {"en": r"'ll\b", "es": r"\bsale\b|\bqueda pagad", "pt": r"\b(?:segue|seguem|sai|saem|fica pag)"},
    "past": {"de": r"^\W*\S{3,20} (?:angewiesen|bezahlt|uberwiesen|beglichen)\b"},
    "negation": {"en": r"n't\b"},
    "quality": {
        "en": r"\b(?:leaks?|leaking|snapped|bent|dented|came apart|won't start|does(?:n't| not) fit)\b",
        "fr": r"\b(?:fuit|coule|fendue?s?|tordue?s?|ne tient pas)\b",
        "de": r"\b(?:undicht|leckt|tropft|verbogen|gerissen|haarrisse?|bricht|brechen)\b",
        "es": r"\b(?:pierde (?:agua|aceite)|gotea|fuga|torcid[ao]s?|al reves|rajad[ao]s?)\b",
        "nl": r"\b(?:lekt|lekken|krom|gebarsten|gescheurd)\b",
        "it": r"\b(?:perde|perdita|stort[ao]|crepat[aoe]|incrinat[aoe])\b",
        "pt": r"\b(?:fuga|perde (?:agua|oleo)|torcid[ao]s?|rachad[ao]s?|empenad[ao]s?)\b",
    },
    "not_received": {"en": r"\bhave had nothing\b|\bnever (?:came|got here|arrived|reached us|turned up)\b"},
}
_IN_PASSING = re.compile(
    r"\b(?:that's|that is|which is) when (?:our|the|we)\b|"
    r"\bsi no me equivoco\b|\bsi vous permettez\b"
)


def heard(concept: str, language: str, folded: str) -> frozenset[str]:
    """The words that show a concept, each once."""
    words = _IN_PASSING.sub(lambda match: " " * len(match.group()), folded)
    patterns = [pattern(concept, language), *_more(concept, language)]
    return frozenset(match.group() for one in patterns for match in one.finditer(words))


def says(concept: str, language: str, folded: str) -> bool:
    """Whether folded words show a concept."""
    words = _IN_PASSING.sub(lambda match: " " * len(match.group()), folded)
    return any(one.search(words) for one in (pattern(concept, language), *_more(concept, language)))


@lru_cache(maxsize=512)
def _more(concept: str, language: str) -> tuple[re.Pattern[str], ...]:
    words = _MORE.get(concept, {}).get(language)
    return (re.compile(words),) if words else ()
