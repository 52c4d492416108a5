"""The safety net: mail in work, answers due, and batches being drafted or approved, that no job looks after any more.

A job can vanish: parked by the engine after killing its worker too often, or lost with a restored backup. The sweep
gives each such row a new job, or, when its job was parked, to the handler that gives up.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import structlog

from app.db.outages import is_cut_off, is_outage
from app.db.repositories.approvals import Approvals
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.ids import new_id
from app.domain.job import (
    DRAFTING,
    STORM_FROM,
    Job,
    JobKind,
    approve_batch_key,
    draft_batch_key,
    send_key,
    triage_job,
    triage_key,
)
from app.jobs.engine import Engine, Handler

SWEEP_SECONDS = 60.0
SUSPICIOUS_AFTER = timedelta(minutes=5)
AT_ONCE = 200
ALIVE = frozenset({"ENQUEUED", "DELAYED", "PENDING"})
LEASE = "sweep"

log = structlog.get_logger()


class Sweep:
    """Looks every minute, on one worker at a time."""

    def __init__(self, database: Database, engine: Engine, handlers: Mapping[JobKind, Handler], clock: Clock) -> None:
        self._database = database
        self._engine = engine
        self._handlers = handlers
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_sweeping())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def sweep(self) -> int:
        """Look once. Returns how many rows were given a job or given up."""
        before = self._clock() - SUSPICIOUS_AFTER
        async with self._database.read() as uow:
            stuck = await uow.messages.stragglers(stored_before=before, limit=AT_ONCE)
            due = await uow.outbox.due(before=before, limit=AT_ONCE)
            approvals = await Approvals(uow.session).unfinished(before, AT_ONCE)
            undrafted = await uow.reminders.undrafted(before, AT_ONCE)
            lanes = {outbox_id: str((await uow.outbox.get(outbox_id)).conversation_id) for outbox_id in due}
        lost = [
            *((JobKind.TRIAGE, row.id, triage_key(row.id, row.run), str(row.conversation_id)) for row in stuck),
            *((JobKind.SEND, outbox_id, send_key(outbox_id), lanes[outbox_id]) for outbox_id in due),
            *((JobKind.APPROVE_BATCH, one, approve_batch_key(one), str(one)) for one in approvals),
            *((JobKind.DRAFT_BATCH, one, draft_batch_key(one), DRAFTING) for one in undrafted),
        ]
        found = await self._let_in()
        for kind, subject, key, lane in lost:
            try:
                found += await self._mend(kind, str(subject), key, lane)
            except Exception as error:  # what is wrong with one must not keep the net from the others
                if is_outage(error) and not is_cut_off(error):
                    raise
                log.warning("jobs.sweep.failed", kind=kind.value, subject=str(subject), error=type(error).__name__)
        return found

    async def _let_in(self) -> int:
        """Mails that are held behind one that is gone."""
        async with self._database.write() as uow:
            senders = await uow.messages.held_up(limit=AT_ONCE)
            rows = [row for sender in senders for row in await uow.messages.let_in(sender, limit=STORM_FROM)]
            await uow.enqueue(*(triage_job(row.id, row.run, row.conversation_id) for row in rows))
        return len(rows)

    async def _mend(self, kind: JobKind, subject: str, key: str, lane: str) -> bool:
        async with self._database.read() as uow:
            states = await uow.session.run_sync(self._engine.states_of, key)
        if states & ALIVE:
            return False
        log.warning("jobs.sweep.found", kind=kind.value, subject=subject, states=sorted(states))
        if "MAX_RECOVERY_ATTEMPTS_EXCEEDED" in states:
            await self._handlers[kind].give_up(subject, "killed_its_worker")
            return True
        async with self._database.write() as uow:
            await uow.enqueue(Job(kind, subject, f"{key}-again-{new_id()}", lane))
        return True

    async def _keep_sweeping(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                async with self._database.write() as uow:
                    mine = await uow.leases.take(LEASE, self._engine.executor_id, 2 * SWEEP_SECONDS)
                if mine:
                    await self.sweep()
                    async with self._database.write() as uow:
                        await uow.messages.tally.compact()
            except Exception as error:  # the safety net itself must not tear
                log.warning("jobs.sweep.failed", error=type(error).__name__)
