"""A reminder from its draft on, and the moves that it can make.

    drafted ─▶ approved ─▶ void      something that the approval relied on has changed; drafted anew where it is due
       ├─▶ skipped                   a person says: not this time; the step rests as long as two steps are apart
       ├─▶ rejected                  this is wrong: it rests too, and its step is no longer sent without a person
       └─▶ superseded                a later plan, or the ledger since an import, says something else

Whether an approved one has left is told by its row in the outbox.
"""

from collections.abc import Mapping
from enum import StrEnum


class ReminderState(StrEnum):
    DRAFTED = "drafted"
    APPROVED = "approved"
    VOID = "void"
    SKIPPED = "skipped"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


NEXT: Mapping[ReminderState, frozenset[ReminderState]] = {
    ReminderState.DRAFTED: frozenset(
        {ReminderState.APPROVED, ReminderState.SKIPPED, ReminderState.REJECTED, ReminderState.SUPERSEDED}
    ),
    ReminderState.APPROVED: frozenset({ReminderState.VOID, ReminderState.DRAFTED}),
    ReminderState.VOID: frozenset({ReminderState.DRAFTED}),
    ReminderState.SKIPPED: frozenset({ReminderState.DRAFTED}),
    ReminderState.REJECTED: frozenset(),
    ReminderState.SUPERSEDED: frozenset(),
}
"""Approved and skipped go back to drafted when they are undone in time."""


def may_become(state: ReminderState, to: ReminderState) -> bool:
    return to in NEXT[state]
