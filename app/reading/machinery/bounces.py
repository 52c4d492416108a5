"""Delivery status notifications: whom a mail server could not reach for good, and of which mail it speaks.

RFC 3464 gives one block of fields to each recipient. `Action: failed` with a status of class 5 (RFC 3463) is final;
class 4, `delayed`, `relayed`, `delivered` and `expanded` are not. A full mailbox (x.2.2) is the person's, who may
empty it, and a refusal over policy or content (x.7.x, x.6.x) is ours: neither says that the address is dead.
"""

import re
from collections.abc import Iterator
from email import message_from_string
from email.message import Message

from app.domain.contact import NO_BOUNCE, Bounce, Recipient
from app.domain.message import Attachment, ParsedMail
from app.reading.machinery.worded_bounces import MESSAGE_ID, find_worded_bounce
from app.reading.mail.mime import REPORTS

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_DEAD = re.compile(r"5\.(?:0\.0|1\.(?:0|1|2|3|6|10|351)|2\.[01]|4\.(?:4|310))$")
"""Bad mailbox, system or syntax, moved, null MX (RFC 7505), disabled, no route; 5.0.0 where no server says more; and
Microsoft's own words for an unknown recipient and a domain that is not there."""

_WORDED = re.compile(
    r"user unknown|unknown user|no such (?:user|mailbox|recipient)|recipient (?:not found|unknown|does not exist)|"
    r"mailbox (?:not found|does not exist|unavailable)|recipient address rejected: access denied",
    re.IGNORECASE,
)
"""What servers say of an unknown recipient beside a status that means nothing (5.3.0) or something else (Microsoft's
5.4.1)."""

_VAGUE = frozenset({"5.3.0", "5.4.1"})

_ADDRESS = re.compile(r"[^\s<>;,\"]{1,64}@[\w.-]{1,255}")
_ORIGINALS = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})
_MOST = 50
_CHARACTERS_READ = 100_000


def find_bounce(mail: ParsedMail) -> Bounce:
    """Empty where nobody is dead for good. Where no part of the mail is a delivery status, its words may say it."""
    reports = [attachment for attachment in mail.attachments if attachment.content_type in REPORTS]
    failed = {
        recipient.email: recipient for report in reports for recipient in _failed(_text(report)) if recipient.email
    }
    if not failed:
        return NO_BOUNCE if reports else find_worded_bounce(mail)
    inner = (MESSAGE_ID.search(_text(part)) for part in mail.attachments if part.content_type in _ORIGINALS)
    named = [found.group(1) for found in inner if found]
    originals = dict.fromkeys([*named, *mail.head.in_reply_to, *mail.head.references])
    return Bounce(tuple(failed.values())[:_MOST], tuple(originals)[:_MOST])


def _text(attachment: Attachment) -> str:
    content = attachment.content[:_CHARACTERS_READ].decode("utf-8", "replace")
    return (content or attachment.text or "")[:_CHARACTERS_READ].replace("\r\n", "\n")


def _failed(report: str) -> Iterator[Recipient]:
    """The recipients' blocks stand behind the first; blank lines part them, some servers add more of them."""
    for block in re.split(r"\n\s*\n", report):
        fields = message_from_string(block.strip("\n"))
        status = _status(fields)
        is_failed = str(fields.get("Action", "failed")).strip().lower().startswith("fail")
        is_dead = _DEAD.match(status) or (status in _VAGUE and _WORDED.search(str(fields.get("Diagnostic-Code", ""))))
        if is_failed and is_dead:
            yield Recipient(_recipient(fields), status)


def _status(fields: Message) -> str:
    """`Status`; where it is general (5.0.0), the server's own answer may be more exact."""
    stated = _STATUS.search(str(fields.get("Status", "")))
    answered = _STATUS.search(str(fields.get("Diagnostic-Code", "")))
    exact = answered if answered and (stated is None or stated.group().endswith(".0.0")) else stated
    return exact.group() if exact else ""


def _recipient(fields: Message) -> str:
    """Whom we wrote to: Original-Recipient, which a forwarding server keeps, before Final-Recipient."""
    for name in ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient"):
        found = _ADDRESS.search(str(fields.get(name, "")))
        if found:
            return found.group().lower()
    return ""
