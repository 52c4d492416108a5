"""Plants a test item, where managers have switched them on and the lot falls on a mail that is fit for one."""

from datetime import date

from app.db.tables.oversight import Switch
from app.db.tables.work import ReviewRow
from app.db.uow import Uow
from app.domain.account import Link
from app.domain.message import ReadMail
from app.domain.planted import is_drawn, is_fit
from app.domain.proposal import Proposal
from app.domain.review import ReviewState
from app.reading.outgoing.planting import planted


async def plant(uow: Uow, review: ReviewRow, proposal: Proposal, *, read: ReadMail, link: Link, today: date) -> None:
    """In the transaction that opens the review, so that nobody ever saw its own draft. What leaves without a person has
    no reason to wait, and is not fit."""
    if proposal.draft is None or review.state is not ReviewState.PENDING or not _is_fit(review, proposal, read, link):
        return
    lot, one_in = uow.planted.lot(review.id), await uow.oversight.value(Switch.PLANTED_ONE_IN)
    if not is_drawn(lot, one_in):
        return
    fault = planted(proposal.draft, invoices=proposal.invoices, today=today, lot=lot // one_in)
    if fault is not None:
        await uow.planted.add(review, fault)


def _is_fit(review: ReviewRow, proposal: Proposal, read: ReadMail, link: Link) -> bool:
    account, screening = link.account, read.screening
    return link.is_verified_contact and is_fit(
        review.reasons,
        [finding.intent for finding in proposal.intents],
        is_strategic=account.strategic,
        is_natural_person=account.natural_person,
        is_odd=bool(screening.fraud_signs) or screening.has_hidden_text,
    )
