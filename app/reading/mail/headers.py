"""The header block as intake reads it: fast, and with no input on which it raises.

Not the `email` package: that costs some 2 ms a mail and raises on a few per cent of broken ones. Here one regular
expression picks the wanted fields out of the bytes (RFC 5322 §2.2), and only what holds "=?" is decoded by RFC 2047.
"""

import binascii
import quopri
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from app.domain.message import Address, Head
from app.reading.charsets import UNPRINTABLE, decode_text
from app.reading.mail.canonical import canonical_address
from app.reading.sight.invisible import strip_invisible

HEADER_LIMIT = 256 * 1024
_MOST_REFERENCES = 50
_MOST_ADDRESSES = 500
_LONGEST_FIELD = 64 * 1024
_LONGEST_NAME = 500
_LONGEST_ID = 998  # RFC 5322 §2.1.1: a line is no longer than this

_WANTED = re.compile(
    rb"\n(message-id|in-reply-to|references|from|to|cc|reply-to|subject|date|auto-submitted|return-path|content-type|precedence)"
    rb"[ \t]*:(.*(?:\n[ \t].*)*)",
    re.IGNORECASE,
)
_BLANK_LINE = re.compile(rb"\n\r?\n")
_SPACES = re.compile(r"\s+")
_ID = re.compile(r"<([^<>]*)>")
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?)")
_PLAIN_ADDRESS = re.compile(r"(?:\"([^\"\\@<>]*)\" ?|([^\"\\,;:<>()@]*))<([^\s<>,;:\"()@]+@[^\s<>,;:\"()@]+)>")
_BARE_ADDRESS = re.compile(r"(?<![^\s<>,;:\"()\[\]\\@])[^\s<>,;:\"()\[\]\\@]+@[^\s<>,;:\"()\\@]++(?!\"?\s?@)")
_PIECE = re.compile(r"\"(?:[^\"\\]|\\.?)*(?:\"|$)|\((?:[^()\\]|\\.)*\)?|<[^<>]*>|[^\"(<,;:]+|.", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_ROUTE = re.compile(r"^(?:@[^:]*|mailto):", re.IGNORECASE)
_NULL_PATH = re.compile(r"\s*<\s*>\s*")
_BULK = frozenset({"bulk", "junk", "auto_reply"})


def read_head(raw: bytes) -> Head:
    """What the headers say. Never raises; what can't be read is empty."""
    fields = read_fields(raw)
    senders = addresses(fields.get("from", ""))
    return Head(
        message_id=_message_id(fields.get("message-id", "")),
        in_reply_to=_message_ids(fields.get("in-reply-to", "")),
        references=_message_ids(fields.get("references", ""))[-_MOST_REFERENCES:],
        sender=senders[0] if senders else Address(),
        to=addresses(fields.get("to", "")),
        subject=strip_invisible(decode_words(fields.get("subject", "")))[0].strip(),
        date=parse_date(fields.get("date", "")),
        is_automatic=_is_automatic(fields),
    )


def carries_invisible(fields: Mapping[str, str]) -> bool:
    """Whether signs that nobody sees say something in what a person reads of the headers, or turn it around."""
    return any(strip_invisible(decode_words(fields.get(name, "")))[1] for name in ("from", "reply-to", "subject"))


def read_message_id(raw: bytes) -> str:
    """The Message-ID alone, as `read_head` reads it."""
    return _message_id(read_fields(raw).get("message-id", ""))


def read_fields(raw: bytes) -> Mapping[str, str]:
    """The first field of each wanted name, unfolded, not yet decoded by RFC 2047. Never raises."""
    block = b"\n" + header_block(raw)
    fields: dict[str, str] = {}
    for match in _WANTED.finditer(block):
        name = match[1].decode("ascii").lower()
        if name not in fields:
            fields[name] = _unfold(match[2])
    return fields


def header_block(raw: bytes) -> bytes:
    """The bytes before the first blank line, at most HEADER_LIMIT of them, whatever the line ends."""
    start = raw[:HEADER_LIMIT]
    if b"\n" not in start:
        start = start.replace(b"\r", b"\n")
    if start.startswith((b"\n", b"\r\n")):
        return b""
    end = _BLANK_LINE.search(start)
    return start[: end.start()] if end else start


def decode_words(text: str) -> str:
    """RFC 2047: encoded words to text. What is broken stays as it was written."""
    if "=?" not in text:
        return text
    joined = _BETWEEN_WORDS.sub(r"\1", text)
    return _CONTROL.sub(" ", "".join(_decoded_pieces(joined)))


def addresses(value: str) -> tuple[Address, ...]:
    """The mailboxes of an address field, groups flattened (RFC 5322 §3.4).

    Encoded words are decoded after the parse, as they must be, and in names alone: RFC 2047 §5 has none in an address.
    """
    plain = _PLAIN_ADDRESS.fullmatch(value)
    if plain:
        return (_address(plain[1] or plain[2] or "", plain[3]),)
    found: list[Address] = []
    for pieces in _mailboxes(value[:_LONGEST_FIELD]):
        mailbox = _mailbox(pieces)
        if mailbox is not None:
            found.append(mailbox)
        if len(found) == _MOST_ADDRESSES:
            break
    return tuple(found)


def parse_date(value: str) -> datetime | None:
    """An aware time, or None for what is no date. A zone of "-0000" (RFC 5322 §3.3: unknown) counts as UTC."""
    if not value or len(value) > 100:  # noqa: PLR2004 - no date is longer; the parser is generous with garbage
        return None
    try:
        date = parsedate_to_datetime(value)
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        date.astimezone(UTC)  # an offset may push a date out of the calendar
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date


def _unfold(value: bytes) -> str:
    try:
        text = value.decode("ascii")
    except UnicodeDecodeError:
        text, _ = decode_text(value)
    if "\n" in text:
        text = " ".join(line.strip() for line in text.split("\n"))
    return (text if text.isprintable() else UNPRINTABLE.sub("", text)).strip()


def _message_ids(value: str) -> tuple[str, ...]:
    """Ids without brackets and white space, in order, each once. A field without brackets is split at spaces."""
    if not value:
        return ()
    tokens = _ID.findall(value) or value.split()
    ids = (_SPACES.sub("", token).strip("<>")[:_LONGEST_ID] for token in tokens)
    return tuple(dict.fromkeys(found for found in ids if found))


def _message_id(value: str) -> str:
    found = _message_ids(value)
    return found[0] if found else ""


def _is_automatic(fields: Mapping[str, str]) -> bool:
    """RFC 3834 §5, RFC 3464, and the older signs of machines: a first guess, which `screening` looks at again."""
    submitted = fields.get("auto-submitted", "").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or _NULL_PATH.fullmatch(fields.get("return-path", "")) is not None
        or fields.get("content-type", "").lstrip().lower().startswith("multipart/report")
        or fields.get("precedence", "").strip().lower() in _BULK
    )


