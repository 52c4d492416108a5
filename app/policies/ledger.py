"""Reads `[ledger]` of a policy file: how old the ledger may be, and how little too little keeps a promise."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import NoReturn

from app.domain.money import CURRENCY_CODE
from app.domain.policy import LedgerPolicy

KEYS = ("max_age_hours", "short_by")
MOST = Decimal(100)
"""More than fees and rounding take away is no small sum."""

_SUM = re.compile(r"\d{1,3}(?:\.\d{1,4})?")

Refuse = Callable[[str], NoReturn]


def ledger_policy(table: object, refuse: Refuse) -> LedgerPolicy:
    """What the file leaves out keeps its default. Calls `refuse` with what is wrong."""
    if not isinstance(table, dict):
        refuse("must be a table")
    unknown = sorted(set(table) - set(KEYS))
    if unknown:
        refuse(f'"{unknown[0]}" is not known here; use {", ".join(KEYS)}')
    hours = table.get("max_age_hours", LedgerPolicy().max_age // timedelta(hours=1))
    if isinstance(hours, bool) or not isinstance(hours, int) or hours <= 0:
        refuse("max_age_hours must be a whole number above 0")
    return LedgerPolicy(max_age=timedelta(hours=hours), short_by=_short_by(table.get("short_by", {}), refuse))


def _short_by(table: object, refuse: Refuse) -> Mapping[str, Decimal]:
    if not isinstance(table, dict) or not all(CURRENCY_CODE.fullmatch(currency) for currency in table):
        refuse('short_by must be sums by currency, such as { EUR = "1.00" }')
    for currency, most in table.items():
        if not isinstance(most, str) or not _SUM.fullmatch(most) or Decimal(most) > MOST:
            refuse(f'short_by: {currency} must be a sum in quotes of at most {MOST}, such as "1.00"')
    return {currency: Decimal(most) for currency, most in table.items()}
