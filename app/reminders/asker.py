"""Who asked for what a job does."""

from uuid import UUID

from app.db.uow import Uow
from app.domain.people import SignedIn
from app.domain.portfolio import portfolio_of


async def asker(uow: Uow, user_id: UUID | None) -> SignedIn | None:
    """None once they may no longer sign in, or decide."""
    user = await uow.users.get(user_id) if user_id is not None else None
    if user is None or not user.active:
        return None
    by = SignedIn(user.id, user.name, user.email, user.role, portfolio_of(user.portfolio))
    return by if by.can_decide else None
