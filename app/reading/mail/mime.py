"""The MIME tree of a mail (RFC 2045, 2046): the Rust parser first, the stdlib's where that one refuses."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import Message
from typing import TypeAlias

from fast_mail_parser import ParseError, PyMimePart, parse_email_tree

from app.domain.errors import UnreadableMail
from app.reading.charsets import UNPRINTABLE, decode_text
from app.reading.mail.headers import HEADER_LIMIT, decode_words, header_block

DEPTH_LIMIT = 30
PART_LIMIT = 200

_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_NEVER_ENCODED = frozenset({"authentication-results"})
"""Fields in which "=?" is a part of somebody's address, as a server wrote it down (RFC 2047 §5)."""

Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One node of a MIME tree (RFC 2045, 2046). `content` is None for a container."""

    content_type: str
    headers: Headers = field(repr=False)
    name: str = field(repr=False)
    disposition: str
    content: bytes | None = field(repr=False)
    children: tuple["Part", ...]

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


def _refuse_long_header(raw: bytes) -> None:
    """A header block without end is an attack, but text without any header is just an odd mail."""
    if len(header_block(raw)) >= HEADER_LIMIT and _FIELD.match(raw):
        raise UnreadableMail("header_too_long")


def mime_tree(raw: bytes) -> tuple[Part, str | None]:
    """The tree, and the defect met: `second_parser` when the first one refused.

    Raises UnreadableMail, whose one argument is a closed word: header_too_long, too_deep, too_many_parts, broken.
    """
    _refuse_long_header(raw)
    try:
        tree = _from_rust(parse_email_tree(raw), _Budget())
    except ParseError:
        tree = None
    if tree and not _has_hollow(tree):
        return tree, None
    if raw.count(b"multipart/") > PART_LIMIT:
        raise UnreadableMail("too_deep")
    if raw.count(b"\n--") > PART_LIMIT * 50:
        raise UnreadableMail("too_many_parts")
    try:
        message = message_from_bytes(raw, policy=policy.compat32)
    except RecursionError as error:
        raise UnreadableMail("too_deep") from error
    except (ValueError, LookupError, TypeError, AssertionError) as error:
        raise UnreadableMail("broken") from error
    return _from_stdlib(message, _Budget()), "second_parser"


def _has_hollow(part: Part) -> bool:
    """A multipart in which the first parser found no parts: it drops the words, the second one keeps them."""
    is_hollow = part.content is None and not part.children
    return is_hollow or any(map(_has_hollow, part.children))


REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
"""What became of a mail, told by a server (RFC 3464, 6533)."""


@dataclass(slots=True)
class _Budget:
    parts: int = 0

    def spend(self, depth: int) -> None:
        self.parts += 1
        if depth > DEPTH_LIMIT:
            raise UnreadableMail("too_deep")
        if self.parts > PART_LIMIT:
            raise UnreadableMail("too_many_parts")


def _from_rust(node: PyMimePart, budget: _Budget, depth: int = 0) -> Part:
    budget.spend(depth)
    headers = tuple((name, UNPRINTABLE.sub("", value)) for name, values in node.headers.items() for value in values)
    children = tuple(_from_rust(child, budget, depth + 1) for child in node.children)
    return Part(
        node.content_type.lower(),
        headers,
        node.filename or "",
        (node.disposition or "").lower(),
        node.content,
        children,
    )


def _from_stdlib(message: "Message[str, str]", budget: _Budget, depth: int = 0) -> Part:
    budget.spend(depth)
    payload = message.get_payload()
    children: tuple[Part, ...] = ()
    is_report = message.get_content_type() in REPORTS  # its "parts" are blocks of fields, to be read as they stand
    if isinstance(payload, list) and not is_report:
        children = tuple(_from_stdlib(child, budget, depth + 1) for child in payload if isinstance(child, Message))
    headers = tuple((name, _read_field(name, _one_line(str(value)))) for name, value in message.items())
    return Part(
        message.get_content_type(),
        headers,
        _stdlib_name(message),
        _first_word(str(message.get("content-disposition", ""))),
        _stdlib_content(message),
        children,
    )


def _read_field(name: str, value: str) -> str:
    return value if name.lower() in _NEVER_ENCODED else decode_words(value)


def _stdlib_content(message: "Message[str, str]") -> bytes | None:
    payload = message.get_payload()
    if isinstance(payload, list):
        if message.get_content_maintype() != "message":
            return None
        return "\n".join(str(part) for part in payload).encode("utf_8", errors="replace")
    try:
        content = message.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, IndexError):
        content = str(message.get_payload()).encode("utf_8", errors="replace")
    return content if isinstance(content, bytes) else b""


def _stdlib_name(message: "Message[str, str]") -> str:
    try:
        name = message.get_filename("")
    except (ValueError, LookupError, TypeError, IndexError):
        return ""
    return decode_words(_one_line(str(name)))


def _one_line(value: str) -> str:
    """Header values of the stdlib hold raw bytes as surrogates."""
    text, _ = decode_text(value.encode("utf_8", errors="surrogateescape"))
    return " ".join(text.split())


def _first_word(value: str) -> str:
    return value.partition(";")[0].strip().lower()