def _decoded_pieces(text: str) -> Iterator[str]:
    """Neighbouring words of one charset are decoded together: some mailers cut a character in two."""
    pending, charset, position = b"", "", 0
    for match in _ENCODED_WORD.finditer(text):
        data = _word_bytes(match[2], match[3])
        name = match[1].partition("*")[0].lower()
        if pending and (match.start() > position or name != charset):
            yield decode_text(pending, charset)[0]
            pending = b""
        yield text[position : match.start()]
        if data is None:
            yield match[0]
        else:
            pending, charset = pending + data, name
        position = match.end()
    if pending:
        yield decode_text(pending, charset)[0]
    yield text[position:]


def _word_bytes(encoding: str, payload: str) -> bytes | None:
    data = payload.encode("utf_8", errors="replace")
    if encoding in "qQ":
        return quopri.decodestring(data.replace(b"_", b" "), header=False)
    try:
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return None


def _mailboxes(value: str) -> Iterator[list[str]]:
    """The tokens between commas. A group's name ends with a colon and is dropped."""
    pieces: list[str] = []
    for match in _PIECE.finditer(value):
        piece = match[0]
        if piece in {",", ";"}:
            yield pieces
            pieces = []
        elif piece == ":":
            pieces = []
        else:
            pieces.append(piece)
    yield pieces


def _mailbox(pieces: list[str]) -> Address | None:
    """One mailbox of its tokens. The address in angle brackets counts, whatever the display name pretends."""
    bracketed = [piece for piece in pieces if piece.startswith("<") and "@" in piece]
    if bracketed:
        name = "".join(piece for piece in pieces if piece != bracketed[-1] and not piece.startswith("("))
        return _address(_unquoted(name), bracketed[-1].strip("<> \t"))
    words = "".join(piece for piece in pieces if not piece.startswith("("))
    bare = _BARE_ADDRESS.search(words)
    if bare:
        comment = next((piece[1:-1] for piece in pieces if piece.startswith("(")), "")
        return _address(_unquoted(words.replace(bare[0], "")).strip() or comment, bare[0])
    name = _unquoted(words)
    return _address(name, "") if name.strip("<> ") else None


def _unquoted(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name.replace('"', "") if "\\" not in name else re.sub(r'(?<!\\)"', "", name))


def _address(name: str, email: str) -> Address:
    readable = _SPACES.sub(" ", strip_invisible(decode_words(name))[0]).strip()[:_LONGEST_NAME]
    bare = _ROUTE.sub("", _CONTROL.sub("", _SPACES.sub("", email)))
    is_one = bare.count("@") <= 1 or bare.startswith('"')
    return Address(readable, canonical_address(bare) if is_one else "")
