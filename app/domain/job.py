"""Work for later. A job holds ids and closed words only: the engine stores it readable."""

from dataclasses import dataclass
from enum import StrEnum


class JobKind(StrEnum):
    DISPATCH = "dispatch"
    TRIAGE = "triage"
    APPROVE = "approve"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class Job:
    """`key` makes a repeat of the same job the same job. Jobs of one `lane` run one after another, in order."""

    kind: JobKind
    subject: str
    key: str
    lane: str
    delay_seconds: float = 0
