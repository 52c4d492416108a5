"""From the tree of MIME parts to a ParsedMail: what is text, what is an attachment, and how each is decoded."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC

from app.domain.message import Attachment, ParsedMail
from app.reading.charsets import UNPRINTABLE, decode_text
from app.reading.files.opening import GivenFile, OpenFile, read_file, unopened
from app.reading.mail.attachments import attached_message, read_attachment
from app.reading.mail.dresses import is_another_text, words_beyond
from app.reading.mail.headers import addresses, carries_invisible, read_fields, read_head
from app.reading.mail.mime import Part, mime_tree
from app.reading.mail.opaque import signed_content
from app.reading.sight.invisible import strip_invisible
from app.reading.sight.visible import HTML_LIMIT, visible_text

TEXT_LIMIT = 200_000
TEXT_CUT = "text_cut"
"""The defect of a mail that is longer than what is read of it."""

TEXTS_DIFFER = "texts_differ"
"""The defect of a multipart/alternative whose parts are no dresses of one content."""

_DECODED_LIMIT = 4 * HTML_LIMIT
_STUB = 60
_STUB_RATIO = 4

_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_FLOWED = re.compile(r";\s*format\s*=\s*\"?flowed", re.IGNORECASE)
_DELSP = re.compile(r";\s*delsp\s*=\s*\"?yes", re.IGNORECASE)
_HTML_WARNING = re.compile(r"\b(?:html|view (?:this|it) in (?:your|a) browser|not support)\b", re.IGNORECASE)
_HTML_ONLY = re.compile(
    r"\b(?:not|n't|nicht|pas|no|niet|non|não)\b.{0,40}\bhtml\b"
    r"|\bhtml\b.{0,40}\b(?:not|nicht|pas|niet|non|não|client|viewer)\b",
    re.IGNORECASE,
)
"""A plain part that only says that the other one is to be read."""

_MIME_LINES = re.compile(r"^(?:--\S{1,72}|content-[a-z-]{1,30}:.*|\s{0,8}boundary=.*)$", re.IGNORECASE | re.MULTILINE)
_OPAQUE = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_CLEAR_SIGNED = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:Hash: [^\n]{0,80}\n)?\n?(?P<words>.*?)"
    r"^-----BEGIN PGP SIGNATURE-----.*?(?:^-----END PGP SIGNATURE-----\n?|\Z)",
    re.MULTILINE | re.DOTALL,
)
"""What OpenPGP puts around the words it signs (RFC 9580 §7): nobody's words."""

_QUOTE_MARK = re.compile(r"^>+")


@dataclass(slots=True)
class _Reading:
    """What has been gathered of a tree so far."""

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    defects: dict[str, None] = field(default_factory=dict)
    hides_text: bool = False
    is_opened: bool = False
    open_file: OpenFile = read_file

    def note(self, defect: str | None) -> None:
        if defect:
            self.defects[defect] = None


def parse_mail(raw: bytes, *, opens_attachments: bool = True, open_file: OpenFile = read_file) -> ParsedMail:
    """Raises UnreadableMail, whose one argument is a closed word: header_too_long, too_deep, too_many_parts, broken.

    Opening attachments may take seconds; without it they are named, and have no text. `open_file` opens strangers'
    files within limits of time and memory, where there are such limits.
    """
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")  # an old Macintosh; neither parser knows such line ends
    root, defect = mime_tree(raw)
    reading = _Reading(open_file=open_file if opens_attachments else unopened)
    reading.note(defect)
    is_one_text = root.content_type in {"text/plain", "text/html"} and root.disposition != "attachment"
    (_read_text if is_one_text else _read)(root, reading)  # a text that is the whole mail may have a file name
    text, has_invisible = strip_invisible(_tidy("\n\n".join(text for text in reading.texts if text)))
    if len(text) > TEXT_LIMIT:
        reading.note(TEXT_CUT)
    fields = read_fields(raw)
    return ParsedMail(
        head=read_head(raw),
        headers=root.headers,
        reply_to=addresses(fields.get("reply-to", "")),
        cc=addresses(fields.get("cc", "")),
        text=text[:TEXT_LIMIT],
        html="\n".join(reading.htmls) or None,
        unread="\n".join(reading.unread)[:TEXT_LIMIT],
        attachments=tuple(reading.attachments),
        has_hidden_text=reading.hides_text or has_invisible or carries_invisible(fields),
        defects=tuple(reading.defects),
    )


def fingerprint(mail: ParsedMail) -> str:
    """SHA-256 over From, Date, Subject and decoded text: equal for copies that took different paths."""
    head = mail.head
    date = head.date.astimezone(UTC).isoformat() if head.date else ""
    words = "\x00".join((head.sender.email, date, head.subject, " ".join(mail.text.split())))
    return hashlib.sha256(words.encode("utf_8")).hexdigest()


def _read(part: Part, reading: _Reading) -> None:
    """Walk one node. A multipart that turned out to have no parts (a boundary that never comes) is read as text."""
    kind = part.content_type if "/" in part.content_type else "text/plain"
    signed = signed_content(part.content or b"") if kind in _OPAQUE and not reading.is_opened else None
    if signed is not None:
        reading.is_opened = True
        tree, defect = mime_tree(signed)
        reading.note(defect)
        _read(tree, reading)
    elif kind == "message/rfc822":
        reading.attachments.append(_message_attachment(part, reading))
    elif kind == "multipart/alternative" and part.children:
        _read_alternatives(part.children, reading)
    elif part.children:
        for child in part.children:
            _read(child, reading)
    elif kind.startswith("multipart/"):
        reading.note("empty_multipart")
        reading.texts.append(_MIME_LINES.sub("", _decoded(part, reading)))
    elif kind in {"text/plain", "text/html"} and not _is_attachment(part):
        _read_text(part, reading)
    elif part.content is not None:
        _read_attachment(part, part.content, reading)


