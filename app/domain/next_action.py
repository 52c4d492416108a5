"""What to do next about a customer: the first rule that holds says it, and why. Rules are data; the last one waits.

Nothing here acts. A reminder still goes through the plan with its caps and checks; a call, a new contact, a plan and
the way to a lawyer are for a person, who opens a task for them: the plan waits for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from app.domain.conduct import NotScored, OpenItem, Position, Stop
from app.domain.intents import Tone
from app.domain.money import Money, total
from app.domain.reminder import Channel, PlanLine, Stage, Why
from app.domain.reminder import NextAction as Outcome
from app.domain.sentence import Sentence
from app.domain.signals import Signal, SignalName, raised
from app.domain.task import DISAPPOINTED, TaskKind


class ActionKind(StrEnum):
    WAIT = "wait"
    REMIND = "remind"
    CALL = "call"
    SWITCH_CONTACT = "switch_contact"
    PROPOSE_PLAN = "propose_plan"
    HAND_TO_LEGAL = "hand_to_legal"


TASK_OF = {
    ActionKind.CALL: TaskKind.CALL,
    ActionKind.SWITCH_CONTACT: TaskKind.SWITCH_CONTACT,
    ActionKind.PROPOSE_PLAN: TaskKind.PROPOSE_PLAN,
    ActionKind.HAND_TO_LEGAL: TaskKind.HAND_TO_LEGAL,
}
FOR_A_PERSON = frozenset(TASK_OF)


def tasks_of(kind: ActionKind) -> tuple[TaskKind, ...]:
    """The tasks in which a person sees to an action; the first is opened for it, the others are as good. None where it
    is not for a person."""
    if kind is ActionKind.CALL:
        return TaskKind.CALL, *sorted(DISAPPOINTED)
    return (TASK_OF[kind],) if kind in TASK_OF else ()


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a rule holds; parts that are not set hold always.

    `stops`: one of these stands before all that is overdue. `overdue_days`, `overdue_amount` (by currency; another
    currency never holds): at least so old, so much, counting only what nothing stops. `due_within`: nothing is overdue
    yet, and something falls due within so many days. `any_signal`, `all_signals`: raised; never for a natural person.
    """

    stops: frozenset[Stop] = frozenset()
    overdue_days: int | None = None
    overdue_amount: Mapping[str, Decimal] | None = None
    due_within: int | None = None
    any_signal: frozenset[SignalName] = frozenset()
    all_signals: frozenset[SignalName] = frozenset()

    @property
    def is_empty(self) -> bool:
        return self == Occasion()


@dataclass(frozen=True, slots=True)
class ActionRule:
    """`stage` and `tone` are set for reminders alone; `because` is the reason for a person. `opens_task`: what is for a
    person becomes their task by itself, once for each debt, so that reminders wait for it."""

    name: str
    when: Occasion
    then: ActionKind
    because: str
    stage: Stage | None = None
    tone: Tone | None = None
    opens_task: bool = False


@dataclass(frozen=True, slots=True)
class ActionPolicy:
    version: str
    rules: tuple[ActionRule, ...]

    @property
    def opening(self) -> frozenset[str]:
        """The names of the rules that open a task by themselves."""
        return frozenset(rule.name for rule in self.rules if rule.opens_task)


@dataclass(frozen=True, slots=True)
class NextAction:
    """`facts`: what made the rule hold, in words. `stage` and `tone`: of the plan's step, where one is due. `task_id`:
    the open task in which a person sees to it."""

    kind: ActionKind
    rule: str
    policy_version: str
    because: str
    facts: tuple[str, ...]
    stage: Stage | None = None
    tone: Tone | None = None
    task_id: UUID | None = None

    @property
    def is_for_a_person(self) -> bool:
        return self.kind in FOR_A_PERSON


def next_action(position: Position, signals: tuple[Signal, ...] | NotScored, policy: ActionPolicy) -> NextAction:
    """The first rule that holds. For a natural person no signal counts: amount, age and what stops us decide alone."""
    known = () if isinstance(signals, NotScored) else raised(signals)
    situation = _Situation(position, known)
    rule = next(rule for rule in policy.rules if situation.holds(rule.when))
    return NextAction(
        kind=rule.then,
        rule=rule.name,
        policy_version=policy.version,
        because=rule.because,
        facts=situation.facts(rule.when),
        stage=rule.stage,
        tone=rule.tone,
    )


