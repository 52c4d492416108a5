"""What Duebox itself takes for a mail, beside the two seconds of one question to a model endpoint.

    wall time of triage, from the stored bytes to the committed proposal ─ what the endpoint took = ours

One mail at a time, on PostgreSQL, through the thinking process. Names, addresses and numbers are always redacted before
an endpoint is asked (lists and context, no trained tagger); the second figure is the same without that step.
"""

import asyncio
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from app.bootstrap import Services, build, settings_from_environment
from app.db.tables.mail import MessageRow
from app.domain.tracing import Step, StepName, Tracer
from tests.bench.figures import Figure, Goal
from tests.bench.ground import Ground, ground
from tests.bench.load import load_average
from tests.bench.mails import MailMaker
from tests.running import Installation
from tests.servers.model import ModelServer, after, dull
from tests.servers.postgres import Postgres

GOAL = Goal("≤", 0.05)
GOAL_UNREDACTED = Goal("≤", 0.02)
MODEL_SECONDS = 2.0
WARM_UP = 3
NANOSECONDS = 1e9


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    count, delay = (3, 0.1) if quick else (30, MODEL_SECONDS)
    with Postgres() as postgres, ModelServer() as model:
        model.respond = lambda request: after(delay, dull(request))
        with Installation(postgres.create_database(), folder, None, **model.settings) as installation:
            installation.command("db", "upgrade")
            return asyncio.run(_measure(installation, model, count, delay))


async def _measure(installation: Installation, model: ModelServer, count: int, delay: float) -> list[Figure]:
    settings = settings_from_environment(
        database_url=installation.url,
        secret_key=installation.environment["DUEBOX_SECRET_KEY"],
        model={"provider": "openai", "base_url": model.base_url, "name": "stub"},
    )
    costs: list[float] = []
    parts: dict[StepName, list[float]] = {name: [] for name in (StepName.READ, StepName.REDACT, StepName.COMMIT)}
    async with ground(installation) as hand:
        services = build(settings)
        try:
            for number, raw in enumerate(MailMaker(12).with_new_text(WARM_UP + count)):
                model.clear()
                steps = await _work(services, hand, raw)
                if number >= WARM_UP:
                    costs.append(_seconds(steps, StepName.TRIAGE) - len(model.requests) * delay)
                    for name, seconds in parts.items():
                        seconds.append(_seconds(steps, name))
                asked = len(model.requests)
        finally:
            await services.close()
            services.engine.dispose()
    bare = [cost - redaction for cost, redaction in zip(costs, parts[StepName.REDACT], strict=True)]
    known = ", ".join(f"{name.value} {median(seconds):.3f}" for name, seconds in parts.items())
    note = f"median of {count} mails with 1 KB of new text, {asked} questions each; {load_average()}"
    return [
        Figure("service_cost", median(costs), "s", GOAL, baseline=MODEL_SECONDS, note=note),
        Figure(
            "service_cost_bare",
            median(bare),
            "s",
            GOAL_UNREDACTED,
            baseline=MODEL_SECONDS,
            note=f"without redaction; seconds: {known}",
        ),
    ]


async def _work(services: Services, hand: Ground, raw: bytes) -> list[Step]:
    """Triage one mail here, where no worker runs. Returns what was timed."""
    (source,) = await hand.receive([raw])
    async with hand.database.read() as uow:
        stored = sa.select(MessageRow.id).where(MessageRow.mailbox_id == hand.mailbox_id, MessageRow.source == source)
        message_id = await uow.session.scalar(stored)
    steps: list[Step] = []
    with Tracer(steps.append).step(StepName.TRIAGE):
        await services.triage.work(str(message_id))
    return steps


def _seconds(steps: list[Step], name: StepName) -> float:
    return sum((step.ended - step.began) / NANOSECONDS for step in steps if step.name is name)
