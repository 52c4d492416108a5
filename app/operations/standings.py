"""A customer's standing for the terminal: as JSON and in words."""

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from app.domain.conduct import NotScored
from app.domain.forecast import Forecast
from app.domain.priority import Priority
from app.domain.signals import Signal, raised
from app.domain.standing import CustomerStanding

_STANDING = TypeAdapter(CustomerStanding)


def as_data(standing: CustomerStanding) -> dict[str, Any]:
    """Plain JSON types; amounts are strings."""
    data: dict[str, Any] = _STANDING.dump_python(standing, mode="json")
    return data


def in_words(standing: CustomerStanding) -> Iterator[str]:
    action = standing.next_action
    how = f" ({action.stage.value}, {action.tone.value})" if action.stage and action.tone else ""
    yield f"next: {action.kind.value.replace('_', ' ')}{how}: {action.because} [{action.rule}]"
    yield from (f"  {fact}" for fact in action.facts)
    if isinstance(standing.signals, NotScored):
        yield "natural person: no signals, no priority, no forecast"
        return
    yield from _signals(standing.signals)
    if not isinstance(standing.priority, NotScored):
        yield from _priorities(standing.priority)
    if not isinstance(standing.forecast, NotScored):
        yield from _expectations(standing.forecast)


def _signals(signals: tuple[Signal, ...]) -> Iterator[str]:
    for signal in raised(signals):
        yield f"signal: {signal.name.value.replace('_', ' ')}: {signal.words}"


def _priorities(priorities: tuple[Priority, ...]) -> Iterator[str]:
    for priority in priorities:
        yield f"value at risk: {priority.total}"
        for part in priority.parts:
            yield f"  {part.name.replace('_', ' ')}: {part.of} x {part.weight} = {part.value}"


def _expectations(forecast: Forecast) -> Iterator[str]:
    for expected in forecast.expectations:
        span = f"{expected.earliest} to {expected.latest}"
        basis = f"{expected.basis.value.replace('_', ' ')}, {expected.sample} days"
        yield f"{expected.number}: {expected.open} expected {expected.expected} ({span}; {basis})"
    for item in forecast.unknown:
        yield f"{item.number}: {item.open} is later than anything known: no expected day"