def agreed(action: NextAction, lines: Sequence[PlanLine]) -> NextAction:
    """The action as the plan of reminders bears it out: what is sent, and when, is the plan's to say.

    A reminder is the plan's own step; where the plan contacts nobody today, neither does this, and its reason stands.
    Old data stop a person too, and caps a call. `lines` are the customer's of the same day, at least one.
    """
    line = next((line for line in lines if line.action is not Outcome.WAIT), lines[0])
    if line.reason is Why.STALE_DATA or (line.reason is Why.CONTACT_CAP and action.kind is ActionKind.CALL):
        return _waits(action, line)
    if action.kind not in {ActionKind.REMIND, ActionKind.WAIT}:
        return action
    if line.action is Outcome.WAIT:
        return _waits(action, line) if action.kind is ActionKind.REMIND else action
    return replace(action, kind=_kind_of(line), because=line.why, stage=line.stage, tone=line.tone)


def _kind_of(line: PlanLine) -> ActionKind:
    """Of a line that contacts somebody: what is written is a reminder, whoever writes it."""
    if line.reason is Why.NO_CONTACT:
        return ActionKind.SWITCH_CONTACT
    is_written = line.action is Outcome.REMIND or line.channel in {Channel.LETTER, Channel.SMS}
    return ActionKind.REMIND if is_written else ActionKind.CALL


def _waits(action: NextAction, line: PlanLine) -> NextAction:
    return replace(action, kind=ActionKind.WAIT, because=line.why, stage=None, tone=None)


class _Situation:
    """A customer on a day, as the rules ask about it."""

    def __init__(self, position: Position, signals: tuple[Signal, ...]) -> None:
        self._as_of = position.as_of
        self._overdue = position.overdue
        self._free = () if position.stops else tuple(item for item in position.overdue if not item.stops)
        self._stops = _stops(position, self._overdue) if not self._free else frozenset()
        self._coming = [i for i in position.items if not i.is_credit and i.due_date >= self._as_of and not i.stops]
        self._signals = {signal.name: signal for signal in signals}
        self._is_stopped = bool(position.stops)

    def holds(self, when: Occasion) -> bool:
        return (
            (not when.stops or bool(when.stops & self._stops))
            and (when.overdue_days is None or (bool(self._free) and self._age >= when.overdue_days))
            and (when.overdue_amount is None or self._exceeds(when.overdue_amount))
            and (when.due_within is None or self._is_due_within(when.due_within))
            and (not when.any_signal or not when.any_signal.isdisjoint(self._signals))
            and when.all_signals <= self._signals.keys()
        )

    def facts(self, when: Occasion) -> tuple[str, ...]:
        stops = [
            Sentence("{stop} stands", stop=Sentence(stop.value.replace("_", " ")))
            for stop in Stop
            if stop in (when.stops & self._stops)
        ]
        named = when.any_signal | when.all_signals
        signals = [signal.words for name, signal in self._signals.items() if name in named]
        return (*stops, *(self._overdue_facts() if self._free else ()), *signals)

    def _overdue_facts(self) -> tuple[str, ...]:
        sums = Sentence(" and ".join(str(money) for money in self._sums))
        count = len(self._free)
        overdue = (
            Sentence("{sums} overdue on 1 invoice", sums=sums)
            if count == 1
            else Sentence("{sums} overdue on {count} invoices", sums=sums, count=count)
        )
        return (overdue, Sentence("the oldest for {days} days", days=self._age))

    @property
    def _age(self) -> int:
        return max((item.days_overdue(self._as_of) for item in self._free), default=0)

    @property
    def _sums(self) -> tuple[Money, ...]:
        return total(item.open for item in self._free)

    def _exceeds(self, least: Mapping[str, Decimal]) -> bool:
        return any(money.currency in least and money.amount >= least[money.currency] for money in self._sums)

    def _is_due_within(self, days: int) -> bool:
        soon = any((item.due_date - self._as_of).days <= days for item in self._coming)
        return soon and not self._overdue and not self._is_stopped


def _stops(position: Position, overdue: tuple[OpenItem, ...]) -> frozenset[Stop]:
    """What stands before everything: the customer's own stops, and those of each overdue invoice."""
    return position.stops | frozenset(stop for item in overdue for stop in item.stops)
