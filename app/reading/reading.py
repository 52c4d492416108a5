"""Reading a mail from bytes to all that code can say of it. Plain functions: no I/O, no clock, no state."""

import re
from dataclasses import replace

from app.domain.message import Identity, ParsedMail, ReadMail, ReplyParts
from app.domain.text import text_of
from app.reading.authorship.quotes import unmarked_forwards
from app.reading.authorship.replies import split_reply
from app.reading.files.opening import OpenFile, read_file
from app.reading.language import detect_language
from app.reading.mail.parsing import parse_mail
from app.reading.screening import screen

_TOKEN = re.compile(
    r"(?<![\w/.,-])(?:[A-ZÄÖÜ]{1,5} |[A-Za-zÄÖÜ]{1,6}[-/#.]{0,2})?\d[\dA-Z]{0,15}(?:[-/.][\dA-Z]{1,12}){0,4}(?![\w])"
)
_DIGITS = 3
_MOST_MENTIONS = 30
_WORDS_READ = 20_000


def read_mail(raw: bytes, identity: Identity, open_file: OpenFile = read_file) -> ReadMail:
    """Raises UnreadableMail."""
    return read_parsed(parse_mail(raw, open_file=open_file), identity)


def read_parsed(mail: ParsedMail, identity: Identity, language_hint: str = "") -> ReadMail:
    mail = replace(mail, text=unmarked_forwards(mail.text))
    parts = split_reply(mail.text, subject=mail.head.subject, sender_name=mail.head.sender.name, own=identity.addresses)
    words = text_of(parts.new, mail.text)
    return ReadMail(
        mail=mail,
        parts=parts,
        language=_language(mail, parts, words, language_hint),
        screening=screen(mail, identity, parts),
        invoice_mentions=invoice_mentions(f"{mail.head.subject}\n{words}"),
    )


def invoice_mentions(text: str) -> tuple[str, ...]:
    """What might be an invoice number, in order and each once; the ledger knows which of them are."""
    found = (match.group().strip() for match in _TOKEN.finditer(text[:_WORDS_READ]))
    candidates = (token for token in found if sum(map(str.isdigit, token)) >= _DIGITS)
    return tuple(dict.fromkeys(candidates))[:_MOST_MENTIONS]


def _language(mail: ParsedMail, parts: ReplyParts, words: str, hint: str) -> str:
    """The new words decide.

    Where they are few, what they quote is a better hint than none: people answer in the language they are written to.
    """
    if not hint and parts.quoted:
        hint = detect_language(text_of(parts.quoted, mail.text))
    return detect_language(words or mail.head.subject, hint)
