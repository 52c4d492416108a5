"""How an operator wants reminders to go: workflows of steps, and the bounds that hold for all of them. Pure data."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from app.domain.clock import DayBegin
from app.domain.experiment import Experiment
from app.domain.intents import Tone
from app.domain.interest import InterestWish
from app.domain.outcome import Automatic
from app.domain.reminder import Channel, Stage

ANY = "*"
MORNING = DayBegin(time(5))
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder, so many days after the due date of the oldest invoice; before it if negative."""

    days: int
    stage: Stage
    tone: Tone
    channel: Channel


@dataclass(frozen=True, slots=True)
class Workflow:
    """The steps for some segments ("*" is any), or for natural persons. `hour` is the local hour to write at.

    `days_between` keeps steps apart when a customer comes into the ledger long overdue.
    """

    name: str
    steps: tuple[Step, ...]
    segments: frozenset[str] = frozenset()
    for_natural_persons: bool = False
    hour: int = 9
    days_between: int = 7


@dataclass(frozen=True, slots=True)
class MoveRule:
    """Customers who pay later than so many days on average are treated as another segment."""

    average_delay_above: int
    segment: str


@dataclass(frozen=True, slots=True)
class OffRamp:
    """How customers who engage are spared: days of quiet after their mail, and more time for who keeps promises."""

    quiet_days_after_mail: int = 5
    kept_promises: int = 2
    more_days: int = 5


@dataclass(frozen=True, slots=True)
class Caps:
    """How often a customer may hear from us, all mailboxes together."""

    a_week: int = 2
    hours_apart: int = 48

    def allow(self, contacted: Iterable[datetime], at: datetime) -> bool:
        """Whether one more contact at this moment stays within the caps."""
        at = at.astimezone(UTC)  # two moments of one zone would be compared by the clock on the wall
        near = timedelta(hours=self.hours_apart)
        recent = [moment for moment in contacted if at - moment < WEEK]
        return len(recent) < self.a_week and all(abs(at - moment) >= near for moment in recent)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a customer may be written to, in their own zone: from `begin` on, before `end`."""

    begin: time = time(8)
    end: time = time(18)

    def nearest(self, hour: int) -> time:
        """The full hour, or the nearest one within these hours."""
        last = (self.end.hour - 1) if self.end.minute == 0 else self.end.hour
        first = self.begin.hour if self.begin.minute == 0 else self.begin.hour + 1
        return time(min(max(hour, first), last))


@dataclass(frozen=True, slots=True)
class ReminderPolicy:
    """Everything that the plan may depend on beside ledger, history and date. `minimum`: below it nobody is written
    to; `minimums`: other ones, by currency. `formal_days`: how long a formal notice leaves to pay. `talk_days`: how
    long reminders wait for a talk that a person is to have first. `morning`: when the day's reminders are drafted."""

    version: str
    workflows: tuple[Workflow, ...]
    moves: tuple[MoveRule, ...] = ()
    off_ramp: OffRamp = OffRamp()
    caps: Caps = Caps()
    hours: Hours = Hours()
    minimum: Decimal = Decimal(0)
    minimums: Mapping[str, Decimal] = field(default_factory=dict, hash=False)
    formal_days: int = 14
    talk_days: int = 7
    experiments: tuple[Experiment, ...] = ()
    automatic: tuple[Automatic, ...] = ()
    interest: InterestWish | None = None
    morning: DayBegin = MORNING

    def without(self, over: Collection[str]) -> "ReminderPolicy":
        """The same without the tests of these names: who was in their other arm is written to as usual again."""
        return replace(self, experiments=tuple(test for test in self.experiments if test.name not in over))

    def minimum_of(self, currency: str) -> Decimal:
        return self.minimums.get(currency, self.minimum)

    @property
    def moved(self) -> tuple[tuple[int, str], ...]:
        """Each move rule: beyond how many days, and to which workflow."""
        found = (
            (move, self.workflow_for(move.segment, is_natural_person=False, average_delay=None)) for move in self.moves
        )
        return tuple((move.average_delay_above, workflow.name) for move, workflow in found)

    def automatic_for(self, workflow: str, stage: Stage) -> Automatic | None:
        """What a step must earn to be sent without a person; None where a person always decides."""
        return next((one for one in self.automatic if workflow in one.workflows and stage in one.stages), None)

    def workflow_for(self, segment: str, *, is_natural_person: bool, average_delay: float | None) -> Workflow:
        """Natural persons have their own workflow, and no move rule looks at how they pay."""
        if is_natural_person:
            return next(workflow for workflow in self.workflows if workflow.for_natural_persons)
        if average_delay is not None:
            segment = next((m.segment for m in self.moves if average_delay > m.average_delay_above), segment)
        named = (workflow for workflow in self.workflows if segment in workflow.segments)
        anyone = (workflow for workflow in self.workflows if ANY in workflow.segments)
        return next(named, None) or next(anyone)
