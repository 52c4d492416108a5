"""People who sign: below a closing, or as the last thing of a letter."""

import re
from collections.abc import Iterator, Sequence

from app.adapters.redaction.name_headers import HEADER
from app.adapters.redaction.name_openings import is_title
from app.adapters.redaction.name_reader import LONGEST_NAME, TRIPLE, Name, NameReader, phrase_at
from app.adapters.redaction.words import Line, Word

SHORT_LINE = 5
BOUNDARY = re.compile(
    r"-{2,}|_{4,}|(?:from|von|de|van|da)[^\S\n]?:|sent from|get outlook"
    r"|(?:on|am|le|el|op|il|em)\b.{3,120}(?:wrote|schrieb|écrit|escribió|schreef|scritto|escreveu)"
    r"|(?:gesendet|envoyé|enviado|inviato|verzonden)\s+(?:von|de|desde|depuis|da|vanaf|do|con|mit)",
    re.IGNORECASE,
)
FOR_ANOTHER = re.compile(
    r"(?:i\.?[^\S\n]?[av]\.?|ppa\.?|p\.?p\.?|p\.?o\.?|gez\.?|/s/|sgd\.?)(?=[^\S\n])[^\S\n]*", re.IGNORECASE
)
SENTENCE_END = re.compile(r"[.!?)]")
ENDS_SENTENCE = re.compile(r"[.!?)][^\S\n]+$|[^\S\n][\u2013-][^\S\n]$")
HEAD_ENDS = re.compile(r"[^\S\n]*(?:[|,;/·•(<\[\u2013\u2014:&]|[-+][^\S\n]|[^\S\n]{2,}|$)")
KISSES = re.compile(r"[^\S\n]++(?:[xX]{1,3}|[^\w\s]{1,3})?[^\S\n]*+[.!]?$|[.!]?[^\S\n]*+$")


