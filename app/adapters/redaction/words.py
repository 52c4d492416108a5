"""A text as lines of words, with exact places."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.adapters.redaction.lexicon import fold

WORD = re.compile(r"(?:(?<=\s)['\u2019](?=t\b))?[^\W\d_]+(?:['\u2019\u2011-][^\W\d_]+)*")
"""Hyphens and apostrophes hold a word together; the "'t" of "van 't Hof" is one."""

TAG = re.compile(r"</?[a-zA-Z][^<>@\n]{0,200}>")
LINE = re.compile(r"[^\r\n\u2028\u2029\v\f]+")
QUOTE_MARKS = re.compile(r"[\s>|*_\-\u2013\u2014~#•]*")


@dataclass(frozen=True, slots=True)
class Word:
    start: int
    end: int
    text: str
    folded: str

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def is_elided_name(self) -> bool:
        """ "d'Arvieu"."""
        return self.folded[:2] == "d'" and self.text[2:3].isupper()

    @property
    def is_shouted(self) -> bool:
        return len(self.text) > 1 and self.text.isupper()


GLUED_BEFORE = re.compile(r"(?:[\d@#]|\d[-/.]|[\w-][./@])\Z")
GLUED_BEHIND = re.compile(r"[-/#.]?\d|@|\.[a-z]|/\w")
FILE_TYPE = re.compile(
    r"\.(?:pdf|png|jpe?g|gif|tiff?|docx?|xlsx?|csv|txt|xml|eml|msg|zip|heic|odt|ods)(?!\w)", re.IGNORECASE
)
GLUE = 2


def is_glued(text: str, word: Word) -> bool:
    """Part of an address, a link or a code; the name of a file is none of them."""
    before = text[max(0, word.start - GLUE) : word.start]
    behind = GLUED_BEHIND.match(text, word.end) is not None and FILE_TYPE.match(text, word.end) is None
    return behind or GLUED_BEFORE.search(before) is not None


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its words, and whether a blank line stands above it. `body` starts behind quote marks."""

    start: int
    end: int
    body: int
    words: tuple[Word, ...]
    after_blank: bool
    depth: int


def without_tags(text: str) -> str:
    """The text with mark-up blanked out, at the same offsets."""
    return TAG.sub(lambda match: " " * len(match.group()), text)


def words_of(text: str, start: int = 0, end: int | None = None) -> Iterator[Word]:
    for match in WORD.finditer(text, start, len(text) if end is None else end):
        word = match.group()
        if word[-2:-1] in {"'", "\u2019"} and word[-1] in {"s", "S"}:
            word = word[:-2]
        yield Word(match.start(), match.start() + len(word), word, fold(word))


def lines_of(text: str) -> list[Line]:
    lines: list[Line] = []
    last_end = -1
    for match in LINE.finditer(text):
        start, end = match.span()
        marks = QUOTE_MARKS.match(text, start, end)
        body = marks.end() if marks else start
        words = tuple(words_of(text, body, end))
        if body >= end:
            continue
        between = text[last_end:start] if last_end >= 0 else "\n\n"
        after_blank = (
            last_end < 0 or between.count("\n") > 1 or between.strip(" \t\r\n\u00a0>|*") != "" or "\n" not in between
        )
        lines.append(Line(start, end, body, words, after_blank or between.count("\r") > 1, text[start:body].count(">")))
        last_end = end
    return lines


def index_at(words: Sequence[Word], start: int) -> int:
    """The word that starts at a place, or the first one behind it."""
    return bisect_left(words, start, key=lambda word: word.start)
