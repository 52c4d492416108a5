"""From a model's quote to evidence: looked up in what the model was shown, then translated to the writer's words."""

import re

from agents.triage.outputs import Quoted
from app.domain.case import Letter
from app.domain.proposal import BODY, SUBJECT, Evidence
from app.domain.text import RedactedText, Span

_BEFORE_WORDS = " \t\r\n,;:"


def text_at(letter: Letter, source: str) -> RedactedText | None:
    """The part of the letter that a source names; None when there is none."""
    if source == BODY:
        return letter.body
    if source == SUBJECT:
        return letter.subject
    number = int(source.partition(":")[2])
    return letter.attachments[number] if number < len(letter.attachments) else None


def locate(letter: Letter, claim: Quoted) -> Span | None:
    """Where the quote stands in the redacted text; None when it does not stand there."""
    text = text_at(letter, claim.source)
    words = claim.quote.split()
    if text is None or not words or len("".join(words)) > len(text.value):
        return None
    start, end = claim.start, claim.end
    if start is not None and end is not None and 0 <= start < end and text.value[start:end] == claim.quote:
        return Span(start, min(end, len(text.value)))
    found = re.search(r"\s+".join(map(re.escape, words)), text.value, re.IGNORECASE)
    return Span(*found.span()) if found else None


def evidence(letter: Letter, source: str, span: Span | None) -> Evidence | None:
    """Evidence in source offsets, without the comma of the clause before. Its text stays empty here: the agent never
    holds unredacted words."""
    text = text_at(letter, source)
    if text is None or span is None:
        return None
    words = text.value[span.start : span.end]
    before = len(words) - len(words.lstrip(_BEFORE_WORDS))
    origin = text.source_span(span.start + before, span.end)
    return Evidence(source, origin.start, origin.end) if origin else None


def evidence_of(letter: Letter, claim: Quoted) -> Evidence | None:
    return evidence(letter, claim.source, locate(letter, claim))


def span_here(letter: Letter, found: Evidence | None) -> Span | None:
    """Where evidence stands in the redacted letter: the way back from source offsets."""
    text = text_at(letter, found.source) if found else None
    if found is None or text is None:
        return None
    touched = [
        s for s in text.segments if s.type != "GAP" and s.source.start < found.end and found.start < s.source.end
    ]
    if not touched:
        return None
    first, last = touched[0], touched[-1]
    start = first.here.start + (max(found.start - first.source.start, 0) if first.type is None else 0)
    end = last.here.end - (max(last.source.end - found.end, 0) if last.type is None else 0)
    return Span(start, end)
