"""Whether an answer leaves without a person: where policy lets it, nothing has happened since it was drafted, and we
have not said enough for a day."""

from uuid import UUID

from app.db.uow import Database
from app.domain.intents import Intent, Reason
from app.domain.policy import Policy, may_send_alone
from app.domain.review import ReviewState

FIRST_VERSION = 1


async def may_leave_alone(database: Database, policy: Policy, review_id: UUID) -> bool:
    """Whatever happens raises the review's version: a newer mail, a change of the ledger, a person who undid this
    very approval. A test item is for people alone. Where we have said enough for a day without a person, the other
    side may be a machine as well: then a person looks, and the review says so.
    """
    async with database.read() as uow:
        review = await uow.reviews.get(review_id)
        saved = await uow.reviews.proposal(review)
        customer = await uow.ledger.customer(review.customer_id) if review.customer_id else None
        in_force = await uow.oversight.in_force(policy)
        is_test = await uow.planted.shown(review) is not None
    allowed = may_send_alone(
        in_force,
        (Intent(intent) for intent in saved.intents),
        customer.segment if customer else "",
        is_natural_person=customer is not None and customer.natural_person,
    )
    is_as_drafted = review.state is ReviewState.PENDING and review.version == FIRST_VERSION
    return allowed and is_as_drafted and not is_test and not await _is_enough_for_today(database, review_id)


async def _is_enough_for_today(database: Database, review_id: UUID) -> bool:
    async with database.write() as uow:
        review = await uow.reviews.get(review_id)
        message = await uow.messages.get(review.message_id)
        writer = uow.words.keyring.index((await uow.messages.head(message)).sender.email)
        said = await uow.outbox.automatic_lately(review.conversation_id, writer)
        if said.is_enough:
            review.reasons = [*review.reasons, Reason.APPROVAL_REQUIRED.value]
            uow.audit.add(
                "review.approval.withheld",
                review_id=review.id,
                message_id=message.id,
                conversation_id=review.conversation_id,
                in_conversation=said.in_conversation,
                to_address=said.to_address,
            )
        return said.is_enough
