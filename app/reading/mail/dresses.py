"""One content in several dresses (RFC 2046 §5.1.4): what one of them says and another doesn't.

A mail program shows one part of a multipart/alternative, we read another. Honest programs make both of one text; they
differ by links, pictures and a footer. Whoever writes two texts wants a person to see what nobody here reads.
"""

import re
from collections import Counter
from collections.abc import Iterator

MOST_WORDS = 8
"""So many words more may stand in one dress: a footer that only the other has."""

_MOST_DIGITS = 4
_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(
    r"(?:https?://|www\.|mailto:|cid:)[^\s>\])]{1,2000}"
    r"|\[(?:image|cid|bild|photo)[^\]\n]{0,200}\]|\[[^\]\s]{1,100}\.(?:png|jpe?g|gif)[^\]\n]{0,40}\]\S{0,60}",
    re.IGNORECASE,
)


def words_beyond(dress: str, other: str) -> str:
    """The lines of `dress` with words, or words more often, than `other` has; line ends between them."""
    left = Counter(_words(other))
    return "\n".join(line.strip() for line in dress.split("\n") if _takes_more(line, left))


def is_another_text(dress: str, other: str) -> bool:
    """Too many words more for a footer, or a number that the other does not have."""
    more = Counter(_words(dress)) - Counter(_words(other))
    return more.total() > MOST_WORDS or any(sum(map(str.isdigit, word)) >= _MOST_DIGITS for word in more)


def _takes_more(line: str, left: Counter[str]) -> bool:
    wanted = Counter(_words(line))
    is_more = bool(wanted - left)
    left.subtract(wanted)
    return is_more


def _words(text: str) -> Iterator[str]:
    return (match[0] for match in _WORD.finditer(_LINK.sub(" ", text).casefold()))
