"""A mail's text taken apart: the writer's own new words, what they quote, and their signature.

Rules, in this order: lines that start with ">" are quoted, and text between them is an inline answer; an announcement
("On … wrote:", a header block) makes quoted what follows it, unless ">" lines say more exactly what is; text passed
on as the answer is new; the end of the last run of own words may be a signature. Nothing is dropped where nothing
would be left.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from app.domain.message import ReplyParts
from app.domain.text import Span
from app.reading.authorship.afterwords import paragraphs_of
from app.reading.authorship.quotes import Kind, Line, Opener, find_openers, lines_of
from app.reading.authorship.signatures import find_signature
from app.reading.authorship.small_print import is_banner
from app.reading.sight.visible import hidden_markup
from app.reading.trust.senders import look_alike

_FORWARD_SUBJECT = re.compile(r"^\s*(?:fwd?|wg|tr|rv|enc|i|doorst|vs|vl|pd)\s?:", re.IGNORECASE)
_POINTS_BELOW = re.compile(
    r"\b(?:see|read|find|note) (?:the )?(?:below|attached|what|our|response|reply|answer|comments?)|"
    r"\bsee (?:[\w'\u2019]+ ){0,8}below|\bbelow (?:is|are)\b|"
    r"\bf\.?y\.?i\b|\bforwarding (?:this|you|our|the)\b|\bpass(?:ing|ed)? (?:this |it )?on\b"
    r"|\bsiehe (?:\w+ ){0,4}(?:unten|unsere?|anbei)|\bs\. ?u\.|\bunten(?:stehend)?\b|\bz(?:ur|\.) ?k(?:enntnis|"
    r"g\.?)\b|\bweitergeleitet\b|"
    r"\bweiterleit|\bleite \w+ weiter"
    r"|\bci-dessous|\bvoir (?:la |le )?(?:réponse|plus bas|message)|\bpour (?:info|information)\b|\btransfère|"
    r"\btransmets"
    r"|\b(?:ver|vea|véase|mire|vean) (?:más )?abajo|\babajo\b|\breenvío|\bpara su (?:información|conocimiento)|"
    r"\bos paso\b|\ble paso\b"
    r"|\bvedi (?:sotto|di seguito)|\bqui sotto|\bdi seguito|\binoltro\b|\bper conoscenza\b"
    r"|\bzie (?:hier)?onder|\bhieronder\b|\bter info\b|\bstuur (?:ik )?door|\bdoorgestuurd\b"
    r"|\b(?:ver|veja|vide) (?:em )?(?:abaixo|baixo)|\babaixo\b|\breencaminho|\bencaminho|\bpara (?:seu |"
    r"vosso )?conhecimento",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@([^\s<>@\])]{1,200})")
_SHORT_COVER = 220
_BARE_COVER = 40
_RECEIVABLES = re.compile(
    r"\bAR\b|(?i:\baccounts? receivables?\b|\breceivables\b|\bcredit (?:control|management)\b|\bcollections?\b|"
    r"\bdunning\b|\bdebitoren|\bforderung|\bmahn(?:ung|wesen|abteilung)|\binkasso\b|"
    r"\brecouvrement|\brelances?\b|\bcompta\w* clients?\b|\bcobros?\b|\bcobranzas?\b|"
    r"\brecupero crediti\b|\bufficio crediti\b|\bdebiteuren|\bcobran[çc]as?\b|\bcontas a receber\b)"
)
"""Who writes such mails is us, by whatever name and address they go."""


def split_reply(text: str, *, subject: str = "", sender_name: str = "", own: Collection[str] = ()) -> ReplyParts:
    """Offsets count in `text`.

    `own` are our addresses (lower case): a forwarded copy of our own mail is still a quote.
    """
    lines = lines_of(text)
    quoted = _quoted_lines(lines, text, subject, own)
    runs = [run for run in _runs(lines, quoted) if text[run.start : run.end].strip()]
    runs, signature = _without_signature(lines, runs, sender_name)
    new = tuple(filter(None, (_trimmed(run, text) for run in runs)))
    if not new:
        return _all_new(lines, text)
    return ReplyParts(new, _gaps(new, signature, text), signature and _trimmed(signature, text))


def _all_new(lines: Sequence[Line], text: str) -> ReplyParts:
    """Where nothing is left, all was meant.

    A mailer without quote marks wrote below its own introduction, or somebody only quotes.
    """
    opener = next(find_openers(lines), None)
    start = (
        lines[opener.body].start
        if opener and opener.kind is Kind.REPLY and opener.body < len(lines) and not text[: opener.start].strip()
        else 0
    )
    new = _trimmed(Span(start, len(text)), text) or _trimmed(Span(0, len(text)), text)
    return ReplyParts((new,), _gaps([new], None, text)) if new else ReplyParts(())


def _quoted_lines(lines: Sequence[Line], text: str, subject: str, own: Collection[str]) -> list[Span]:
    """What is not new, as spans in order; they may touch."""
    quoted = [Span(line.start, line.end) for line in lines if line.is_quoted]
    quoted += hidden_markup(text)
    quoted += _banner(lines)
    for opener in find_openers(lines):
        if opener.kind is not Kind.FORWARD and _has_marked_quote(lines, opener.body):
            quoted.append(Span(opener.start, lines[opener.body - 1].end))
        elif _is_passed_on(opener, text, subject, own):
            quoted.append(Span(opener.start, lines[opener.body - 1].end))
            subject, own = "", ("",)  # what the forwarded mail quotes in its turn is quoted
        else:
            quoted.append(Span(opener.start, len(text)))
            break
    return sorted(quoted)


def _banner(lines: Sequence[Line]) -> Iterator[Span]:
    """A gateway's warning on top."""
    first, words = next(paragraphs_of(lines), (0, ""))
    if is_banner(words):
        blank = next((line for line in lines[first:] if line.is_blank), lines[-1])
        yield Span(lines[first].start, blank.end)


