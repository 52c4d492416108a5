"""Which machine wrote a mail.

By its headers (RFC 3834, 3464, 8098, 2919), and by its words where there are no headers.

The costly mistake is to lose a person's answer: some service desks mark what a person wrote as auto-generated. So a
header alone is not believed where the words answer us, and words alone only where they are plainly a machine's.
"""

import re
from collections.abc import Callable, Sequence

from app.domain.message import Identity, Machine, ParsedMail
from app.domain.sending import OWN_MARK
from app.reading.machinery import further_cues
from app.reading.machinery.asides import may_be_for_us, says_nothing_else
from app.reading.machinery.cues import (
    ABSENCE,
    ABSENCE_CORE,
    ANSWERS,
    AWAY,
    AWAY_SUBJECT,
    BOUNCE,
    BOUNCE_SUBJECT,
    CHALLENGE,
    RECEIPT_SUBJECT,
    RECEIPT_WORDS,
    REMITTANCE,
    SELF_DECLARED,
    SMTP_CODE,
    TICKET,
    TICKET_SUBJECT,
    TOPIC,
    count,
)
from app.reading.machinery.worded_bounces import CERTIFIED_FAILURES, CERTIFIED_KIND, find_worded_bounce
from app.reading.trust.human_wishes import asks_for_no_more_mail

_WORDS_READ = 4_000

_MACHINE_SENDERS = re.compile(
    r"^(?:mailer-?daemon|postmaster|mail-?daemon|bounces?|mdaemon|mailadmin|post_?master|mail)(?:[+-].*)?(?:@|$)",
    re.IGNORECASE,
)
_ROBOT_SENDERS = re.compile(
    r"^(?:no-?_?repl(?:y|ies)|do-?not-?reply|noresponder?|no-?responder|nepasrepondre|ne-pas-repondre|"
    r"keine-?antwort|nichtantworten|nao-?responda|"
    r"non-?rispondere|niet-?beantwoorden|"
    r"autoresponder|auto-?reply|auto|automail|notifications?|notify|help-?desk|service-?desk|tickets?|support)\b",
    re.IGNORECASE,
)
_REPLY_PREFIX = re.compile(r"^\s*(?:re|aw|antw|antwort|sv|rép|res|rif)\s?(?:\[\d+\])?\s?:", re.IGNORECASE)

_CERTAIN = 2


def machine_of(mail: ParsedMail, words: str, identity: Identity) -> Machine | None:
    """The machine behind a mail, None for a person.

    `words` are the new text alone, so that a quoted mail decides nothing. Who asks for no more mail is a person, though
    their mail program writes that for them and says so.
    """
    if mail.head.sender.email in identity.addresses and _goes_elsewhere(mail, identity):
        return Machine.OWN_COPY
    text = words[:_WORDS_READ]
    if mail.header(OWN_MARK) is not None:
        return Machine.AUTO_REPLY
    if asks_for_no_more_mail(mail.head.subject):
        return None
    checks: Sequence[tuple[Machine, Callable[[ParsedMail, str], bool]]] = (
        (Machine.READ_RECEIPT, _is_receipt),
        (Machine.BOUNCE, _is_bounce),
        (Machine.AUTO_REPLY, _is_away),
        (Machine.TICKET_ROBOT, _is_ticket),
        (Machine.MAILING_LIST, lambda _mail, _text: _is_list(mail, identity)),
        (Machine.AUTO_REPLY, _is_declared),
    )
    return next((machine for machine, holds in checks if holds(mail, text)), None)


def _goes_elsewhere(mail: ParsedMail, identity: Identity) -> bool:
    """What our own address writes to us alone is no copy: a scanner, a form or a colleague hands something in."""
    return any(address.email not in identity.addresses for address in (*mail.head.to, *mail.cc))


def _report_type(mail: ParsedMail) -> str:
    """`delivery-status` or `disposition-notification` of a multipart/report (RFC 6522), or of a part that only such a
    mail has.
    """
    content_type = (mail.header("content-type") or "").lower()
    if content_type.startswith("multipart/report"):
        return content_type.partition("report-type=")[2].strip('" ').split(";")[0].strip('" ') or "delivery-status"
    kinds = {attachment.content_type for attachment in mail.attachments}
    return next((kind for kind in ("disposition-notification", "delivery-status") if f"message/{kind}" in kinds), "")


def _is_receipt(mail: ParsedMail, text: str) -> bool:
    if _report_type(mail) == "disposition-notification":
        return True
    if mail.header(CERTIFIED_KIND) is not None:
        return mail.header(CERTIFIED_KIND) not in CERTIFIED_FAILURES
    return (
        RECEIPT_SUBJECT.match(mail.head.subject) is not None
        and RECEIPT_WORDS.search(text) is not None
        and not ANSWERS.search(text)
    )


