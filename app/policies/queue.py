"""Reads `[queue]` of a policy file: which mails are looked at first, and within what time they want an answer."""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from app.domain.intents import Reason
from app.domain.urgency import AS_SHIPPED, HOURS, RISKS, UrgencyWeights
from app.policies.working_hours import working_hours

KEYS = ("hours", "hours_otherwise", "risks", "working_hours")
MOST = 10_000.0

Refuse = Callable[[str], NoReturn]


def urgency_weights(table: object, refuse: Refuse) -> UrgencyWeights:
    """What the file leaves out keeps the weight that ships. Calls `refuse` with what is wrong."""
    if not isinstance(table, dict):
        refuse("must be a table")
    unknown = sorted(set(table) - set(KEYS))
    if unknown:
        refuse(f"{unknown[0]} is not known here; known are {', '.join(KEYS)}")
    otherwise = table.get("hours_otherwise", AS_SHIPPED.hours_otherwise)
    working, working_of = working_hours(table.get("working_hours", []), refuse)
    return UrgencyWeights(
        risks={**RISKS, **_by_reason("risks", table.get("risks", {}), refuse)},
        hours={**HOURS, **_by_reason("hours", table.get("hours", {}), refuse)},
        hours_otherwise=_number("hours_otherwise", otherwise, refuse),
        working=working,
        working_of=working_of,
    )


def _by_reason(name: str, table: object, refuse: Refuse) -> Mapping[Reason, float]:
    if not isinstance(table, dict):
        refuse(f"{name} must be a table such as {{ legal = 4 }}")
    unknown = sorted(set(table) - {reason.value for reason in Reason})
    if unknown:
        refuse(f"{name}: {unknown[0]} is no reason for a review")
    return {Reason(reason): _number(f"{name}: {reason}", value, refuse) for reason, value in table.items()}


def _number(name: str, value: Any, refuse: Refuse) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MOST:
        refuse(f"{name} must be a number above 0 and at most {MOST:,.0f}")
    return float(value)
