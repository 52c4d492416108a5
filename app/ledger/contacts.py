"""A person's word on contacts: a proposed one becomes a contact or not, a silent one is written to again."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.db.proposing import decide_contact
from app.db.repositories.contacts import Newcomer, contact_of, mark
from app.db.tables.ledger import ContactProposalRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.contact import ProposalState, Reachability
from app.domain.errors import Invalid, NotFound
from app.domain.people import SignedIn
from app.domain.sentence import Sentence

ERASED = Newcomer("", "")


@dataclass(frozen=True, slots=True)
class ProposedContact:
    """A line of the list. `old` is whom the new contact follows; without `is_verified` nobody vouches for them."""

    id: UUID
    customer_id: str
    customer: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    old: str = field(repr=False)
    role: str
    is_verified: bool
    at: datetime
    review_id: UUID | None


class ContactService:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def proposed(self) -> list[ProposedContact]:
        """What waits for a person, the oldest first."""
        async with self._database.read() as uow:
            rows = await uow.contacts.proposed()
            customers = await uow.ledger.customers(row.customer_id for row in rows)
            return [await _line(uow, row, customers[row.customer_id].name) for row in rows]

    async def confirm(self, proposal_id: UUID, *, by: SignedIn) -> None:
        """Make the proposed contact one. Raises NotAllowed, NotFound, or Invalid when it was decided already."""
        async with self._database.write() as uow:
            row = await self._decide(uow, proposal_id, ProposalState.CONFIRMED, by)
            newcomer = await uow.contacts.newcomer(row)
            customer = await uow.ledger.customer(row.customer_id)
            known = {contact.email for contact in await uow.ledger.contacts(row.customer_id)}
            if newcomer.email not in known:
                contact = contact_of(row.customer_id, newcomer, row, customer.language if customer else "")
                uow.contacts.add(contact)
                uow.audit.add(
                    "ledger.contact.added", actor=by.actor, contact_id=contact.id, customer_id=row.customer_id
                )
            if row.old_contact_id and not row.is_verified:
                await self._retire(uow, row.old_contact_id, by)
            await uow.ledger.touch([row.customer_id])

    @staticmethod
    async def _retire(uow: Uow, contact_id: UUID, by: SignedIn) -> None:
        """The mail alone was not believed; with this word it is."""
        contact = await uow.contacts.get(contact_id)
        if contact.reachability is not Reachability.DECLINED and mark(contact, Reachability.LEFT):
            uow.audit.add(
                "ledger.contact.left", actor=by.actor, contact_id=contact.id, customer_id=contact.customer_id, status=""
            )

    async def reject(self, proposal_id: UUID, *, by: SignedIn) -> None:
        """Leave the contact out; who left stays retired. Raises as `confirm` does."""
        async with self._database.write() as uow:
            await self._decide(uow, proposal_id, ProposalState.REJECTED, by)

    async def restore(self, contact_id: UUID, *, by: SignedIn) -> str:
        """Write to a contact again that bounced, was said to have left, or wanted no e-mail. Returns the customer's id.

        Raises NotAllowed or NotFound.
        """
        return await self._mark(contact_id, Reachability.OK, "ledger.contact.restored", by=by)

    async def decline(self, contact_id: UUID, *, by: SignedIn) -> str:
        """A contact asked for no more e-mail: no reminder goes there, until a person says otherwise. Raises alike."""
        return await self._mark(contact_id, Reachability.DECLINED, "ledger.contact.declined", by=by)

    async def _mark(self, contact_id: UUID, to: Reachability, event: str, *, by: SignedIn) -> str:
        by.check_can_decide()
        async with self._database.write() as uow:
            contact = await uow.contacts.get(contact_id)
            if mark(contact, to):
                await uow.ledger.touch([contact.customer_id])
                uow.audit.add(event, actor=by.actor, contact_id=contact.id, customer_id=contact.customer_id)
            return contact.customer_id

    async def _decide(self, uow: Uow, proposal_id: UUID, to: ProposalState, by: SignedIn) -> ContactProposalRow:
        by.check_can_decide()
        row = await uow.contacts.proposal_for_update(proposal_id)
        if row.state is not ProposalState.PROPOSED:
            raise Invalid("this contact was {state} already: load the list again", state=Sentence(row.state.value))
        decide_contact(uow, row, to, by)
        return row


async def _line(uow: Uow, row: ContactProposalRow, customer: str) -> ProposedContact:
    try:
        newcomer = await uow.contacts.newcomer(row)
    except NotFound:
        newcomer = ERASED
    old = await uow.contacts.get(row.old_contact_id) if row.old_contact_id else None
    review = await uow.reviews.of_message(row.message_id)
    return ProposedContact(
        id=row.id,
        customer_id=row.customer_id,
        customer=customer,
        name=newcomer.name,
        email=newcomer.email,
        old=old.name if old else "",
        role=row.role.value,
        is_verified=row.is_verified,
        at=row.proposed_at,
        review_id=review.id if review else None,
    )
