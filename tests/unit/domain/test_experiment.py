"""Tests of reminders: who is in which arm, and that looking every day does not make chance a result."""

import random
from datetime import date

import pytest

from app.domain.experiment import LEAST_AN_ARM, Arm, Experiment, Verdict, compare, experiment_for
from app.domain.intents import Tone
from app.domain.outcome import Automatic, Record, Trust, trust_in, wilson
from app.domain.reminder import Stage

TEST = Experiment("tone", date(2026, 6, 1), frozenset({Stage.FIRST}), frozenset({"standard"}), tone=Tone.NEUTRAL)
WANTED = Automatic(frozenset({"standard"}), frozenset({Stage.FIRST}), after=50, edited=0.05, disputed=0.05)


def test_customers_are_drawn_evenly_and_always_alike() -> None:
    arms = [TEST.arm_of(f"C-{n}") for n in range(2_000)]
    assert arms == [TEST.arm_of(f"C-{n}") for n in range(2_000)]
    assert 900 < arms.count(Arm.OTHER) < 1_100


def test_two_tests_draw_independently() -> None:
    other = Experiment("hour", TEST.begin, TEST.stages, hour=14)
    both = sum(TEST.arm_of(f"C-{n}") is other.arm_of(f"C-{n}") for n in range(2_000))
    assert 900 < both < 1_100


@pytest.mark.parametrize(
    ("workflow", "stage", "day", "found"),
    [
        ("standard", Stage.FIRST, date(2026, 6, 1), TEST),
        ("standard", Stage.FIRST, date(2026, 5, 31), None),
        ("standard", Stage.SECOND, date(2026, 6, 1), None),
        ("key-accounts", Stage.FIRST, date(2026, 6, 1), None),
    ],
)
def test_a_test_concerns_its_stages_workflows_and_days(
    workflow: str, stage: Stage, day: date, found: Experiment | None
) -> None:
    assert experiment_for([TEST], workflow, stage, day) is found


def test_nothing_is_said_of_few_and_a_large_difference_is_clear() -> None:
    assert compare((29, 29), (0, LEAST_AN_ARM), 500).verdict is Verdict.TOO_EARLY
    better = compare((100, 300), (170, 300), 500)
    assert better.verdict is Verdict.BETTER
    assert better.difference == pytest.approx(70 / 300)
    assert compare((170, 300), (100, 300), 500).verdict is Verdict.WORSE
    assert compare((150, 300), (155, 300), 500).verdict is Verdict.RUNNING
    assert compare((250, 500), (255, 500), 500).verdict is Verdict.NO_DIFFERENCE


def test_looking_after_every_customer_rarely_finds_what_is_not_there() -> None:
    """An interval for one look at a time would be wrong in about half of these."""
    wrong = 0
    for seed in range(200):
        draw = random.Random(seed)  # noqa: S311  # chance that repeats
        arms = {Arm.USUAL: [0, 0], Arm.OTHER: [0, 0]}
        for _ in range(600):
            arm = arms[draw.choice(list(Arm))]
            arm[0] += draw.random() < 0.5
            arm[1] += 1
            found = compare((arms[Arm.USUAL][0], arms[Arm.USUAL][1]), (arms[Arm.OTHER][0], arms[Arm.OTHER][1]), 500)
            if found.verdict in {Verdict.BETTER, Verdict.WORSE}:
                wrong += 1
                break
    assert wrong <= 10


@pytest.mark.parametrize(
    ("record", "trust"),
    [
        (Record(49, 0), Trust.EARNING),
        (Record(50, 2), Trust.EARNED),
        (Record(50, 3), Trust.EARNING),
        (Record(50, 0, automatic=20, disputed=2), Trust.EARNED),
        (Record(50, 0, automatic=40, disputed=8), Trust.TAKEN_BACK),
        (Record(50, 0, automatic=1, disputed=1), Trust.EARNED),
    ],
)
def test_a_step_earns_trust_and_loses_it(record: Record, trust: Trust) -> None:
    assert trust_in(record, WANTED) is trust


def test_the_interval_of_a_share_is_wilsons() -> None:
    low, high = wilson(8, 40)
    assert (round(low, 3), round(high, 3)) == (0.105, 0.348)
    with pytest.raises(ValueError, match="nothing"):
        wilson(0, 0)


def test_no_interval_is_wider_than_all_or_nobody() -> None:
    found = compare((0, 30), (30, 30), 500)
    assert found.interval is not None
    assert found.interval[1] == 1.0
    assert found.interval[0] > 0.5
    assert compare((1, 9), (2, 9), 500).interval is None
