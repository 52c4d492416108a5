"""A reply as MIME, fixed to the byte: threading headers of RFC 5322 §3.6.4, the customer's words quoted below ours, and
multipart/mixed where files go along."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from babel.dates import format_datetime as localised

from app.domain.jurisdiction import Jurisdiction
from app.domain.message import Address
from app.domain.sending import OWN_MARK
from app.reading.outgoing.disclosure import disclosed, mark
from app.reading.outgoing.enclosing import Attached, attach
from app.reading.outgoing.heading import heading
from app.reading.trust.account_numbers import account_numbers
from app.reading.trust.ibans import ibans

MAX_REFERENCES = 20
_ID = re.compile(r"[!-;=?-~]{1,900}")
"""A Message-ID that fits a line (RFC 5322 §2.1.1): printable ASCII without angle brackets."""

LOCALES = {"en": "en_GB"}
"""Day before month: American dates are read two ways in the rest of the world."""

WROTE = {
    "en": "On {when}, {who} wrote:",
    "fr": "Le {when}, {who} a écrit :",
    "de": "Am {when} schrieb {who}:",
    "es": "El {when}, {who} escribió:",
    "nl": "Op {when} schreef {who}:",
    "it": "Il {when}, {who} ha scritto:",
    "pt": "Em {when}, {who} escreveu:",
}


@dataclass(frozen=True, slots=True)
class Original:
    """The mail that is answered."""

    message_id: str
    references: tuple[str, ...]
    sender: Address
    received_at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a reply consists of. `message_id` is without brackets; `date` is the moment it may leave; `copies` are
    contacts whom everybody sees."""

    message_id: str
    sender: Address
    recipient: Address
    subject: str = field(repr=False)
    body: str = field(repr=False)
    language: str
    date: datetime
    original: Original
    is_automatic: bool = False
    law: Jurisdiction | None = None
    copies: tuple[Address, ...] = ()
    attachments: tuple[Attached, ...] = ()


def compose(outgoing: Outgoing) -> bytes:
    """The bytes of a reply. `Auto-Submitted` stands only on mail that no person approved (RFC 3834 §5), and so does
    our own mark, by which another Duebox knows that nobody is there to be answered."""
    message = EmailMessage(policy=SMTP.clone(max_line_length=78))
    message["Date"] = format_datetime(outgoing.date)
    message["Message-ID"] = f"<{outgoing.message_id}>"
    if outgoing.is_automatic:
        message["Auto-Submitted"] = "auto-replied"
        message["X-Auto-Response-Suppress"] = "All"
        message[OWN_MARK] = "yes"
    mark(message, is_automatic=outgoing.is_automatic)
    message.set_content(_with_quote(outgoing), charset="utf-8", cte="quoted-printable")
    attach(message, outgoing.attachments, outgoing.message_id)
    message["Content-Language"] = outgoing.language
    head = heading(outgoing.sender, outgoing.recipient, outgoing.subject, outgoing.copies)
    return head + _threading(outgoing.original) + message.as_bytes()


def _threading(original: Original) -> bytes:
    """The threading headers, one id a line: folded by the library, an id longer than a line would be encoded."""
    chain = [rfc_id for rfc_id in (*original.references, original.message_id) if _ID.fullmatch(rfc_id)]
    if not chain or not original.message_id:
        return b""
    references = "\r\n ".join(f"<{rfc_id}>" for rfc_id in dict.fromkeys(chain[-MAX_REFERENCES:]))
    return f"In-Reply-To: <{chain[-1]}>\r\nReferences: {references}\r\n".encode("ascii")


def reply_subject(subject: str) -> str:
    """The subject of an answer: one "Re: ", whatever the mail had."""
    plain = _one_line(subject)
    return plain if plain[:3].casefold() == "re:" else f"Re: {plain}".rstrip()


def _with_quote(outgoing: Outgoing) -> str:
    original = outgoing.original
    body = disclosed(outgoing.body, outgoing.language, is_automatic=outgoing.is_automatic, law=outgoing.law)
    if not original.text.strip():
        return f"{body}\n"
    when = localised(
        original.received_at,
        "short",
        tzinfo=original.received_at.tzinfo,
        locale=LOCALES.get(outgoing.language, outgoing.language),
    )
    who = _said_name(original.sender)
    wrote = WROTE.get(outgoing.language, WROTE["en"]).format(when=when, who=who)
    quoted = "\n".join(f"> {line}".rstrip() for line in original.text.strip().splitlines())
    return f"{body}\n\n{wrote}\n{quoted}\n"


def _said_name(writer: Address) -> str:
    """How we call somebody: an account in a name would stand in our own words."""
    holds_an_account = any(ibans(writer.name)) or any(account_numbers(writer.name))
    return writer.email if holds_an_account or not writer.name else writer.name


def _one_line(text: str) -> str:
    return " ".join(text.split())
