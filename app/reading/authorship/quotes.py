"""Where somebody else's words begin.

Introductions ("On … wrote:"), header blocks, and lines of dashes, in many tongues.

Everything works on lines cut to LINE_LIMIT characters, so that no expression ever sees a long one; offsets stay those
of the text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

LINE_LIMIT = 400
_WRAPPED_LINES = 6
_INTRO_LIMIT = 320
_BLOCK_LINES = 14
_LINES_SEARCHED = 4_000

_VERBS_LAST = (
    r"wrote|writes|a écrit|a ecrit|escribió|escribio|ha scritto|scrisse|schreef|geschreven|escreveu|schrieb|skrev|"
    r"написал|пишет|пише|написав|đã viết|kirjoitti|napisał|napisał\(a\)|написал\(а\)|написала"  # noqa: RUF001
)
_INTRO_LAST = re.compile(rf"\b(?:{_VERBS_LAST})\)?\s?:?\s*$", re.IGNORECASE)
_INTRO_INSIDE = re.compile(
    r"(?:^|\s)(?:schrieb|skrev|schreef|napisał|heeft|escreveu)\s.{1,160}:$|\shat\s.{1,160}\sgeschrieben\s?:$"
    r"|^(?:quoting|zitat von|citando(?: a)?|citeren|citation de)\s.{1,120}<\S{1,200}@\S{1,200}>\s?:$",
    re.IGNORECASE,
)
_SELF_OR_YOU = re.compile(
    r"\b(?:i|we|you)\s(?:(?:had|have|already)\s)?(?:wrote|written)\b|\bschrieb(?:en)? (?:ich|wir|er|man|mir|uns)\b"
    r"|\bhat (?:mir|uns)\b|\b(?:j.ai|avons|avez|as)\sécrit\b|\b(?:he|hemos|has|me|nos|usted) (?:escrito|escribió)\b"
    r"|\b(?:ho|abbiamo|avete|lei (?:mi |ci )?ha) scritto\b|\b(?:ik|wij|we|u|je|jij) schreef\b"
    r"|\bschreef (?:ik|u|je|wij|me)\b"
    r"|\b(?:eu|você|me|nos) escreveu\b",
    re.IGNORECASE,
)
_DATED_SENDER = re.compile(r"^(?:\w{2,4}\.?,? )?\d{1,4}[./\- ].{4,160}<\s?[^\s<>@]{1,64}@[^\s<>]{1,200}>?\s?>?:$")
_DATE_OR_ADDRESS = re.compile(r"\d{4}|\d{1,2}[:.h]\d{2}|\d{1,2}[./-]\d{1,2}|\S@\S")
_INTRO_START = re.compile(
    r"^(?:On|Am|Le|El|Il|Op|Em|No dia|A|Den|Dnia|W dniu|At|In)\s|^\w{2,4}[.,]{1,2}\s{0,2}\d|^\d{1,4}[./\- ]|"
    r"^\S.{0,80}<|^\w+ \d{1,2}[., ]|"
    r"^\S{2,12},? \d{1,2}[. ]|^\w+,? \d{1,2}\b|^\S.{0,80}\s(?:schrieb|wrote|skrev|schreef|escreveu)\b|^Às\s",
)
_CLOSING_BRACKET = re.compile(r"^>\s?(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu)?\s?:$")
_SAME_LINE_INTRO = re.compile(
    r"(?:(?<=\s)|[-_=*]{2,40}\s?)On (?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)|\d).{4,160}\bwrote:\s*$"
)

_ORIGINAL = (
    r"original message|original e-?mail|ursprüngliche (?:nachricht|(?:e-?)?mail)|originalnachricht|"
    r"(?:message|e-?mail|courriel) d'origine|mail original|"
    r"message d\u2019origine|"
    r"message original|mensaje original|"
    r"correo original|messaggio originale|oorspronkelijk(?:e)? bericht|origineel bericht|mensagem original|"
    r"ursprungligt meddelande|"
    r"oprindelig meddelelse|"
    r"opprinnelig melding|wiadomość oryginalna|исходное сообщение"
)
_FORWARDED = (
    r"forwarded message|forwarded by .{1,60}|weitergeleitete (?:nachricht|e-?mail)|message transféré|"
    r"message transfere|message réexpédié|"
    r"mensaje reenviado|"
    r"messaggio inoltrato|doorgestuurd bericht|mensagem (?:encaminhada|reencaminhada)|vidarebefordrat meddelande|"
    r"пересылаемое сообщение"
)
_ORIGINAL_LINE = re.compile(
    rf"^[\s*_]{{0,4}}[-_=*]{{2,40}}\s{{0,3}}(?:{_ORIGINAL})\s{{0,3}}:?[-_=*]{{0,40}}[\s*]{{0,3}}$", re.IGNORECASE
)
_FORWARD_LINE = re.compile(
    rf"^[\s*_]{{0,4}}[-_=*]{{2,40}}\s{{0,3}}(?:{_FORWARDED})\s{{0,3}}:?[-_=*]{{0,40}}[\s*]{{0,3}}$", re.IGNORECASE
)
_FORWARD_BEGINS = re.compile(
    r"^(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|début du message (?:transféré|"
    r"réexpédié)|"
    r"inicio del mensaje reenviado|"
    r"inizio messaggio inoltrato|begin doorgestuurd bericht|início da mensagem (?:reencaminhada|encaminhada))\s?:$",
    re.IGNORECASE,
)
_DASHED_INTRO = re.compile(
    r"^-{2,40}\s?[^\s-].{1,160}\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu)\s?:?\s?-{2,40}$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*[-_=*─]{5,}\s*$")

_LABELS = {
    "from": r"from|von|de|da|van|från|fra|od|от|от кого|expéditeur|remitente|mittente|afzender|remetente",
    "date": r"sent|date|gesendet(?: am)?|datum|envoyée?(?: le)?|enviad[oa]s?(?: el| em)?|fecha|inviato(?: il)?|data|"
    r"verzonden(?: op)?|skickat|sendt|дата|отправлено",
    "to": r"to|an|à|a|para|aan|till|til|кому|destinataire|destinatario",
    "cc": r"cc|bcc|kopie|copie|copia|con copia|c\.c\.|reply-to|antwort an|répondre à|importance|priorität|wichtigkeit|"
    r"anlagen|attachments",
    "subject": r"subject|betreff|objet|asunto|oggetto|ogg\.?|onderwerp|assunto|ämne|emne|тема",
}
_LABEL = re.compile("|".join(rf"(?P<{kind}>{words})" for kind, words in _LABELS.items()), re.IGNORECASE)
_MARK = re.compile(r"^\s{0,3}> ?")
_ANNOUNCED_AND_MARKED = re.compile(r"[:=_*-]\s{0,3}\n(?:\s{0,3}\n){0,3}\s{0,3}>")
"""A quick look: below a line that may announce something, lines that are marked."""

_LABELLED = re.compile(r"^\s{0,8}[*_]{0,2}([^\W\d_][\w.\u2019' -]{0,20}?)\s{0,2}:[*_]{0,2}(?:\s|$|\S)(.*)")


class Kind(Enum):
    REPLY = "reply"
    HEADERS = "headers"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Line:
    start: int
    text: str = field(repr=False)
    end: int

    @property
    def is_blank(self) -> bool:
        return not self.text or self.text.isspace()

    @property
    def is_quoted(self) -> bool:
        """Marked by ">". Arrows on both sides (">>> here <<<") are the writer's emphasis."""
        marked = self.text.strip(" \t")
        return marked.startswith(">") and not (marked.startswith(">>") and marked.endswith("<<"))


