"""Which jobs really run in this process. The engine marks a job as running in one transaction and starts it after that:
when the database dies between the two, or before a job's end is written down, the mark stays and nobody works the job.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager

LOOKS = 48
"""At so many beats in a row, two minutes: the engine itself tries again for up to ninety seconds once the database is
back, to start what it claimed and to write down what has ended."""


class Presence:
    """Told of each job's run, and at each beat which jobs are marked as running here."""

    def __init__(self) -> None:
        self._running: Counter[str] = Counter()
        self._missed: dict[str, int] = {}

    @contextmanager
    def running(self, key: str) -> Iterator[None]:
        self._running[key] += 1
        try:
            yield
        finally:
            self._running[key] -= 1
            if not self._running[key]:
                del self._running[key]

    def lost(self, marked: Collection[str]) -> list[str]:
        """The marked jobs that have not been running for so long that they never will be."""
        self._missed = {key: self._missed.get(key, 0) + 1 for key in marked if key not in self._running}
        return [key for key, looks in self._missed.items() if looks >= LOOKS]
