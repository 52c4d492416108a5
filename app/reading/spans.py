"""Sentences and clauses with offsets, and folding of text for matching.

Everything that looks for words looks in folded text: lower case, without accents, one code point for one, so that an
offset found there is an offset in the text itself.
"""

import re
import unicodedata
from bisect import bisect_right

from app.domain.text import Span

_SPACES = "\u00a0\u2007\u2009\u200a\u202f\u3000\t"
_QUOTES = "\u2018\u2019\u201a\u201b\u00b4`\u02bc"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"

_WRAPPED_LINE = 55
"""A line this long that does not end a sentence was probably wrapped by the mail program."""

_ABBREVIATION_WORDS = """
mr mrs ms dr prof st sr sra sres sig dott ing ca approx inv no nos nr num ref re art abs bzw ggf inkl exkl
zzgl usw evtl vgl str tel z b d h i a u p ej pag av avda cf env ltd inc co s t n m mme mlle me rech fact fac
ft fatt gent spett egr dhr mevr mw bijv nl vs incl excl betr resp jan feb febr mar apr jun jul aug sep sept
oct okt nov dec dez ene abr ago dic janv fevr avr juil gen mag giu lug set ott fev abs e g eur usd gbp chf a.m
p.m
"""
_ABBREVIATIONS = frozenset(_ABBREVIATION_WORDS.split())

_NUMBER_ALONE = re.compile(r"\s*[\w/.-]*\d[\w/.-]*\s*")
_ENDING = re.compile(r"(?<![.!?\u2026])[.!?\u2026]+[\"')\u201d\u00bb\]]*(?=\s|$)")
_COUNTED = re.compile(
    r"jan|feb|fev|marz|maerz|mrz|mar|apr|avr|abr|mai|may|mei|mag|jun|jui|giu|jul|lug|aug|aou|ago|sep|set|okt|oct|ott|"
    r"out|nov|dez|dec|dic|gen|ene|quartal|tag|werktag|arbeitstag|mal\b|rate|mahnung|erinnerung|halbjahr|woche|stock|"
    r"etage|"
    r"rechnung|lieferung|abschlag|teil|monat"
)
_LEADING = re.compile(r"[\s>*\u2022\u00b7\-\u2013\u2014|]*")
_LAST_WORD = re.compile(r"(?<![^\W\d_])([^\W\d_]+)$")
_MORE = (
    r"(?:antig|viej|recient|recent|nuev|car[ao]s?\b|barat|alt[ao]|baj[ao]|baix|pequen|grande|grues|gord|chic|elevad|tard|ced[oi]|"
    r"tempran|pront|rapid|um\b|uma\b|de\b|del\b|do\b|que\b|tiempo|tempo|dias\b|adelante|bien\b|bem\b|\d|"
    r"o menos|ou menos)"
)
"""Behind "mas" and "mais", which then mean more, not but."""

_CLAUSE = re.compile(
    rf";|\s[-\u2013\u2014]\s|,?\s(?!ma(?:i)?s {_MORE})(?=(?:but|however|though|although|whereas|while|mais|"
    rf"cependant|toutefois|par "
    r"contre|aber|jedoch|dagegen|pero|sin embargo|"
    r"aunque|mas|porem|contudo|ma|pero'|tuttavia|invece|maar|echter)\b)"
)


def _folding() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in range(0x250):
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        if len(base) == 1 and base != chr(code):
            table[code] = base
    table.update({ord(c): " " for c in _SPACES})
    table.update({ord(c): "'" for c in _QUOTES})
    table.update({ord(c): "-" for c in _DASHES})
    return table


_FOLDING = _folding()


def fold(text: str) -> str:
    """Lower case without accents; every offset stays what it was."""
    return text.translate(_FOLDING)


def sentences(text: str) -> tuple[Span, ...]:
    """The sentences of a text, trimmed of white space and bullets; lines are sentences unless they were wrapped."""
    found: list[Span] = []
    for line in _lines(text):
        found.extend(_split_line(text, line))
    return tuple(found)


def clauses(text: str, within: Span | None = None) -> tuple[Span, ...]:
    """Sentences, divided further at semicolons, dashes and words of contrast."""
    folded = fold(text)
    found: list[Span] = []
    for sentence in (within,) if within is not None else sentences(text):
        start = sentence.start
        for cut in _CLAUSE.finditer(folded, sentence.start, sentence.end):
            _add(found, text, start, cut.start())
            start = cut.end()
        _add(found, text, start, sentence.end)
    return tuple(found)


def sentence_at(spans: tuple[Span, ...], position: int) -> Span | None:
    """The span that covers a position, or the last one before it."""
    index = bisect_right(spans, position, key=lambda span: span.start)
    return spans[index - 1] if index else None


def _lines(text: str) -> list[Span]:
    lines: list[Span] = []
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if lines and _is_wrapped(text, lines[-1], Span(start, end)):
            lines[-1] = Span(lines[-1].start, end)
        else:
            lines.append(Span(start, end))
        start = end + 1
    return lines


def _is_wrapped(text: str, before: Span, line: Span) -> bool:
    """Whether a line goes on with the sentence of the line before."""
    previous = before.of(text).rstrip()
    last = previous[previous.rfind("\n") + 1 :]
    first = line.of(text)[:1]
    is_heading = _NUMBER_ALONE.fullmatch(line.of(text)) is not None
    return (
        len(last) >= _WRAPPED_LINE
        and last[-1] not in ".!?:;"
        and first.isalnum()
        and not first.isupper()
        and not is_heading
    )


def _split_line(text: str, line: Span) -> list[Span]:
    found: list[Span] = []
    start = line.start
    for mark in _ENDING.finditer(text, line.start, line.end):
        if not _is_abbreviation(text, start, mark, line.end):
            _add(found, text, start, mark.end())
            start = mark.end()
    _add(found, text, start, line.end)
    return found


def _is_abbreviation(text: str, start: int, mark: re.Match[str], end: int) -> bool:
    if mark.group() != ".":
        return False
    rest = text[mark.end() : min(end, mark.end() + 3)].lstrip()
    if not rest:
        return False
    before = text[max(start, mark.start() - 12) : mark.start()]
    if before[-1:].isdigit():
        return not rest[0].isupper() or _is_ordinal(before, text[mark.end() : mark.end() + 14].lstrip())
    word = _LAST_WORD.search(before)
    if word is None:
        return False
    short = fold(word.group())
    return short in _ABBREVIATIONS and (rest[0].isalnum() or rest[0] in "#⟨") and (short != "no" or rest[0].isdigit())


def _is_ordinal(before: str, after: str) -> bool:
    """A day number before a month name ("am 4. November", "am 3. Werktag") does not end a sentence."""
    return re.search(r"(?:^|\s)\d{1,2}$", before) is not None and _COUNTED.match(fold(after)) is not None


def _add(found: list[Span], text: str, start: int, end: int) -> None:
    start = max(start, _LEADING.match(text, start, end).end()) if start < end else start  # type: ignore[union-attr]
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        found.append(Span(start, end))
