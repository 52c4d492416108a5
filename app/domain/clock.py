"""Time is an argument: whoever needs the current moment is given a Clock."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the current moment, aware, in UTC."""


def system_clock() -> datetime:
    """The machine's clock. The only place that reads it."""
    return datetime.now(UTC)  # noqa: TID251
