"""Why a warning stands above a mail: the words that its reader would not see, and those that speak to the software."""

import re
from collections.abc import Iterable, Iterator

from app.domain.errors import UnreadableMail
from app.reading.mail.parsing import parse_mail
from app.reading.sight.visible import hidden_markup, hidden_text
from app.reading.spans import sentences
from app.reading.trust.injections import speaks_to_software

READ = 20_000
"""So many code points of a text are looked through; a longer one is cut."""

SHOWN = 2_000
NAMED = 3

_LETTER = re.compile(r"[^\W\d_]")


def hidden_words(raw: bytes) -> str:
    """What the mail holds beside what a person sees of it; empty when no passage of it can be named."""
    try:
        mail = parse_mail(raw, opens_attachments=False)
    except UnreadableMail:
        return ""
    found = [span.of(mail.text) for span in hidden_markup(mail.text[:READ])]
    if mail.html is not None:
        found += [" ".join(text.split()) for text in hidden_text(mail.html)]
    return "\n".join(text for text in found if _LETTER.search(text))[:SHOWN]


def orders_to_software(texts: Iterable[str]) -> tuple[str, ...]:
    """The sentences that address an AI or give the software an order, a few of them."""
    return tuple(sentence for sentence, _ in zip(_orders(texts), range(NAMED), strict=False))


def _orders(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for sentence in sentences(text[:READ]):
            words = sentence.of(text).strip()
            if words and speaks_to_software(words):
                yield words
