"""How many reminders a second the embedded model drafts and the firewall checks, in one process.

brief ──▶ graph: draft (templates, statement, ways to pay) ──▶ check (trace, lexicon) ──▶ ReminderDraft
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import cycle, islice, product
from pathlib import Path

from agents.reminders.brief import ReminderBrief
from agents.reminders.graph import build_reminder_graph, draft_reminder
from app.domain.intents import LANGUAGES, Tone
from app.domain.reminder import Stage
from app.mind import build_reminder_context
from app.thinking import MindConfig
from evals.reminders import sample
from tests.bench.figures import Figure, Goal, rate
from tests.bench.ground import NotMeasured
from tests.bench.load import load_average

GOAL = Goal("≥", 40)
WARM_UP = 105


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """10,000 reminders, no two alike, in rounds whose median counts."""
    rounds, count = (1, 200) if quick else (5, 2000)
    pairs = asyncio.run(_measure(rounds, count))
    note = f"{rounds * count} reminders of all stages, tones and languages; {load_average()}"
    return [Figure("drafts.reminders", rate(pairs), "reminders/s", GOAL, note=note)]


async def _measure(rounds: int, count: int) -> list[tuple[int, float]]:
    graph, context = build_reminder_graph(), build_reminder_context(MindConfig())
    briefs = _briefs()
    for brief in islice(briefs, WARM_UP):
        await draft_reminder(graph, brief, context)
    pairs = []
    for _ in range(rounds):
        begun = time.perf_counter()
        for brief in islice(briefs, count):
            draft = await draft_reminder(graph, brief, context)
            if draft.is_refused:
                raise NotMeasured(f"a draft was refused: {draft.problems}")
        pairs.append((count, time.perf_counter() - begun))
    return pairs


def _briefs() -> Iterator[ReminderBrief]:
    for number, (stage, tone, language) in enumerate(cycle(product(Stage, Tone, LANGUAGES))):
        brief = sample(stage, tone, language)
        invoices = tuple(
            replace(
                invoice,
                number=f"R{number}-{position}",
                open=invoice.open + Decimal(number) / 100,
                due=invoice.due - timedelta(days=number % 5),
            )
            for position, invoice in enumerate(brief.invoices)
        )
        yield replace(brief, invoices=invoices)
