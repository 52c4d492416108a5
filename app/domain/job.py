"""Work for later. A job holds ids and closed words only: the engine stores it readable."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class JobKind(StrEnum):
    DISPATCH = "dispatch"
    TRIAGE = "triage"
    APPROVE = "approve"
    SEND = "send"
    FIGURES = "figures"
    REDRAFT = "redraft"
    APPROVE_BATCH = "approve_batch"
    DRAFT_BATCH = "draft_batch"


@dataclass(frozen=True, slots=True)
class Job:
    """`key` makes a repeat of the same job the same job. Jobs of one `lane` run one after another, in order."""

    kind: JobKind
    subject: str
    key: str
    lane: str
    delay_seconds: float = 0


def dispatch_job(batch_id: UUID) -> Job:
    """Queues the triage of a batch's mails."""
    return Job(JobKind.DISPATCH, str(batch_id), f"dispatch-{batch_id}", "")


def triage_job(message_id: UUID, run: int, conversation_id: UUID, *, again: str = "") -> Job:
    """Works one run of a message; `again` tells a further try of the same run from the first."""
    return Job(JobKind.TRIAGE, str(message_id), triage_key(message_id, run) + again, str(conversation_id))


STORM_FROM = 4
"""How many mails of one sender have a job at a time: fewer than a worker takes at once (jobs/queues.py), so that there
is always a place for whoever else writes. Lanes have their turn at random: beside twenty of a storm, a mail of another
sender waited to be drawn, five times as long as in calm. The others are held, and each that is worked lets the next
in."""


def triage_key(message_id: UUID, run: int) -> str:
    """What the keys of all tries of one run begin with."""
    return f"triage-{message_id}-{run}"


def approve_job(review_id: UUID, conversation_id: UUID) -> Job:
    """Approves an answer that policy lets leave alone."""
    return Job(JobKind.APPROVE, str(review_id), f"approve-{review_id}", str(conversation_id))


def figures_job(import_id: UUID, day: date) -> Job:
    """Rolls the ledger up as it stands on a day, after an import."""
    return Job(JobKind.FIGURES, day.isoformat(), f"figures-{import_id}", "")


def redraft_job(reminder_id: UUID, cause_id: UUID) -> Job:
    """Looks again at a reminder of today after an import, or after its mail was void."""
    return Job(JobKind.REDRAFT, str(reminder_id), f"redraft-{reminder_id}-{cause_id}", "")


def approve_batch_job(approval_id: UUID, first_id: UUID) -> Job:
    """Approves reminders of a batch from one on, some at a time."""
    key = f"{approve_batch_key(approval_id)}-{first_id}"
    return Job(JobKind.APPROVE_BATCH, str(approval_id), key, str(approval_id))


def approve_batch_key(approval_id: UUID) -> str:
    """What the keys of all jobs of one approval begin with."""
    return f"approve-batch-{approval_id}"


DRAFTING = "drafting"
"""The lane of all batches that are drafted: a later one takes the place of what an earlier one left undecided."""


def draft_batch_job(batch_id: UUID) -> Job:
    """Drafts the reminders of a batch."""
    return Job(JobKind.DRAFT_BATCH, str(batch_id), draft_batch_key(batch_id), DRAFTING)


def draft_batch_key(batch_id: UUID) -> str:
    """What the keys of all jobs of one batch begin with."""
    return f"draft-batch-{batch_id}"


def send_job(outbox_id: UUID, conversation_id: UUID, *, delay_seconds: float, again: str = "") -> Job:
    """Sends a mail, or finds out why not; `again` tells a further look from the first."""
    return Job(JobKind.SEND, str(outbox_id), send_key(outbox_id) + again, str(conversation_id), delay_seconds)


def send_key(outbox_id: UUID) -> str:
    """What the keys of all looks at one mail begin with."""
    return f"send-{outbox_id}"
