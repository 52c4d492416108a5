"""Named moments at which a process of Duebox is killed: wrapped around its own functions, so that the product has no
hooks. Each dies as in a power cut: SIGKILL for the whole process group.

    fetch ─ FETCHED ─ commit ─ STORED ─▶ THINKING ─▶ DRAFTED ─ commit ─ PROPOSED ─▶ APPROVED, UNDONE
    claim ─ CLAIMED ─ the server agrees ─ body ─ HANDED_OVER ─ 250 ─ ANSWERED ─ commit
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from functools import wraps
from typing import Any
from uuid import UUID

from app import bootstrap
from app.adapters.child import ChildMind
from app.adapters.smtp import SmtpSender
from app.db.uow import Database, Uow
from app.domain.case import Case
from app.domain.message import Identity, ReadMail
from app.domain.ports import Delivery, MayBegin, SendResult, Thought
from app.intake.incoming import Incoming
from app.intake.service import IntakeService
from app.review.service import ReviewService
from app.triage.service import TriageService
from tests.fakes import PlainMind

THOUGHT_SECONDS = 0.1
BODY_SECONDS = 0.25


class Point(StrEnum):
    """In brackets the row of the fault table."""

    FETCHED = "fetched"  # between FETCH and commit (1)
    STORED = "stored"  # after the commit of what was fetched (2)
    THINKING = "thinking"  # while the model thinks (3)
    DRAFTED = "drafted"  # between the draft and its queue row (4)
    PROPOSED = "proposed"  # after triage's commit, before its job is done
    APPROVED = "approved"  # after the approval's commit, in the undo window (12)
    UNDONE = "undone"  # after the undo's commit (12)
    CLAIMED = "claimed"  # after the claim, before the socket opens
    HANDED_OVER = "handed_over"  # after the body, before the server's answer (6)
    ANSWERED = "answered"  # after the server's 250, before `sent` is committed (5)
    ANY = "any"  # at a random time


IN_THE_API = frozenset({Point.APPROVED, Point.UNDONE})


def die() -> None:
    os.killpg(os.getpgid(0), signal.SIGKILL)


class QuickMind(ChildMind):
    """A mind in the process itself: it reads mail for real and drafts at once, so that a restart costs no models."""

    def __init__(self, module: str, config: object) -> None:
        super().__init__(module, config)
        self._mind = PlainMind()

    async def start(self) -> None:
        """It is there."""

    async def stop(self) -> None:
        """It ends with the process."""

    async def read(self, raw: bytes, identity: Identity) -> ReadMail:
        return await self._mind.read(raw, identity)

    async def think(self, case: Case, alone: bool = False) -> Thought:
        await asyncio.sleep(THOUGHT_SECONDS)
        return await self._mind.think(case)


def install(point: Point) -> None:
    """From now on this process dies when it comes to the point."""
    vars(bootstrap)["ChildMind"] = QuickMind  # the composition root takes it from here
    points: Mapping[Point, Callable[[], None]] = {
        Point.FETCHED: _fetched,
        Point.STORED: _stored,
        Point.THINKING: lambda: _before(QuickMind, "think", after_seconds=THOUGHT_SECONDS / 2),
        Point.DRAFTED: lambda: _before(TriageService, "_open_review"),
        Point.PROPOSED: lambda: _after(TriageService, "work"),
        Point.APPROVED: lambda: _after(ReviewService, "_approve"),
        Point.UNDONE: lambda: _after(ReviewService, "undo"),
        Point.CLAIMED: lambda: _before(SmtpSender, "send"),
        Point.HANDED_OVER: _handed_over,
        Point.ANSWERED: _answered,
    }
    points.get(point, lambda: None)()


def _before(owner: type, name: str, *, after_seconds: float = 0.0) -> None:
    original = getattr(owner, name)

    @wraps(original)
    async def dying(*arguments: Any, **more: Any) -> Any:
        if after_seconds:
            asyncio.get_running_loop().call_later(after_seconds, die)
            return await original(*arguments, **more)
        die()

    setattr(owner, name, dying)


def _after(owner: type, name: str) -> None:
    original = getattr(owner, name)

    @wraps(original)
    async def dying(*arguments: Any, **more: Any) -> Any:
        await original(*arguments, **more)
        die()

    setattr(owner, name, dying)


def _fetched() -> None:
    original = IntakeService.store_in

    async def dying(self: IntakeService, uow: Uow, mailbox_id: UUID, mails: Sequence[Incoming]) -> int:
        stored = await original(self, uow, mailbox_id, mails)
        if stored:
            die()
        return stored

    IntakeService.store_in = dying  # type: ignore[method-assign]


def _stored() -> None:
    """The first commit after something was stored."""
    store, write = IntakeService.store_in, Database.write
    storing: set[Uow] = set()

    async def noting(self: IntakeService, uow: Uow, mailbox_id: UUID, mails: Sequence[Incoming]) -> int:
        stored = await store(self, uow, mailbox_id, mails)
        if stored:
            storing.add(uow)
        return stored

    @asynccontextmanager
    async def dying(self: Database) -> AsyncIterator[Uow]:
        async with write(self) as uow:
            yield uow
        if uow in storing:
            die()

    IntakeService.store_in = noting  # type: ignore[method-assign]
    Database.write = dying  # type: ignore[method-assign]


def _handed_over() -> None:
    """The server takes its time after the final dot (see the storm), so that the body is out by then."""
    original = SmtpSender.send

    async def dying(self: SmtpSender, raw: bytes, *, may_begin: MayBegin, **more: Any) -> Delivery:
        async def beginning() -> bool:
            begins = await may_begin()
            if begins:
                asyncio.get_running_loop().call_later(BODY_SECONDS, die)
            return begins

        return await original(self, raw, may_begin=beginning, **more)

    SmtpSender.send = dying  # type: ignore[assignment, method-assign]


def _answered() -> None:
    original = SmtpSender.send

    async def dying(self: SmtpSender, raw: bytes, **more: Any) -> Delivery:
        delivery = await original(self, raw, **more)
        if delivery.result is SendResult.SENT:
            die()
        return delivery

    SmtpSender.send = dying  # type: ignore[method-assign]
