"""What a writer adds below their own signature: a postscript, or a paragraph that speaks of the matter.

In doubt it is theirs: a slogan kept costs nothing, a dispute lost below a telephone number does.
"""

import re
from collections.abc import Iterator, Sequence

from app.reading.authorship.quotes import Line
from app.reading.authorship.small_print import is_small_print, opens_disclaimer

_POSTSCRIPT = re.compile(
    r"^\W{0,3}(?:p\.?\s?-?\s?[sd]\.?|n\.?\s?b\.?|nachtrag|nachsatz|postscript|post-scriptum|posdata|"
    r"naschrift|addendum|edit|update)\s?(?:[:.,!–—-]|\s)",  # noqa: RUF001 dashes as people type them
    re.IGNORECASE,
)
_FIRST_PERSON = (
    r"we|i|our|us|my|wir|ich|uns|unser\w{0,2}|mir|mich|nous|je|j|notre|nos|yo|nosotros|nuestr\w{1,2}|noi|"
    r"nostr\w|ik|wij|ons|onze|mij|nós|nosso|nossa|\w{2,12}[aeiáéí]mos|\w{2,12}iamo"
)
_MATTER = re.compile(
    r"\b(?:pay\w*|paid|invoices?|goods|deliver\w*|remind\w*|disput\w*|rechnung\w*|(?:be|an)?zahl\w*|überw\w*|ware|"
    r"\w*liefer\w*|mahn\w*|factur\w*|pai\w*|livr\w*|virement\w*|relance\w*|pag[aoáu]\w*|transfer\w*|entreg\w*|"
    r"mercancía|fattur\w*|bonific\w*|merce|consegn\w*|factuur|facturen|betaal\w*|betal\w*|geleverd|levering|fatura\w*)\b",
    re.IGNORECASE,
)
_OWN = re.compile(rf"\b(?:{_FIRST_PERSON})\b", re.IGNORECASE)
_CARD = re.compile(
    r"\S@\S{1,255}\.\w|https?://|\bwww\.|(?:^|\s)(?:tel|fax|fon|mob)\w*\s?[.:]|(?:\+|\b0)\d[\d ()/.-]{6,}",
    re.IGNORECASE,
)
_FEW_WORDS = 4
_ENOUGH_WORDS = 7


def afterword(lines: Sequence[Line], start: int, *, skips_first: bool) -> int | None:
    """The number of the line where the writer speaks again, from the paragraph at `start` on; None when nowhere.

    `skips_first`: that paragraph opens a signature, so only a later one can be theirs.
    """
    is_below_disclaimer = False
    for place, (first, text) in enumerate(paragraphs_of(lines, start)):
        if (place or not skips_first) and is_own(text, is_below_disclaimer=is_below_disclaimer):
            return first
        is_below_disclaimer = is_below_disclaimer or opens_disclaimer(text)
    return None


def is_postscript(text: str) -> bool:
    return _POSTSCRIPT.match(text) is not None


def is_own(paragraph: str, *, is_below_disclaimer: bool = False) -> bool:
    """It reads as a sentence of somebody who has to do with the matter. Disclaimers say "we" too, so that below one
    only the matter itself counts.
    """
    if is_small_print(paragraph):
        return False
    if is_postscript(paragraph):
        return True
    words = len(paragraph.split())
    has_card = _CARD.search(paragraph) is not None
    if words < _FEW_WORDS or not (paragraph.endswith((".", "!", "?")) or (words >= _ENOUGH_WORDS and not has_card)):
        return False
    return _MATTER.search(paragraph) is not None or not (
        is_below_disclaimer or has_card or _OWN.search(paragraph) is None
    )


def paragraphs_of(lines: Sequence[Line], start: int = 0) -> Iterator[tuple[int, str]]:
    """Number of the first line, and the words, of each run of lines between blank ones."""
    first = start
    words: list[str] = []
    for number in range(start, len(lines)):
        if lines[number].is_blank:
            if words:
                yield first, " ".join(words)
            words.clear()
            continue
        if not words:
            first = number
        words.append(lines[number].text.strip())
    if words:
        yield first, " ".join(words)
