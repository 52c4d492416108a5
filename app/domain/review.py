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
    ReviewState.AWAITING_SECOND: frozenset({ReviewState.APPROVED, ReviewState.SENT_BACK, ReviewState.PENDING}),
    ReviewState.APPROVED: frozenset({ReviewState.PENDING}),
    ReviewState.IGNORED: frozenset({ReviewState.PENDING}),
    ReviewState.SENT_BACK: frozenset(),
    ReviewState.SUPERSEDED: frozenset(),
    ReviewState.ANSWERED_ELSEWHERE: frozenset(),
}
"""Approved goes back to pending when the send is undone or void, ignored when it is undone."""


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


class Outcome(StrEnum):
    """A person's word about a send whose outcome Duebox does not know."""

    SENT = "sent"
    SEND_AGAIN = "send_again"
    FAILED = "failed"


VOID_AFTER = timedelta(hours=24)
"""What is not sent so long after its time is void."""


class CaseState(StrEnum):
    """Of a promise, dispute or extension on the ledger."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REMOVED = "removed"


class Role(StrEnum):
    COLLECTOR = "collector"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMIN = "admin"


DECIDERS = frozenset({Role.COLLECTOR, Role.MANAGER, Role.ADMIN})
SENIORS = frozenset({Role.MANAGER, Role.ADMIN})
