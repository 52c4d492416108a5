"""A reminder as MIME, fixed to the byte.

multipart/mixed                 only with attachments
├── multipart/alternative
│   ├── text/plain              the draft as it was approved
│   └── text/html               the same words, the statement as a table; nothing remote, no script, no image
└── attachments                 statement as PDF and XLSX, copies of invoices
"""

from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from html import escape
from urllib.parse import quote

from app.domain.jurisdiction import Jurisdiction
from app.domain.message import Address
from app.domain.sending import NO_MORE_MAIL, OWN_MARK
from app.reading.outgoing.disclosure import disclosed, mark
from app.reading.outgoing.enclosing import Attached, attach
from app.reading.outgoing.heading import heading


@dataclass(frozen=True, slots=True)
class Table:
    """A table that stands in the body as `text`; `rows` are its cells, the last row a total."""

    text: str = field(repr=False)
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class OutgoingReminder:
    """`message_id` is without brackets; `date` is the moment it may leave. `is_automatic`: nobody approved it."""

    message_id: str
    sender: Address
    recipient: Address
    subject: str = field(repr=False)
    body: str = field(repr=False)
    table: Table
    language: str
    date: datetime
    attachments: tuple[Attached, ...] = ()
    is_automatic: bool = False
    law: Jurisdiction | None = None


class _OneLine(UnstructuredHeader, BaseHeader):
    """A link stays whole: folded by the library, a long one becomes encoded words, which no mail program follows."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _OneLine)
_POLICY = SMTP.clone(max_line_length=78, header_factory=_HEADERS)


def compose_reminder(outgoing: OutgoingReminder) -> bytes:
    """The bytes of a reminder: the same ones for the same content, down to the boundaries.

    List-Unsubscribe (RFC 2369) asks for no more e-mail by e-mail, which a person reads and marks at the contact.
    """
    message = EmailMessage(policy=_POLICY)
    message["Date"] = format_datetime(outgoing.date)
    message["Message-ID"] = f"<{outgoing.message_id}>"
    if outgoing.is_automatic:
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message[OWN_MARK] = "yes"
    message["List-Unsubscribe"] = f"<mailto:{outgoing.sender.email}?subject={quote(NO_MORE_MAIL)}>"
    mark(message, is_automatic=outgoing.is_automatic)
    message.set_content(f"{_words(outgoing)}\n", charset="utf-8", cte="quoted-printable")
    message.add_alternative(html_of(outgoing), subtype="html", charset="utf-8", cte="quoted-printable")
    attach(message, outgoing.attachments, outgoing.message_id)
    message["Content-Language"] = outgoing.language
    return heading(outgoing.sender, outgoing.recipient, outgoing.subject) + message.as_bytes()


def html_of(outgoing: OutgoingReminder) -> str:
    """The body's own words; a table where the statement stands as text."""
    before, found, after = _words(outgoing).partition(outgoing.table.text)
    parts = [*_paragraphs(before), *([_table(outgoing.table)] if found else []), *_paragraphs(after)]
    style = "font-family:Arial,Helvetica,sans-serif;font-size:15px;line-height:1.5;max-width:46em"
    content = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="{escape(outgoing.language)}"><head><meta charset="utf-8"></head>\n'
        f'<body style="{style}">\n{content}\n</body></html>\n'
    )


def _words(outgoing: OutgoingReminder) -> str:
    return disclosed(outgoing.body, outgoing.language, is_automatic=outgoing.is_automatic, law=outgoing.law)


def _paragraphs(text: str) -> list[str]:
    pieces = [escape(piece.strip()) for piece in text.split("\n\n") if piece.strip()]
    return ["<p>" + piece.replace("\n", "<br>\n") + "</p>" for piece in pieces]


def _table(table: Table) -> str:
    *rows, total = table.rows
    heads = "".join(
        _cell("th", head, column, "border-bottom:2px solid #777") for column, head in enumerate(table.heads)
    )
    lines = [
        "".join(_cell("td", cell, n, "border-bottom:1px solid #ccc") for n, cell in enumerate(row)) for row in rows
    ]
    last = (
        f'<th scope="row" colspan="{len(table.heads) - 1}" style="padding:4px 10px;text-align:left">'
        f"{escape(total[0])}</th>{_cell('th', total[-1], len(table.heads) - 1, '')}"
    )
    body = "\n".join(f"<tr>{line}</tr>" for line in (*lines, last))
    return f'<table style="border-collapse:collapse">\n<tr>{heads}</tr>\n{body}\n</table>'


def _cell(tag: str, text: str, column: int, border: str) -> str:
    """Number and days stand left, figures right."""
    align = "left" if column < 3 else "right"  # noqa: PLR2004
    scope = ' scope="col"' if tag == "th" and border else ""
    return (
        f'<{tag}{scope} style="padding:4px 10px;text-align:{align};white-space:nowrap;{border}">{escape(text)}</{tag}>'
    )
