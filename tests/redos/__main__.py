"""`python -m tests.redos [--short]`: no regular expression of ours may take more than linear time.

Each is given texts of 20,000 characters (1,000 in the short form) that are bad for it. What takes longer than a linear
search would is measured at three lengths: one that takes more than GROWTH times as long for twice the length, twice, is
at fault. CPU time, and the ratio alone, so that a busy machine changes nothing. Exits 1 when a pattern is at fault.
"""

import argparse
import sys
import time
from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from tests.redos.patterns import Found, patterns
from tests.redos.pumps import MOST_PUMPS, texts

LENGTH, SHORT_LENGTH = 20_000, 1_000
GROWTH = 2.9
"""Linear is 2, quadratic 4."""
SOON_SECONDS = 1e-6
"""A character, for a pattern of hundreds of words."""
TINY, TINY_SECONDS = (16, 20, 24, 32, 64, 128, 256, 512), 0.05
"""An exponential search is seen at these lengths, before it takes for ever at longer ones."""
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Fault:
    found: Found
    text: str
    seconds: float
    growth: float


def fault_of(found: Found, length: int, most: int = MOST_PUMPS) -> Fault | None:
    """The first of so many texts for which a pattern takes too long."""
    for text in texts(found.pattern, length, most):
        body, tail = text[:-2], text[-2:]
        if any(seconds_of(found, body[:few] + tail) > TINY_SECONDS for few in TINY):
            return Fault(found, text, TINY_SECONDS, float("inf"))
        if seconds_of(found, text) <= SOON_SECONDS * length:
            continue
        times = [min(seconds_of(found, body[: length // part] + tail) for _ in range(ROUNDS)) for part in (4, 2, 1)]
        growths = [later / earlier for earlier, later in pairwise(times)]
        if times[-1] > SOON_SECONDS * length and min(growths) > GROWTH:
            return Fault(found, text, times[-1], min(growths))
    return None


def seconds_of(found: Found, text: str) -> float:
    """CPU seconds of going through a whole text."""
    begun = time.process_time()
    if found.is_searched:
        deque(found.pattern.finditer(text), maxlen=0)
    else:
        found.pattern.match(text)
    return time.process_time() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--short", action="store_true")
    length = SHORT_LENGTH if parser.parse_args().short else LENGTH
    begun, found = time.process_time(), patterns()
    loaded = time.process_time()
    faults = []
    for one in found:
        fault = fault_of(one, length)
        if fault is None:
            continue
        faults.append(fault)
        sys.stdout.write(
            f"{fault.found.place}: {fault.growth:.1f} times as long for twice the length, {fault.seconds:.3f} s for"
            f" {length} characters such as {fault.text[:60]!r}\n    {fault.found.pattern.pattern[:120]!r}\n"
        )
        sys.stdout.flush()
    seconds = f"{loaded - begun:.1f} s to load, {time.process_time() - loaded:.1f} s to try, of CPU"
    sys.stdout.write(f"{len(found)} patterns, {len(faults)} take more than linear time ({seconds})\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
