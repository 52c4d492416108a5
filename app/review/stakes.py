"""What is at stake in an answer: what its customer owes, one sum a currency."""

from app.db.tables.work import ReviewRow
from app.db.uow import Uow
from app.domain.money import Money


async def open_sums(uow: Uow, customer_id: str | None) -> tuple[Money, ...]:
    """None of a customer that nobody has identified."""
    account = await uow.ledger.account(customer_id) if customer_id else None
    return account.outstanding if account else ()


async def stakes_of(uow: Uow, review: ReviewRow) -> tuple[Money, ...]:
    """The review has one sum alone, and none where its customer was found, or came to owe, only later."""
    found = await open_sums(uow, review.customer_id)
    if len(found) > 1 or review.at_stake is None or review.currency is None:
        return found
    return (Money(review.at_stake, review.currency),)
