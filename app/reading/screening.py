"""What code says of a mail before any model sees it.

Machine or person, whose word vouches for the sender, what looks like fraud.
"""

import re

from app.domain.message import Identity, Machine, ParsedMail, ReplyParts, Screening
from app.domain.sending import OWN_MARK
from app.domain.text import text_of
from app.reading.authorship.replies import split_reply
from app.reading.machinery.asides import find_asides
from app.reading.machinery.bounces import find_bounce
from app.reading.machinery.machines import is_marked, looks_robotic, machine_of
from app.reading.mail.parsing import TEXT_CUT, TEXTS_DIFFER
from app.reading.sight.visible import hidden_markup
from app.reading.trust.authentication import authentication_of
from app.reading.trust.human_wishes import asks_for_a_person, asks_for_no_more_mail
from app.reading.trust.ibans import ibans
from app.reading.trust.impostors import BANK_DETAILS, speaks_of_another_account
from app.reading.trust.injections import html_words, speaks_to_software
from app.reading.trust.senders import fraud_signs_of, look_alike

__all__ = ["look_alike", "screen"]


_PAID_FROM = re.compile(
    r"\b(?:from|von|vom|depuis|desde|dalla?|vanaf|van) {1,2}"
    r"(?:(?:our|my|unserem|meinem|notre|mon|nuestra|mi|nostro|mio|onze|mijn|nossa|minha|the) )?"
    r"(?:(?:bank )?account|konto|compte|cuenta|conto|rekening|conta)? ?(?:no\.? |iban:? ?)?"
    r"[A-Z]{2}\d\d(?=[ \dA-Z])",
    re.IGNORECASE,
)
"""The beginning of an account that somebody pays from, which asks for nothing."""

_OPENING = 300
"""Code points of a mail in which an order may go on that its subject began."""

_WORD_BREAKS = re.compile(r"[-_.+]+")
"""What stands for a space in the name of a file."""


def screen(mail: ParsedMail, identity: Identity, parts: ReplyParts | None = None) -> Screening:
    """`parts` saves a second split where the caller has them."""
    parts = parts or split_reply(
        mail.text, subject=mail.head.subject, sender_name=mail.head.sender.name, own=identity.addresses
    )
    has_markup = any(hidden_markup(mail.text))
    said = text_of(parts.new, mail.text)
    machine = machine_of(mail, said, identity)
    told = find_asides(mail.text, parts.new) if _may_hold_asides(mail, machine) else ()
    asides = told if machine is not None or looks_robotic(mail) else ()
    machine = None if asides else machine
    by_words = (*_bank_signs(mail, parts, identity), *_other_text(mail)) if machine is None else ()
    return Screening(
        machine=machine,
        authentication=authentication_of(mail, identity),
        fraud_signs=(*fraud_signs_of(mail, identity), *by_words),
        has_injection=has_markup or _has_injection(mail),
        has_hidden_text=mail.has_hidden_text or has_markup,
        has_unreadable_attachment=TEXT_CUT in mail.defects or not all(part.is_readable for part in mail.attachments),
        wants_person=machine is None and asks_for_a_person(said),
        wants_no_mail=machine is None and asks_for_no_more_mail(mail.head.subject),
        bounce=find_bounce(mail),
        is_marked=is_marked(mail) and not told,
        asides=asides,
    )


def _may_hold_asides(mail: ParsedMail, machine: Machine | None) -> bool:
    """A notice to which a person added what they have to say is a person's mail; another Duebox has no such person."""
    is_notice = is_marked(mail) if machine is None else machine in {Machine.AUTO_REPLY, Machine.TICKET_ROBOT}
    return is_notice and mail.header(OWN_MARK) is None


def _bank_signs(mail: ParsedMail, parts: ReplyParts, identity: Identity) -> tuple[str, ...]:
    """Words of a change, in all that the writer or a letter beside it says; or an account that is none of ours.

    Under a signature and in letters an account is no news: many print theirs on all they send. What is quoted is a sign
    only with both, since our own notice of a new account is quoted by every customer.
    """
    said = f"{mail.head.sender.name}\n{mail.head.subject}\n{text_of(parts.new, mail.text)}\n{mail.unread}"
    signature = parts.signature.of(mail.text) if parts.signature else ""
    quoted = text_of(parts.quoted, mail.text)
    told = (said, signature, *(attachment.text or "" for attachment in mail.attachments))

    def names_another(text: str) -> bool:
        return any(account not in identity.accounts for account in ibans(_PAID_FROM.sub(" ", text)))

    found = (
        names_another(said)
        or any(map(speaks_of_another_account, told))
        or (names_another(quoted) and speaks_of_another_account(quoted))
    )
    return (BANK_DETAILS,) if found else ()


def _other_text(mail: ParsedMail) -> tuple[str, ...]:
    """What people see in their mail program is not what is read here."""
    return (TEXTS_DIFFER,) if TEXTS_DIFFER in mail.defects else ()


def _has_injection(mail: ParsedMail) -> bool:
    """Everything that a model or a tool might come to read, whether a person sees it or not."""
    texts = (
        mail.head.sender.name,
        f"{mail.head.subject} {mail.text[:_OPENING]}",
        mail.head.subject,
        mail.text,
        mail.unread,
        html_words(mail.html) if mail.html else "",
        *(_WORD_BREAKS.sub(" ", attachment.name) for attachment in mail.attachments),
        *(f"{attachment.name}\n{attachment.text or ''}" for attachment in mail.attachments),
    )
    return any(speaks_to_software(text) for text in texts if text)
