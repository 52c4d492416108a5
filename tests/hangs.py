"""A guard against work that grows faster than its input. Not a measure of speed: those are in tests/bench."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

HANG_SECONDS = 30
"""Of processor time. On hostile input of the sizes used, linear work takes a few seconds on a slow machine; quadratic
work takes minutes to hours on a fast one."""


@contextmanager
def no_hang() -> Iterator[None]:
    """Fail when what is inside took as long as only work that explodes takes."""
    started = time.process_time()
    yield
    assert time.process_time() - started < HANG_SECONDS
