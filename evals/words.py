"""The word lists of the strict redaction, drawn from the training mails: what is written small is an ordinary word.

German writes nouns large: there a word behind an article or a preposition that has swallowed one is a noun. A word
that is also on the name lists has to be met more often.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.adapters.redaction import lexicon
from app.adapters.redaction.lexicon import Lexicon, fold, load_lexicon
from app.domain.intents import LANGUAGES
from evals.dataset import Line

DATA = Path(lexicon.__file__).parent / "data"
WORD = re.compile(r"[^\W\d_]+")
SHORTEST, OFTEN = 2, 3
BEFORE_NOUNS = re.compile(
    r"\b(?:d(?:er|ie|as|en|em|es)|(?:k|m|s)?ein(?:e[nmrs]?)?|(?:uns(?:e?r)|ihr|eur|dies|jed|jen|welch|all|viel|manch)e?[nmrs]?"
    r"|im|am|zum|zur|ins?|vom|beim|ans|ohne|per|pro|laut|gegen|offene[nrsm]?|neue[nrsm]?|alte[nrsm]?|beide[nr]?"
    r"|letzte[nrsm]?|nächste[nrsm]?|weitere[nrsm]?|fällige[nrsm]?)[^\S\n]+([A-ZÄÖÜ][a-zäöüß]+)\b"
)
TITLED = re.compile(r"\b(?:Herrn?|Frau|Dr\.|Familie|Firma|von|Moin|Hallo|Liebe[r]?|Gruß|Grüße)[^\S\n]+([A-ZÄÖÜ]\w+)")


def ordinary_words(lines: Iterable[Line], language: str, names: Lexicon) -> list[str]:
    """Folded words, in order."""
    small: Counter[str] = Counter()
    nouns: Counter[str] = Counter()
    people: set[str] = set()
    for line in lines:
        if line["language"] != language:
            continue
        text = f"{line['subject']}\n{line['body']}"
        small.update(fold(word) for word in WORD.findall(text) if word.islower())
        if language == "de":
            nouns.update(fold(word) for word in BEFORE_NOUNS.findall(text))
            people.update(fold(word) for word in TITLED.findall(text))
    return sorted({*_kept(small, names), *(word for word in _kept(nouns, names) if word not in people)})


def _kept(counted: Counter[str], names: Lexicon) -> Iterator[str]:
    for word, times in counted.items():
        enough = times >= OFTEN if names.is_listed(word) else True
        if enough and len(word) >= SHORTEST:
            yield word


def write_words(lines: Iterable[Line], folder: Path = DATA) -> None:
    """One file for each language."""
    lines, names = list(lines), load_lexicon()
    for language in LANGUAGES:
        words = ordinary_words(lines, language, names)
        folder.joinpath(f"words_{language}.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