def _read_attachment(part: Part, content: bytes, reading: _Reading) -> None:
    file = GivenFile(part.name, part.content_type, content, _charset(part))
    is_shown_inline = part.disposition == "inline" or bool(part.header("content-id"))
    attachment = read_attachment(file, reading.open_file, is_shown_inline=is_shown_inline)
    reading.hides_text = reading.hides_text or attachment.has_hidden_text
    reading.attachments.append(attachment)


def _is_attachment(part: Part) -> bool:
    return part.disposition == "attachment" or bool(part.name and part.disposition)


def _read_text(part: Part, reading: _Reading) -> None:
    text = _decoded(part, reading)
    if part.content_type != "text/html":
        is_signed = text.count("-----BEGIN PGP SIGNED") == 1  # who frames their words twice plays
        reading.texts.append(_CLEAR_SIGNED.sub(lambda signed: signed["words"], text) if is_signed else text)
    else:
        reading.htmls.append(text)
        reading.texts.append(_visible(text, reading))


def _read_alternatives(children: Sequence[Part], reading: _Reading) -> None:
    """RFC 2046 §5.1.4: one content in several dresses. The plain one, unless it is a stub beside real HTML.

    What the others say beside it is kept apart: a person may have seen those.
    """
    before = len(reading.texts)
    plain: list[str] = []
    passed_over: list[str] = []
    for child in children:
        _read(child, reading)
        found = reading.texts[before:]
        del reading.texts[before:]
        rendered = "\n\n".join(text for text in found if text.strip())
        if child.content_type == "text/plain" or not plain:
            plain.append(rendered)
        elif _is_stub(plain[-1], rendered):
            reading.unread.append(words_beyond(plain[-1], rendered))
            plain[-1] = rendered
        elif rendered:
            passed_over.append(rendered)
    text = "\n\n".join(text for text in plain if text.strip())
    for other in passed_over:
        reading.unread.append(words_beyond(other, text))
        if is_another_text(other, text) or is_another_text(text, other):
            reading.note(TEXTS_DIFFER)
    reading.texts.append(text)


def _is_stub(plain: str, rendered: str) -> bool:
    words = plain.strip()
    if not words:
        return True
    if len(words) < 2 * _STUB and _HTML_ONLY.search(words) and rendered.strip():
        return True
    is_short = len(words) < _STUB and len(rendered.strip()) > _STUB_RATIO * len(words)
    return is_short or (
        len(words) < _STUB * 5 and _HTML_WARNING.search(words) is not None and len(rendered.strip()) > len(words)
    )


def _decoded(part: Part, reading: _Reading) -> str:
    content_type = part.header("content-type")
    text, defect = decode_text((part.content or b"")[:_DECODED_LIMIT], _charset(part))
    reading.note(defect)
    if len(text) > HTML_LIMIT or len(part.content or b"") > _DECODED_LIMIT:
        reading.note(TEXT_CUT)
    text = text[:HTML_LIMIT].replace("\r\n", "\n").replace("\r", "\n")
    if part.content_type == "text/plain" and _FLOWED.search(content_type):
        text = unflow(text, delete_space=_DELSP.search(content_type) is not None)
    return text


def _charset(part: Part) -> str:
    found = _CHARSET.search(part.header("content-type"))
    return found[1] if found else ""


def _visible(html: str, reading: _Reading) -> str:
    text, found_hidden = visible_text(html)
    reading.hides_text = reading.hides_text or found_hidden
    return text


def _message_attachment(part: Part, reading: _Reading) -> Attachment:
    """A forwarded mail: its head in three lines, then its words. Its own attachments are listed beside it."""
    inner = _Reading(open_file=reading.open_file)
    for child in part.children:
        _read(child, inner)
    for defect in inner.defects:
        reading.note(defect)
    reading.unread.extend(inner.unread)
    reading.hides_text = reading.hides_text or inner.hides_text
    reading.attachments.extend(inner.attachments)
    headers: Mapping[str, str] = {
        key.lower(): value for child in part.children[:1] for key, value in reversed(child.headers)
    }
    lines = [f"{name.title()}: {headers[name]}" for name in ("from", "date", "subject") if headers.get(name)]
    text, has_invisible = strip_invisible(_tidy("\n".join(lines) + "\n\n" + "\n\n".join(inner.texts)))
    reading.hides_text = reading.hides_text or has_invisible
    content = part.content or b""
    return attached_message(part.name or headers.get("subject", ""), text, len(content), content)


def unflow(text: str, *, delete_space: bool) -> str:
    """RFC 3676 §4: join the lines that a format=flowed mailer broke.

    A signature mark and a change of quote depth end a paragraph.
    """
    lines: list[str] = []
    open_depth: int | None = None
    for depth, body in _flow_lines(text):
        is_mark = body == "-- "
        if open_depth == depth and not is_mark:
            lines[-1] += body
        else:
            lines.append(">" * depth + (" " if depth and body else "") + body)
        flows = body.endswith(" ") and not is_mark
        open_depth = depth if flows else None
        if flows and delete_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _flow_lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line's quote depth, and its words without quote marks and space-stuffing."""
    for line in text.split("\n"):
        mark = _QUOTE_MARK.match(line)
        depth = mark.end() if mark else 0
        body = line[depth:]
        yield depth, body[1:] if body.startswith(" ") else body


def _tidy(text: str) -> str:
    lines = (line.rstrip() if line != "-- " else line for line in UNPRINTABLE.sub("", text).split("\n"))
    return "\n".join(lines).strip("\n")
