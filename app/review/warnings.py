"""What is dangerous or doubtful about a mail, and what says so."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from app.db.repositories.ledger import as_contact
from app.db.uow import Uow
from app.domain.contact import Reachability
from app.domain.intents import Reason
from app.domain.message import Authentication, ReadMail
from app.domain.sentence import Sentence
from app.reading.mail.parsing import TEXT_CUT, TEXTS_DIFFER
from app.reading.trust.impostors import BANK_DETAILS, signs_beside_the_ledger
from app.review.concealed import hidden_words, orders_to_software
from app.review.files import CaseFile
from app.review.item_view import Banner, Candidate, Sign

BANNERS = (
    Reason.NO_MORE_MAIL,
    Reason.FRAUD_RISK,
    Reason.INJECTION,
    Reason.UNVERIFIED_SENDER,
    Reason.UNKNOWN_CUSTOMER,
    Reason.UNREADABLE_ATTACHMENT,
    Reason.REDACTION_FAILED,
    Reason.MODEL_UNAVAILABLE,
    Reason.DRAFT_REFUSED,
    Reason.CHANGED_SINCE_APPROVAL,
)

DEFECTS = ("second_parser", "empty_multipart", "unknown_charset", "undeclared_charset", "broken_text")
"""Of parsing: what was read may not be all that was written. What was cut off or differs has a banner of its own."""

_EXCERPT = 600


async def banners(uow: Uow, case: CaseFile) -> tuple[Banner, ...]:
    banners = []
    for reason in BANNERS:
        if reason.value in case.review.reasons:
            banners.append(await _banner(uow, case, reason))
    if case.read.screening.has_hidden_text:
        raw = await uow.words.get(case.message.raw_id)
        banners.append(Banner("hidden_text", excerpt=await asyncio.to_thread(hidden_words, raw)))
    defects = tuple(defect for defect in DEFECTS if defect in case.read.mail.defects)
    if defects:
        banners.append(Banner("defects", details=defects))
    bearing = (await uow.ancestry.ancestors([case.message.rfc_id_hash])).values()
    others = {message_id for ancestor in bearing for message_id in ancestor.message_ids} - {case.message.id}
    if others:
        banners.append(Banner("repeated_id", details=await _reviews_of(uow, sorted(others))))
    return tuple(banners)


async def _reviews_of(uow: Uow, message_ids: Sequence[UUID]) -> tuple[str, ...]:
    found = [await uow.reviews.of_message(message_id) for message_id in message_ids]
    return tuple(str(review.id) for review in found if review is not None)


async def _banner(uow: Uow, case: CaseFile, reason: Reason) -> Banner:
    match reason:
        case Reason.NO_MORE_MAIL:
            known = await uow.contacts.at(case.read.mail.head.sender.email)
            written_to = (str(row.id) for row in known if row.active and row.reachability is Reachability.OK)
            return Banner(reason.value, contacts=tuple(written_to))
        case Reason.FRAUD_RISK:
            return Banner(reason.value, signs=await _signs(uow, case))
        case Reason.UNKNOWN_CUSTOMER:
            return Banner(reason.value, candidates=await _candidates(uow, case.read))
        case Reason.INJECTION:
            return Banner(reason.value, details=await asyncio.to_thread(orders_to_software, _texts(case.read)))
        case Reason.UNREADABLE_ATTACHMENT:
            unread = tuple(part.name for part in case.read.mail.attachments if not part.is_readable)
            too_long = (Sentence("the end of a very long mail"),) if TEXT_CUT in case.read.mail.defects else ()
            return Banner(reason.value, details=(*unread, *too_long))
        case _:
            return Banner(reason.value)


def _texts(read: ReadMail) -> tuple[str, ...]:
    attachments = (f"{part.name}\n{part.text or ''}" for part in read.mail.attachments)
    return (read.mail.head.subject, read.mail.text, *attachments)


async def _signs(uow: Uow, case: CaseFile) -> tuple[Sign, ...]:
    """What is odd about the sender, beside what is on file."""
    read, customer_id = case.read, case.review.customer_id
    contacts = await uow.ledger.contacts(customer_id) if customer_id else []
    sender = read.mail.head.sender
    signs = [Sign(word, _seen(word, read)) for word in read.screening.fraud_signs]
    if contacts and all(contact.email != sender.email for contact in contacts):
        on_file = ", ".join(sorted({contact.email.rpartition("@")[2] for contact in contacts}))
        found = signs_beside_the_ledger(sender, map(as_contact, contacts))
        beside = [Sign(word, _seen(word, read), on_file) for word in found]
        signs = [*beside, *(sign for sign in signs if sign.sign not in found)]
    if read.screening.authentication is Authentication.FAIL:
        signs.append(Sign("authentication", "fail"))
    return tuple(signs)


def _seen(word: str, read: ReadMail) -> str:
    if word.startswith("reply_to"):
        return ", ".join(address.email for address in read.mail.reply_to)
    if word == BANK_DETAILS:
        return Sentence("mentioned or changed")
    if word == TEXTS_DIFFER:
        return read.mail.unread[:_EXCERPT] or Sentence("its plain text alone, not its HTML")
    if "domain" in word or "alike" in word or "elsewhere" in word:
        return read.mail.head.sender.domain
    return read.mail.head.sender.name or read.mail.head.sender.email


async def _candidates(uow: Uow, read: ReadMail) -> tuple[Candidate, ...]:
    """The customers of the writer's address where it has several, and those of the invoices that the mail names."""
    sender = read.mail.head.sender.email
    whys = {row.customer_id: "contact" for row in (await uow.ledger.customers_of([sender])).get(sender, [])}
    named = await uow.ledger.customers_by_invoices(read.invoice_mentions)
    whys |= dict.fromkeys(sorted(named - whys.keys()), "invoice_number")
    customers = await uow.ledger.customers(whys)
    return tuple(Candidate(key, customers[key].name, why) for key, why in whys.items() if key in customers)
