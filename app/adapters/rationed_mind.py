"""A mind whose endpoint is asked no more often, by all workers together, than the settings let it.

    think ─▶ a place in the minute and the day, taken in the database ─▶ wait for it ─▶ think ─▶ settle what it took
                 └─ none: the embedded model reads, and a person decides (model_unavailable)

One mail may pass the day's tokens; the next is not begun.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog

from agents.reminders.brief import ReminderBrief
from agents.reminders.result import ReminderDraft
from app.db.repositories.rations import Rations
from app.db.uow import Database
from app.domain.case import Case
from app.domain.message import Identity, ReadMail
from app.domain.ports import Thought
from app.domain.proposal import EMBEDDED, ModelCall
from app.domain.ration import Limits

log = structlog.get_logger()


class Thinker(Protocol):
    """A mind that can be told to do without the endpoint: `alone`."""

    async def read(self, raw: bytes, identity: Identity) -> ReadMail: ...

    async def think(self, case: Case, alone: bool = False) -> Thought: ...

    async def remind(self, brief: ReminderBrief, alone: bool = False) -> ReminderDraft: ...


class RationedMind:
    """`provider` names the endpoint in the database."""

    def __init__(self, mind: Thinker, database: Database, provider: str, limits: Limits) -> None:
        self._mind = mind
        self._database = database
        self._provider = provider
        self._limits = limits

    async def read(self, raw: bytes, identity: Identity) -> ReadMail:
        return await self._mind.read(raw, identity)

    async def think(self, case: Case) -> Thought:
        if not await self._turn():
            return await self._mind.think(case, alone=True)
        thought = await self._mind.think(case)
        await self._settle(thought.proposal.calls)
        return thought

    async def remind(self, brief: ReminderBrief) -> ReminderDraft:
        if not await self._turn():
            return await self._mind.remind(brief, alone=True)
        draft = await self._mind.remind(brief)
        await self._settle(draft.calls)
        return draft

    async def _turn(self) -> bool:
        """Wait for a place. False when there is none."""
        if self._limits == Limits():
            return True
        async with self._database.write() as uow:
            rations = Rations(uow.session, await uow.mailboxes.database_time())
            wait = await rations.take(self._provider, self._limits)
        if wait is None:
            log.warning("model.ration.spent")
            return False
        await asyncio.sleep(wait)
        return True

    async def _settle(self, calls: Sequence[ModelCall]) -> None:
        asked = [call for call in calls if call.is_fallback or call.model != EMBEDDED]
        async with self._database.write() as uow:
            rations = Rations(uow.session, await uow.mailboxes.database_time())
            await rations.settle(
                self._provider,
                self._limits,
                requests=sum(call.requests for call in asked),
                tokens_in=sum(call.input_tokens for call in asked),
                tokens_out=sum(call.output_tokens for call in asked),
            )
