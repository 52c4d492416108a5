"""Text before and after redaction.

Offsets are code points. A `RedactedText` remembers where each of its pieces came from, so that a span found in it can
be translated back to the customer's own words; one that touches a placeholder widens to all that the placeholder hides.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

PLACEHOLDER = re.compile(r"⟨[A-Z][A-Z_]*_\d+⟩")
"""⟨TYPE_n⟩; n counts within one conversation."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of code points."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class RawText:
    """Unredacted text: it cannot be printed by accident, and the agent does not accept it."""

    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PiiSpan:
    """Personal data found in a text: its type (a Presidio entity name) and place."""

    type: str
    start: int
    end: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a redacted text and the piece of the source that it stands for.

    `type` is None for text carried over unchanged (then both spans have one length), the kind of personal data for a
    placeholder, and "GAP" for a separator that has no source.
    """

    here: Span
    source: Span
    type: str | None = None


@dataclass(frozen=True, slots=True)
class RedactedText:
    """Text that may be shown to a model. Made by the redactor alone."""

    value: str
    segments: tuple[Segment, ...]

    def source_span(self, start: int, end: int) -> Span | None:
        """Where [start, end) of this text came from; None when it covers nothing but separators or lies outside."""
        touched = [s for s in self.segments if s.type != "GAP" and s.here.start < end and start < s.here.end]
        if not touched:
            return None
        first, last = touched[0], touched[-1]
        begin = first.source.start + (max(start - first.here.start, 0) if first.type is None else 0)
        finish = last.source.end - (max(last.here.end - end, 0) if last.type is None else 0)
        return Span(begin, finish)

    def cut(self, spans: Iterable[Span], separator: str = "\n") -> "RedactedText":
        """The parts of this text that stand for the given source spans, in order, joined by a separator.

        A placeholder is kept whole when a span touches it.
        """
        pieces: list[str] = []
        kept: list[Segment] = []
        length = 0
        for span in spans:
            if pieces:
                gap = Span(length, length + len(separator))
                kept.append(Segment(gap, Span(span.start, span.start), "GAP"))
                pieces.append(separator)
                length = gap.end
            for segment in self.segments:
                piece = _overlap(self.value, segment, span)
                if piece is not None:
                    text, source = piece
                    kept.append(Segment(Span(length, length + len(text)), source, segment.type))
                    pieces.append(text)
                    length += len(text)
        return RedactedText("".join(pieces), tuple(kept))


def _overlap(value: str, segment: Segment, span: Span) -> tuple[str, Span] | None:
    source = segment.source
    if segment.type == "GAP" or source.end <= span.start or span.end <= source.start:
        return None
    if segment.type is not None:
        return segment.here.of(value), source
    start, end = max(source.start, span.start), min(source.end, span.end)
    offset = segment.here.start - source.start
    return value[start + offset : end + offset], Span(start, end)


def unredacted(text: str) -> RedactedText:
    """Wrap text of our own that holds no personal data (prompts, templates, closed words)."""
    return RedactedText(text, (Segment(Span(0, len(text)), Span(0, len(text))),))


@dataclass(frozen=True, slots=True)
class Redaction:
    """What a redactor returns: the text a model may see, what each placeholder hides, and where it was found."""

    text: RedactedText
    vault: Mapping[str, str] = field(repr=False)
    found: tuple[PiiSpan, ...] = ()


def restore(text: str, vault: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Put the hidden words back. Returns the text and the placeholders that no entry explains (a draft with one is
    refused)."""
    unknown: list[str] = []

    def put_back(match: re.Match[str]) -> str:
        known = vault.get(match.group())
        if known is None:
            unknown.append(match.group())
            return match.group()
        return known

    return PLACEHOLDER.sub(put_back, text), tuple(unknown)


def text_of(spans: Sequence[Span], text: str, separator: str = "\n") -> str:
    """The spans of a text, joined."""
    return separator.join(span.of(text) for span in spans)
