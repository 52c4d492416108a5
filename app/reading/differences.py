"""Two texts compared word by word."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

WORDS = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a compared text; `changed` when the other text does not have it."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """A run of a changed text; `kind` is one of same, removed, added."""

    text: str
    kind: str = "same"


def compare(theirs: str, yours: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts word by word, each with what the other does not have."""
    old, new = WORDS.findall(theirs), WORDS.findall(yours)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left += _piece(old[a:b], changed=tag != "equal")
        right += _piece(new[c:d], changed=tag != "equal")
    return tuple(left), tuple(right)


def changes(before: str, after: str) -> tuple[Edit, ...]:
    """One text from two: what stayed, what was removed, what was added, word by word."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    edits: list[Edit] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            edits.append(Edit("".join(old[a:b])))
            continue
        edits += [Edit("".join(old[a:b]), "removed")] if b > a else []
        edits += [Edit("".join(new[c:d]), "added")] if d > c else []
    return tuple(edits)


def _piece(tokens: Sequence[str], *, changed: bool) -> list[Piece]:
    return [Piece("".join(tokens), changed)] if tokens else []
