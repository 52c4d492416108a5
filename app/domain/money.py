"""Money: a Decimal and a currency; text in JSON and prompts, never a float."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies with three decimals (ISO 4217)."""


def places_of(currency: str) -> int:
    """How many decimals an amount is written with at least."""
    return 3 if currency in THOUSANDTHS else 2


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217 code, upper case)."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:.{places_of(self.currency)}f} {self.currency}"


def total(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """One sum for each currency, ordered by currency code."""
    sums: dict[str, Decimal] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, Decimal(0)) + money.amount
    return tuple(Money(sums[currency], currency) for currency in sorted(sums))
