"""One decision for several mails at once: only where nothing in any of them asks for a person's whole attention.

What is grave is left out, whatever the form says, and so are answers that carry files or wait for a second person. Each
mail is decided by its own compare-and-set: one that changed since the list was shown stays where it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.errors import Invalid, NotAllowed, ReviewAlreadyDecided, WasPlanted, WordNoted
from app.domain.people import SignedIn
from app.domain.review import Action
from app.review.desk import DeskService
from app.review.ledger_view import Amount
from app.review.queue import QueuePages, totals
from app.review.service import ReviewService
from app.review.view import QueueRow

MOST = 100


class Deed(StrEnum):
    APPROVE = "approve"
    IGNORE = "ignore"
    SNOOZE = "snooze"
    ASSIGN = "assign"


@dataclass(frozen=True, slots=True)
class Pick:
    """A row that was ticked, as the list showed it."""

    review_id: UUID
    version: int

    @staticmethod
    def of(value: str) -> "Pick":
        """From `id:version`. Raises Invalid."""
        review_id, _, version = value.partition(":")
        try:
            return Pick(UUID(review_id), int(version))
        except ValueError:
            raise Invalid("what was chosen could not be read: choose again in the queue") from None


@dataclass(frozen=True, slots=True)
class Bundle:
    """What would be done to whom. `left_out` must be decided one by one, `gone` have changed meanwhile."""

    deed: Deed
    rows: tuple[QueueRow, ...]
    left_out: tuple[QueueRow, ...]
    gone: int
    total: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """`noted` wait for a second person since. `test`: one of those that were left, to be shown since it was a test
    item."""

    done: int
    left: int
    noted: int = 0
    test: UUID | None = None


class Bulk:
    def __init__(self, pages: QueuePages, reviews: ReviewService, desk: DeskService) -> None:
        self._pages = pages
        self._reviews = reviews
        self._desk = desk

    async def bundle(self, deed: Deed, picks: Sequence[Pick], *, by: SignedIn) -> Bundle:
        """Raises NotAllowed or Invalid."""
        by.check_can_decide()
        if not 0 < len(picks) <= MOST:
            raise Invalid("choose between 1 and {most} mails", most=MOST)
        versions = {str(pick.review_id): pick.version for pick in picks}
        found = await self._pages.rows_of([pick.review_id for pick in picks])
        same = [row for row in found if row.version == versions[row.review_id]]
        rows = tuple(row for row in same if _may(deed, row))
        return Bundle(
            deed=deed,
            rows=rows,
            left_out=tuple(row for row in same if not _may(deed, row)),
            gone=len(versions) - len(same),
            total=totals(rows),
        )

    async def carry_out(
        self,
        deed: Deed,
        picks: Sequence[Pick],
        *,
        by: SignedIn,
        reason: str = "",
        until: datetime | None = None,
        to: UUID | None = None,
    ) -> Done:
        """Do it to what still may and is as it was shown. Raises NotAllowed or Invalid where nothing is done at all."""
        bundle = await self.bundle(deed, picks, by=by)
        done, noted, tests = 0, 0, list[UUID]()
        for row in bundle.rows:
            try:
                done += await self._done(deed, row, by, reason=reason, until=until, to=to)
            except WordNoted:
                noted += 1
            except WasPlanted:
                tests.append(UUID(row.review_id))
        return Done(done, len(picks) - done - noted, noted, next(iter(tests), None))

    async def _done(
        self, deed: Deed, row: QueueRow, by: SignedIn, *, reason: str, until: datetime | None, to: UUID | None
    ) -> bool:
        """Whether it was: one that a colleague was faster with, or that has no draft, stays for a person. Raises
        WasPlanted or WordNoted."""
        review_id, version = UUID(row.review_id), row.version
        try:
            match deed:
                case Deed.APPROVE:
                    await self._reviews.decide(review_id, Action.APPROVE, version=version, by=by)
                case Deed.IGNORE:
                    await self._reviews.decide(review_id, Action.IGNORE, version=version, by=by, reason=reason)
                case Deed.SNOOZE:
                    await self._desk.snooze(review_id, until, version=version, by=by)
                case Deed.ASSIGN:
                    await self._desk.assign(review_id, to, version=version, by=by)
        except (WasPlanted, WordNoted):
            raise
        except (ReviewAlreadyDecided, Invalid, NotAllowed):
            return False
        return True


def _may(deed: Deed, row: QueueRow) -> bool:
    """To hand a grave case to a colleague decides nothing; what the list does not show is not approved from it."""
    if deed is Deed.APPROVE and row.is_for_one:
        return False
    return deed is Deed.ASSIGN or row.may_go_with_others
