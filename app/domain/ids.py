"""Identifiers. UUID version 7 (RFC 9562 §5.7): they sort by the moment they were made, so a list can page by id."""

import secrets
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from app.domain.clock import Clock, system_clock

_COUNTER_BITS = 12
_lock = threading.Lock()
_last = 0
_clock: Clock = system_clock


def go_by(clock: Clock) -> None:
    """Make ids by this clock from now on, also where the one before was ahead: what many hosts make sorts by the moment
    only where all go by one clock."""
    global _clock, _last  # the counter and its clock are the process's own
    with _lock:
        _clock, _last = clock, 0


def new_id() -> UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, a 12-bit counter, then randomness.

    Ids made by one process rise strictly, also within one millisecond (RFC 9562 §6.2, method 1): the mails of a batch
    keep their order. A counter that overflows borrows from the next millisecond.
    """
    global _last  # noqa: PLW0603  # the counter is the process's own
    with _lock:
        _last = max(_last + 1, int(_clock().timestamp() * 1000) << _COUNTER_BITS)
        millis, counter = _last >> _COUNTER_BITS, _last & (1 << _COUNTER_BITS) - 1
    version, variant = 0x7, 0x2
    return UUID(int=millis << 80 | version << 76 | counter << 64 | variant << 62 | secrets.randbits(62))


def first_id(at: datetime) -> UUID:
    """No id that was made before that moment (to the millisecond) is greater, and none made later is less."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def made_at(made: UUID) -> datetime:
    """The moment, to the millisecond, at which a UUIDv7 was made. The reverse of first_id()."""
    return datetime.fromtimestamp((made.int >> 80) / 1000, UTC)


def consecutive_ids() -> Iterator[str]:
    """Ids for the rows of one file, in hexadecimal: a new id, then each one more. Made much faster than by new_id().

    The random part of the first leaves room: 62 bits, of which a file's length uses some twenty.
    """
    first = new_id().int & ~(1 << 61)
    return (f"{number:032x}" for number in count(first))
