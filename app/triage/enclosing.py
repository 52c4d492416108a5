"""A person chooses which files go along with an answer; the draft is written anew, so that it says what is true.

attach, remove ─▶ the choice, recorded with a new version of the review ─▶ a draft that is bound by it
"""

from dataclasses import replace
from uuid import UUID

from app.db.enclosing import enclosed_with, withheld
from app.db.tables.work import ReviewRow
from app.db.uow import Database, Uow
from app.domain.enclosures import STATEMENT, WHY_NOT, Enclosed, Withheld, check_fits
from app.domain.errors import Invalid, NotFound
from app.domain.people import SignedIn
from app.domain.proposal import Draft
from app.domain.review import ReviewState
from app.domain.wire import PROPOSAL, READ_MAIL, load
from app.triage.guidance import GuidanceService


class EnclosingService:
    def __init__(self, database: Database, guidance: GuidanceService) -> None:
        self._database = database
        self._guidance = guidance

    async def attach(self, review_id: UUID, file: str, *, version: int, by: SignedIn) -> None:
        """`file` is the id of a stored copy of the customer's, or STATEMENT.

        Raises NotAllowed, NotFound, ReviewAlreadyDecided, or Invalid: for a writer who may not have it, for files that
        are too many or too large, and, with the choice recorded, where no draft carries it.
        """
        await self._choose(review_id, file, version=version, by=by, adds=True)

    async def remove(self, review_id: UUID, file: str, *, version: int, by: SignedIn) -> None:
        """The same for a file that is to stay here; raises as `attach` does."""
        await self._choose(review_id, file, version=version, by=by, adds=False)

    async def _choose(self, review_id: UUID, file: str, *, version: int, by: SignedIn, adds: bool) -> None:
        by.check_can_decide()
        async with self._database.write() as uow:
            review = await uow.reviews.change(review_id, version=version, frm=(ReviewState.PENDING,))
            await uow.planted.withdraw([review_id])
            draft = await self._draft(uow, review)
            now = await enclosed_with(uow, review, draft)
            wanted = await _with(uow, review, now, file) if adds else _without(now, file)
            guidance_id = await uow.guidance.add(review, wanted, by=by.id)
            uow.audit.add(
                "review.files.chosen",
                actor=by.actor,
                review_id=review.id,
                message_id=review.message_id,
                conversation_id=review.conversation_id,
                version=review.version,
                guidance_id=guidance_id,
                files=wanted.ids,
            )
            version = review.version
        if draft is None:
            return
        try:
            await self._guidance.redraft(review_id, version=version, by=by)
        except Invalid as error:
            raise Invalid(
                "the choice is recorded, but {error}: write the answer yourself", error=error.sentence
            ) from error

    async def _draft(self, uow: Uow, review: ReviewRow) -> Draft | None:
        saved = await uow.reviews.proposal(review)
        return await uow.guidance.draft(review.id) or load(PROPOSAL, await uow.words.get(saved.payload_id)).draft


async def _with(uow: Uow, review: ReviewRow, now: Enclosed, file: str) -> Enclosed:
    message = await uow.messages.get(review.message_id)
    if message.reading_id is None:
        raise NotFound("the mail has not been read yet")
    why = await withheld(uow, review, load(READ_MAIL, await uow.words.get(message.reading_id)))
    if why is not None or review.customer_id is None:
        raise Invalid(WHY_NOT[why or Withheld.UNKNOWN_CUSTOMER])
    if file == STATEMENT:
        account = await uow.ledger.account(review.customer_id)
        if account is None or not account.can_be_stated:
            raise Invalid("the ledger allows of no plain statement of account now")
        return replace(now, has_statement=True)
    on_file = {str(copy.id): copy for copy in await uow.documents.on_file(review.customer_id)}
    if file not in on_file:
        raise NotFound("there is no such document of this customer")
    copies = tuple(dict.fromkeys([*now.copies, on_file[file].id]))
    check_fits([on_file[str(one)].size for one in copies if str(one) in on_file])
    return replace(now, copies=copies)


def _without(now: Enclosed, file: str) -> Enclosed:
    if file == STATEMENT:
        return replace(now, has_statement=False)
    return replace(now, copies=tuple(one for one in now.copies if str(one) != file))
