"""What people type into forms, as values of the trade. Raises Invalid, saying how to mend it."""

import re
from collections.abc import Sequence
from datetime import date

from app.domain.clock import written_day
from app.domain.errors import Invalid
from app.domain.extension import Step
from app.domain.money import CURRENCY_CODE, Money
from app.domain.typed import amount_of

NUMBERS_APART = re.compile(r"[,;\r\n\t]")


def money_of(amount: str, currency: str) -> Money | None:
    value = amount_of(amount)
    if value is None:
        return None
    code = currency.strip().upper()
    if not code:
        raise Invalid("a sum needs its currency: write its three letters, as EUR")
    if not CURRENCY_CODE.fullmatch(code):
        raise Invalid("{currency!r} is no currency: write its three letters, as EUR", currency=currency.strip())
    return Money(value, code)


def day_of(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return written_day(text.strip())
    except ValueError:
        raise Invalid("{text!r} is no day: write it as 2026-06-30", text=text.strip()) from None


def numbers_of(text: str) -> tuple[str, ...]:
    """Invoice numbers, parted by commas or lines, each once. One may hold blanks: the ledger tells."""
    return tuple(dict.fromkeys(number for part in NUMBERS_APART.split(text) if (number := part.strip())))


def steps_of(days: Sequence[str], amounts: Sequence[str], currency: str) -> tuple[Step, ...]:
    """The instalments of a form; rows left empty are none."""
    steps = []
    for place, (day, amount) in enumerate(zip(days, amounts, strict=False), start=1):
        when, money = day_of(day), money_of(amount, currency)
        if when is None and money is None:
            continue
        if when is None or money is None:
            raise Invalid("instalment {place} needs both a day and an amount", place=place)
        steps.append(Step(when, money))
    return tuple(steps)
