"""Which document does the writer ask for? Only where the words name exactly one kind."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from agents.triage.brief import DocumentKind
from app.reading.spans import fold

_FILE = Path(__file__).with_name("documents.toml")


def document_of(*passages: str) -> DocumentKind | None:
    """The kind that the first passage naming any names; None when it names several."""
    for passage in passages:
        folded = fold(passage)
        found = [kind for kind, pattern in _patterns().items() if pattern.search(folded)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


@cache
def _patterns() -> Mapping[DocumentKind, re.Pattern[str]]:
    phrases: dict[str, list[str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {DocumentKind(kind): re.compile(rf"\b(?:{'|'.join(words)})") for kind, words in phrases.items()}