def _is_bounce(mail: ParsedMail, text: str) -> bool:
    is_report = _report_type(mail) in {"delivery-status", "global-delivery-status"}
    if is_report or mail.header("x-failed-recipients") or mail.header(CERTIFIED_KIND) in CERTIFIED_FAILURES:
        return True
    subject = mail.head.subject
    if _is_bounce_in_another_language(mail, text):
        return True
    if _is_daemon(mail):
        is_said = BOUNCE_SUBJECT.match(subject) is not None or count(BOUNCE[1:5], text) > 0 or not text.strip()
        return is_said or bool(find_worded_bounce(mail).failed)
    if has_null_return_path(mail):
        return BOUNCE_SUBJECT.match(subject) is not None or (
            not _tells_of_absence(mail, text) and (count(BOUNCE[1:5], text) > 0 or not text.strip())
        )
    if _REPLY_PREFIX.match(subject) or ANSWERS.search(text):
        return False
    return count(BOUNCE, f"{subject}\n{text}") >= _CERTAIN and (
        BOUNCE_SUBJECT.match(subject) is not None or count(BOUNCE[1:3], text) > 0
    )


def _is_bounce_in_another_language(mail: ParsedMail, text: str) -> bool:
    """Two of: the subject, the sentence, a mail server's code, a mail server as sender."""
    signs = (
        further_cues.BOUNCE_SUBJECT.match(mail.head.subject) is not None,
        further_cues.NOT_DELIVERED.search(text) is not None,
        count((SMTP_CODE,), text) > 0,
        _is_daemon(mail) or has_null_return_path(mail),
    )
    return any(signs[:2]) and sum(signs) >= _CERTAIN


def _is_daemon(mail: ParsedMail) -> bool:
    sender = mail.head.sender
    return _MACHINE_SENDERS.match(sender.email or sender.name) is not None or sender.name.lower().startswith(
        ("mail delivery", "mailer-daemon", "postmaster")
    )


def _tells_of_absence(mail: ParsedMail, text: str) -> bool:
    """Out-of-office notes come from <> too (RFC 3834 §3.3), and speak of mail that is not passed on."""
    return AWAY_SUBJECT.match(mail.head.subject) is not None or count(ABSENCE_CORE, text) > 0


def has_null_return_path(mail: ParsedMail) -> bool:
    """RFC 5321 §4.5.5: whoever sends from <> wants no answer."""
    return any("".join(value.split()) == "<>" for value in mail.all_headers("return-path"))


def _is_away(mail: ParsedMail, text: str) -> bool:
    subject = mail.head.subject
    if AWAY_SUBJECT.match(subject) or further_cues.AWAY_SUBJECT.match(subject):
        return True
    if _is_away_in_another_language(mail, text):
        return True
    if count(ABSENCE_CORE, text) == 0 or (
        ANSWERS.search(text) and not is_marked(mail) and not SELF_DECLARED.search(text)
    ):
        return False
    signs = count(ABSENCE, text) + count(ABSENCE[:1], mail.head.subject)
    return signs >= _CERTAIN or is_marked(mail) or (AWAY.search(text) is not None and says_nothing_else(text))


def _is_away_in_another_language(mail: ParsedMail, text: str) -> bool:
    signs = count((further_cues.AWAY, further_cues.BACK, further_cues.SELF_DECLARED), text)
    if not further_cues.PAYS.search(text):
        return further_cues.AWAY.search(text) is not None or signs >= _CERTAIN
    return signs >= _CERTAIN and (is_marked(mail) or further_cues.SELF_DECLARED.search(text) is not None)


def _is_ticket(mail: ParsedMail, text: str) -> bool:
    if CHALLENGE.search(text) or (further_cues.TICKET.search(text) and not further_cues.PAYS.search(text)):
        return True
    hits = count(TICKET, text) + count((SELF_DECLARED,), text) * _CERTAIN
    if not hits or REMITTANCE.search(f"{mail.head.subject}\n{text}"):
        return False
    is_robotic = looks_robotic(mail) or (is_marked(mail) and not TOPIC.search(text))
    if ANSWERS.search(text) and not (is_robotic and hits >= _CERTAIN):
        return False
    return hits >= _CERTAIN or is_robotic


def looks_robotic(mail: ParsedMail) -> bool:
    """Sent by a help desk or no-reply address, or called a ticket in its subject."""
    is_desk = _ROBOT_SENDERS.match(mail.head.sender.email) is not None
    return is_desk or TICKET_SUBJECT.search(mail.head.subject) is not None


def is_marked(mail: ParsedMail) -> bool:
    """The headers say that a machine answered (RFC 3834 §5 and its forerunners).

    X-Auto-Response-Suppress only asks us not to.
    """
    submitted = (mail.header("auto-submitted") or "").partition(";")[0].strip().lower()
    if submitted not in {"", "no"}:
        return True
    if (mail.header("precedence") or "").strip().lower() == "auto_reply" or has_null_return_path(mail):
        return True
    return any(
        mail.header(name) is not None
        for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from", "x-mail-autoreply")
    )


def _is_declared(mail: ParsedMail, text: str) -> bool:
    """Marked as automatic, with nothing in it that could be read and meant for us."""
    return is_marked(mail) and not may_be_for_us(text)


def _is_list(mail: ParsedMail, identity: Identity) -> bool:
    """RFC 2919. A person's mail to us that went through their team's list is not list mail."""
    precedence = (mail.header("precedence") or "").strip().lower()
    is_list = (
        mail.header("list-id") is not None
        or mail.header("list-post") is not None
        or precedence in {"list", "bulk", "junk"}
    )
    if not is_list or mail.head.in_reply_to or mail.head.references:
        return False
    receivers = {address.email for address in (*mail.head.to, *mail.cc)}
    return receivers.isdisjoint(identity.addresses) or precedence in {"bulk", "junk"}
