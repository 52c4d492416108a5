"""When not to ask an endpoint: it keeps failing (Breaker), or we have asked enough (Budget)."""

import time
from collections import deque
from collections.abc import Callable

MINUTE = 60.0
DAY = 86_400.0

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


class Budget:
    """How much may be asked: requests in any minute, tokens in any day. 0 is without limit.

    It counts within this process: several workers have a budget each.
    """

    def __init__(self, *, requests_per_minute: int = 0, tokens_per_day: int = 0, now: Now = time.monotonic) -> None:
        self._requests_per_minute = requests_per_minute
        self._tokens_per_day = tokens_per_day
        self._now = now
        self._asked: deque[float] = deque()
        self._spent: deque[tuple[float, int]] = deque()

    @property
    def is_spent(self) -> bool:
        while self._spent and self._spent[0][0] <= self._now() - DAY:
            self._spent.popleft()
        return bool(self._tokens_per_day) and sum(tokens for _, tokens in self._spent) >= self._tokens_per_day

    def wait_seconds(self) -> float:
        """How long until the next request is within the rate; taking a place is `ask`."""
        while self._asked and self._asked[0] <= self._now() - MINUTE:
            self._asked.popleft()
        if not self._requests_per_minute or len(self._asked) < self._requests_per_minute:
            return 0.0
        return self._asked[-self._requests_per_minute] + MINUTE - self._now()

    def ask(self) -> float:
        """Take the next place; returns the seconds to wait for it."""
        wait = self.wait_seconds()
        self._asked.append(self._now() + wait)
        return wait

    def spend(self, tokens: int) -> None:
        self._spent.append((self._now(), tokens))
