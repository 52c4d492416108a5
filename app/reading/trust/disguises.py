"""Texts that a model reads and a word list does not: spelt in strange letters, apart, backwards or in a code.

Cyrillic letters that look Latin   i g n o r e   1gn0r3   SWdub3JlIGFsbCBwcmV2aW91cw==   %49gnore   snoitcurtsni
"""

import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from app.reading.trust.codes import decoded

MOST = 20_000
"""Code points of a text whose disguises are taken off."""

_PAIRS = (
    "\u0131i\u0261g\u0262g\u026ai\u0274n\u0280r\u028fy\u0299b\u029ch\u029fl\u03b1a\u03b3y\u03b5e\u03b7n"
    "\u03b9i\u03bak\u03bdv\u03bfo\u03c1p\u03c3o\u03c4t\u03c5u\u03c7x\u03c9w\u0430a\u0432b\u0433r\u0435e"
    "\u0438u\u043ak\u043cm\u043dh\u043eo\u043fn\u0440p\u0441c\u0442t\u0443y\u0445x\u0455s\u0456i\u0458j"
    "\u04bbh\u04cfl\u0501d\u051bq\u051dw\u1d00a\u1d04c\u1d05d\u1d07e\u1d0aj\u1d0bk\u1d0dm\u1d0fo\u1d18p"
    "\u1d1bt\u1d1cu\u1d20v\u1d21w\u1d22z\ua730f\ua731s"
)
_LOOK_ALIKES = str.maketrans(_PAIRS[::2], _PAIRS[1::2])
"""Cyrillic, Greek and small-capital letters, each with the Latin one that it passes for."""

_LEET = str.maketrans("013457@$!|", "oieastasil")
_MIXED = re.compile(
    r"(?=\w{0,40}[a-zA-Z])\w{0,40}[\u0370-\u052f]\w{0,40}|[\u0370-\u052f]{3,}|[\u1d00-\u1d22\u0262-\u02ff]{3,}|(?<=[a-zA-Z])[\u1d00-\u1d22\u0262-\u029f]|[\u1d00-\u1d22\u0262-\u029f](?=[a-zA-Z])"
)
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ ._*\-]{1,5}){5,}[^\W\d_](?!\w)")
_LADDER = re.compile(r"(?:^|\n)(?:[^\W\d_]{1,20}\n){4,}")
_MARKS = re.compile(r"[\u0300-\u036f]")
_ESCAPED = re.compile(r"(?:%[0-9a-fA-F]{2}\w{0,3}){4}|(?:\\[ux][0-9a-fA-F]{2,4}){3}|(?:&#x?[0-9a-fA-F]{2,6};){3}")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_LEET_WORD = re.compile(r"\b(?=\w{0,20}[a-z])\w{0,20}[013457@$]\w{0,20}", re.IGNORECASE)
_BACKWARDS = re.compile(
    r"snoitcurtsni|tpmorp|suoiverp|erongi|negnusiewna|sengisnoc|senoiccurtsni|inoizurtsi", re.IGNORECASE
)
_ROTATED = re.compile(
    r"\b(?:vtaber|vafgehpgvbaf?|cerivbhf|znex|flfgrz|nffvfgnag|vaibvpr|ercyl|nccebir|gur|naq|lbhe|"
    r"vtabevrer|nyyr|haq|qvr|erpuahat|orjregr|vtaberm|gbhgrf|yrf|snpgher|vtaben|gbqnf|ynf|snpghen|ghggr|yr|snggher|"
    r"artrre|rra|urg|snpghhe|nf|snghen|vafgehppvbarf|vfgehmvbav)\b",
    re.IGNORECASE,
)
"""Words of an order in seven languages, moved by thirteen letters."""

_SQUARED = {start + letter: ord("a") + letter for start in (0x1F150, 0x1F170, 0x1F1E6) for letter in range(26)}
"""White letters in black rings and squares, and those that flags are made of."""

_READ_BY_THEIR_ENDS = (
    "ignore previous instructions instruction disregard system prompt assistant approve reviewer ignoriere vorherigen "
    "anweisungen ignorez consignes ignora anteriores instrucciones precedenti istruzioni negeer vorige instructies"
)
_ANAGRAMS = {(word[0], "".join(sorted(word)), word[-1]): word for word in _READ_BY_THEIR_ENDS.split(" ")}
"""Words that stay readable while their inner letters change places."""

_LONG_WORD = re.compile(r"[^\W\d_]{6,14}")


def undisguised(text: str) -> Iterator[str]:
    """The text as it stands, and once more for each disguise that it wears."""
    yield text
    text = text[:MOST]
    for other in (_LONG_WORD.sub(_sorted_out, text), text if text.isascii() else text.translate(_SQUARED)):
        if other != text:
            yield other
    yield from _respelt(text)
    yield from decoded(text)


def _respelt(text: str) -> Iterator[str]:
    if not text.isascii() and _MIXED.search(text):
        yield _without_marks(text.casefold()).translate(_LOOK_ALIKES)
    if _SPACED.search(text):
        yield _SPACED.sub(_closed_up, text)
    if _LADDER.search(text):
        yield _LADDER.sub(lambda words: words[0].replace("\n", " "), text)
    if _MARKS.search(text):
        yield _without_marks(text)
    if _ESCAPED.search(text):
        yield html.unescape(unquote(_ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)))
    if _BACKWARDS.search(text):
        yield text[::-1]
    if len(_ROTATED.findall(text)) > 1:
        yield codecs.decode(text, "rot13")
    if len(_LEET_WORD.findall(text)) > 1:
        yield _LEET_WORD.sub(lambda word: word[0].casefold().translate(_LEET), text)


def _sorted_out(word: re.Match[str]) -> str:
    folded = word[0].casefold()
    return _ANAGRAMS.get((folded[0], "".join(sorted(folded)), folded[-1]), word[0])


def _without_marks(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def _closed_up(letters: re.Match[str]) -> str:
    """Two spaces or more part words, where one parts letters; where another sign does, one space is enough."""
    if re.search(r"[._*\-]", letters[0]):
        return re.sub(r"(?<=\w)[._*\-]{1,5}(?=\w)", "", letters[0])
    return re.sub(r"(?<=\w)[ ._*\-](?=\w)", "", letters[0]).replace("  ", " ")
