"""One case, put together for its page: the mail with its evidence, the proposal, the decision, the timeline."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import default as email_policy
from uuid import UUID

from app.db.tables.mail import MessageRow
from app.db.tables.system import AuditRow
from app.db.tables.work import OutboxRow, ProposalRow, ReviewRow
from app.db.uow import Uow
from app.domain.errors import NotFound
from app.domain.intents import Intent, Reason
from app.domain.message import Authentication, ReadMail
from app.domain.money import Money
from app.domain.proposal import BODY, SUBJECT, IntentFinding, Proposal
from app.domain.review import OutboxState, ReviewState
from app.domain.text import text_of
from app.domain.wire import PROPOSAL, READ_MAIL, load
from app.reading.composing import reply_subject
from app.reading.senders import look_alike
from app.review.ledger_panel import amount, ledger_panel
from app.review.view import (
    Attachment,
    Banner,
    Candidate,
    CaseView,
    Chip,
    Decision,
    DraftView,
    EarlierMail,
    FactView,
    MailView,
    Paragraph,
    Sign,
    Span,
    TimelineEntry,
    mail_text,
    most_urgent_first,
    segments,
    sources_of,
    traced,
)

BANNERS = (
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
LEAVING = frozenset({OutboxState.WAITING, OutboxState.READY})
NOT_LEFT = LEAVING | {OutboxState.FAILED}


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The rows of a case, opened."""

    review: ReviewRow
    message: MessageRow
    saved: ProposalRow
    proposal: Proposal
    read: ReadMail
    outbox: OutboxRow | None


async def open_case(uow: Uow, review_id: UUID) -> CaseFile:
    """Raises NotFound."""
    review = await uow.reviews.get(review_id)
    message = await uow.messages.get(review.message_id)
    saved = await uow.reviews.proposal(review)
    return CaseFile(
        review=review,
        message=message,
        saved=saved,
        proposal=load(PROPOSAL, await uow.words.get(saved.payload_id)),
        read=await open_reading(uow, message),
        outbox=await uow.outbox.of_review(review_id),
    )


async def open_reading(uow: Uow, message: MessageRow) -> ReadMail:
    if message.reading_id is None:
        raise NotFound("the mail has not been read yet")
    return load(READ_MAIL, await uow.words.get(message.reading_id))


async def case_view(
    uow: Uow, case: CaseFile, *, now: datetime, undo_seconds: int, editing: bool, place: tuple[int, int]
) -> CaseView:
    """Everything that the page of a case shows. `place` is its position in the queue and the queue's length."""
    review, proposal = case.review, case.proposal
    customer = await uow.ledger.customer(review.customer_id) if review.customer_id else None
    draft = await answer_of(uow, case)
    newest = await uow.reviews.of_message(case.message.id)
    return CaseView(
        review_id=str(review.id),
        version=review.version,
        state=review.state.value,
        mail=mail_view(case.message, case.read, proposal),
        reasons=most_urgent_first(review.reasons),
        rule=review.rule,
        policy_version=case.saved.policy_version,
        customer=customer.name if customer else "",
        segment=customer.segment if customer else "",
        banners=await _banners(uow, case),
        earlier=await _earlier(uow, case.message),
        summary=proposal.summary,
        facts=await _facts(uow, case),
        draft=draft,
        blank=None if draft else _blank(case),
        ledger=await ledger_panel(
            uow,
            review.customer_id,
            today=now.date(),
            concerned=proposal.invoices,
            writer=case.read.mail.head.sender.email,
        )
        if review.customer_id
        else None,
        timeline=await _timeline(uow, case.message),
        decision=await _decision(uow, case),
        newer=str(newest.id) if newest is not None and newest.id != review.id else "",
        undo_seconds=undo_seconds,
        editing=editing,
        position=place[0],
        total=place[1],
    )


def mail_view(message: MessageRow, read: ReadMail, proposal: Proposal | None) -> MailView:
    """The mail as plain text, evidence marked by its offsets. What follows the writer's own words is folded."""
    mail, parts = read.mail, read.parts
    evidence = _numbered(proposal.intents) if proposal else []
    ours = [span.end for span in (*parts.new, *((parts.signature,) if parts.signature else ()))]
    cut = max(ours, default=len(mail.text))
    body_spans = [span for source, span in evidence if source == BODY]
    return MailView(
        message_id=str(message.id),
        subject=segments(mail.head.subject, [span for source, span in evidence if source == SUBJECT]),
        sender_name=mail.head.sender.name,
        sender_email=mail.head.sender.email,
        received_at=message.received_at,
        language=read.language,
        body=mail_text(mail.text, body_spans, 0, cut),
        quoted=mail_text(mail.text, body_spans, cut, None) if cut < len(mail.text) else (),
        attachments=tuple(
            Attachment(part.name, part.size, part.is_readable, _excerpt(part.text, number, evidence))
            for number, part in enumerate(mail.attachments)
        ),
        redacted=proposal.redacted if proposal else "",
        has_html=read.mail.html is not None,
        authentication=""
        if read.screening.authentication is Authentication.NONE
        else read.screening.authentication.value,
    )


