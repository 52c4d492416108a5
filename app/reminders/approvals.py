"""A whole batch is approved by a job: a person asks once, and sees how far it is.

    ask ─▶ every draft of the batch is marked, as it stood on the page ─▶ job: some of them, one transaction each
                                                                          └─▶ the next job ─▶ … ─▶ finished

Each is approved as by a click of that person's, with the same checks. A draft that has changed since they asked, or
that the plan no longer wants, loses its mark and waits for a person. A worker that dies leaves marks, and the job that
is worked again goes on from them: what is approved is no draft any more.
"""

from collections.abc import Collection, Iterable
from hashlib import sha256
from uuid import UUID

import structlog

from app.db.repositories.approvals import Approvable, Approvals
from app.db.tables.reminders import BatchApprovalRow
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotFound, StateImpossible
from app.domain.ids import new_id
from app.domain.job import approve_batch_job
from app.domain.people import SignedIn
from app.reminders.asker import asker
from app.reminders.sending import SendingService

AT_ONCE = 50
"""Approved by one job: about five seconds, so that a worker can stop between two."""

log = structlog.get_logger()


def mark_of(drafts: Iterable[Approvable]) -> str:
    """What tells one look at a batch from another: which drafts may be approved, each in its version."""
    return sha256("\n".join(f"{one.id}:{one.version}" for one in drafts).encode()).hexdigest()[:32]


class ApprovalService:
    def __init__(self, database: Database, sending: SendingService, clock: Clock) -> None:
        self._database = database
        self._sending = sending
        self._clock = clock

    async def ask(self, batch_id: UUID, *, mark: str, by: SignedIn, without: Collection[UUID] = ()) -> int:
        """Have all of a batch approved but `without`; returns how many that are.

        Raises NotAllowed, NotFound, StateImpossible when the batch is not as the person saw it (`mark_of`) or is being
        approved already, and Invalid when nothing of it may be approved.
        """
        by.check_can_decide()
        assert by.id is not None  # noqa: S101  # a person asks
        async with self._database.write() as uow:
            approvals = Approvals(uow.session)
            await uow.reminders.batch(batch_id)
            if await approvals.running(batch_id) is not None:
                raise StateImpossible("this batch is being approved already")
            drafts = await approvals.approvable(batch_id, to_be_kept=True)
            if mark_of(drafts) != mark:
                raise StateImpossible("the batch has changed since you looked at it: look again")
            chosen = [one.id for one in drafts if one.id not in without]
            if not chosen:
                raise Invalid("nothing of this batch may be approved")
            row = BatchApprovalRow(
                id=new_id(), batch_id=batch_id, asked_by=by.id, asked_at=self._clock(), total=len(chosen)
            )
            await approvals.open(row, chosen)
            uow.audit.add(
                "reminders.approval.asked", actor=by.actor, batch_id=batch_id, approval_id=row.id, reminders=row.total
            )
            await uow.enqueue(approve_batch_job(row.id, chosen[0]))
        return len(chosen)

    async def work(self, approval_id: str) -> None:
        """Approve some, then have the next job go on."""
        async with self._database.read() as uow:
            approvals = Approvals(uow.session)
            row = await approvals.get(UUID(approval_id))
            some = await approvals.next(row, AT_ONCE)
            by = await asker(uow, row.asked_by)
        if row.finished_at is not None:
            return
        if by is None:
            await self._finish(row)
            return
        for one in some:
            await self._approve(row, one, by)
        async with self._database.write() as uow:
            following = await Approvals(uow.session).next(row, 1)
            if following:
                await uow.enqueue(approve_batch_job(row.id, following[0].id))
        if not following:
            await self._finish(row)

    async def give_up(self, approval_id: str, error: str) -> None:
        """What is left waits for a person."""
        log.warning("reminders.approval.failed", approval_id=approval_id, error=error)
        async with self._database.read() as uow:
            row = await Approvals(uow.session).get(UUID(approval_id))
        await self._finish(row)

    async def _approve(self, row: BatchApprovalRow, one: Approvable, by: SignedIn) -> None:
        try:
            await self._sending.approve(one.id, version=one.version, by=by)
        except (Invalid, StateImpossible, NotFound) as refusal:
            log.info("reminders.approval.stayed", reminder_id=str(one.id), why=type(refusal).__name__)
            async with self._database.write() as uow:
                await Approvals(uow.session).leave(row, one.id)

    async def _finish(self, row: BatchApprovalRow) -> None:
        async with self._database.write() as uow:
            approvals = Approvals(uow.session)
            await approvals.leave(row)
            if not await approvals.finish(row.id, self._clock()):
                return
            progress = await approvals.progress(row.batch_id)
            uow.audit.add(
                "reminders.approval.finished",
                batch_id=row.batch_id,
                approval_id=row.id,
                approved=progress.approved if progress else None,
                kept=progress.kept if progress else None,
            )
