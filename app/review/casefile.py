"""One case, put together for its page."""

from datetime import datetime

from app.db.uow import Uow
from app.domain.review import OutboxState, ReviewState
from app.review.drafts import answer_of, blank
from app.review.facts import facts
from app.review.files import CaseFile
from app.review.item_view import CaseView, Decision
from app.review.ledger_panel import ledger_panel
from app.review.mails import earlier, mail_view
from app.review.timeline import timeline
from app.review.view import most_urgent_first
from app.review.warnings import banners

LEAVING = frozenset({OutboxState.WAITING, OutboxState.READY})
NOT_LEFT = LEAVING | {OutboxState.FAILED}


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
        banners=await banners(uow, case),
        earlier=await earlier(uow, case.message),
        summary=proposal.summary,
        facts=await facts(uow, case),
        draft=draft,
        blank=None if draft else blank(case),
        ledger=await ledger_panel(
            uow,
            review.customer_id,
            today=now.date(),
            concerned=proposal.invoices,
            writer=case.read.mail.head.sender.email,
        )
        if review.customer_id
        else None,
        timeline=await timeline(uow, case.message),
        decision=await _decision(uow, case),
        newer=str(newest.id) if newest is not None and newest.id != review.id else "",
        undo_seconds=undo_seconds,
        editing=editing,
        position=place[0],
        total=place[1],
    )


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
