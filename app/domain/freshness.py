"""How old the ledger is. Amounts that may be out of date are not asked for: a reminder for a paid invoice hurts."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Freshness:
    """`as_of` is the newest invoice import, `age` how long ago that was; both None when there was none."""

    as_of: datetime | None
    age: timedelta | None
    is_stale: bool
    reason: str = ""


def is_fresh(newest_invoice_import: datetime | None, now: datetime, limit: timedelta) -> bool:
    """Whether reminders may rely on the ledger. One that was never imported is not fresh."""
    return newest_invoice_import is not None and now - newest_invoice_import <= limit


def freshness(newest_invoice_import: datetime | None, now: datetime, limit: timedelta) -> Freshness:
    """The same with the reason, in words for a person."""
    if newest_invoice_import is None:
        return Freshness(None, None, is_stale=True, reason="no invoices have been imported yet")
    age = now - newest_invoice_import
    if is_fresh(newest_invoice_import, now, limit):
        return Freshness(newest_invoice_import, age, is_stale=False)
    hours = f"{age // timedelta(hours=1)} hours old, more than {limit // timedelta(hours=1)}"
    return Freshness(newest_invoice_import, age, is_stale=True, reason=f"the newest invoice import is {hours}")
