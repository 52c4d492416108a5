"""Whether a mail is a copy of an earlier one: the same Message-ID, From, Date, Subject and decoded text.

Very many mails may bear one Message-ID, by the fault of a program or on purpose. So only those are compared that say
the same in their headers, of the stored ones the newest few; and each text is read once, before the transaction that
stores the mail: others wait for that one, and PostgreSQL ends a session that thinks for long in the middle of it.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.db.repositories.ancestry import Ancestor
from app.db.uow import Database, Uow
from app.domain.errors import NotFound
from app.domain.message import CUT
from app.intake.incoming import Incoming, Says, likeness_of

REMEMBERED = 2000


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored mail of which another may be a copy."""

    message_id: UUID
    raw_id: UUID
    says: Says


class Twins:
    """Remembers the likeness of stored mails that were compared before."""

    def __init__(self) -> None:
        self._known: dict[UUID, str] = {}

    async def read_ahead(self, database: Database, mails: Sequence[Incoming]) -> None:
        """Read all that will have to be compared when these mails are stored. No transaction may be open."""
        bearing: defaultdict[str, list[Incoming]] = defaultdict(list)
        for mail in mails:
            bearing[database.keyring.index(mail.known_by)].append(mail)
        async with database.read() as uow:
            stored = await stored_under(uow, await uow.ancestry.ancestors(bearing))
        for rfc_id_hash, alike in bearing.items():
            saying = Counter(mail.says for mail in alike)
            for one in stored[rfc_id_hash]:
                if saying[one.says]:
                    saying[one.says] += 1
                    await self._read(database, one)
            for mail in alike:
                if saying[mail.says] > 1:
                    await likeness(mail)

    async def is_like(self, uow: Uow, one: Stored, mail: Incoming) -> bool:
        if one.says != mail.says:
            return False
        if one.raw_id not in self._known:
            await self._learn(one, await _raw(uow, one))
        return self._known[one.raw_id] == await likeness(mail)

    async def _read(self, database: Database, one: Stored) -> None:
        if one.raw_id in self._known:
            return
        async with database.read() as uow:
            raw = await _raw(uow, one)
        await self._learn(one, raw)

    async def _learn(self, one: Stored, raw: bytes | None) -> None:
        while len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[one.raw_id] = "" if raw is None else await asyncio.to_thread(likeness_of, raw)


async def stored_under(uow: Uow, ancestors: Mapping[str, Ancestor]) -> defaultdict[str, list[Stored]]:
    """What is stored under each Message-ID, but for erased mails: nobody can say what they were."""
    hashes = {message_id: hash_ for hash_, ancestor in ancestors.items() for message_id in ancestor.message_ids}
    rows = await uow.messages.of_ids(hashes)
    heads = await uow.messages.heads(rows)
    found: defaultdict[str, list[Stored]] = defaultdict(list)
    for row in rows:
        if row.id in heads:
            says = (heads[row.id].sender.email, heads[row.id].subject, row.error in CUT)
            found[hashes[row.id]].append(Stored(row.id, row.raw_id, says))
    return found


async def likeness(mail: Incoming) -> str:
    """In a thread, if it is not known yet: a long text takes a while."""
    if "likeness" not in vars(mail):
        await asyncio.to_thread(getattr, mail, "likeness")
    return mail.likeness


async def _raw(uow: Uow, one: Stored) -> bytes | None:
    """None when it was erased meanwhile."""
    try:
        return await uow.words.get(one.raw_id)
    except NotFound:
        return None