def _excerpt(text: str | None, number: int, evidence: Sequence[tuple[str, Span]]) -> tuple[Paragraph, ...]:
    spans = [span for source, span in evidence if source == f"attachment:{number}"]
    return mail_text(text, spans) if text and spans else ()


def _numbered(findings: Sequence[IntentFinding]) -> list[tuple[str, Span]]:
    return [
        (finding.evidence.source, Span(number, finding.evidence.start, finding.evidence.end))
        for number, finding in enumerate(findings, start=1)
        if finding.evidence is not None
    ]


async def answer_of(uow: Uow, case: CaseFile) -> DraftView | None:
    """The draft, or, once decided, what was sent."""
    sender, draft = case.read.mail.head.sender, case.proposal.draft
    if case.review.edited_id is not None and case.review.state is ReviewState.APPROVED:
        edited = await uow.words.get_json(case.review.edited_id)
        language = draft.language if draft else case.proposal.language
        return DraftView(sender.name, sender.email, edited["subject"], edited["body"], language)
    if draft is None:
        return None
    return DraftView(
        to_name=sender.name,
        to_email=sender.email,
        subject=draft.subject,
        body=draft.body,
        language=draft.language,
        tone=draft.tone.value,
        traced=traced(draft.body, draft.traces),
        sources=sources_of(draft.traces),
        facts=len(draft.traces),
    )


def _blank(case: CaseFile) -> DraftView | None:
    """An empty answer to the writer, for a person to fill in."""
    head = case.read.mail.head
    if not head.sender.email:
        return None
    return DraftView(head.sender.name, head.sender.email, reply_subject(head.subject), "", case.proposal.language)


async def _banners(uow: Uow, case: CaseFile) -> tuple[Banner, ...]:
    banners = []
    for reason in BANNERS:
        if reason.value in case.review.reasons:
            banners.append(await _banner(uow, case, reason))
    if case.read.screening.has_hidden_text:
        banners.append(Banner("hidden_text"))
    return tuple(banners)


async def _banner(uow: Uow, case: CaseFile, reason: Reason) -> Banner:
    match reason:
        case Reason.FRAUD_RISK:
            return Banner(reason.value, signs=await _signs(uow, case))
        case Reason.UNKNOWN_CUSTOMER:
            return Banner(reason.value, candidates=await _candidates(uow, case.read))
        case Reason.UNREADABLE_ATTACHMENT:
            unread = tuple(part.name for part in case.read.mail.attachments if not part.is_readable)
            return Banner(reason.value, details=unread)
        case _:
            return Banner(reason.value)


async def _signs(uow: Uow, case: CaseFile) -> tuple[Sign, ...]:
    """What is odd about the sender, beside what is on file."""
    read, customer_id = case.read, case.review.customer_id
    signs = [Sign(word, _seen(word, read)) for word in read.screening.fraud_signs]
    known = sorted({c.email.rpartition("@")[2] for c in await uow.ledger.contacts(customer_id)}) if customer_id else []
    domain = read.mail.head.sender.domain
    resembled = [other for other in known if look_alike(domain, [other])]
    if resembled:
        signs.insert(0, Sign("contact_look_alike", domain, ", ".join(resembled)))
    if read.screening.authentication is Authentication.FAIL:
        signs.append(Sign("authentication", "fail"))
    return tuple(signs)


def _seen(word: str, read: ReadMail) -> str:
    if word.startswith("reply_to"):
        return ", ".join(address.email for address in read.mail.reply_to)
    if "domain" in word:
        return read.mail.head.sender.domain
    return read.mail.head.sender.name or read.mail.head.sender.email


async def _candidates(uow: Uow, read: ReadMail) -> tuple[Candidate, ...]:
    """The customers of the writer's address where it has several, and those of the invoices that the mail names."""
    sender = read.mail.head.sender.email
    whys = {row.customer_id: "contact" for row in (await uow.ledger.customers_of([sender])).get(sender, [])}
    named = await uow.ledger.customers_by_invoices(read.invoice_mentions)
    whys |= dict.fromkeys(sorted(named - whys.keys()), "invoice_number")
    names = await uow.ledger.customer_names(whys)
    return tuple(Candidate(key, names[key].name, why) for key, why in whys.items() if key in names)


async def _facts(uow: Uow, case: CaseFile) -> tuple[FactView, ...]:
    rows = await uow.cases.of_message(case.message.id, case.saved.run)
    cases = {("promise" if row.earlier_id else row.kind.value): row.state.value for row in rows}
    return tuple(
        FactView(
            number=number,
            intent=finding.intent.value,
            confidence=finding.confidence,
            chips=_chips(finding, case.proposal, number),
            evidence=number if finding.evidence else None,
            case_state=cases.get(CASE_OF.get(finding.intent, ""), ""),
        )
        for number, finding in enumerate(case.proposal.intents, start=1)
    )


