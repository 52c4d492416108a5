"""Which mails of a folder are stored already.

A renumbered or re-created folder is listed by Message-ID, size and moment of receipt. Where as many mails of one such
description are stored as are there, they are the same; any others are fetched whole and compared byte by byte with what
is stored (then one is a copy, not worked again). A wrong guess costs a fetch, but for one case: a mail that shares all
three with a stored one, to the second and the byte, in a folder that was made anew without the stored one.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ParamSpec, Protocol, TypeVar
from uuid import UUID

from app.db.repositories.sources import Description, Looks
from app.db.uow import Database
from app.domain.ports import FolderState, Listed, MailFolder

KNOWN_AT_ONCE = 500
LISTED_AT_ONCE = 1000
COMPARED = 10

P = ParamSpec("P")
R = TypeVar("R")


class Blocking(Protocol):
    """Runs a blocking call of a folder in the thread of its mailbox."""

    async def __call__(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R: ...


class Recognition:
    def __init__(self, database: Database, folder: MailFolder, mailbox_id: UUID, blocking: Blocking) -> None:
        self._database = database
        self._folder = folder
        self._mailbox_id = mailbox_id
        self._blocking = blocking

    async def unknown(self, uids: Sequence[int], state: FolderState) -> list[int]:
        """UIDs of mails that are not stored under them; for where some may be, since storing twice is harmless."""
        unknown: list[int] = []
        for start in range(0, len(uids), KNOWN_AT_ONCE):
            sources = {source_of(state, uid): uid for uid in uids[start : start + KNOWN_AT_ONCE]}
            async with self._database.read() as uow:
                known = await uow.sources.known(self._mailbox_id, list(sources))
            unknown += [uid for source, uid in sources.items() if source not in known]
        return unknown

    async def stored(self, uids: Sequence[int], state: FolderState) -> list[int]:
        """UIDs of received mails that are stored under them with all their bytes."""
        stored: list[int] = []
        for start in range(0, len(uids), KNOWN_AT_ONCE):
            sources = {source_of(state, uid): uid for uid in uids[start : start + KNOWN_AT_ONCE]}
            async with self._database.read() as uow:
                whole = await uow.sources.whole(self._mailbox_id, list(sources))
            stored += [uid for source, uid in sources.items() if source in whole]
        return stored

    async def is_another(self, state: FolderState, uids: Sequence[int]) -> bool:
        """Whether a folder, of which these mails are there, can't be the one whose mails are stored under its numbers:
        some have another look, or numbers that it has yet to give were given."""
        async with self._database.read() as uow:
            if await uow.sources.has_from(self._mailbox_id, _prefix(state), state.uid_next):
                return True
        return await self.is_as_before(state, uids) is False

    async def is_as_before(self, state: FolderState, uids: Sequence[int]) -> bool | None:
        """Whether the newest stored ones of these mails have the numbers that they had; None where none is there."""
        looks: dict[int, Looks] = {}
        for end in range(len(uids), 0, -KNOWN_AT_ONCE):
            sources = {source_of(state, uid): uid for uid in uids[max(0, end - KNOWN_AT_ONCE) : end]}
            async with self._database.read() as uow:
                stored = await uow.sources.stored_as(self._mailbox_id, sources)
            looks = {sources[source]: found for source, found in stored.items()}
            if looks:
                break
        listed = await self._blocking(self._folder.list_mails, sorted(looks)[-COMPARED:], at_once=True)
        same = [self._is_same(looks[one.uid], one) for one in listed if one.size]
        return all(same) if same else None

    def _is_same(self, looks: Looks, listed: Listed) -> bool:
        """Some servers state another size than a mail has, or render its headers anew each time: nothing but what is
        plainly another mail is one."""
        is_size = looks.size in {None, listed.size}
        is_moment = whole_second(listed.received_at) == looks.received_at
        if not listed.rfc_message_id:
            return is_size or is_moment
        is_id = self._database.keyring.index(listed.rfc_message_id) == looks.rfc_id_hash
        return is_id or (is_size and is_moment)

    async def unrecognised(self, uids: Sequence[int]) -> list[Listed]:
        """Those of the mails that are not stored under another number, as far as a list can tell."""
        there: list[Listed] = []
        stored: Counter[Description] = Counter()
        asked: set[str] = set()
        for start in range(0, len(uids), LISTED_AT_ONCE):
            listed = await self._blocking(self._folder.list_mails, uids[start : start + LISTED_AT_ONCE])
            there += listed
            ids = {one.rfc_message_id for one in listed if one.rfc_message_id} - asked
            asked |= ids
            async with self._database.read() as uow:
                stored += await uow.sources.descriptions(self._mailbox_id, ids)
        listed_as = Counter(_description(one) for one in there)
        return [one for one in there if listed_as[_description(one)] > stored[_description(one)]]


def source_of(state: FolderState, uid: int) -> str:
    """The key that the server gave a mail."""
    return f"{_prefix(state)}{uid}"


def _prefix(state: FolderState) -> str:
    remade = f".{state.remade}" if state.remade else ""
    return f"imap:{state.name}:{state.uid_validity}{remade}:"


def whole_second(moment: datetime) -> datetime:
    """As INTERNALDATE knows it."""
    return moment.replace(microsecond=0)


def _description(listed: Listed) -> Description:
    return Description(listed.rfc_message_id, listed.size, whole_second(listed.received_at))
