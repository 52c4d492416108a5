"""A mind whose endpoint is asked no more often, by all workers together, than the settings let it.

    think ─▶ a place in the minute and the day, taken in the database ─▶ wait for it ─▶ think ─▶ settle what it took
                 └─ none: the embedded model reads, and a person decides (model_unavailable)

One mail may pass the day's tokens; the next is not begun. Where the thinking process or the worker dies, nobody knows
what was taken: the place stays paid for as it was. Only who could not think at all gets it back.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import structlog

from agents.reminders.brief import ReminderBrief
from agents.reminders.result import ReminderDraft
from app.db.repositories.rations import Place, Rations
from app.db.uow import Database
from app.domain.case import Case
from app.domain.errors import Unreachable
from app.domain.message import Identity, ReadMail
from app.domain.ports import Thought
from app.domain.proposal import EMBEDDED, ModelCall
from app.domain.ration import Limits

log = structlog.get_logger()

A = TypeVar("A")
NO_LIMIT = Place(wait=0.0, tokens=0)


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
        place = await self._turn()
        if place is None:
            return await self._mind.think(case, alone=True)
        return await self._settled(place, self._mind.think(case), lambda thought: thought.proposal.calls)

    async def remind(self, brief: ReminderBrief) -> ReminderDraft:
        place = await self._turn()
        if place is None:
            return await self._mind.remind(brief, alone=True)
        return await self._settled(place, self._mind.remind(brief), lambda draft: draft.calls)

    async def _turn(self) -> Place | None:
        """Wait for a place. None when there is none."""
        if self._limits == Limits():
            return NO_LIMIT
        async with self._database.write() as uow:
            rations = Rations(uow.session, await uow.leases.database_time())
            place = await rations.take(self._provider, self._limits)
        if place is None:
            log.warning("model.ration.spent")
            return None
        await asyncio.sleep(place.wait)
        return place

    async def _settled(self, place: Place, answer: Awaitable[A], calls: Callable[[A], Sequence[ModelCall]]) -> A:
        try:
            answered = await answer
        except Unreachable:
            await self._settle(place, ())
            raise
        await self._settle(place, calls(answered))
        return answered

    async def _settle(self, place: Place, calls: Sequence[ModelCall]) -> None:
        asked = [call for call in calls if call.is_fallback or call.model != EMBEDDED]
        async with self._database.write() as uow:
            rations = Rations(uow.session, await uow.leases.database_time())
            await rations.settle(
                self._provider,
                self._limits,
                place,
                requests=sum(call.requests for call in asked),
                tokens_in=sum(call.input_tokens for call in asked),
                tokens_out=sum(call.output_tokens for call in asked),
            )
