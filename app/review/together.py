"""Several people at one queue: who has a case open, and who has taken it on for the moment.

Nothing of this decides anything. A claim is a courtesy of five minutes, which anyone may take over; what lets exactly
one decision win is the compare-and-set on the review's version.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.db.repositories.four_eyes import first_words
from app.db.tables.work import ReviewRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Invalid
from app.domain.people import SignedIn
from app.domain.review import OPEN, ReviewState

CLAIM = timedelta(minutes=5)
SEEN_FOR = timedelta(seconds=45)
"""A browser says every 20 s that its reader is still there."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody else who has the case open."""

    name: str
    is_replying: bool


@dataclass(frozen=True, slots=True)
class Company:
    """Who is at a case beside the reader. `holder` is empty where nobody holds it; `is_mine`: the reader does.

    `state` and `version` are the review's now, `decided_by` who moved it: an open page compares them with its own.
    """

    review_id: str
    state: str
    version: int
    decided_by: str
    others: tuple[Colleague, ...] = ()
    holder: str = ""
    is_mine: bool = False
    until: datetime | None = None
    has_newer_mail: bool = False

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class Together:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def arrive(self, review_id: UUID, *, by: SignedIn, is_replying: bool) -> Company:
        """The reader has the case open. One that they may decide and that nobody holds is theirs for five minutes."""
        async with self._database.write() as uow:
            review = await uow.reviews.get(review_id)
            is_new = await uow.presences.see(review_id, by.id, is_replying=is_replying, before=self._long_ago())
            held = _holder(review, self._clock())
            if _may_decide(review, by) and held in (None, by.id) and not await _has_said(uow, review, by):
                is_new |= held is None
                uow.reviews.claim(review, by.id, until=self._clock() + CLAIM)
            if is_new:
                uow.reviews.tell(review_id)
            return await self._company(uow, review, by)

    async def look(self, review_id: UUID, *, by: SignedIn) -> Company:
        """Who is there, without being there."""
        async with self._database.read() as uow:
            return await self._company(uow, await uow.reviews.get(review_id), by)

    async def leave(self, review_id: UUID, *, by: SignedIn) -> None:
        """The reader closed the case: it is free again."""
        async with self._database.write() as uow:
            review = await uow.reviews.get(review_id)
            await uow.presences.forget(review_id, by.id)
            if review.claimed_by == by.id:
                uow.reviews.claim(review, None, until=None)
            uow.reviews.tell(review_id)

    async def take_over(self, review_id: UUID, *, by: SignedIn) -> None:
        """Raises NotAllowed, NotFound, or Invalid when it is decided."""
        async with self._database.write() as uow:
            review = await self._open(uow, review_id, by)
            earlier = _holder(review, self._clock())
            uow.reviews.claim(review, by.id, until=self._clock() + CLAIM)
            uow.reviews.tell(review_id)
            uow.audit.add(
                "review.item.taken_over",
                actor=by.actor,
                review_id=review_id,
                message_id=review.message_id,
                conversation_id=review.conversation_id,
                from_user=earlier,
            )

    async def _open(self, uow: Uow, review_id: UUID, by: SignedIn) -> ReviewRow:
        by.check_can_decide()
        review = await uow.reviews.get(review_id)
        if review.state not in OPEN:
            raise Invalid("this case is decided already")
        return review

    async def _company(self, uow: Uow, review: ReviewRow, by: SignedIn) -> Company:
        names = await uow.users.names()
        holder = _holder(review, self._clock())
        seen = await uow.presences.of(review.id, since=self._long_ago())
        return Company(
            review_id=str(review.id),
            state=review.state.value,
            version=review.version,
            decided_by=names.get(review.decided_by, "") if review.decided_by else "",
            others=tuple(Colleague(names.get(p.user_id, ""), p.is_replying) for p in seen if p.user_id != by.id),
            holder=names.get(holder, "") if holder and holder != by.id else "",
            is_mine=holder is not None and holder == by.id,
            until=review.claimed_until if holder else None,
            has_newer_mail=await uow.reviews.has_newer_mail(review),
        )

    def _long_ago(self) -> datetime:
        return self._clock() - SEEN_FOR


def _may_decide(review: ReviewRow, by: SignedIn) -> bool:
    """Whoever noted a call back leaves the case to a second person."""
    is_first = review.state is ReviewState.AWAITING_SECOND and review.decided_by == by.id
    return by.can_decide and review.state in OPEN and not is_first


async def _has_said(uow: Uow, review: ReviewRow, by: SignedIn) -> bool:
    """Whoever has given the first of two people's words may look, and keeps nobody from giving the second."""
    return any(word.by == by.id for word in (await first_words(uow, [review.id])).get(review.id, ()))


def _holder(review: ReviewRow, now: datetime) -> UUID | None:
    is_held = review.claimed_until is not None and review.claimed_until > now
    return review.claimed_by if is_held else None
