"""One value of a mail's facts, put right while its review waits.

    amend ─▶ the reading in force, the proposed case on the ledger      (the same review; its draft is behind)

The mail is not read again: the value stands on the page at once, goes to the next draft, and becomes an example.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from app.db.proposing import decide_contact, propose_contact
from app.db.repositories.cases import remember_owed
from app.db.repositories.contacts import Newcomer
from app.db.repositories.ledger import as_invoice
from app.db.tables.ledger import CaseRow
from app.db.tables.mail import MessageRow
from app.db.tables.work import ReviewRow
from app.db.traces import Beside, decision
from app.db.uow import Database, Uow
from app.domain.amending import PERSONAL, Amendment, amend, amended_proposal, intent_of, reading_of
from app.domain.contact import ProposalState
from app.domain.directions import Amended, Correction, FactField
from app.domain.errors import Invalid
from app.domain.intents import Intent
from app.domain.people import SignedIn
from app.domain.proposal import Proposal
from app.domain.proposed_cases import STOPPING_CASES, cases_of
from app.domain.review import CaseKind, CaseState, ReviewState
from app.domain.typed import own_spelling
from app.domain.wire import PROPOSAL, load
from app.reading.mail.canonical import canonical_address

ASKED = ((Intent.PAYMENT_PROMISE, CaseKind.PROMISE), (Intent.EXTENSION_REQUEST, CaseKind.EXTENSION))
"""What may ask for other terms: a promise does that moves an earlier one."""
NO_SUM: dict[str, object] = {"amount": None, "currency": None}


class AmendingService:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def amend(self, review_id: UUID, said: Amendment, *, version: int, by: SignedIn) -> None:
        """Put one value right. A value that is as it was changes nothing.

        Raises NotAllowed, NotFound, ReviewAlreadyDecided, or Invalid, saying what is wrong with the value.
        """
        by.check_can_decide()
        async with decision(self._database, review_id, Beside.CORRECT), self._database.write() as uow:
            review = await uow.reviews.get(review_id)
            saved = await uow.reviews.proposal(review)
            proposal = load(PROPOSAL, await uow.words.get(saved.payload_id))
            before = await _reading(uow, review, proposal)
            said = await _spelled(uow, review, said)
            message = await uow.messages.get(review.message_id)
            reading = amend(before, said, by=by, written=message.received_at.date())
            if reading is before:
                return
            review = await uow.reviews.change(review_id, version=version, frm=(ReviewState.PENDING,))
            await uow.planted.withdraw([review_id])
            guidance_id = await uow.guidance.add(review, reading, by=by.id)
            proposal = amended_proposal(proposal, reading)
            is_stopping = await _follow(uow, review, message, proposal, said)
            if said.field in PERSONAL:
                await _reword(uow, review, message, proposal, said, by)
            _audit(uow, review, reading.amended[-1], by, guidance_id)
            if is_stopping and review.customer_id is not None:
                await uow.session.flush()
                await uow.ledger.touch([review.customer_id])


async def _reading(uow: Uow, review: ReviewRow, proposal: Proposal) -> Correction:
    """How the mail is read now: as was put right here before, else as the agent read it, for whom it was said to be."""
    here = await uow.guidance.amended(review)
    if here is not None:
        return here
    earlier = (await uow.guidance.directions(review.message_id)).correction
    reading = reading_of(proposal)
    if earlier is None:
        return reading
    return replace(reading, customer_id=earlier.customer_id, amended=earlier.amended)


async def _spelled(uow: Uow, review: ReviewRow, said: Amendment) -> Amendment:
    """With the invoice as the ledger spells it. Raises Invalid for one that the customer does not have, and for two."""
    if said.field is not FactField.INVOICE or said.value is None:
        return said
    rows = await uow.ledger.invoices(review.customer_id) if review.customer_id else []
    number, *others = own_spelling([str(said.value)], {row.number for row in rows})
    if others:
        raise Invalid("one invoice at a time")
    return replace(said, value=number)


async def _follow(uow: Uow, review: ReviewRow, message: MessageRow, proposal: Proposal, said: Amendment) -> bool:
    """The proposed cases as the mail is read now. Returns whether one changed that stops reminders.

    Raises Invalid for a request whose terms somebody decided: its case would not follow."""
    fields_of = {fields["kind"]: fields for fields in cases_of(proposal)}
    changed: list[CaseRow] = []
    for row in await uow.cases.of_message(message.id, message.run):
        asked = CaseKind.PROMISE if row.earlier_id else row.kind
        is_decided = row.state is not CaseState.PROPOSED
        if is_decided and row.kind is CaseKind.EXTENSION and (intent_of(said), asked) in ASKED:
            raise Invalid("terms were decided on this request: change them on its case")
        fields = fields_of.get(asked)
        if fields is None or is_decided:
            continue
        wanted = (NO_SUM if fields["kind"] is CaseKind.PROMISE else {}) | fields
        news = {name: value for name, value in wanted.items() if name != "kind" and getattr(row, name) != value}
        for name, value in news.items():
            setattr(row, name, value)
        changed += [row] if news else []
    if changed and review.customer_id is not None:
        invoices = [as_invoice(row) for row in await uow.ledger.invoices(review.customer_id)]
        for row in changed:
            remember_owed(row, invoices)
    return any(row.kind in STOPPING_CASES for row in changed)


async def _reword(
    uow: Uow, review: ReviewRow, message: MessageRow, proposal: Proposal, said: Amendment, by: SignedIn
) -> None:
    """The contact that the mail proposes, as it is named now: none without an address, and one again with a new one.
    What a person made a contact already is one."""
    contact = proposal.facts.contact
    newcomer = Newcomer(contact.name, canonical_address(contact.email)) if contact else Newcomer("", "")
    row = await uow.contacts.proposal_in_for_update(message.id)
    is_waiting = row is not None and row.state is ProposalState.PROPOSED
    if row is not None and is_waiting and newcomer.email:
        await uow.contacts.reword(row, newcomer, message.conversation_id)
    elif row is not None and is_waiting:
        decide_contact(uow, row, ProposalState.REJECTED, by)
    elif said.field is FactField.CONTACT_EMAIL and review.customer_id is not None:
        await propose_contact(uow, message, review.customer_id, newcomer, again=row, actor=by.actor)


def _audit(uow: Uow, review: ReviewRow, entry: Amended, by: SignedIn, guidance_id: UUID) -> None:
    """Days, sums and the numbers of invoices are facts of the ledger; names, addresses and words stay sealed."""
    name = entry.field.value
    told: dict[str, Any] = {} if entry.field in PERSONAL else {f"{name}_before": entry.before, name: entry.after}
    uow.audit.add(
        "review.fact.corrected",
        actor=by.actor,
        review_id=review.id,
        message_id=review.message_id,
        conversation_id=review.conversation_id,
        version=review.version,
        guidance_id=guidance_id,
        fact=name,
        intent=entry.intent.value if entry.intent else None,
        **told,
    )
