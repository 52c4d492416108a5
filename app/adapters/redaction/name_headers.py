"""People in mail headers, beside their address, and in "On … X wrote:"."""

import re
from collections.abc import Iterator, Sequence

from app.adapters.redaction.name_reader import GAP, LONGEST_NAME, Name, NameReader
from app.adapters.redaction.words import Line, Word, index_at

HEADER = re.compile(
    r"(?:from|to|cc|bcc|reply-to|von|an|kopie|de|à|a|para|da|van|aan|copie à|cópia)[^\S\n]?:", re.IGNORECASE
)
NEAR = 8
WROTE = re.compile(r"\b(?:wrote|writes|schrieb|a écrit|escribió|schreef|ha scritto|escreveu)\b", re.IGNORECASE)
ADDRESS_BEHIND = re.compile(
    r"[\"']?[^\S\n]{0,2}[<\[(,:|\u2013-][^\S\n]?(?:mailto:|e-?mail:?[^\S\n]?)?(?P<local>[^\s<>@()]{1,64})@",
    re.IGNORECASE,
)
PHONE_BEHIND = re.compile(
    r"[^\S\n]{0,2}[(,|\u2013-][^\S\n]?(?:(?:tel|mob|mobile|cell|tél|tfno|phone)\b[.:]{0,2}[^\S\n]?)?"
    r"[+(]{0,2}\d(?:[ ()./-]{0,2}\d){6,14}",
    re.IGNORECASE,
)
"""A person's number is written beside the name, as an address is."""
DISPLAY_ENDS = re.compile(r"[\"']?[^\S\n]*(?:[|,;/(<\[:&]|$)", re.MULTILINE)


class Headers:
    def __init__(self, reader: NameReader) -> None:
        self.reader = reader

    def find(self, text: str, line: Line) -> Iterator[Name]:
        header = HEADER.match(text, line.body)
        if header:
            yield from self._displayed(text, line.words, header.end())
        if "@" in text[line.start : line.end]:
            for at, word in enumerate(line.words):
                address = ADDRESS_BEHIND.match(text, word.end)
                if address:
                    yield from self._before_address(text, line.words, at, address["local"].casefold())
        for at, word in enumerate(line.words):
            if word.is_capital and PHONE_BEHIND.match(text, word.end):
                yield from self._beside_phone(text, line.words, at)
        wrote = WROTE.search(text, line.body, line.end)
        if wrote:
            yield from self._around_wrote(text, line.words, wrote)

    def _displayed(self, text: str, words: Sequence[Word], start: int) -> Iterator[Name]:
        for at, word in enumerate(words):
            lead = text[max(start, word.start - NEAR) : word.start].rstrip(" \"'\u00a0")
            opens = word.start >= start and lead[-1:] in {"", ";", ",", ">"}
            name = self.reader.read(text, words, at) if opens else None
            if name is not None and self.reader.is_person(text, words, name) and DISPLAY_ENDS.match(text, name.end):
                yield name

    def _before_address(self, text: str, words: Sequence[Word], last: int, local: str) -> Iterator[Name]:
        first = last
        while first > max(0, last - LONGEST_NAME) and GAP.fullmatch(text, words[first - 1].end, words[first].start):
            if not words[first - 1].is_capital and words[first - 1].folded not in self.reader.lexicon.particles:
                break
            first -= 1
        for at in range(first, last + 1):
            name = self.reader.read(text, words, at)
            if name is None or name.end != words[last].end:
                continue
            if (local and name.head in local) or self.reader.is_person(text, words, name):
                yield name
                return

    def _beside_phone(self, text: str, words: Sequence[Word], last: int) -> Iterator[Name]:
        """ "in urgent cases: Paz Monzón (2255-0100)"; a firm stands there as often, so the given name must be known."""
        for name in self._before_address(text, words, last, ""):
            if self.reader.lexicon.is_first(name.head) or name.has_initial:
                yield name

    def _around_wrote(self, text: str, words: Sequence[Word], wrote: re.Match[str]) -> Iterator[Name]:
        nearest = index_at(words, wrote.start())
        for at in range(max(0, nearest - LONGEST_NAME), min(len(words), nearest + LONGEST_NAME)):
            name = self.reader.read(text, words, at)
            if name is None or not self.reader.is_person(text, words, name):
                continue
            close_before = name.end <= wrote.start() and not text[name.end : wrote.start()].strip(" ,:")
            close_after = name.start >= wrote.end() and not text[wrote.end() : name.start].strip(" ,:")
            if close_before or close_after:
                yield name
                return
