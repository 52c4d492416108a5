"""A contact whom a mail names, proposed to be written to: nobody is, before a person has said yes."""

from app.db.repositories.contacts import Newcomer
from app.db.tables.ledger import ContactProposalRow, ContactRow
from app.db.tables.mail import MessageRow
from app.db.uow import Uow
from app.domain.account import ContactRole
from app.domain.contact import ProposalState
from app.domain.ids import new_id
from app.domain.people import SignedIn
from app.reading.mail.canonical import canonical_address

LONGEST_EMAIL, LONGEST_NAME = 320, 255


async def propose_contact(
    uow: Uow,
    message: MessageRow,
    customer_id: str,
    newcomer: Newcomer,
    *,
    left: ContactRow | None = None,
    is_verified: bool = False,
    again: ContactProposalRow | None = None,
    actor: str = "duebox",
) -> None:
    """None at an address that is too long, or that a contact of the customer has. `left`: whom they follow. `again`:
    the mail's own proposal, as there is one a mail: it waits anew, unless it was confirmed."""
    email = canonical_address(newcomer.email)
    is_confirmed = again is not None and again.state is ProposalState.CONFIRMED
    if not email or len(email) > LONGEST_EMAIL or is_confirmed:
        return
    if any(contact.email == email for contact in await uow.ledger.contacts(customer_id)):
        return
    row = again or ContactProposalRow(
        id=new_id(),
        customer_id=customer_id,
        old_contact_id=left.id if left else None,
        message_id=message.id,
        role=left.role if left else ContactRole.ACCOUNTS_PAYABLE,
    )
    row.state, row.decided_at, row.decided_by = ProposalState.PROPOSED, None, None
    row.is_verified, row.proposed_at = is_verified, uow.clock()
    await uow.contacts.propose(row, Newcomer(newcomer.name[:LONGEST_NAME], email), message.conversation_id)
    uow.audit.add(
        "ledger.contact.proposed",
        actor=actor,
        proposal_id=row.id,
        customer_id=row.customer_id,
        old_contact_id=row.old_contact_id,
        is_verified=is_verified,
        message_id=message.id,
        conversation_id=message.conversation_id,
    )


def decide_contact(uow: Uow, row: ContactProposalRow, to: ProposalState, by: SignedIn) -> None:
    """A person's word on a proposal that waits."""
    row.state, row.decided_at, row.decided_by = to, uow.clock(), by.id
    uow.audit.add(
        f"ledger.contact_proposal.{to.value}",
        actor=by.actor,
        proposal_id=row.id,
        customer_id=row.customer_id,
        message_id=row.message_id,
    )
