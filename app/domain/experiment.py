"""A/B tests of reminders: which customer gets which, and what may be said of the difference however often one looks.

A customer stays in one arm for as long as a test runs, since two mails to one customer are not independent of each
other; what counts is the first reminder of the test that each got, and whether it was paid.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.domain.intents import Tone
from app.domain.reminder import Stage

MISTAKE = 0.05
"""How often an interval may be wrong, over all the looks that people take at it."""

LEAST_AN_ARM = 30
"""Below so many customers in an arm nothing is said: the interval holds for many."""

PAID_WITHIN = timedelta(days=14)
"""A reminder of a test counts as paid when what it asked for came in within so many days."""


class Arm(StrEnum):
    USUAL = "usual"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Experiment:
    """One test: the other arm has another tone, another local hour or another wording, the first that is set.

    It concerns some stages of some workflows (all where none is named) from `begin` on. `most`: customers an arm,
    after which it is over.
    """

    name: str
    begin: date
    stages: frozenset[Stage]
    workflows: frozenset[str] = frozenset()
    tone: Tone | None = None
    hour: int | None = None
    wording: str = ""
    most: int = 500

    def concerns(self, workflow: str, stage: Stage, as_of: date) -> bool:
        return as_of >= self.begin and stage in self.stages and (not self.workflows or workflow in self.workflows)

    def arm_of(self, customer_id: str) -> Arm:
        """Even odds, always the same for a customer, and independent of every other test."""
        digest = hashlib.sha256(f"{self.name}\0{customer_id}".encode()).digest()
        return Arm.OTHER if digest[0] & 1 else Arm.USUAL


class Verdict(StrEnum):
    """`better` and `worse` are said of the other arm."""

    TOO_EARLY = "too_early"
    RUNNING = "running"
    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no_difference"

    @property
    def is_over(self) -> bool:
        return self in {Verdict.BETTER, Verdict.WORSE, Verdict.NO_DIFFERENCE}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Shares paid in both arms, and the difference (other - usual) with its interval; None while it is too early."""

    usual: tuple[int, int]
    other: tuple[int, int]
    difference: float | None
    reach: float | None
    verdict: Verdict

    @property
    def interval(self) -> tuple[float, float] | None:
        """No two shares are further apart than everybody and nobody."""
        if self.difference is None or self.reach is None:
            return None
        return max(self.difference - self.reach, -1.0), min(self.difference + self.reach, 1.0)


def compare(usual: tuple[int, int], other: tuple[int, int], most: int) -> Comparison:
    """Of (paid, customers) in each arm.

    The interval is an asymptotic confidence sequence of the average effect: it holds at all sample sizes at once, so
    that looking every day and stopping at will does not make chance look like a result (Waudby-Smith, Arbour, Sinha,
    Kennedy, Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences", 2021, theorem 2.2, with
    the effect's doubly robust terms under even odds).
    """
    if min(usual[1], other[1]) < LEAST_AN_ARM:
        return Comparison(usual, other, None, None, Verdict.TOO_EARLY)
    count = usual[1] + other[1]
    difference = other[0] / other[1] - usual[0] / usual[1]
    variance = 4 * sum(arm[1] * _spread(arm) for arm in (usual, other)) / count
    reach = math.sqrt(variance) * _boundary(count, 2 * most)
    return Comparison(usual, other, difference, reach, _verdict(difference, reach, min(usual[1], other[1]) >= most))


def _spread(arm: tuple[int, int]) -> float:
    """Of a share; never nothing, as an arm in which all or none paid is no proof of certainty (Agresti, Coull 1998)."""
    share = (arm[0] + 2) / (arm[1] + 4)
    return share * (1 - share)


def _boundary(count: int, planned: int) -> float:
    """How many standard deviations away the mean of `count` terms may ever be; tightest at the planned size."""
    doubled = -2 * math.log(MISTAKE)
    rho = (doubled + math.log(doubled) + 1) / planned
    grown = count * rho + 1
    return math.sqrt(2 * grown / (count * count * rho) * math.log(math.sqrt(grown) / MISTAKE))


def _verdict(difference: float, reach: float, is_full: bool) -> Verdict:
    if abs(difference) > reach:
        return Verdict.BETTER if difference > 0 else Verdict.WORSE
    return Verdict.NO_DIFFERENCE if is_full else Verdict.RUNNING


def experiment_for(experiments: Sequence[Experiment], workflow: str, stage: Stage, as_of: date) -> Experiment | None:
    """The first that concerns a step: a reminder is in one test at most, so that no effect is counted twice."""
    return next((test for test in experiments if test.concerns(workflow, stage, as_of)), None)