class Signatures:
    def __init__(self, reader: NameReader) -> None:
        self.reader = reader
        self.lexicon = reader.lexicon

    def find(self, text: str, above: Line | None, line: Line, following: Sequence[Line]) -> Iterator[Name]:
        """Names that this line signs with, or that stand below it when it is a closing."""
        end = phrase_at(self.lexicon.closings, line.words, 0)
        if end and len(line.words) <= end + SHORT_LINE:
            beside = list(self._signature(text, line, end, announced=True, alone=False))
            yield from beside or self._below_closing(text, following, complete=end == len(line.words))
        else:
            yield from self._closing_within(text, line)
        alone = above is not None and self._ends_letter(text, above, line, following)
        yield from self._signature(text, line, 0, announced=False, alone=alone)
        if not following or following[0].depth != line.depth or _is_boundary(text, following[0]):
            yield from self._last_words(text, line)

    def _last_words(self, text: str, line: Line) -> Iterator[Name]:
        """ "It went out on Friday. Wieke": behind the last full stop of a letter, and no ordinary word."""
        words = line.words
        for at in range(max(1, len(words) - LONGEST_NAME), len(words)):
            between = text[words[at - 1].end : words[at].start]
            if ENDS_SENTENCE.search(between) is None or (
                len(words[at - 1].text) == 1 and SENTENCE_END.search(between, 1) is None
            ):
                continue
            name = self.reader.read(text, words, at)
            if name is None or KISSES.fullmatch(text[name.end : line.end]) is None:
                continue
            if self.reader.is_unheard_of(name) and not self.reader.is_firm(text, words, name):
                yield name
                return

    def _closing_within(self, text: str, line: Line) -> Iterator[Name]:
        """ "It went out on Friday. A+ Dédé": a closing and a name end the line."""
        words = line.words
        for at in range(max(1, len(words) - SHORT_LINE), len(words)):
            if SENTENCE_END.search(text[words[at - 1].end : words[at].start]):
                end = phrase_at(self.lexicon.closings, words, at)
                name = self.reader.read(text, words, end) if end and end < len(words) else None
                if name is not None and name.count <= TRIPLE and KISSES.fullmatch(text[name.end : line.end]):
                    yield name
                    return

    def _below_closing(self, text: str, following: Sequence[Line], *, complete: bool) -> Iterator[Name]:
        for place, below in enumerate(following):
            if _is_boundary(text, below) or not below.words:
                return
            first = place == 0
            names = list(self._signature(text, below, 0, announced=complete and first, alone=first))
            yield from names
            if names:
                return

    def _ends_letter(self, text: str, above: Line, line: Line, following: Sequence[Line]) -> bool:
        """The last line before the end or a quote, with a blank or a short line ("Ta muchly,") above it."""
        closes = above.after_blank and len(above.words) <= SHORT_LINE and not self._is_all_name(text, above)
        ends_sentence = len(line.words) == 1 and SENTENCE_END.search(
            text[above.words[-1].end : above.end] if above.words else ""
        )
        if not line.after_blank and not closes and not ends_sentence:
            return False
        return not following or following[0].depth != line.depth or _is_boundary(text, following[0])

    def _is_all_name(self, text: str, line: Line) -> bool:
        name = self.reader.read(text, line.words, 0) if line.words else None
        return name is not None and name.count == len(line.words) and not self.lexicon.is_ordinary(name.head)

    def _signature(self, text: str, line: Line, at: int, *, announced: bool, alone: bool) -> Iterator[Name]:
        words = line.words
        if at == 0:
            if HEADER.match(text, line.body) and not announced:
                return
            at = self._behind_marks(text, line, announced=announced)
        if at >= len(words):
            return
        name = self.reader.read(text, words, at) or (
            self._small_name(words, at, announced=announced) if announced or alone else None
        )
        if name is None or self.reader.is_firm(text, words, name) or self.reader.is_noun(name):
            return
        rest = text[name.end : line.end]
        whole = KISSES.fullmatch(rest) is not None
        if (whole or HEAD_ENDS.match(rest)) and (announced or self._is_signature(name, rest, whole=whole, alone=alone)):
            yield name

    def _is_signature(self, name: Name, rest: str, *, whole: bool, alone: bool) -> bool:
        unknown = alone and name.count <= TRIPLE
        if whole:
            return name.is_likely or unknown
        return name.count > 1 and (self.reader.is_listed_person(name) or ("|" in rest and (name.is_likely or unknown)))

    def _behind_marks(self, text: str, line: Line, *, announced: bool) -> int:
        """Behind "i. A.", "gez." and titles; past the line when something else stands before its first word."""
        words = line.words
        marks = FOR_ANOTHER.match(text, line.body, line.end)
        behind = marks.end() if marks else line.body
        at = sum(1 for word in words if word.start < behind)
        while at < len(words) - 1 and words[at].folded in self.lexicon.titles and len(words[at].text) > 1:
            if not is_title(text, words[at]):
                break
            at += 1
        if announced or at >= len(words):
            return at
        first = words[sum(1 for word in words if word.start < behind)]
        return len(words) if text[behind : first.start].strip(" .\"'*_/") else at

    def _small_name(self, words: Sequence[Word], at: int, *, announced: bool) -> Name | None:
        """ "becky", "laura field": small letters, on the lists."""
        rest = words[at:]
        if not 1 <= len(rest) <= TRIPLE or any(word.is_capital for word in rest):
            return None
        if announced and len(rest) == 1 and self.lexicon.is_last(rest[0].folded) and len(rest[0].text) > TRIPLE:
            return None if self.lexicon.is_ordinary(rest[0].folded) else Name(tuple(rest), has_last=True)
        listed = self.lexicon.is_common_first(rest[0].folded) and all(self.lexicon.is_last(w.folded) for w in rest[1:])
        return Name(tuple(rest), has_first=True, has_last=True) if listed else None


def _is_boundary(text: str, line: Line) -> bool:
    return any(BOUNDARY.match(text, at, line.end) for at in (line.start, line.body))
