"""How invented customers pay. Delays are days after the due date."""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from app.domain.pay_runs import LAST, PayRuns

_SATURDAY = 5
_SUMMER = (7, 8)


class Habit(StrEnum):
    PROMPT = "prompt"
    END_OF_MONTH = "end_of_month"
    PAY_RUN = "pay_run"
    SLOW = "slow"
    DETERIORATING = "deteriorating"
    SEASONAL = "seasonal"
    PARTIAL = "partial"
    ERRATIC = "erratic"


HABITS: Mapping[Habit, int] = {
    Habit.PROMPT: 24,
    Habit.END_OF_MONTH: 14,
    Habit.PAY_RUN: 14,
    Habit.SLOW: 16,
    Habit.DETERIORATING: 8,
    Habit.SEASONAL: 8,
    Habit.PARTIAL: 6,
    Habit.ERRATIC: 10,
}
"""How many of a hundred customers have each."""


def payment_day(dice: random.Random, habit: Habit, due: date, offset: float, days_in: int) -> date:
    """When an invoice is paid. `offset`: the customer's own days; `days_in`: days since the ledger began."""
    day = due + timedelta(days=round(_delay(dice, habit, due, days_in) + offset))
    if habit is Habit.END_OF_MONTH:
        return _next_run(PayRuns((LAST,)), day)
    if habit is Habit.PAY_RUN:
        return _next_run(PayRuns((10, 25)), day)
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= _SATURDAY else day


def _delay(dice: random.Random, habit: Habit, due: date, days_in: int) -> float:
    match habit:
        case Habit.PROMPT:
            return dice.gauss(-1, 3)
        case Habit.SLOW:
            return 12 + dice.gammavariate(4, 5)
        case Habit.DETERIORATING:
            return days_in / 730 * 45 + dice.gauss(0, 5)
        case Habit.SEASONAL:
            return dice.gauss(22 if due.month in _SUMMER else 4, 5)
        case Habit.ERRATIC:
            return dice.expovariate(1 / 18) - 3
        case _:
            return dice.gauss(2, 5)


def _next_run(runs: PayRuns, day: date) -> date:
    return runs.day_of(runs.first_from(day))
