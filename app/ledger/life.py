"""The life of a case as a list of moments: what was said, decided, paid, and what is still to come."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from app.db.tables.ledger import CaseRow, PlanStepRow
from app.domain.account import Payment
from app.domain.review import RUNNING, CaseKind
from app.ledger.view import LifeEvent, Sum

ORDER = ("opened", "noted", "decided", "payment", "step", "day", "deadline")
"""Moments of one day, in the order in which they follow each other."""


def life_of(
    case: CaseRow,
    steps: Sequence[PlanStepRow],
    payments: Iterable[Payment],
    *,
    deadline: date | None,
    today: date,
    names: Mapping[UUID, str],
) -> tuple[LifeEvent, ...]:
    """Sorted by day. Payments count from the day that the case was opened."""

    def name(user: UUID | None) -> str:
        return names.get(user, "") if user else ""

    amount: Sum | None = (case.amount, case.currency) if case.amount is not None and case.currency else None
    word = "opened" if case.message_id else "noted"
    events = [LifeEvent(_day(case.opened_at), word, case.opened_at, name(case.opened_by), amount)]
    if case.decided_at is not None and case.opened_by is None:
        events.append(LifeEvent(_day(case.decided_at), "decided", case.decided_at, name(case.decided_by)))
    events += [
        LifeEvent(p.day, "payment", amount=(p.amount.amount, p.amount.currency), detail=p.invoice_number)
        for p in payments
        if p.day >= _day(case.opened_at)
    ]
    events += [
        LifeEvent(s.day, "step", amount=(s.amount, s.currency), detail=s.state.value, is_ahead=s.day > today)
        for s in steps
    ]
    if case.day is not None and not steps and case.kind in {CaseKind.PROMISE, CaseKind.EXTENSION}:
        events.append(LifeEvent(case.day, "day", is_ahead=case.day > today))
    if deadline is not None and case.state in RUNNING:
        events.append(LifeEvent(deadline, "deadline", is_ahead=deadline >= today))
    if case.ended_at is not None and case.state not in RUNNING:
        events.append(LifeEvent(_day(case.ended_at), case.state.value, case.ended_at, name(case.ended_by)))
    return tuple(sorted(events, key=lambda event: (event.day, _rank(event.word))))


def _rank(word: str) -> int:
    return ORDER.index(word) if word in ORDER else len(ORDER)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
