"""Which document does the writer ask for? Only where the words name exactly one kind."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from app.domain.enclosures import DocumentKind
from app.reading.spans import fold

_FILE = Path(__file__).with_name("documents.toml")
_INVOICE, _OTHER = "invoice", "other"
"""Names in the file: the bare word for an invoice, and documents that we have no word for."""


def document_of(request: str, body: str) -> DocumentKind | None:
    """The kind that the request names, else the one that the mail does; None when it names several. Who asks for an
    invoice and for nothing else wants a copy of it."""
    for passage in (request, body):
        folded = fold(passage)
        found = [kind for kind in DocumentKind if _patterns()[kind].search(folded)]
        if found:
            return found[0] if len(found) == 1 else None
        if passage is request and _patterns()[_INVOICE].search(folded):
            return None if _patterns()[_OTHER].search(folded) else DocumentKind.INVOICE_COPY
    return None


def names_a_document(passage: str) -> bool:
    """Whether the words name any document but an invoice."""
    folded = fold(passage)
    return any(pattern.search(folded) for kind, pattern in _patterns().items() if kind != _INVOICE)


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    phrases: dict[str, list[str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {kind: re.compile(rf"\b(?:{'|'.join(words)})") for kind, words in phrases.items()}
