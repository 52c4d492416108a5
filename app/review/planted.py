"""A decision on a test item: whatever it was, it is not carried out, and the person is told and decides again.

It is asked in the transaction that would have carried it out, and claims the review by the same compare-and-set.
"""

from uuid import UUID

from app.db.uow import Uow
from app.domain.errors import WasPlanted
from app.domain.people import SignedIn
from app.domain.planted import Planted, Verdict
from app.domain.review import OPEN
from app.reading.outgoing.planting import is_gone
from app.review.files import CaseFile
from app.review.item_view import Told
from app.review.reply import Reply


async def concluded(
    uow: Uow, review_id: UUID, *, version: int, by: SignedIn, approves: bool, edited: Reply | None = None
) -> WasPlanted | None:
    """What to tell whoever just decided on a test item; None where the review is none, and the decision holds.

    To be raised once the transaction is over: the verdict stays. What a person wrote without the fault is kept for
    their second look. An item that is over is none any more, unless its fault is in the text of somebody who was not
    told of it: they had it open meanwhile. Raises ReviewAlreadyDecided for a stale version.
    """
    review = await uow.reviews.get(review_id)
    found = await uow.planted.of_review(review_id) if review.state in OPEN else None
    if found is None:
        return None
    row, fault = found
    verdict = _verdict(fault, approves=approves, edited=edited)
    is_left_over = edited is not None and verdict is Verdict.MISSED and row.decided_by != by.id
    if row.verdict is not None and not is_left_over:
        return None
    review = await uow.reviews.change(review_id, version=version)
    if row.verdict in {None, Verdict.WITHDRAWN}:
        await uow.planted.conclude(review, verdict, by=by.id)
    if edited is not None and verdict is Verdict.CAUGHT:
        review.edited_id = await uow.words.put(review.conversation_id, "edit", edited.as_json())
    return WasPlanted(
        state=review.state.value,
        version=review.version,
        is_caught=verdict is Verdict.CAUGHT,
        was=fault.was,
        shown=fault.shown,
    )


def told(case: CaseFile, reader: UUID | None) -> Told | None:
    """What the person who decided on a test item is told, until they have decided on the true draft; nobody else is."""
    if case.planted is None or case.review.state not in OPEN:
        return None
    row, fault = case.planted
    if row.verdict is None or row.decided_by is None or row.decided_by != reader:
        return None
    is_kept = row.verdict is Verdict.CAUGHT and case.review.edited_id is not None
    return Told(row.verdict.value, fault.fault.value, fault.was, fault.shown, is_kept)


def _verdict(fault: Planted, *, approves: bool, edited: Reply | None) -> Verdict:
    is_noticed = not approves or (edited is not None and is_gone(fault, f"{edited.subject}\n{edited.body}"))
    return Verdict.CAUGHT if is_noticed else Verdict.MISSED