def _has_marked_quote(lines: Sequence[Line], body: int) -> bool:
    following = next((line for line in lines[body:] if not line.is_blank), None)
    return following is not None and following.is_quoted


def _is_passed_on(opener: Opener, text: str, subject: str, own: Collection[str]) -> bool:
    """Forwarded as the answer: somebody else's mail, under a subject or a line that says so, or below words that
    point at it, or below none. Never a copy of our own mail, or of one that passes itself off as ours."""
    if opener.kind is Kind.REPLY or _is_ours(opener.sender, own):
        return False
    cover = text[: opener.start].strip()
    is_forward = bool(subject) and (opener.kind is Kind.FORWARD or _FORWARD_SUBJECT.match(subject) is not None)
    if is_forward and opener.sender:
        return True
    return len(cover) <= _SHORT_COVER and (
        not cover or _POINTS_BELOW.search(cover) is not None or (is_forward and len(cover) <= _BARE_COVER)
    )


def _is_ours(sender: str, own: Collection[str]) -> bool:
    address = _ADDRESS.search(sender.lower())
    domains = {known.rpartition("@")[2] for known in own}
    return (
        any(known in sender.lower() for known in own)
        or _RECEIVABLES.search(sender) is not None
        or (address is not None and (address[1] in domains or look_alike(address[1], domains)))
    )


def _runs(lines: Sequence[Line], quoted: Sequence[Span]) -> list[Span]:
    """What is left between the quoted spans."""
    runs: list[Span] = []
    position = 0
    for span in quoted:
        if span.start > position:
            runs.append(Span(position, span.start))
        position = max(position, span.end)
    end = lines[-1].end
    return [*runs, Span(position, end)] if position < end else runs


def _without_signature(lines: Sequence[Line], runs: Sequence[Span], sender_name: str) -> tuple[list[Span], Span | None]:
    """The runs without signatures, and the first of these. What is said below a signature is a run of its own."""
    if not runs:
        return [], None
    *kept, last = runs
    own = [line for line in lines if line.start >= last.start and line.end <= last.end]
    position, signature = last.start, None
    while own and (found := find_signature(own, sender_name, is_alone=len(runs) > 1 and not signature)):
        start, end = own[found.start].start, own[found.stop - 1].end
        kept.append(Span(position, start))
        own = own[found.stop :]
        signature = signature or Span(start, end if own else last.end)
        position = end if own else last.end
    return [*kept, Span(position, last.end)], signature


def _gaps(new: Sequence[Span], signature: Span | None, text: str) -> tuple[Span, ...]:
    """Everything that is in neither part counts as quoted."""
    taken = sorted([*new, signature]) if signature else list(new)
    edges = [0, *(edge for span in taken for edge in (span.start, span.end)), len(text)]
    gaps = (_trimmed(Span(start, end), text) for start, end in zip(edges[::2], edges[1::2], strict=True))
    return tuple(filter(None, gaps))


def _trimmed(span: Span, text: str) -> Span | None:
    words = text[span.start : span.end]
    start = span.start + len(words) - len(words.lstrip())
    end = span.start + len(words.rstrip())
    return Span(start, end) if start < end else None
