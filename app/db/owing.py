"""Documents that an answer leaves to a colleague: the task that sees to them, one a mail, while its answer stands."""

from uuid import UUID

from app.db.tables.work import ReviewRow
from app.db.uow import Uow
from app.domain.enclosures import Owed, said
from app.domain.sentence import kept
from app.domain.task import NewTask, TaskKind


async def owe_documents(uow: Uow, review: ReviewRow, owed: Owed | None) -> bool:
    """Open the task, or close it where nothing is owed. Returns whether it is open; a mail of no customer has none."""
    if owed is None or review.customer_id is None:
        await owe_nothing(uow, review.message_id)
        return False
    customer = await uow.ledger.customer(review.customer_id)
    await uow.tasks.owe(
        NewTask(
            kind=TaskKind.SEND_DOCUMENTS,
            key=_key(review.message_id),
            customer_id=review.customer_id,
            due=uow.clock().date(),
            owner_email=customer.owner_email if customer else "",
            review_id=review.id,
            note=kept(said(owed)),
        )
    )
    return True


async def owe_nothing(uow: Uow, message_id: UUID) -> None:
    """The answer was taken back, or everything goes along with it: its task is closed, by nobody."""
    await uow.tasks.withdraw(_key(message_id))


def _key(message_id: UUID) -> str:
    return f"{TaskKind.SEND_DOCUMENTS.value}:{message_id}"