@dataclass(frozen=True, slots=True)
class Opener:
    """Where a quote is announced.

    [line, body) are the announcing lines. `start` is the offset of its first character, `sender` a header block's
    From.
    """

    kind: Kind
    line: int
    body: int
    start: int
    sender: str = field(repr=False, default="")


def lines_of(text: str) -> list[Line]:
    found: list[Line] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        found.append(Line(start, line[:LINE_LIMIT].rstrip("\r"), end))
        start = end + 1
    return found


def unmarked_forwards(text: str) -> str:
    """With one ">" less on each line below one that announces a forwarded mail: Apple's mailers mark all of it, though
    it is passed on and not answered."""
    if not _ANNOUNCED_AND_MARKED.search(text):
        return text
    lines, is_forwarded = lines_of(text), False
    kept: list[str] = []
    for number, line in enumerate(lines):
        is_forwarded = is_forwarded and (line.is_quoted or line.is_blank)
        whole = text[line.start : line.end]
        kept.append(_MARK.sub("", whole, count=1) if is_forwarded else whole)
        announced = line.text.strip()
        if _FORWARD_LINE.match(announced) or _FORWARD_BEGINS.match(announced):
            below = _next_filled(lines, number + 1)
            is_forwarded = below < len(lines) and lines[below].is_quoted
    return "\n".join(kept)


def find_openers(lines: Sequence[Line]) -> Iterator[Opener]:
    """Every announcement of a quote, in order. The lines of one are not looked at again."""
    number = 0
    while number < min(len(lines), _LINES_SEARCHED):
        opener = None if lines[number].is_blank else _opener_at(lines, number)
        if opener:
            yield opener
        number = max(opener.body, number + 1) if opener else number + 1


