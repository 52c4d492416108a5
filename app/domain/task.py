"""Tasks: what Duebox cannot do itself and leaves to a person, with an owner and a day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID


class TaskKind(StrEnum):
    BROKEN_PROMISE = "broken_promise"
    MISSED_INSTALMENT = "missed_instalment"
    DISPUTE_DUE = "dispute_due"
    CALL = "call"
    LETTER = "letter"
    SMS = "sms"
    CONTACT_LEFT = "contact_left"
    CONTACT_BOUNCED = "contact_bounced"
    SEND_DOCUMENTS = "send_documents"
    SWITCH_CONTACT = "switch_contact"
    PROPOSE_PLAN = "propose_plan"
    HAND_TO_LEGAL = "hand_to_legal"


DISAPPOINTED = frozenset({TaskKind.BROKEN_PROMISE, TaskKind.MISSED_INSTALMENT})
TALKS = DISAPPOINTED | {TaskKind.CALL, TaskKind.SWITCH_CONTACT, TaskKind.PROPOSE_PLAN, TaskKind.HAND_TO_LEGAL}
"""A person's turn: there are talking points for these, and reminders wait for them. A call, and the search for a
contact, may also be a step of the plan itself, which waits for no other."""

SPOKEN = DISAPPOINTED | {TaskKind.CALL, TaskKind.PROPOSE_PLAN}
"""Talks in which the customer hears from us once they are done."""

OF_THE_PLAN = "reminder:"
"""How the keys of those tasks begin that the plan of reminders opened; for these there is a drafted text."""


def key_of_contact(kind: TaskKind, contact_id: UUID, about: UUID) -> str:
    """The key of a task about a contact, of whom this mail tells."""
    return f"{kind.value}:{contact_id}:{about}"


def contact_in(key: str) -> tuple[UUID, UUID] | None:
    """The contact that a task is about, and the mail that tells of them; None where it is about none."""
    kind, *ids = key.split(":")
    if kind not in {TaskKind.CONTACT_LEFT, TaskKind.CONTACT_BOUNCED}:
        return None
    contact_id, about = map(UUID, ids)
    return contact_id, about


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DISMISSED = "dismissed"


TASK_NEXT: Mapping[TaskState, frozenset[TaskState]] = {
    TaskState.OPEN: frozenset({TaskState.DONE, TaskState.DISMISSED}),
    TaskState.DONE: frozenset({TaskState.OPEN}),
    TaskState.DISMISSED: frozenset({TaskState.OPEN}),
}
"""A task that was closed by mistake can be opened again."""


def task_may_become(state: TaskState, to: TaskState) -> bool:
    return to in TASK_NEXT[state]


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be opened, unless there was one with this `key`, which says what it is about. `note` is a sentence as
    `kept` stores it, and is sealed. `review_id`: the mail that asks for it."""

    kind: TaskKind
    key: str
    customer_id: str
    due: date
    owner_email: str = ""
    case_id: UUID | None = None
    review_id: UUID | None = None
    note: str = field(repr=False, default="")
