"""Codes that prove themselves by a check digit, in whatever groups they are written.

A code starts at a letter or digit and goes on over single separators; of all the places where it may end the longest
that some kind accepts is taken. A kind with `after` needs those words before it, unless it is `bare`, which only a word
for a paper ("order no.") speaks against. What is spread over wider gaps may be a row of a table: words must call it so,
or two check digits prove it.
"""

import re
from collections.abc import Iterator

from presidio_analyzer import LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from app.adapters.redaction.code_kinds import ANY_SHAPE, CODES, Code
from app.adapters.redaction.finds import REFERENCE, before

SEPARATORS = " \u00a0\u202f.-/"
WIDE_SEPARATORS = SEPARATORS + "\t_"
LONGEST_CODE, SHORTEST_CODE, MOST_GAPS, WIDEST_GAP = 24, 8, 7, 3
_SEP = r"[ \u00a0\u202f.\-/\t_]{0,3}"
START = re.compile(
    rf"(?<![^\W_])(?<!\d[.,\-/])(?=\d{_SEP}\d|[A-Za-z]{{1,4}}{_SEP}\d|[A-Za-z]{{2}}{_SEP}[A-Z]{{1,2}}{_SEP}\d"
    rf"|[A-Za-z]{{3}}{_SEP}[A-Za-z]{{3}}{_SEP}\d)"
)
SHORTEST_BARE_VAT = 10
NOT_BEHIND = re.compile(r"[.,]\d|[^\S\n]?(?:[€$£]|EUR\b|CHF\b|GBP\b)")


class CodeRecognizer(LocalRecognizer):
    def __init__(self, language: str) -> None:
        super().__init__(
            supported_entities=sorted({code.entity for code in CODES}), supported_language=language, name="codes"
        )

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        found: list[RecognizerResult] = []
        behind = 0
        for match in START.finditer(text):
            result = _read(text, match.start()) if match.start() >= behind else None
            if result is not None:
                found.append(result)
                behind = result.end
        return found


def _read(text: str, start: int) -> RecognizerResult | None:
    lead = before(text, start)
    for code, end, is_spread in reversed(list(_endings(text, start))):
        for kind in CODES if ANY_SHAPE.fullmatch(code) else ():
            if is_spread and not kind.proves_itself and not (kind.after and kind.after.search(lead)):
                continue
            if kind.shape.fullmatch(code) and _is_meant(kind, text[start:end], lead) and kind.is_valid(code):
                return RecognizerResult(kind.entity, start, end, 0.9)
    return None


def _endings(text: str, start: int) -> Iterator[tuple[str, int, bool]]:
    """What the code may be, where it would end, and whether it is spread over wide gaps; the shortest first."""
    code, gap, gaps, is_spread = "", 0, 0, False
    for at in range(start, len(text)):
        sign = text[at]
        if sign.isascii() and sign.isalnum():
            code, gap = code + sign.upper(), 0
        elif sign in WIDE_SEPARATORS and gap < WIDEST_GAP and gaps - (gap > 0) < MOST_GAPS:
            is_spread = is_spread or gap > 0 or sign not in SEPARATORS
            gap, gaps = gap + 1, gaps + (gap == 0)
            continue
        else:
            return
        if len(code) > LONGEST_CODE:
            return
        ends_here = at + 1 == len(text) or not (text[at + 1].isalnum() or text[at + 1] == "_")
        if ends_here and len(code) >= SHORTEST_CODE and not NOT_BEHIND.match(text, at + 1):
            yield code, at + 1, is_spread


def _is_meant(kind: Code, written: str, lead: str) -> bool:
    words = kind.after.search(lead) if kind.after else None
    if words is not None:
        return REFERENCE.search(words["gap"]) is None
    if not kind.may_be_bare(written) or REFERENCE.search(lead):
        return False
    small = kind.entity == "VAT_ID" and written[:2].islower()  # "de 136695976" is a preposition and a number
    return not (small and written[2] in SEPARATORS) and (kind.entity != "VAT_ID" or len(written) >= SHORTEST_BARE_VAT)
