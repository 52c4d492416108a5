"""Changed bank details: nobody closes such a case alone.

    pending ── a person calls a contact on file, and notes it ──▶ awaiting_second ── another person ──▶ closed
       ▲                                                              │
       └──────────── taken back, or nobody was reached ◀──────────────┘

One of the two is a manager, and neither has made the other's account. Where the contact knows of no change, the case is
closed without an answer. The number that is called comes from the ledger, never from the mail. Only what accepts
nothing (fraud, spam, somebody else's mail, a duplicate) one person closes alone.

No policy turns this off, and no sum counts. That a sum above a limit takes two people, who do the very same, is another
question: `app/domain/four_eyes.py`, which also says here who are two.
"""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from app.db.repositories.four_eyes import colleague
from app.db.tables.ledger import ContactRow
from app.db.tables.work import ProposalRow, ReviewRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotFound, SecondPersonNeeded
from app.domain.four_eyes import check_two
from app.domain.intents import Intent
from app.domain.people import SignedIn
from app.domain.review import OPEN, ReviewState
from app.domain.wire import READ_MAIL, load
from app.reading.trust.impostors import BANK_DETAILS

DISMISSALS = frozenset({"fraud", "spam", "not_for_us", "duplicate"})
LONGEST_NOTE = 4_000


class CallOutcome(StrEnum):
    """What a contact said, called on a number that we had."""

    CONFIRMED = "confirmed"
    DENIED = "denied"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class OnFile:
    """Somebody on file who can be called."""

    contact_id: UUID
    name: str = field(repr=False)
    role: str
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Second:
    """How far a case of changed bank details is; `first` noted the call and cannot close it."""

    contacts: tuple[OnFile, ...]
    first: UUID | None = None
    first_name: str = ""


class CallBackService:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def note(
        self, review_id: UUID, contact_id: UUID, outcome: CallOutcome, note: str, *, version: int, by: SignedIn
    ) -> int:
        """Note a call; when somebody was reached, the case waits for a second person. Returns the review's version.

        Raises NotAllowed, Invalid, NotFound, SecondPersonNeeded or ReviewAlreadyDecided.
        """
        by.check_can_decide()
        by.check_is_one_person()
        words = note.strip()
        if not words or len(words) > LONGEST_NOTE:
            raise Invalid("say what was asked and answered, in at most {most} characters", most=LONGEST_NOTE)
        async with self._database.write() as uow:
            review = await uow.reviews.get(review_id)
            if not await is_about_bank_details(uow, review):
                raise Invalid("this mail changes no bank details: there is nothing to call back about")
            contact = next((one for one in await _on_file(uow, review) if one.id == contact_id), None)
            if contact is None:
                raise Invalid("call a contact of this customer, on the number that is on file")
            reached = outcome is not CallOutcome.NOT_REACHED
            if reached:
                first = {
                    "state": ReviewState.AWAITING_SECOND,
                    "decided_by": by.id,
                    "decided_at": self._clock(),
                    "claimed_by": None,  # it is free for the second person
                    "claimed_until": None,
                }
                review = await uow.reviews.change(review_id, version=version, frm=(ReviewState.PENDING,), **first)
            else:
                review = await uow.reviews.change(review_id, version=version, frm=(ReviewState.PENDING,))
            said = f"Called {contact.name} on {contact.phone}, on file ({outcome.value.replace('_', ' ')}): {words}"
            uow.audit.add(
                "review.call_back.noted",
                actor=by.actor,
                review_id=review.id,
                message_id=review.message_id,
                conversation_id=review.conversation_id,
                version=review.version,
                contact_id=contact.id,
                outcome=outcome.value,
                note_id=await uow.words.put(review.conversation_id, "call_back", said),
            )
            return review.version

    async def needed(self, review_id: UUID) -> Second | None:
        async with self._database.read() as uow:
            return await second_of(uow, await uow.reviews.get(review_id))


async def second_of(uow: Uow, review: ReviewRow) -> Second | None:
    """What a case of changed bank details still needs; None for every other, and for what is closed."""
    if review.state not in OPEN or not await is_about_bank_details(uow, review):
        return None
    contacts = tuple(OnFile(row.id, row.name, row.role.value, row.phone) for row in await _on_file(uow, review))
    if review.state is ReviewState.PENDING or review.decided_by is None:
        return Second(contacts)
    names = await uow.users.names()
    return Second(contacts, review.decided_by, names.get(review.decided_by, "") or "A colleague")


async def check_second(
    uow: Uow, review_id: UUID, *, version: int, by: SignedIn, reason: str = "", accepts: bool = False
) -> None:
    """Before a case is closed; `accepts`: with an answer. Raises SecondPersonNeeded; what is stale is for the
    compare-and-set to say."""
    review = await uow.reviews.get(review_id)
    is_moot = review.state not in OPEN or review.version != version or reason in DISMISSALS
    if is_moot or not await is_about_bank_details(uow, review):
        return
    by.check_is_one_person()
    if review.state is not ReviewState.AWAITING_SECOND or review.decided_by is None:
        raise SecondPersonNeeded(
            "this mail is about changed bank details: first call a contact on file and note the call; then a second"
            " person closes it"
        )
    if review.decided_by == by.id:
        raise SecondPersonNeeded("you noted the call: a second person closes this case")
    first, second = await uow.users.get(review.decided_by), await uow.users.get(by.id) if by.id else None
    if first is None or second is None:
        raise SecondPersonNeeded("a second person closes this case")
    check_two(colleague(first), colleague(second), uow.clock(), senior=True)
    if accepts and await _was_denied(uow, review):
        raise SecondPersonNeeded(
            "the contact knows of no such change: close the case without an answer, or take the call back"
        )


async def _was_denied(uow: Uow, review: ReviewRow) -> bool:
    """Whether the contact said in the last call that the change is not theirs."""
    entries = await uow.audit.of_message(review.message_id, review.conversation_id)
    refs = [json.loads(entry.body)["refs"] for entry in entries if entry.kind == "review.call_back.noted"]
    said = [one["outcome"] for one in refs if one["outcome"] != CallOutcome.NOT_REACHED.value]
    return said[-1:] == [CallOutcome.DENIED.value]


async def is_about_bank_details(uow: Uow, review: ReviewRow) -> bool:
    """Whether bank details are named as new: by what the agent read in any run, or by the words of the mail alone.

    In any: one person who corrects what the mail means does not thereby close the case alone.
    """
    runs = await uow.session.scalars(sa.select(ProposalRow.intents).where(ProposalRow.message_id == review.message_id))
    if any(Intent.BANK_DETAIL_CHANGE.value in intents for intents in runs):
        return True
    message = await uow.messages.get(review.message_id)
    if message.reading_id is None:
        return False
    try:
        read = load(READ_MAIL, await uow.words.get(message.reading_id))
    except NotFound:  # erased
        return False
    return BANK_DETAILS in read.screening.fraud_signs


async def _on_file(uow: Uow, review: ReviewRow) -> list[ContactRow]:
    contacts = await uow.ledger.contacts(review.customer_id) if review.customer_id else []
    return [contact for contact in contacts if contact.active and contact.phone.strip()]
