"""When a stored mail is worked: in its turn, and of a sender of very many only as fast as others do not wait."""

from collections import Counter
from uuid import UUID

import structlog

from app.db.uow import Database
from app.domain.job import STORM_FROM, triage_job

log = structlog.get_logger()


class Dispatcher:
    """The job of a batch of many: queue the triage of each mail, in order, under a key that makes a repeat harmless.

    Of a sender of very many mails most are held, each until one before it is worked, so that the others need not wait.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def work(self, batch_id: str) -> None:
        async with self._database.write() as uow:
            waiting = await uow.messages.of_batch(UUID(batch_id))
            senders = {row.sender_hash for row in waiting if row.sender_hash}
            ahead = await uow.messages.in_work_by_sender(senders, beside=UUID(batch_id))
            for row in waiting:
                row.is_held = is_held(row.sender_hash, ahead)
                if not row.is_held:
                    await uow.enqueue(triage_job(row.id, row.run, row.conversation_id))

    async def give_up(self, batch_id: str, error: str) -> None:
        """Nothing is lost: the sweep finds mails that nobody works."""
        log.error("intake.dispatch.failed", batch_id=batch_id, error=error)


def is_held(sender_hash: str | None, ahead: Counter[str]) -> bool:
    """Whether a mail waits until one of its sender's before it is worked; it is counted among those ahead of the
    next."""
    if sender_hash is None:
        return False
    ahead[sender_hash] += 1
    return ahead[sender_hash] > STORM_FROM
