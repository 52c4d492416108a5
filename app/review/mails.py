"""The mails of a case: the one to be answered with its evidence, and those before it."""

from collections.abc import Mapping, Sequence
from email import message_from_bytes
from email.policy import default as email_policy

from app.db.tables.mail import MessageRow
from app.db.tables.work import OutboxRow
from app.db.uow import Uow
from app.domain.message import Authentication, ReadMail
from app.domain.proposal import BODY, SUBJECT, Proposal
from app.domain.review import OutboxState
from app.domain.text import PLACEHOLDER, text_of
from app.review.files import open_reading
from app.review.item_view import Attachment, EarlierMail, MailView, Redacted
from app.review.marking import Paragraph, Span, mail_text, segments
from app.review.values import values_of


def mail_view(
    message: MessageRow, read: ReadMail, proposal: Proposal | None, *, revealed: Mapping[str, str] | None = None
) -> MailView:
    """The mail as plain text, evidence marked by its offsets. What follows the writer's own words is folded."""
    mail, parts = read.mail, read.parts
    evidence = _numbered(proposal) if proposal else []
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
        redacted=as_shown(proposal.redacted, revealed or {}) if proposal else (),
        has_html=read.mail.html is not None,
        authentication=""
        if read.screening.authentication is Authentication.NONE
        else read.screening.authentication.value,
    )


def as_shown(redacted: str, revealed: Mapping[str, str]) -> tuple[Redacted, ...]:
    """What the model saw, its placeholders apart; those in `revealed` with what they hide."""
    parts, done = [], 0
    for match in PLACEHOLDER.finditer(redacted):
        parts += [Redacted(redacted[done : match.start()])] if match.start() > done else []
        parts.append(Redacted(match.group(), is_placeholder=True, hides=revealed.get(match.group(), "")))
        done = match.end()
    return (*parts, Redacted(redacted[done:])) if redacted[done:] else tuple(parts)


def _excerpt(text: str | None, number: int, evidence: Sequence[tuple[str, Span]]) -> tuple[Paragraph, ...]:
    spans = [span for source, span in evidence if source == f"attachment:{number}"]
    return mail_text(text, spans) if text and spans else ()


def _numbered(proposal: Proposal) -> list[tuple[str, Span]]:
    """The passages of the intents, then where their values stand."""
    passages = [
        (finding.evidence.source, Span(number, finding.evidence.start, finding.evidence.end))
        for number, finding in enumerate(proposal.intents, start=1)
        if finding.evidence is not None
    ]
    values = [
        (at.source, Span(value.number, at.start, at.end, is_value=True))
        for value in values_of(proposal)
        for at in value.at
        if value.number is not None
    ]
    return passages + values


async def earlier(uow: Uow, message: MessageRow) -> tuple[EarlierMail, ...]:
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
            at, language = sent.sent_at or sent.created_at, await language_of(uow, sent)
            found.append(EarlierMail("sent", at, await _approved_by(uow, sent), subject, body, language))
    return tuple(sorted(found, key=lambda mail: mail.at))


async def sent_text(uow: Uow, row: OutboxRow) -> tuple[str, str]:
    """Subject and text of an outgoing mail, read back from the very bytes that leave."""
    mail = message_from_bytes(await uow.words.get(row.raw_id), policy=email_policy)
    text = mail.get_body(("plain",))
    return str(mail["Subject"]), str(text.get_content()) if text else ""


async def language_of(uow: Uow, row: OutboxRow) -> str:
    """In which language an outgoing mail is written."""
    if row.reminder_id is not None:
        return (await uow.reminders.get(row.reminder_id)).language
    if row.review_id is None:
        return ""
    again = await uow.guidance.draft(row.review_id)
    return again.language if again else (await uow.reviews.proposal(await uow.reviews.get(row.review_id))).language


async def _approved_by(uow: Uow, row: OutboxRow) -> str:
    """The person whose answer it was; Duebox where nobody approved it."""
    review = await uow.reviews.get(row.review_id) if row.review_id is not None else None
    names = await uow.users.names()
    return names.get(review.decided_by, "Duebox") if review is not None and review.decided_by else "Duebox"
