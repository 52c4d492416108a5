"""The lanes of work. Jobs of one partition run one at a time, in order; partitions run side by side."""

from dataclasses import dataclass

from app.domain.job import JobKind


@dataclass(frozen=True, slots=True)
class Queue:
    """`is_ordered_by_lane`: one job at a time per lane, across all workers. Otherwise one at a time altogether."""

    name: str
    at_once: int
    is_ordered_by_lane: bool


DISPATCH = Queue("dispatch", at_once=1, is_ordered_by_lane=False)
TRIAGE = Queue("triage", at_once=8, is_ordered_by_lane=True)
OUTBOX = Queue("outbox", at_once=4, is_ordered_by_lane=True)
FIGURES = Queue("figures", at_once=1, is_ordered_by_lane=False)
REMINDERS = Queue("reminders", at_once=2, is_ordered_by_lane=True)

QUEUES = (DISPATCH, TRIAGE, OUTBOX, FIGURES, REMINDERS)
QUEUE_OF = {
    JobKind.DISPATCH: DISPATCH,
    JobKind.TRIAGE: TRIAGE,
    JobKind.APPROVE: TRIAGE,
    JobKind.SEND: OUTBOX,
    JobKind.FIGURES: FIGURES,
    JobKind.REDRAFT: FIGURES,
    JobKind.APPROVE_BATCH: REMINDERS,
    JobKind.DRAFT_BATCH: REMINDERS,
}