def _opener_at(lines: Sequence[Line], number: int) -> Opener | None:
    line = lines[number]
    text = line.text.strip()
    if _FORWARD_LINE.match(text) or _FORWARD_BEGINS.match(text):
        return _with_headers(lines, number, Kind.FORWARD)
    if _ORIGINAL_LINE.match(text):
        return _with_headers(lines, number, Kind.HEADERS)
    if _DASHED_INTRO.match(text):
        return _with_headers(lines, number, Kind.REPLY)
    if _RULE.match(text):
        return _ruled_headers(lines, number)
    return _header_block(lines, number, number) or _intro(lines, number)


def _with_headers(lines: Sequence[Line], number: int, kind: Kind) -> Opener:
    first = _next_filled(lines, number + 1)
    if first == len(lines):
        return Opener(kind, number, number + 1, lines[number].start)
    below = _header_block(lines, first, number) or _intro(lines, first)
    label, sender = _label(lines[first].text)
    if below is None and label == "from":
        return Opener(kind, number, first + 1, lines[number].start, sender)
    return Opener(kind, number, below.body if below else number + 1, lines[number].start, below.sender if below else "")


def _ruled_headers(lines: Sequence[Line], number: int) -> Opener | None:
    first = _next_filled(lines, number + 1)
    return _header_block(lines, first, number) if first < len(lines) else None


def _header_block(lines: Sequence[Line], first: int, begins: int) -> Opener | None:
    """From and a date or subject, in any order, within a few lines: how Outlook and its kin announce the mail below."""
    label, _ = _label(lines[first].text)
    if label not in {"from", "date", "subject", "to"}:
        return None
    kinds: dict[str, str] = {}
    last = first
    for number in range(first, min(first + _BLOCK_LINES, len(lines))):
        kind, value = _label(lines[number].text)
        if kind:
            kinds.setdefault(kind, value)
            last = number
        elif (number - last > 1 and not lines[number].is_blank) or (
            lines[number].is_blank and {"from", "subject"} <= kinds.keys()
        ):
            break
    if "from" in kinds and len(kinds) > 1 and not kinds.keys().isdisjoint({"date", "subject"}):
        return Opener(Kind.HEADERS, begins, last + 1, lines[begins].start, kinds["from"])
    return None


def _label(text: str) -> tuple[str, str]:
    match = _LABELLED.match(text)
    label = _LABEL.fullmatch(match[1].strip()) if match else None
    return (label.lastgroup or "", match[2]) if match and label else ("", "")


def _intro(lines: Sequence[Line], number: int) -> Opener | None:
    """A line like "On … wrote:", perhaps broken over some lines; or one at the end of a line of the writer's own."""
    line = lines[number]
    shared = _SAME_LINE_INTRO.search(line.text)
    if shared and _is_quote_next(lines, number + 1):
        return Opener(Kind.REPLY, number, number + 1, line.start + shared.start())
    if not _INTRO_START.match(line.text.strip().lstrip("> ")):
        return None
    last = next((last for last, joined in _joined(lines, number) if _announces(joined, lines, last)), None)
    return None if last is None else Opener(Kind.REPLY, number, last + 1, line.start)


def _joined(lines: Sequence[Line], number: int) -> Iterator[tuple[int, str]]:
    """The line, then it and the next one, and so on, while they may belong together."""
    is_quoted = lines[number].is_quoted
    joined = ""
    for last in range(number, min(number + _WRAPPED_LINES, len(lines))):
        if last > number and not _continues(lines, last, is_quoted):
            return
        piece = lines[last].text.strip()
        joined = f"{joined} {piece.lstrip('> ') if is_quoted else piece}".strip()
        if len(joined) > _INTRO_LIMIT:
            return
        yield last, joined


def _announces(joined: str, lines: Sequence[Line], last: int) -> bool:
    """Named writer and colon, and a quote below or a date; who tells what they wrote themselves needs the quote."""
    if not is_intro(joined):
        return False
    is_told = _SELF_OR_YOU.search(joined) is not None
    return _is_quote_next(lines, last + 1) or (not is_told and _DATE_OR_ADDRESS.search(joined) is not None)


def _continues(lines: Sequence[Line], number: int, is_quoted: bool) -> bool:
    """The line may belong to an introduction that began above. Some mailers set the address on lines of its own."""
    line = lines[number]
    if line.is_blank:
        following = _next_filled(lines, number)
        return following < len(lines) and lines[following].text.lstrip().startswith("<")
    return line.is_quoted == is_quoted or _CLOSING_BRACKET.match(line.text.strip()) is not None


def is_intro(line: str) -> bool:
    return bool(_INTRO_LAST.search(line) or _INTRO_INSIDE.search(line) or _DATED_SENDER.match(line))


def _is_quote_next(lines: Sequence[Line], number: int) -> bool:
    following = _next_filled(lines, number)
    return following < len(lines) and lines[following].is_quoted


def _next_filled(lines: Sequence[Line], number: int) -> int:
    while number < len(lines) and lines[number].is_blank:
        number += 1
    return number
