"""How much a model's provider may be asked by all workers together: requests by the minute, tokens by the day.

Requests are a token bucket that may go below nothing: whoever takes a place learns how long to wait for it. A place
costs at once what a mail takes as a rule, and settling puts that right; so what never settles has been paid for. A day
is of UTC. All by one clock, the database's; when that is set back, nothing is gained and nothing is lost.
"""

from dataclasses import dataclass, replace

EXPECTED = 4
"""Requests that a mail takes, more or less; settled afterwards."""

BURST = 0.25
"""The share of a minute's requests that may go out at once."""

LONGEST_WAIT = 300.0
MINUTE = 60.0
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Limits:
    """Zero is without limit."""

    requests_a_minute: int = 0
    tokens_a_day: int = 0


@dataclass(frozen=True, slots=True)
class Ration:
    """`level` requests were left at the moment `at` (seconds since 1970); `tokens` were used on `day` (since 1970)."""

    level: float
    at: float
    day: int
    tokens: int


def fresh(limits: Limits, now: float) -> Ration:
    return Ration(_capacity(limits), now, int(now // DAY), 0)


def take(ration: Ration, limits: Limits, now: float, *, tokens: int = 0) -> tuple[Ration, float | None]:
    """A place for one mail, which may take so many tokens: the seconds to wait for it, or None when the day's are spent
    or it is too long."""
    current = _as_of(ration, limits, now)
    if limits.tokens_a_day and current.tokens >= limits.tokens_a_day:
        return current, None
    paid = replace(current, tokens=current.tokens + tokens)
    if not limits.requests_a_minute:
        return paid, 0.0
    level = current.level - EXPECTED
    wait = max(-level, 0.0) * MINUTE / limits.requests_a_minute
    if wait > LONGEST_WAIT:
        return current, None
    return replace(paid, level=level), wait


def settle(ration: Ration, limits: Limits, now: float, *, requests: int, tokens: int) -> Ration:
    """What the mail really took; of tokens, what that is beyond those of its place."""
    current = _as_of(ration, limits, now)
    level = min(current.level + EXPECTED - requests, _capacity(limits))
    return replace(current, level=level, tokens=max(current.tokens + tokens, 0))


def _as_of(ration: Ration, limits: Limits, now: float) -> Ration:
    gained = max(now - ration.at, 0.0) * limits.requests_a_minute / MINUTE
    level = min(ration.level + gained, _capacity(limits))
    today = max(int(now // DAY), ration.day)
    return Ration(level, max(now, ration.at), today, ration.tokens if today == ration.day else 0)


def _capacity(limits: Limits) -> float:
    return max(limits.requests_a_minute * BURST, EXPECTED)
