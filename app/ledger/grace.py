"""Grace: how long after the promised day a payment may reach us and still be on time."""

from datetime import date, timedelta

from app.domain.promise import LAPSES_AFTER
from app.reading.days.workdays import add_workdays, country_of, is_workday

GRACE_WORKDAYS = {
    "bank_transfer": 2,
    "direct_debit": 2,
    "card": 1,
    "cash": 0,
    "cheque": 5,
}
"""Business days by payment method. A transfer ordered on the promised day is with our bank by the end of the next
business day (Directive (EU) 2015/2366, art. 83(1)), and on the ledger a day later. For a cheque: the post, and
clearing."""

USUAL = GRACE_WORKDAYS["bank_transfer"]
_ALIASES = {"transfer": "bank_transfer", "wire": "bank_transfer", "sepa": "direct_debit", "check": "cheque"}


def deadline(day: date | None, *, made_on: date, method: str = "", country: str = "", language: str = "") -> date:
    """The last day on which a payment for a promise counts as in time. A promised day on which banks rest (weekends,
    public holidays of the customer's country) means the next business day."""
    if day is None:
        return made_on + LAPSES_AFTER
    where = country_of(country, language)
    while not is_workday(day, where):
        day += timedelta(days=1)
    word = method.strip().lower().replace(" ", "_").replace("-", "_")
    return add_workdays(day, GRACE_WORKDAYS.get(_ALIASES.get(word, word), USUAL), where)
