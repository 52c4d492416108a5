"""The Sent folder of a server that allows one connection, which the worker that watches the mailbox has: it is asked to
hang up for a while, and whoever asked tries again meanwhile.

    too many connections ─▶ a wish in the database ─▶ a few tries more, else Unreachable: a later job tries again
    the watcher sees the wish within a minute, and hangs up ─▶ our turn
    the wish is over, or two minutes are ─▶ the watcher dials again

Few jobs send for all mailboxes at a time, so none of them waits for a watcher in the middle of its minute: COPY_SECONDS
and RECONCILE_SECONDS of `outcomes.py` come back while the wish holds. Mails of one mailbox wish and try one by one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

import structlog
from sqlalchemy.exc import IntegrityError

from app.db.uow import Database
from app.domain.errors import Unreachable
from app.domain.ports import TOO_MANY_CONNECTIONS, SentFolder

PATIENCE_SECONDS = 5.0
"""For one's turn among the mails of the mailbox, and again for the watcher, which may be about to hang up."""

TRY_AGAIN_SECONDS = 1.0

T = TypeVar("T")

log = structlog.get_logger()


class BorrowedSentFolder:
    """Another Sent folder, by turns where there is one connection for all."""

    def __init__(
        self,
        folder: SentFolder,
        database: Database,
        *,
        patience: float = PATIENCE_SECONDS,
        pause: float = TRY_AGAIN_SECONDS,
    ) -> None:
        self._folder = folder
        self._database = database
        self._patience = patience
        self._tries = max(1, round(patience / pause))
        self._pause = pause
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def has_message(self, mailbox_id: UUID, rfc_message_id: str) -> bool:
        return await self._in_turn(mailbox_id, lambda: self._folder.has_message(mailbox_id, rfc_message_id))

    async def append(self, mailbox_id: UUID, raw: bytes) -> None:
        await self._in_turn(mailbox_id, lambda: self._folder.append(mailbox_id, raw))

    async def _in_turn(self, mailbox_id: UUID, call: Callable[[], Awaitable[T]]) -> T:
        try:
            return await call()
        except Unreachable as failure:
            if str(failure) != TOO_MANY_CONNECTIONS:
                raise
        turn = self._turns.setdefault(mailbox_id, asyncio.Lock())
        try:
            async with asyncio.timeout(self._patience):
                await turn.acquire()
        except TimeoutError:
            raise Unreachable(TOO_MANY_CONNECTIONS) from None
        try:
            return await self._ask_and_try(mailbox_id, call)
        finally:
            turn.release()

    async def _ask_and_try(self, mailbox_id: UUID, call: Callable[[], Awaitable[T]]) -> T:
        for _ in range(self._tries):
            await self._ask(mailbox_id)
            await asyncio.sleep(self._pause)
            try:
                return await call()
            except Unreachable as failure:
                if str(failure) != TOO_MANY_CONNECTIONS:
                    raise
        raise Unreachable(TOO_MANY_CONNECTIONS)

    async def _ask(self, mailbox_id: UUID) -> None:
        try:
            async with self._database.write() as uow:
                await uow.leases.ask_for_line(mailbox_id)
        except IntegrityError:
            return  # another mail of the mailbox asked at the same moment
        log.info("outbox.line.asked_for", mailbox_id=str(mailbox_id))
