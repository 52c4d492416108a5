"""One case, put together for its page."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from app.db.tables.mail import MessageRow
from app.db.tables.work import ReviewRow
from app.db.uow import Uow
from app.db.urgency import urgency_of
from app.domain.counterfactual import otherwise
from app.domain.policy import Policy
from app.domain.review import LEAVING, NOT_LEFT, OutboxState, ReviewState
from app.review.asked import colleagues, newcomers, reading_of, terms_asked
from app.review.awaited import awaited
from app.review.copies import shown_copies
from app.review.drafts import answer_of, blank, changed, typed
from app.review.facts import facts
from app.review.file_list import files_of
from app.review.files import CaseFile
from app.review.gist import gist
from app.review.item_view import CaseView, ChangedText, Decision, Why
from app.review.ledger_panel import ledger_panel
from app.review.ledger_view import Amount
from app.review.mails import earlier, mail_view, sent_text
from app.review.planted import told
from app.review.second import second_of
from app.review.timeline import timeline
from app.review.view import most_urgent_first
from app.review.warnings import banners

NOTES = frozenset({"review.item.remarked", "review.item.escalated", "review.call_back.noted"})


@dataclass(frozen=True, slots=True)
class Setting:
    """How a case is looked at: when, by whom (who decides, or only reads), under which policy, to be edited or read, at
    which place of how many in the queue, with which placeholders revealed, and with which subject and text in the
    editor."""

    now: datetime
    reader: UUID | None
    can_decide: bool
    policy: Policy
    undo: timedelta
    editing: bool = False
    place: tuple[int, int] = (0, 0)
    revealed: Mapping[str, str] = field(repr=False, default_factory=dict)
    written: tuple[str, str] | None = field(repr=False, default=None)


async def case_view(uow: Uow, case: CaseFile, setting: Setting) -> CaseView:
    """Everything that the page of a case shows."""
    review, proposal = case.review, case.proposal
    customer = await uow.ledger.customer(review.customer_id) if review.customer_id else None
    draft = await answer_of(uow, case)
    empty = None if draft else blank(case)
    waiting = await awaited(uow, review, setting.policy.second_person, reader=setting.reader)
    firsts = (waiting.subject, waiting.body) if waiting and waiting.body else None
    if firsts and draft is None:  # an answer by hand is a draft to the second person
        draft, empty = empty, None
    words = setting.written or firsts or (await typed(uow, case) if setting.editing and draft else None)
    if words is not None:
        subject, body = words
        draft, empty = (one and replace(one, subject=subject, body=body) for one in (draft, empty))
    if firsts and draft:
        draft = replace(draft, traced=(), sources=(), facts=0)
    copies, left_out = await shown_copies(uow, case, setting.policy.copying)
    draft, empty = (one and replace(one, copies=copies, left_out=left_out) for one in (draft, empty))
    newest = await uow.reviews.of_message(case.message.id)
    mailbox = await uow.mailboxes.get(case.message.mailbox_id)
    entries = await timeline(uow, case.message)
    names = await uow.users.names()
    terms = await terms_asked(uow, case, setting.now.date())
    return CaseView(
        review_id=str(review.id),
        version=review.version,
        state=review.state.value,
        mail=mail_view(case.message, case.read, proposal, revealed=setting.revealed),
        reasons=most_urgent_first(review.reasons),
        rule=review.rule,
        policy_version=case.saved.policy_version,
        customer=customer.name if customer else "",
        segment=customer.segment if customer else "",
        banners=await banners(uow, case),
        earlier=await earlier(uow, case.message),
        summary=gist(proposal.summary),
        facts=await facts(uow, case),
        draft=draft,
        blank=empty,
        ledger=await ledger_panel(
            uow,
            review.customer_id,
            today=setting.now.date(),
            concerned=proposal.invoices,
            writer=case.read.mail.head.sender.email,
            with_reasons=setting.can_decide,
        )
        if review.customer_id
        else None,
        timeline=entries,
        decision=await _decision(uow, case),
        newer=str(newest.id) if newest is not None and newest.id != review.id else "",
        undo_seconds=int(mailbox.undo(setting.undo).total_seconds()),
        editing=setting.editing,
        position=setting.place[0],
        total=setting.place[1],
        otherwise=otherwise(setting.policy, proposal.situation) if proposal.situation else (),
        changed=(waiting and waiting.changed) or await _changed(uow, case),
        is_draft_behind=(draft is not None or terms is not None) and await uow.guidance.is_draft_behind(review),
        terms=terms,
        reading=reading_of(case),
        newcomers=await newcomers(uow, case),
        notes=tuple(entry for entry in entries if entry.kind in NOTES),
        colleagues=await colleagues(uow),
        assignee=names.get(review.assignee_id, "") if review.assignee_id else "",
        second=await second_of(uow, review),
        awaited=waiting,
        test=told(case, setting.reader),
        files=await files_of(uow, case),
        why=await why(uow, review, case.message, setting.now, setting.policy),
        amount=stake(review),
        snoozed_until=review.snoozed_until if _is_ahead(review.snoozed_until, setting.now) else None,
    )


async def why(uow: Uow, review: ReviewRow, message: MessageRow, now: datetime, policy: Policy) -> Why:
    """The factors of a review's priority."""
    factors = await urgency_of(uow, message, review.reasons, review.at_stake, policy.queue)
    return Why(
        money=factors.money,
        risk=factors.risk,
        reason=factors.reason.value if factors.reason else "",
        hours=factors.within.total_seconds() / 3_600,
        haste=factors.haste,
        waited=factors.waited(now),
        in_working_hours=factors.due_at != factors.received_at + factors.within,
    )


def stake(review: ReviewRow) -> Amount | None:
    if review.at_stake is None or review.currency is None:
        return None
    return Amount(review.at_stake, review.currency)


def _is_ahead(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now


async def _changed(uow: Uow, case: CaseFile) -> ChangedText | None:
    has_left = case.outbox is not None and case.outbox.state is OutboxState.SENT
    sent = (await sent_text(uow, case.outbox))[1] if case.outbox is not None and has_left else None
    return await changed(uow, case, sent)


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
