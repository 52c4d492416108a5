"""`python -m tests.bench [NAME…] [--quick]`: the figures, as a table and in build/bench.json.

Exits 0 also when a goal is missed, which the table says; 1 when something could not be measured.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from app.logging import set_up_logging
from tests.bench import (
    audit,
    browser,
    cost,
    dashboards,
    drafts,
    growth,
    idle,
    imports,
    ingest,
    partitions,
    plan,
    queue,
    recovery,
    service,
    size,
    start,
    storm,
    transactions,
    triage,
    workers,
)
from tests.bench.figures import Figure, table, write
from tests.bench.load import load_average
from tests.running import scratch

RESULTS = Path(__file__).resolve().parents[2] / "build" / "bench.json"


class Measure(Protocol):
    def __call__(self, folder: Path, *, quick: bool) -> list[Figure]: ...


BENCHES: Mapping[str, Measure] = {
    "ingest": ingest.measure,
    "transactions": transactions.measure,
    "growth": growth.measure,
    "triage": triage.measure,
    "cost": cost.measure,
    "start": start.measure,
    "queue": queue.measure,
    "size": size.measure,
    "browser": browser.measure,
    "imports": imports.measure,
    "plan": plan.measure,
    "drafts": drafts.measure,
    "dashboards": dashboards.measure,
    "audit": audit.measure,
    "partitions": partitions.measure,
    "workers": workers.measure,
    "recovery": recovery.measure,
    "storm": storm.measure,
    "service": service.measure,
    "idle": idle.measure,
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure Duebox.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)}; all without")
    parser.add_argument("--quick", action="store_true", help="few mails and rounds: whether it runs, not how fast")
    wish = parser.parse_args()
    unknown = set(wish.names) - BENCHES.keys()
    if unknown:
        parser.error(f"no bench is named {', '.join(sorted(unknown))}: there are {', '.join(BENCHES)}")
    set_up_logging(level="ERROR")
    figures, failures = run(wish.names or list(BENCHES), quick=wish.quick, say=_say)
    sys.stdout.write(f"\n{table(figures)}\n{load_average()}\n")
    write(figures, RESULTS)
    for failure in failures:
        _say(failure)
    return 1 if failures else 0


def run(names: list[str], *, quick: bool, say: Callable[[str], None]) -> tuple[list[Figure], list[str]]:
    """The figures, and what could not be measured and why."""
    figures: list[Figure] = []
    failures: list[str] = []
    for name in names:
        begun = time.perf_counter()
        try:
            with scratch() as folder:
                figures += BENCHES[name](folder, quick=quick)
        except Exception as error:  # the boundary of one bench: the others are measured all the same
            failures.append(f"{name} could not be measured: {type(error).__name__}: {error}")
        say(f"{name}: {time.perf_counter() - begun:.0f} s")
    return figures, failures


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
