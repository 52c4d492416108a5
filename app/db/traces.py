"""Whose trace a row's work belongs to: that of the mail which a review or an answer is about, or of the reminder."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import StrEnum
from uuid import UUID

from app.db.uow import Database
from app.domain.tracing import StepName, Tracer, is_traced, step

Work = Callable[[str], Awaitable[None]]
"""What a job does for a subject's id."""


class Beside(StrEnum):
    """What people do with a review beside the four verbs."""

    UNDO = "undo"
    CORRECT = "correct"


@asynccontextmanager
async def decision(database: Database, review_id: UUID, action: StrEnum) -> AsyncIterator[None]:
    """A person's decision, or the policy's own, as a step in the trace of the mail. Raises NotFound."""
    if not is_traced():
        yield
        return
    async with database.read() as uow:
        message_id = (await uow.reviews.get(review_id)).message_id
    with step(StepName.DECISION, about=message_id, review_id=review_id, action=action):
        yield


def traced_triage(tracer: Tracer, work: Work) -> Work:
    """The same, as a step in the trace of the mail."""

    async def traced(message_id: str) -> None:
        with tracer.step(StepName.TRIAGE, about=UUID(message_id), message_id=UUID(message_id)):
            await work(message_id)

    return traced if tracer.is_on else work


def traced_approval(database: Database, tracer: Tracer, work: Work) -> Work:
    """The same, as a step in the trace of the mail that the review is about."""

    async def traced(review_id: str) -> None:
        async with database.read() as uow:
            message_id = (await uow.reviews.get(UUID(review_id))).message_id
        with tracer.step(StepName.APPROVAL, about=message_id, review_id=UUID(review_id)):
            await work(review_id)

    return traced if tracer.is_on else work


def traced_sending(database: Database, tracer: Tracer, work: Work) -> Work:
    """The same, as a step in the trace of what the outgoing mail answers, or of the reminder that it is."""

    async def traced(outbox_id: str) -> None:
        async with database.read() as uow:
            row = await uow.outbox.get(UUID(outbox_id))
            review = await uow.reviews.get(row.review_id) if row.review_id else None
        with tracer.step(
            StepName.SEND,
            about=review.message_id if review else row.reminder_id,
            outbox_id=row.id,
            attempts=row.attempts,
            is_automatic=row.is_automatic,
        ):
            await work(outbox_id)

    return traced if tracer.is_on else work
