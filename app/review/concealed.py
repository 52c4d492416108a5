"""Why a warning stands above a mail: the words that its reader would not see, and those that speak to the software."""

import re
from collections.abc import Iterable, Iterator

from app.domain.errors import UnreadableMail
from app.reading.injections import html_words, speaks_to_software
from app.reading.parsing import parse_mail
from app.reading.spans import sentences
from app.reading.visible import hidden_markup, visible_text
from app.review.marking import changes

READ = 20_000
"""So many code points of a text are looked through; a longer one is cut."""

SHOWN = 2_000
NAMED = 3

_WORDS = re.compile(r"\w+|[^\w\s]")
_LETTER = re.compile(r"[^\W\d_]")
_BEFORE_A_STOP = re.compile(r" (?=[.,;:!?)])")


def hidden_words(raw: bytes) -> str:
    """What the mail holds beside what a person sees of it; empty when that cannot be told apart."""
    try:
        mail = parse_mail(raw, opens_attachments=False)
    except UnreadableMail:
        return ""
    found = [span.of(mail.text) for span in hidden_markup(mail.text[:READ])]
    if mail.html is not None:
        seen, _ = visible_text(mail.html)
        edits = changes(_spaced(seen), _spaced(html_words(mail.html)))
        found += [_BEFORE_A_STOP.sub("", edit.text).strip() for edit in edits if edit.kind == "added"]
    return "\n".join(text for text in found if _LETTER.search(text))[:SHOWN]


def _spaced(text: str) -> str:
    """Words and marks apart, so that tags between them make no difference."""
    return " ".join(_WORDS.findall(text))[:READ]


def orders_to_software(texts: Iterable[str]) -> tuple[str, ...]:
    """The sentences that address an AI or give the software an order, a few of them."""
    return tuple(sentence for sentence, _ in zip(_orders(texts), range(NAMED), strict=False))


def _orders(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for sentence in sentences(text[:READ]):
            words = sentence.of(text).strip()
            if words and speaks_to_software(words):
                yield words
