"""Contacts as Duebox knows them: who can be reached, and who is proposed to be written to."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.words import Words
from app.db.tables.ledger import ContactProposalRow, ContactRow
from app.domain.clock import Clock
from app.domain.contact import ProposalState, Reachability
from app.domain.errors import NotFound
from app.domain.ids import new_id

PROPOSALS_SHOWN = 500
FACES = 5_000


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Whom a mail names: words, kept sealed."""

    name: str = field(repr=False)
    email: str = field(repr=False)


class Contacts:
    def __init__(self, session: AsyncSession, words: Words, clock: Clock) -> None:
        self._session = session
        self._words = words
        self._clock = clock

    async def get(self, contact_id: UUID) -> ContactRow:
        """Raises NotFound."""
        row = await self._session.get(ContactRow, contact_id)
        if row is None:
            raise NotFound("there is no such contact")
        return row

    async def all_of(self, contact_ids: Collection[UUID]) -> dict[UUID, ContactRow]:
        """By id; without those that are gone."""
        rows = await self._session.scalars(sa.select(ContactRow).where(ContactRow.id.in_(contact_ids)))
        return {row.id: row for row in rows}

    async def at(self, email: str) -> Sequence[ContactRow]:
        """The contacts of all customers at an address (lower case)."""
        found = await self._session.scalars(
            sa.select(ContactRow).where(ContactRow.email == email).order_by(ContactRow.customer_id)
        )
        return found.all()

    async def newest(self) -> UUID | None:
        """The contact that was made last."""
        return await self._session.scalar(sa.select(ContactRow.id).order_by(ContactRow.id.desc()).limit(1))

    async def faces(self, after: UUID) -> AsyncIterator[Sequence[tuple[str, str]]]:
        """Address and name of all contacts that were made later than this one, a page at a time."""
        while True:
            page = sa.select(ContactRow.id, ContactRow.email, ContactRow.name).where(ContactRow.id > after)
            rows = (await self._session.execute(page.order_by(ContactRow.id).limit(FACES))).all()
            if not rows:
                return
            yield [(row.email, row.name) for row in rows]
            after = rows[-1].id

    def add(self, row: ContactRow) -> None:
        self._session.add(row)

    async def has_proposal(self, message_id: UUID) -> bool:
        known = sa.exists().where(ContactProposalRow.message_id == message_id)
        return await self._session.scalar(sa.select(known)) or False

    async def propose(self, row: ContactProposalRow, newcomer: Newcomer, conversation_id: UUID) -> None:
        """Store a proposal with its words sealed. The row's payload is filled in here."""
        row.payload_id = await self._words.put(
            conversation_id, "contact", {"name": newcomer.name, "email": newcomer.email}
        )
        self._session.add(row)

    async def reword(self, row: ContactProposalRow, newcomer: Newcomer, conversation_id: UUID) -> None:
        """Other words for a proposal that waits."""
        words = {"name": newcomer.name, "email": newcomer.email}
        row.payload_id = await self._words.put(conversation_id, "contact", words)

    async def proposed(self) -> Sequence[ContactProposalRow]:
        """Proposals that wait for a person, the oldest first."""
        found = await self._session.scalars(
            sa.select(ContactProposalRow)
            .where(ContactProposalRow.state == ProposalState.PROPOSED)
            .order_by(ContactProposalRow.id)
            .limit(PROPOSALS_SHOWN)
        )
        return found.all()

    async def proposed_in(self, message_id: UUID) -> Sequence[ContactProposalRow]:
        """Those that one mail brought."""
        found = await self._session.scalars(
            sa.select(ContactProposalRow).where(
                ContactProposalRow.message_id == message_id, ContactProposalRow.state == ProposalState.PROPOSED
            )
        )
        return found.all()

    async def proposal_in_for_update(self, message_id: UUID) -> ContactProposalRow | None:
        """The one that a mail brought, whatever was decided on it."""
        return await self._session.scalar(
            sa.select(ContactProposalRow).where(ContactProposalRow.message_id == message_id).with_for_update()
        )

    async def proposal_for_update(self, proposal_id: UUID) -> ContactProposalRow:
        """Raises NotFound."""
        row = await self._session.scalar(
            sa.select(ContactProposalRow).where(ContactProposalRow.id == proposal_id).with_for_update()
        )
        if row is None:
            raise NotFound("there is no such proposal")
        return row

    async def newcomer(self, row: ContactProposalRow) -> Newcomer:
        """Raises NotFound when the words of the conversation were erased."""
        words = await self._words.get_json(row.payload_id)
        return Newcomer(words["name"], words["email"])


def mark(row: ContactRow, to: Reachability) -> bool:
    """Change whether a contact can be reached; its version rises, so that what was approved for it is void."""
    if row.reachability is to:
        return False
    row.reachability = to
    row.version += 1
    return True


def contact_of(customer_id: str, newcomer: Newcomer, proposal: ContactProposalRow, language: str) -> ContactRow:
    """The contact that a confirmed proposal becomes."""
    return ContactRow(
        id=new_id(),
        customer_id=customer_id,
        name=newcomer.name or newcomer.email,
        email=newcomer.email,
        role=proposal.role,
        language=language,
    )
