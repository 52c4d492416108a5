"""Who may hand us mail over HTTP, and how a provider wraps it. Each scheme proves itself in its own way, and nothing is
parsed before it has.

    headers ─▶ check_headers ─▶ body (read, limited) ─▶ open: signature, then the mail in it ─▶ Delivery
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from app.domain.errors import AppError, SignatureRefused

TOLERANCE = timedelta(minutes=5)


class MalformedRequest(AppError):
    """What the scheme needs is missing or is not in its form."""


class TimestampOff(SignatureRefused):
    """An old delivery that somebody repeats, or one of the two clocks is wrong."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail out of its wrapping. `id` is the provider's, and the same for every try; without `raw` there is no mail to
    store (a provider says hello)."""

    id: str
    raw: bytes | None = field(repr=False, default=None)


class Scheme(Protocol):
    """One provider's way. `accepted` and `refused` are the statuses by which it understands "taken" and "never again";
    `proof` says what the secret is, and `path` follows the mailbox's name in the address that it calls."""

    content_types: frozenset[str]
    accepted: int
    refused: int
    proof: str
    path: str

    def new_secret(self) -> str:
        """One that we may choose; empty where the provider has it."""
        ...

    def check_secret(self, secret: str) -> None:
        """Raises SettingInvalid."""
        ...

    def check_headers(self, headers: Mapping[str, str], *, now: datetime) -> None:
        """Raises MalformedRequest or SignatureRefused before the body is read."""
        ...

    async def open(self, secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Delivery:
        """Raises SignatureRefused, MalformedRequest, or SettingInvalid when our own secret is no secret."""
        ...


def check_time(timestamp: str, *, now: datetime, tolerance: timedelta = TOLERANCE) -> None:
    """`timestamp` in whole seconds since 1970. Raises TimestampOff when it is too far off, MalformedRequest."""
    if not timestamp.isdecimal() or len(timestamp) > 12:  # noqa: PLR2004  # that is 30,000 years
        raise MalformedRequest("the timestamp is no number of seconds")
    if abs(now - datetime.fromtimestamp(0, UTC) - timedelta(seconds=int(timestamp))) > tolerance:
        raise TimestampOff(f"the timestamp is more than {tolerance.total_seconds() / 60:.0f} minutes off")
