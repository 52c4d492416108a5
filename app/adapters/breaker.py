"""When not to ask an endpoint: it keeps failing. How much it may be asked at all: `app.domain.ration`."""

import time
from collections.abc import Callable

Now = Callable[[], float]


class Breaker:
    """Closed while things go well; open for `rest_seconds` after `threshold` failures in a row."""

    def __init__(self, *, threshold: int = 5, rest_seconds: float = 30.0, now: Now = time.monotonic) -> None:
        self._threshold = threshold
        self._rest = rest_seconds
        self._now = now
        self._failures = 0
        self._resting_until: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether to leave the endpoint alone. When the rest is over, the next caller may try, and only that one."""
        if self._resting_until is None:
            return False
        if self._now() < self._resting_until:
            return True
        self._resting_until = self._now() + self._rest
        return False

    def succeeded(self) -> None:
        self._failures = 0
        self._resting_until = None

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= self._threshold:
            self._resting_until = self._now() + self._rest
