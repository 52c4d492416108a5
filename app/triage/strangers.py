"""Whether a sender whom nobody knows passes for somebody's contact: looked up among the contacts of all customers.

Each process holds them in memory (100,000 contacts: 85 MB, read in three to six seconds, a look in tens of
milliseconds, on two busy cores); what came since is added before each look, and all is read anew each day, as an
address may have been put right.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from app.db.uow import Database, Uow
from app.domain.account import Link
from app.domain.clock import Clock
from app.domain.ids import first_id, made_at
from app.domain.message import Identity, ReadMail
from app.reading.trust.familiar import Familiar
from app.reading.trust.impostors import BESIDE_THE_LEDGER

ANEW_AFTER = timedelta(days=1)
OVERLAP = timedelta(hours=1)
"""A longer import than this may be missed until the next day: its ids are older than what was looked at already."""


class Strangers:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._familiar = Familiar()
        self._newest: UUID | None = None
        self._read_at: datetime | None = None
        self._one_at_a_time = asyncio.Lock()

    async def seen(self, database: Database, read: ReadMail, link: Link, identity: Identity) -> ReadMail:
        """The mail with the signs of fraud that hold today.

        No transaction may be open: whoever waits here while another reads all contacts waits for seconds.
        """
        screening = read.screening
        own = tuple(sign for sign in screening.fraud_signs if sign not in BESIDE_THE_LEDGER)
        found = () if link.is_verified_contact else await self._signs(database, read, identity)
        signs = (*own, *found)
        return (
            read if signs == screening.fraud_signs else replace(read, screening=replace(screening, fraud_signs=signs))
        )

    async def _signs(self, database: Database, read: ReadMail, identity: Identity) -> tuple[str, ...]:
        domains = {address.rpartition("@")[2] for address in identity.addresses}
        async with self._one_at_a_time:
            async with database.read() as uow:
                await self._catch_up(uow)
            return await asyncio.to_thread(self._familiar.signs, read.mail.head.sender, domains)

    async def _catch_up(self, uow: Uow) -> None:
        newest = await uow.contacts.newest()
        if self._read_at is None or self._clock() - self._read_at >= ANEW_AFTER:
            familiar, since = Familiar(), None
        elif newest == self._newest or newest is None:
            return
        else:
            familiar, since = self._familiar, self._newest
        after = first_id(made_at(since) - OVERLAP) if since else UUID(int=0)
        async for faces in uow.contacts.faces(after):
            await asyncio.to_thread(familiar.add, faces)
        self._familiar, self._newest = familiar, newest
        if since is None:
            self._read_at = self._clock()
