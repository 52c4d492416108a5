"""Texts with marks: passages of a mail, and traced facts of a draft.

Marks come from stored offsets; nothing is searched for.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

from app.domain.proposal import Trace

LETTERS = "abcdefghijklmnopqrstuvwxyz"
BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
SIGN_BEFORE = re.compile(r"[€£$][ \xa0\u202f]?\Z")
SIGN_AFTER = re.compile(r"[ \xa0\u202f]?[€£$](?!\w)")


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence number `number` covers `text[start:end]`, in code points. `is_value`: a value, not a whole passage; it
    shows when its fact is looked at."""

    number: int
    start: int
    end: int
    is_value: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text under the same evidence `marks`; those in `starts` begin here, the passages in `ends` stop here.
    `is_quiet`: no passage covers it, but values do."""

    text: str
    marks: tuple[int, ...] = ()
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    is_quiet: bool = False


Paragraph: TypeAlias = tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts of a draft come from; `source` is one of ledger, mail, configuration."""

    letter: str
    source: str
    reference: str


def sources_of(traces: Sequence[Trace]) -> tuple[Source, ...]:
    """Each source once, lettered in the order in which the draft uses them."""
    used = dict.fromkeys((trace.source, trace.reference) for trace in traces)
    return tuple(Source(_letter(n), source, reference) for n, (source, reference) in enumerate(used))


def traced(body: str, traces: Sequence[Trace]) -> tuple[Paragraph, ...]:
    """The draft's text with its facts marked by the number of their source; a currency sign belongs to its amount."""
    used = list(dict.fromkeys((trace.source, trace.reference) for trace in traces))
    spans = []
    for trace in traces:
        before, after = SIGN_BEFORE.search(body, 0, trace.start), SIGN_AFTER.match(body, trace.end)
        number = used.index((trace.source, trace.reference)) + 1
        spans.append(Span(number, before.start() if before else trace.start, after.end() if after else trace.end))
    return mail_text(body, spans)


def _letter(number: int) -> str:
    return LETTERS[number] if number < len(LETTERS) else str(number + 1)


def segments(text: str, spans: Iterable[Span], start: int = 0, end: int | None = None) -> tuple[Segment, ...]:
    """Split `text[start:end]` where a passage begins or stops; passages may overlap, what lies outside is ignored."""
    stop = len(text) if end is None else min(end, len(text))
    inside = [s for s in spans if max(s.start, start, 0) < min(s.end, stop)]
    cuts = sorted({start, stop, *(max(s.start, start) for s in inside), *(min(s.end, stop) for s in inside)})
    anchored: set[int] = set()
    found = []
    for left, right in pairwise(cuts):
        covering = [s for s in inside if s.start < right and s.end > left]
        starts = {s.number for s in covering if max(s.start, 0) == left} - anchored
        anchored |= starts
        found.append(
            Segment(
                text[left:right],
                marks=tuple(sorted({s.number for s in covering})),
                starts=tuple(sorted(starts)),
                ends=tuple(sorted({s.number for s in covering if min(s.end, len(text)) == right and not s.is_value})),
                is_quiet=bool(covering) and all(s.is_value for s in covering),
            )
        )
    return tuple(found)


def paragraphs(parts: Iterable[Segment]) -> tuple[Paragraph, ...]:
    """Group segments into paragraphs at blank lines; a passage may run over several."""
    blocks: list[list[Segment]] = [[]]
    for part in parts:
        pieces = BLANK_LINES.split(part.text)
        for index, piece in enumerate(pieces):
            if index:
                blocks.append([])
            starts = part.starts if index == 0 else ()
            ends = part.ends if index == len(pieces) - 1 else ()
            if piece or starts or ends:
                blocks[-1].append(replace(part, text=piece, starts=starts, ends=ends))
    return tuple(tuple(block) for block in blocks if any(part.text.strip() for part in block))


def mail_text(text: str, spans: Iterable[Span] = (), start: int = 0, end: int | None = None) -> tuple[Paragraph, ...]:
    """The visible text, or a window of it, as marked paragraphs."""
    return paragraphs(segments(text, spans, start, end))
