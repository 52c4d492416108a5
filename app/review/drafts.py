"""The answer of a case: the draft, what became of it, and the empty form where there is none."""

from app.db.uow import Uow
from app.domain.review import ReviewState
from app.reading.differences import changes
from app.reading.outgoing.composing import reply_subject
from app.review.files import CaseFile
from app.review.item_view import ChangedText, DraftView
from app.review.marking import sources_of, traced


async def answer_of(uow: Uow, case: CaseFile) -> DraftView | None:
    """The draft in force, or, once decided, what was sent."""
    sender, draft = case.read.mail.head.sender, case.draft
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


def blank(case: CaseFile) -> DraftView | None:
    """An empty answer to the writer, for a person to fill in."""
    head = case.read.mail.head
    if not head.sender.email:
        return None
    return DraftView(head.sender.name, head.sender.email, reply_subject(head.subject), "", case.proposal.language)


async def typed(uow: Uow, case: CaseFile) -> tuple[str, str] | None:
    """Subject and text that a person approved in place of the draft; kept when the approval was taken back."""
    if case.review.edited_id is None:
        return None
    try:
        words = await uow.words.get_json(case.review.edited_id)
    except ValueError:  # the reason of an "ignore", which is no JSON
        return None
    return (words["subject"], words["body"]) if isinstance(words, dict) else None


async def changed(uow: Uow, case: CaseFile, sent: str | None) -> ChangedText | None:
    """Draft, edited, sent. None where nobody edited a draft."""
    edited = await typed(uow, case)
    if edited is None or case.draft is None or case.review.state is not ReviewState.APPROVED:
        return None
    names = await uow.users.names()
    subject, body = edited
    return ChangedText(
        by=names.get(case.review.decided_by, "") if case.review.decided_by else "",
        subject=changes(case.draft.subject, subject),
        body=changes(case.draft.body, body),
        is_sent=None if sent is None else sent.startswith(body),
    )
