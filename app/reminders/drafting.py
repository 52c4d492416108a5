"""Today's reminders are drafted by a job: a person asks once, and sees how far it is.

    ask ─▶ an empty batch ─▶ job: the plan, then one draft after another ─▶ finished

A worker that dies leaves drafts, and the job that is worked again goes on behind them. The drafts are those of the
person who asked: they see no more customers than that person does.
"""

from datetime import date
from uuid import UUID

import structlog

from app.db.narrowing import narrowed
from app.db.uow import Database
from app.domain.job import draft_batch_job
from app.domain.people import SignedIn
from app.reminders.asker import asker
from app.reminders.batches import BatchService
from app.reminders.mailboxes import active_mailboxes

log = structlog.get_logger()


class DraftingService:
    def __init__(self, database: Database, batches: BatchService) -> None:
        self._database = database
        self._batches = batches

    async def ask(self, as_of: date, *, by: SignedIn) -> UUID:
        """Have the reminders of a day drafted. Returns the batch: of who asks again meanwhile, the same.

        Raises NotAllowed, or Invalid when there is no mailbox.
        """
        by.check_can_decide()
        assert by.id is not None  # noqa: S101  # a person asks
        async with self._database.write() as uow:
            await active_mailboxes(uow)
            running = await uow.reminders.drafting_of(by.id, as_of)
            if running is not None:
                return running
            row = self._batches.new_batch(as_of, by)
            row.drafting_since = row.created_at
            uow.reminders.add_batch(row)
            await uow.enqueue(draft_batch_job(row.id))
        return row.id

    async def work(self, batch_id: str) -> None:
        async with self._database.read() as uow:
            row = await uow.reminders.batch(UUID(batch_id))
            by = await asker(uow, row.created_by)
        if row.drafting_since is None:
            return
        if by is not None:
            with narrowed(by.portfolio):
                await self._batches.fill(row, by=by)
        await self._finish(row.id)

    async def give_up(self, batch_id: str, error: str) -> None:
        """What is drafted by now waits for a person, who may ask again."""
        log.warning("reminders.drafting.failed", batch_id=batch_id, error=error)
        await self._finish(UUID(batch_id))

    async def _finish(self, batch_id: UUID) -> None:
        async with self._database.write() as uow:
            (await uow.reminders.batch(batch_id)).drafting_since = None
