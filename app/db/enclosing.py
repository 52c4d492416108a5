"""Which files go along with the answer to a mail, and whether its writer may have any, by the ledger of the moment."""

from dataclasses import replace

from app.db.repositories.ledger import as_contact
from app.db.tables.work import ReviewRow
from app.db.uow import Uow
from app.domain.enclosures import NOTHING, Enclosed, Withheld, withheld_from
from app.domain.intents import Reason
from app.domain.message import ReadMail
from app.domain.proposal import Draft

SUSPICIOUS = frozenset({Reason.FRAUD_RISK.value, Reason.INJECTION.value})


async def enclosed_with(uow: Uow, review: ReviewRow, draft: Draft | None) -> Enclosed:
    """What goes along: a person's choice, as far as it is this customer's, else the draft's."""
    chosen = await uow.guidance.enclosed(review.message_id)
    if chosen is None:
        return draft.enclosed if draft is not None else NOTHING
    on_file = await uow.documents.on_file(review.customer_id) if review.customer_id else ()
    here = {copy.id for copy in on_file}
    return replace(chosen, copies=tuple(one for one in chosen.copies if one in here))


async def withheld(uow: Uow, review: ReviewRow, read: ReadMail) -> Withheld | None:
    """Why this mail's writer gets no file."""
    contacts = await uow.ledger.contacts(review.customer_id) if review.customer_id else ()
    return withheld_from(
        read.mail.head.sender.email,
        map(as_contact, contacts),
        has_customer=review.customer_id is not None,
        authentication=read.screening.authentication,
        is_suspicious=not SUSPICIOUS.isdisjoint(review.reasons),
    )
