"""A review: a proposal that waits for a person, and the moves it can make."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum


class ReviewState(StrEnum):
    PENDING = "pending"
    AWAITING_SECOND = "awaiting_second"
    APPROVED = "approved"
    IGNORED = "ignored"
    SENT_BACK = "sent_back"
    SUPERSEDED = "superseded"
    ANSWERED_ELSEWHERE = "answered_elsewhere"


NEXT: Mapping[ReviewState, frozenset[ReviewState]] = {
    ReviewState.PENDING: frozenset(
        {
            ReviewState.AWAITING_SECOND,
            ReviewState.APPROVED,
            ReviewState.IGNORED,
            ReviewState.SENT_BACK,
            ReviewState.SUPERSEDED,
            ReviewState.ANSWERED_ELSEWHERE,
        }
    ),
    ReviewState.AWAITING_SECOND: frozenset(
        {ReviewState.APPROVED, ReviewState.IGNORED, ReviewState.SENT_BACK, ReviewState.PENDING}
    ),
    ReviewState.APPROVED: frozenset({ReviewState.PENDING}),
    ReviewState.IGNORED: frozenset({ReviewState.PENDING}),
    ReviewState.SENT_BACK: frozenset(),
    ReviewState.SUPERSEDED: frozenset(),
    ReviewState.ANSWERED_ELSEWHERE: frozenset(),
}
"""Approved goes back to pending when the send is undone or void, ignored when it is undone."""


OPEN = (ReviewState.PENDING, ReviewState.AWAITING_SECOND)
"""A person may still decide."""


def may_become(state: ReviewState, to: ReviewState) -> bool:
    return to in NEXT[state]


class Action(StrEnum):
    """The four verbs of a decision."""

    APPROVE = "approve"
    EDIT = "edit"
    SEND_BACK = "send_back"
    IGNORE = "ignore"


class OutboxState(StrEnum):
    WAITING = "waiting"
    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


LEAVING = frozenset({OutboxState.WAITING, OutboxState.READY})
"""It leaves by itself, if nothing comes between."""

NOT_LEFT = LEAVING | {OutboxState.FAILED}
"""It has certainly not left, and can be called back."""

UNDER_WAY = LEAVING | {OutboxState.SENDING, OutboxState.UNKNOWN}
"""It may still leave, or may have left: what its sending needs must stay."""


class Outcome(StrEnum):
    """A person's word about a send whose outcome Duebox does not know."""

    SENT = "sent"
    SEND_AGAIN = "send_again"
    FAILED = "failed"


VOID_AFTER = timedelta(hours=24)
"""What is not sent so long after its time is void."""


class CaseKind(StrEnum):
    PROMISE = "promise"
    DISPUTE = "dispute"
    EXTENSION = "extension"
    HARDSHIP = "hardship"


class CaseState(StrEnum):
    """Of a promise, dispute, extension or hardship on the ledger.

    Confirmed is a promise that is active, a dispute that is open, an extension or plan that was granted and runs, a
    hardship that was noted. Only proposed and confirmed cases run; all others are over and stop nothing.
    """

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REMOVED = "removed"
    KEPT = "kept"
    PARTLY_KEPT = "partly_kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"
    RESOLVED = "resolved"
    DECLINED = "declined"


RUNNING = frozenset({CaseState.PROPOSED, CaseState.CONFIRMED})

_UNDECIDED = frozenset({CaseState.CONFIRMED, CaseState.REMOVED, CaseState.WITHDRAWN})
_BACK = frozenset({CaseState.PROPOSED})
CASE_NEXT: Mapping[CaseKind, Mapping[CaseState, frozenset[CaseState]]] = {
    CaseKind.PROMISE: {
        CaseState.PROPOSED: _UNDECIDED,
        CaseState.CONFIRMED: _BACK | {CaseState.KEPT, CaseState.PARTLY_KEPT, CaseState.BROKEN, CaseState.WITHDRAWN},
        CaseState.REMOVED: _BACK,
        CaseState.KEPT: frozenset({CaseState.PARTLY_KEPT, CaseState.BROKEN}),
        CaseState.PARTLY_KEPT: frozenset({CaseState.KEPT}),
        CaseState.BROKEN: frozenset({CaseState.KEPT}),
    },
    CaseKind.DISPUTE: {
        CaseState.PROPOSED: _UNDECIDED,
        CaseState.CONFIRMED: _BACK | {CaseState.RESOLVED, CaseState.WITHDRAWN},
        CaseState.REMOVED: _BACK,
    },
    CaseKind.EXTENSION: {
        CaseState.PROPOSED: _UNDECIDED | {CaseState.DECLINED},
        CaseState.CONFIRMED: frozenset({CaseState.KEPT, CaseState.BROKEN, CaseState.WITHDRAWN}),
        CaseState.REMOVED: _BACK,
        CaseState.BROKEN: frozenset({CaseState.KEPT}),
    },
    CaseKind.HARDSHIP: {
        CaseState.PROPOSED: _UNDECIDED,
        CaseState.CONFIRMED: _BACK | {CaseState.RESOLVED, CaseState.WITHDRAWN},
        CaseState.REMOVED: _BACK,
    },
}
"""Back to proposed when the review that decided them is undone or void; from broken to kept when a person knows of a
payment in time, from kept to broken when a payment is taken back. An extension is granted with its terms, so no undone
review takes it back."""

DISAPPOINTED = frozenset({CaseState.BROKEN, CaseState.PARTLY_KEPT})
"""The ledger tells it, never a person."""


def case_may_become(kind: CaseKind, state: CaseState, to: CaseState) -> bool:
    return to in CASE_NEXT[kind].get(state, frozenset())


class Role(StrEnum):
    COLLECTOR = "collector"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMIN = "admin"


DECIDERS = frozenset({Role.COLLECTOR, Role.MANAGER, Role.ADMIN})
SENIORS = frozenset({Role.MANAGER, Role.ADMIN})
