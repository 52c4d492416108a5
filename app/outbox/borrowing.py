"""The Sent folder of a server that allows one connection, which the worker that watches the mailbox has: it is asked to
hang up for a while, and whoever asked tries again meanwhile.

    too many connections ─▶ a wish in the database ─▶ the watcher sees it before its next look, and hangs up ─▶ our turn
    nobody has wished for half a minute ─▶ the watcher dials again
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError

from app.db.uow import Database
from app.domain.errors import Unreachable
from app.domain.ports import TOO_MANY_CONNECTIONS, SentFolder

PATIENCE_SECONDS = 100.0
"""The watcher may be in the middle of a minute of waiting, and may then have something to read."""

TRY_AGAIN_SECONDS = 2.0

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
        self._tries = max(1, round(patience / pause))
        self._pause = pause

    async def has_message(self, mailbox_id: UUID, rfc_message_id: str) -> bool:
        return await self._in_turn(mailbox_id, lambda: self._folder.has_message(mailbox_id, rfc_message_id))

    async def append(self, mailbox_id: UUID, raw: bytes) -> None:
        await self._in_turn(mailbox_id, lambda: self._folder.append(mailbox_id, raw))

    async def _in_turn(self, mailbox_id: UUID, call: Callable[[], Awaitable[T]]) -> T:
        for _ in range(self._tries):
            try:
                return await call()
            except Unreachable as failure:
                if str(failure) != TOO_MANY_CONNECTIONS:
                    raise
            await self._ask(mailbox_id)
            await asyncio.sleep(self._pause)
        return await call()

    async def _ask(self, mailbox_id: UUID) -> None:
        try:
            async with self._database.write() as uow:
                await uow.mailboxes.ask_for_line(mailbox_id)
        except IntegrityError:
            return  # another mail of the mailbox asked at the same moment
        log.info("outbox.line.asked_for", mailbox_id=str(mailbox_id))
