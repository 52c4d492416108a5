"""Words that sweep over invoices: "everything bar R-4 was paid", "bis zur R-3 ist alles bezahlt".

Read after the numbers and the words that stand for some: what is excepted, and where it ends, is named by those.
"""

import re
from collections.abc import Sequence

from app.reading.bills.numbering import InvoiceMatch, MatchKind

_ALL = re.compile(
    r"(?<!\bat )\b(?:all(?: of (?:them|these|it))?(?: the)?(?: (?:invoices|others))?|everything|every one|"
    r"the (?:whole )?lot|"
    r"tout(?:es)?|tous|l'ensemble|l'integralite|alle[sn]?|allesamt|samtliche\w*|tod[oa]s?|allemaal|tutt[oaei]|tudo)\b"
)
_ARTICLE = (
    r"(?:(?:the|la|las|les?|l'|die|der|den|dem|el|los|de|het|il|lo|gli|as?|os|number|invoice|no|nr|n[\u00b0\u00ba]|"
    r"rechnung|facture|factura|fra|factuur|fattura|fatura)[.:]?\s*)*"
)
_EXCEPT = re.compile(
    r"(?<!\w)(?:but|except(?:ing)?(?: for)?|bar(?:ring)?|save(?: for)?|apart from|aside from|other than|excluding|"
    r"with the exception of|minus|sauf|hormis|excepte|a part|a l'exception d[eu]|en dehors de|moins|"
    r"au(?:ss|\u00df)er|bis auf|ausgenommen|mit ausnahme (?:von|der)|abgesehen von|ohne|"
    r"afgezien van|mis a part|fuera de|salvo|menos|"
    r"excepto|exceptuando|quitando|a excepcion de|con (?:la )?excepcion de|aparte de|"
    r"behalve|uitgezonderd|met uitzondering van|buiten|op|"
    r"tranne|eccetto|fuorche|meno|ad eccezione d(?:i|ella)|con l'eccezione d(?:i|ella)|esclusa|a parte|"
    rf"exceto|a excecao d[ae]|com excecao d[ae]|tirando|fora)\s+{_ARTICLE}$"
)
_SAVE_ONE = re.compile(r"\s+na\b")
"""Dutch says "op R-4 na"."""

_LINK = re.compile(r"\s*(?:,|&|/|\+|\b(?:and|et|und|y|e|en|sowie|plus)\b)\s*(?:(?:the|la|die|der|le|de|a)\s+)?")
_UP_TO = re.compile(
    r"(?<!\w)(?:up to|up until|through|thru|jusqu'?a(?: la)?|bis(?: zur| zum|(?= einschl| inkl| \d|"
    r" [a-z]{1,5}[-/ ]?\d))|"
    r"hasta(?: la)?|tot(?: en met|(?= (?:en met|aan)))?|t/m|fino (?:ad?|alla)|ate(?: a)?)"
    r"(?: (?:and|y|e|et) (?:including|incluyendo|incluindo|compris))?"
    rf"(?: (?:einschlie(?:ss|\u00df)lich|inkl(?:usive|\.)?|inclusive))?\s+{_ARTICLE}$"
)
_INCLUDED = re.compile(
    r"\s*+\(?,?\s*+(?:inclu(?:ded|sive|sief|se|ida|idas|sa|so)|comprise?|compres[ao]|einschlie(?:ss|\u00df)lich|inkl\w*)\b"
)
_INCLUDING = re.compile(r"including|incluyendo|incluindo|compris|einschl|inkl|inclusive|en met|t/m")
_SENTENCE_END = re.compile(r"[!?\n]|\.\s")
_LEAD = 60
_NEAR = 120
"""So many characters may lie between "all" and what is excepted."""


def swept(folded: str, matches: Sequence[InvoiceMatch], numbers: tuple[str, ...]) -> tuple[InvoiceMatch, ...]:
    """`matches` of the folded text in order, with those that sweep; `numbers` are the open invoices in their order."""
    if len(numbers) < 2:  # noqa: PLR2004 nothing to sweep over
        return tuple(matches)
    ranged = [_up_to(folded, match, numbers) for match in matches]
    found = [match for run in _runs(folded, ranged) if (match := _all_but(folded, run, numbers))]
    kept = [m for m in ranged if not any(f.start < m.end and m.start < f.end for f in found)]
    return tuple(sorted((*kept, *found), key=lambda match: match.start))


def _runs(folded: str, matches: Sequence[InvoiceMatch]) -> list[list[InvoiceMatch]]:
    """Those listed one right after the other."""
    runs: list[list[InvoiceMatch]] = []
    for match in matches:
        is_next = runs and _LINK.fullmatch(folded, runs[-1][-1].end, match.start)
        if is_next and not _ALL.match(folded, match.start):
            runs[-1].append(match)
        else:
            runs.append([match])
    return runs


def _all_but(folded: str, run: Sequence[InvoiceMatch], numbers: tuple[str, ...]) -> InvoiceMatch | None:
    """From the word "all" to the exception, or the other way round, for what is not excepted."""
    start, end = run[0].start, run[-1].end
    lead = _EXCEPT.search(folded[max(0, start - _LEAD) : start])
    is_of_two_parts = lead is not None and lead.group().startswith("op ")
    second = _SAVE_ONE.match(folded, end)
    if lead is None or (is_of_two_parts and not second):
        return None
    excepted = {number for match in run for number in match.numbers}
    left = tuple(number for number in numbers if number not in excepted)
    if not left or len(left) == len(numbers):
        return None
    begin = start - len(lead.group())
    end = second.end() if is_of_two_parts and second else end
    before = [word for word in _ALL.finditer(folded, max(0, begin - _NEAR), begin)]
    after = _ALL.search(folded, end, end + _NEAR)
    for word in (*before[::-1], *((after,) if after else ())):
        between = folded[word.end() : begin] if word.end() <= begin else folded[end : word.start()]
        if not _SENTENCE_END.search(between):
            edges = min(word.start(), begin), max(word.end(), end)
            return InvoiceMatch(*edges, left, MatchKind.GROUP, tuple(n for n in numbers if n in excepted))
    return None


def _up_to(folded: str, match: InvoiceMatch, numbers: tuple[str, ...]) -> InvoiceMatch:
    """ "Up to and including R-3", "bis zur R-3 ist alles …": the invoices before it as well."""
    lead = _UP_TO.search(folded[max(0, match.start - _LEAD) : match.start])
    if lead is None or len(match.numbers) != 1 or match.numbers[0] not in numbers:
        return match
    begin, place = match.start - len(lead.group()), numbers.index(match.numbers[0])
    inside = _INCLUDED.match(folded, match.end) or _INCLUDING.search(lead.group())
    around = (folded[max(0, begin - _NEAR) : begin], folded[match.end : match.end + _NEAR])
    all_before = [word.end() for word in _ALL.finditer(around[0])]
    all_after = _ALL.search(around[1])
    is_all = bool(all_before and not _SENTENCE_END.search(around[0], all_before[-1])) or bool(
        all_after and not _SENTENCE_END.search(around[1], 0, all_after.start())
    )
    if not (inside or is_all) or place == 0:
        return match
    return InvoiceMatch(begin, match.end, numbers[: place + 1], MatchKind.RANGE)
