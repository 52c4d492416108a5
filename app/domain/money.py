"""Money: a Decimal and a currency; text in JSON and prompts, never a float."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

LARGEST = Decimal(10) ** 14
"""Less than this the ledger's columns hold; nobody owes it."""

CURRENCY_CODE = re.compile(r"[A-Z]{3}")
"""How a currency is written (ISO 4217)."""

THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies with three decimals (ISO 4217)."""


WHOLE = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"} | {"PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
"""Currencies without decimals (ISO 4217)."""


def places_of(currency: str, amount: Decimal | None = None) -> int:
    """How many decimals an amount is written with: of a currency without decimals none, where a known `amount` has
    none to lose."""
    if currency in THOUSANDTHS:
        return 3
    return 0 if currency in WHOLE and amount is not None and amount == amount.to_integral_value() else 2


def unit_of(currency: str) -> Decimal:
    """What a reckoned amount is rounded to: a cent, a whole yen, a fils of a dinar."""
    return Decimal(1).scaleb(-(3 if currency in THOUSANDTHS else 0 if currency in WHOLE else 2))


def digits(amount: Decimal, currency: str) -> str:
    """`1250.00`, `50000` yen, `12.125` dinars: for forms, programs and records. Nothing that an amount has is lost."""
    shortest = amount.normalize().as_tuple().exponent
    own = -shortest if isinstance(shortest, int) else 0
    return f"{amount:.{max(places_of(currency, amount), own)}f}"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217 code, upper case)."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:.{places_of(self.currency, self.amount)}f} {self.currency}"


def total(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """One sum for each currency, ordered by currency code."""
    sums: dict[str, Decimal] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, Decimal(0)) + money.amount
    return tuple(Money(sums[currency], currency) for currency in sorted(sums))
