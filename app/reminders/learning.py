"""The page of what works: what came of reminders, how tests stand, and which steps go without a person."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date

from app.db.repositories.outcomes import GROUPED_BY, Effect, Outcomes
from app.db.tables.system import Chain
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.experiment import Comparison, Experiment
from app.domain.outcome import DAYS, Answer, wilson
from app.domain.people import SignedIn
from app.domain.spreadsheets import harmless
from app.domain.watermark import watermark
from app.domain.workflow import ReminderPolicy
from app.reminders.automatic import StepTrust, trusted_steps
from app.reminders.outcomes import comparisons

LEAST_FOR_AN_INTERVAL = 10
MAIN_DAYS = DAYS.index(14)


@dataclass(frozen=True, slots=True)
class EffectLine:
    """Reminders that are alike in one respect. `shares`: paid within each of DAYS, None where no such time has passed;
    `interval` of the share within 14 days, None for fewer than ten."""

    effect: Effect
    shares: tuple[float | None, ...]
    interval: tuple[float, float] | None

    @classmethod
    def of(cls, effect: Effect) -> "EffectLine":
        pairs = list(zip(effect.paid, effect.of, strict=True))
        paid, whole = pairs[MAIN_DAYS]
        return cls(
            effect,
            tuple(part / of if of else None for part, of in pairs),
            wilson(paid, whole) if whole >= LEAST_FOR_AN_INTERVAL else None,
        )


@dataclass(frozen=True, slots=True)
class TestLine:
    test: Experiment
    found: Comparison


@dataclass(frozen=True, slots=True)
class Learning:
    today: date
    groups: dict[str, list[EffectLine]]
    tests: list[TestLine]
    steps: list[StepTrust]
    sending_stopped: bool

    @property
    def sent(self) -> int:
        return sum(line.effect.sent for line in self.groups["channel"])


class LearningPages:
    def __init__(self, database: Database, policy: ReminderPolicy, clock: Clock, *, sending_stopped: bool) -> None:
        self._database = database
        self._policy = policy
        self._clock = clock
        self._sending_stopped = sending_stopped

    async def learning(self) -> Learning:
        """As of the last daily look at what was sent."""
        today = self._today()
        async with self._database.read() as uow:
            outcomes = Outcomes(uow.session)
            groups = {by: [EffectLine.of(one) for one in await outcomes.effects(by, today)] for by in GROUPED_BY}
            found = await comparisons(uow, self._policy, today)
            steps = await trusted_steps(uow, self._policy, today)
        tests = [TestLine(test, found[test.name]) for test in self._policy.experiments]
        return Learning(today, groups, tests, steps, self._sending_stopped)

    async def export(self, reader: SignedIn) -> str:
        """The counts behind every share of the page, as CSV."""
        out = io.StringIO()
        writer = csv.writer(out)
        mark = watermark(reader, self._clock())
        paid = [f"{what}_{days}" for days in DAYS for what in ("paid_within", "sent_before")]
        writer.writerow(["by", "label", "sent", *paid, *Answer, "export"])
        rows = 0
        async with self._database.write() as uow:
            for by in GROUPED_BY:
                for effect in await Outcomes(uow.session).effects(by, self._today()):
                    counts = [count for pair in zip(effect.paid, effect.of, strict=True) for count in pair]
                    writer.writerow([by, harmless(effect.label), effect.sent, *counts, *effect.answers.values(), mark])
                    rows += 1
            refs = {"rows": rows, "export_id": mark.id}
            uow.audit.add("reminders.effects.exported", actor=reader.actor, chain=Chain.ACCESS, **refs)
        return out.getvalue()

    def _today(self) -> date:
        return self._clock().astimezone(UTC).date()
