"""The headers of our mail that hold other people's words, written out as bytes.

The library's own headers read what they are given: a subject that spells an encoded word would be decoded once more,
line breaks and all, and whoever wrote it would write our mail.
"""

import re
from collections.abc import Iterable
from email.header import Header
from email.utils import formataddr

from app.domain.message import Address

_PLAIN = re.compile(r"(?!.*=\?)[ -~]*")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 .,'&()/-]{0,60}")
_LONG_WORD = re.compile(r"\S{61}")
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_BREAK = "\r\n"


def heading(sender: Address, recipient: Address, subject: str, copies: Iterable[Address] = ()) -> bytes:
    """From, To, Cc and Subject. Whatever is not plain ASCII for certain is encoded, and says what it said."""
    fields = {"From": (sender,), "To": (recipient,), "Cc": tuple(copies)}
    lines = [f"{name}: {f',{_BREAK} '.join(map(_mailbox, found))}{_BREAK}" for name, found in fields.items() if found]
    return "".join([*lines, f"Subject: {_subject(_one_line(subject))}{_BREAK}"]).encode("ascii")


def _subject(text: str) -> str:
    is_plain = _PLAIN.fullmatch(text) and not _LONG_WORD.search(text)
    return Header(text, "us-ascii" if is_plain else "utf-8", header_name="Subject").encode(linesep=_BREAK)


def _mailbox(mailbox: Address) -> str:
    name = _one_line(mailbox.name)
    if _PLAIN_NAME.fullmatch(name):
        return formataddr((name, mailbox.email))
    return f"{Header(name, 'utf-8', header_name='From').encode(linesep=_BREAK)}{_BREAK} <{mailbox.email}>"


def _one_line(text: str) -> str:
    return " ".join(_UNWRITABLE.sub(" ", text).split())
