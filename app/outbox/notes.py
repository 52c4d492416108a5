"""What the outbox writes down of a mail, and how it comes back to one."""

from app.db.tables.work import OutboxRow
from app.db.uow import Uow
from app.domain.ids import new_id
from app.domain.job import Job, send_job


def look_again(row: OutboxRow, delay_seconds: float) -> Job:
    """A further look at the same mail; its key differs, since the first job of the row is over."""
    return send_job(row.id, row.conversation_id, delay_seconds=delay_seconds, again=f"-{new_id()}")


async def wake_next(uow: Uow, row: OutboxRow) -> None:
    """The mail server can be spoken to, or the mail is out of the way: the next that waits in line has its turn."""
    following = await uow.outbox.next_in_line(row.mailbox_id)
    if following is not None and following.id != row.id:
        await uow.enqueue(look_again(following, 0))


async def note(
    uow: Uow, row: OutboxRow, kind: str, *, actor: str = "duebox", detail: str = "", outcome: str = ""
) -> None:
    """Append to the audit chain."""
    answered = (await uow.reviews.get(row.review_id)).message_id if row.review_id else None
    uow.audit.add(
        kind,
        actor=actor,
        outbox_id=row.id,
        review_id=row.review_id,
        reminder_id=row.reminder_id,
        message_id=answered,
        conversation_id=row.conversation_id,
        attempts=row.attempts,
        detail=detail,
        outcome=outcome,
    )