CASE_OF = {
    Intent.PAYMENT_PROMISE: "promise",
    Intent.DISPUTE: "dispute",
    Intent.EXTENSION_REQUEST: "extension",
    Intent.HARDSHIP: "hardship",
}


def _chips(finding: IntentFinding, proposal: Proposal, number: int) -> tuple[Chip, ...]:
    """The values that belong to one intent, each leading to the intent's passage."""
    facts, chips = proposal.facts, list[Chip]()
    at = number if finding.evidence else None
    match finding.intent:
        case Intent.PAYMENT_PROMISE if facts.promise is not None:
            promise = facts.promise
            if promise.amount is not None and promise.currency:
                chips.append(Chip("amount", amount=amount(Money(promise.amount, promise.currency)), evidence=at))
            if promise.day is not None:
                chips.append(Chip("date", day=promise.day, evidence=at))
        case Intent.EXTENSION_REQUEST if facts.extension is not None:
            if facts.extension.kind is not None:
                chips.append(Chip("extension_kind", text=facts.extension.kind.value, evidence=at))
            if facts.extension.until is not None:
                chips.append(Chip("until", day=facts.extension.until, evidence=at))
        case Intent.DISPUTE if facts.dispute is not None:
            chips.append(Chip("dispute_reason", text=facts.dispute.reason.value, evidence=at))
        case Intent.CONTACT_UPDATE if facts.contact is not None:
            contact = " ".join(word for word in (facts.contact.name, facts.contact.email) if word)
            chips.append(Chip("contact", text=contact, evidence=at))
        case Intent.AUTOMATIC_REPLY if facts.return_date is not None:
            chips.append(Chip("return_date", day=facts.return_date, evidence=at))
        case _:
            pass
    chips.extend(Chip("invoice", text=number_, evidence=at) for number_ in finding.invoices)
    return tuple(chips)


async def _earlier(uow: Uow, message: MessageRow) -> tuple[EarlierMail, ...]:
    """What was written in the conversation before this mail, by either side."""
    found = []
    for other in await uow.messages.of_conversation(message.conversation_id):
        if other.id < message.id and other.reading_id is not None:
            read = await open_reading(uow, other)
            words = text_of(read.parts.new, read.mail.text)
            sender = read.mail.head.sender
            found.append(
                EarlierMail(
                    "received",
                    other.received_at,
                    sender.name or sender.email,
                    read.mail.head.subject,
                    words,
                    read.language,
                )
            )
    for sent in await uow.outbox.of_conversation(message.conversation_id):
        if sent.id < message.id and sent.state is OutboxState.SENT:
            subject, body = await sent_text(uow, sent)
            found.append(EarlierMail("sent", sent.sent_at or sent.created_at, "Duebox", subject, body))
    return tuple(sorted(found, key=lambda mail: mail.at))


async def sent_text(uow: Uow, row: OutboxRow) -> tuple[str, str]:
    """Subject and text of an outgoing mail, read back from the very bytes that leave."""
    mail = message_from_bytes(await uow.words.get(row.raw_id), policy=email_policy)
    text = mail.get_body(("plain",))
    return str(mail["Subject"]), str(text.get_content()) if text else ""


async def _timeline(uow: Uow, message: MessageRow) -> tuple[TimelineEntry, ...]:
    names = {str(key): name for key, name in (await uow.users.names()).items()}
    mailboxes = {str(row.id): row.name for row in await uow.mailboxes.all()}
    return tuple(
        [
            await _timeline_entry(uow, row, names, mailboxes)
            for row in await uow.audit.of_message(message.id, message.conversation_id)
        ]
    )


async def _timeline_entry(uow: Uow, row: AuditRow, names: dict[str, str], mailboxes: dict[str, str]) -> TimelineEntry:
    refs = json.loads(row.body)["refs"]
    if "mailbox_id" in refs:
        refs["mailbox"] = mailboxes.get(refs["mailbox_id"], "")
    note = (await uow.words.get(UUID(refs["note_id"]))).decode() if refs.get("note_id") else ""
    return TimelineEntry(row.at, row.kind, _who(row, names), refs, note)


def _who(row: AuditRow, names: dict[str, str]) -> str:
    actor = row.actor
    return names.get(actor.removeprefix("user:"), "") if actor.startswith("user:") else ""


async def _decision(uow: Uow, case: CaseFile) -> Decision | None:
    review, outbox = case.review, case.outbox
    if review.decided_at is None:
        return None
    names = await uow.users.names()
    has_left = outbox is not None and outbox.state not in NOT_LEFT
    return Decision(
        by=names.get(review.decided_by, "") if review.decided_by else "Duebox",
        at=review.decided_at,
        send_at=outbox.send_after if outbox is not None and outbox.state in LEAVING else None,
        reason=review.ignore_reason or "",
        mail=outbox.state.value if outbox is not None and review.state is ReviewState.APPROVED else "",
        can_undo=review.state is ReviewState.IGNORED or (review.state is ReviewState.APPROVED and not has_left),
    )
