"""Extensions that a person granted: a later day, or a plan of instalments that is followed one by one."""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from itertools import pairwise

from app.domain.account import Invoice, Payment
from app.domain.errors import Invalid
from app.domain.money import Money, places_of
from app.domain.promise import EXACT, Promise, judge_promise
from app.domain.review import CaseState


class StepState(StrEnum):
    DUE = "due"
    PAID = "paid"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Step:
    """One instalment."""

    day: date
    amount: Money
    state: StepState = StepState.DUE


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person grants: a later day for everything, or instalments; exactly one of the two."""

    until: date | None = None
    steps: tuple[Step, ...] = ()


def check_terms(terms: Terms, owed: Money | None, today: date) -> None:
    """Raises Invalid, saying what is wrong and how to mend it. `owed` is what is open, None in several currencies."""
    if bool(terms.until) == bool(terms.steps):
        raise Invalid("grant either a later day or instalments")
    if terms.until is not None:
        if terms.until < today:
            raise Invalid("{until} has passed: grant a day from {today} on", until=terms.until, today=today)
        return
    if owed is None:
        raise Invalid("a plan needs open invoices in one currency: name the invoices, or grant a later day")
    _check_steps(terms.steps, owed, today)


def _check_steps(steps: Sequence[Step], owed: Money, today: date) -> None:
    if steps[0].day < today or any(later.day <= earlier.day for earlier, later in pairwise(steps)):
        raise Invalid("the instalments need days from {today} on, each later than the one before", today=today)
    if any(step.amount.amount <= 0 or step.amount.currency != owed.currency for step in steps):
        raise Invalid("each instalment needs an amount above zero in {currency}", currency=owed.currency)
    planned = sum((step.amount.amount for step in steps), Decimal(0))
    if planned != owed.amount:
        raise Invalid(
            "the instalments come to {planned}, but {owed} is open: make them equal",
            planned=Money(planned, owed.currency),
            owed=owed,
        )


def equal_steps(owed: Money, today: date, count: int) -> tuple[Step, ...]:
    """Equal instalments a month apart, the last with what is left of the smallest coin."""
    each = (owed.amount / count).quantize(Decimal(1).scaleb(-places_of(owed.currency, owed.amount)), ROUND_DOWN)
    amounts = [each] * (count - 1) + [owed.amount - each * (count - 1)]
    return tuple(
        Step(_months_later(today, place), Money(part, owed.currency)) for place, part in enumerate(amounts, start=1)
    )


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class PlanVerdict:
    """`state` is None while the plan runs."""

    state: CaseState | None
    steps: tuple[Step, ...]


def judge_plan(
    granted: Promise,
    steps: Sequence[Step],
    invoices: Sequence[Invoice],
    payments: Sequence[Payment],
    today: date,
    deadline_of: Callable[[date], date],
    short_by: Mapping[str, Decimal] = EXACT,
) -> PlanVerdict:
    """Follow a plan: an instalment is paid once all up to it have come in by its deadline; one that is missed breaks
    the plan. `granted` tells when, for which invoices, and what was open then."""
    judged: list[Step] = []
    due = Decimal(0)
    for step in steps:
        due += step.amount.amount
        sum_until = replace(granted, day=step.day, amount=Money(due, step.amount.currency))
        verdict = judge_promise(sum_until, invoices, payments, today, deadline_of(step.day), short_by)
        judged.append(replace(step, state=_STEP_STATE.get(verdict.state, StepState.MISSED)))
    states = {step.state for step in judged}
    if StepState.MISSED in states:
        return PlanVerdict(CaseState.BROKEN, tuple(judged))
    return PlanVerdict(CaseState.KEPT if states == {StepState.PAID} else None, tuple(judged))


_STEP_STATE = {
    None: StepState.DUE,
    CaseState.KEPT: StepState.PAID,
    CaseState.WITHDRAWN: StepState.PAID,
}
"""Where its invoices were cancelled, an instalment has nothing left to be paid."""
