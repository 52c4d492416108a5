"""What a person changed in a text, word by word."""

import difflib
import re
from collections.abc import Iterator
from typing import NamedTuple

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
SAME, ADDED, REMOVED = "same", "added", "removed"


class Change(NamedTuple):
    """A run of text: `kind` is same, added or removed."""

    kind: str
    text: str


def changes(before: str, after: str) -> tuple[Change, ...]:
    """One text that holds both: what was removed stands before what came in its place."""
    return tuple(_runs(_WORDS.findall(before), _WORDS.findall(after)))


def distance(before: str, after: str) -> float:
    """The share of words that a person changed: 0 when nothing is new, 1 when nothing is left."""
    old = [word for word in _WORDS.findall(before) if not word.isspace()]
    new = [word for word in _WORDS.findall(after) if not word.isspace()]
    if not old and not new:
        return 0.0
    kept = sum(block.size for block in difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks())
    return 1 - kept / max(len(old), len(new))


def _runs(old: list[str], new: list[str]) -> Iterator[Change]:
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Change(SAME, "".join(old[a:b]))
            continue
        if a != b:
            yield Change(REMOVED, "".join(old[a:b]))
        if c != d:
            yield Change(ADDED, "".join(new[c:d]))
