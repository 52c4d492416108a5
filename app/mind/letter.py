"""What is shown to a model: a mail in which no person can be known, as a Letter, and a customer without a face."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from agents.addressing import (
    ALWAYS_IN_FULL,
    addressee_of,
    is_on_first_name_terms,
    who_signs,
    with_signed_title,
)
from app.domain.account import Account
from app.domain.case import Case, Letter
from app.domain.message import Screening
from app.domain.ports import Redactor
from app.domain.text import PiiSpan, RawText, Span, text_of
from app.reading.authorship.answers import with_what_is_answered
from app.reading.language import detect_language
from app.reading.trust.impostors import signs_beside_the_ledger

REDACTED = 60_000
"""Code points of a text that are redacted, five times of what a model is shown; no writer's own words are longer."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """`greeting` stands for the writer's name in a draft; it is made anew for each mail and never kept."""

    letter: Letter
    vault: Mapping[str, str] = field(repr=False)
    greeting: Mapping[str, str] = field(repr=False)
    pii: tuple[PiiSpan, ...] = field(repr=False)


def redact(redactor: Redactor, case: Case) -> Redacted:
    """All texts of the mail in one call, so that one person has one placeholder. What is too long to be redacted in
    good time is cut off: no model sees it."""
    mail = case.read.mail
    attachments = [(attachment.text or "")[:REDACTED] for attachment in mail.attachments]
    texts = [mail.head.subject, mail.text[:REDACTED], case.note, *attachments]
    done = redactor.redact(
        [RawText(text) for text in texts],
        language=case.read.language,
        known_names=tuple(known_names(case)),
        vault=case.vault,
        readable=tuple(_readable(case)),
    )
    subject, body, note, *rest = done
    vault = dict(case.vault)
    for redaction in done:
        vault.update(redaction.vault)
    greeting = _greeting(case)
    shown = with_what_is_answered(case.read.parts, mail.text, case.link.account)
    letter = Letter(
        subject=subject.text,
        body=body.text.cut([Span(part.start, min(part.end, REDACTED)) for part in shown if part.start < REDACTED]),
        attachments=tuple(redaction.text for redaction in rest),
        language=case.read.language,
        received_at=case.received_at,
        screening=_screening(case),
        sender_placeholder=next(iter(greeting), ""),
        note=note.text if case.note else None,
        is_cut=any(part.end > REDACTED for part in shown),
    )
    return Redacted(letter, vault, greeting, body.found)


def _greeting(case: Case) -> dict[str, str]:
    """What a draft may call the writer: a placeholder and the name behind it; empty when no person is shown."""
    sender = case.read.mail.head.sender
    known = case.link.contact.name if case.link.contact and not sender.name.strip() else ""
    account, language, text = case.link.account, case.read.language, reply_text(case)
    company = "" if account.natural_person else account.name
    person = addressee_of(sender.name or known, company, language)
    if person is None:
        signed = who_signs(sender.name, text, company)
        return {"⟨FIRST_NAME_1⟩": signed.first} if signed else {}
    if language not in ALWAYS_IN_FULL and is_on_first_name_terms(text, person):
        return {"⟨FIRST_NAME_1⟩": person.first}
    signature = case.read.parts.signature
    signed_with = f"{text}\n{signature.of(case.read.mail.text) if signature else ''}"
    titled = with_signed_title(person, signed_with).titled(language)
    return {"⟨TITLED_NAME_1⟩": titled} if titled else {"⟨FULL_NAME_1⟩": person.full}


def in_the_customers_language(case: Case) -> Case:
    """Where the words are too few to tell, and quote nothing, they are in the language of the contact or customer."""
    link, read = case.link, case.read
    hint = (link.contact.language if link.contact else "") or link.account.language
    if not hint or read.parts.quoted:
        return case
    words = reply_text(case) or read.mail.head.subject
    return replace(case, read=replace(read, language=detect_language(words, hint)))


def _screening(case: Case) -> Screening:
    """With the signs of fraud that only the ledger can tell. Whoever says what a mail means says that a person wrote
    it."""
    screening, link = case.read.screening, case.link
    if case.directions.correction is not None:
        screening = replace(screening, machine=None)
    if link.is_verified_contact:
        return screening
    signs = signs_beside_the_ledger(case.read.mail.head.sender, link.account.contacts)
    return replace(screening, fraud_signs=tuple(dict.fromkeys((*screening.fraud_signs, *signs))))


def known_names(case: Case) -> Iterator[str]:
    """Names that ledger and headers tell us; the redactor leaves out offices. The customer's own is no secret, unless
    the customer is a person."""
    mail, link = case.read.mail, case.link
    headers = (mail.head.sender, *mail.reply_to, *mail.cc)
    company = "" if link.account.natural_person else link.account.name.casefold()
    names = [contact.name for contact in (link.contact, *link.account.contacts) if contact]
    names += [address.name for address in headers]
    names += [link.account.name] if link.account.natural_person else []
    for name in dict.fromkeys(name.strip() for name in names):
        if name and not (company and (name.casefold() in company or company in name.casefold())):
            yield name


def _readable(case: Case) -> Iterator[str]:
    """What the ledger itself says, and a model is shown anyhow: the company and its invoices."""
    account = case.link.account
    if not account.natural_person:
        yield account.name
    yield from (invoice.number for invoice in account.invoices)


def faceless(account: Account) -> Account:
    """The account as the graph sees it: rows of the ledger, nobody's name or address."""
    return replace(account, contacts=(), name="" if account.natural_person else account.name)


def reply_text(case: Case) -> str:
    return text_of(case.read.parts.new, case.read.mail.text)
