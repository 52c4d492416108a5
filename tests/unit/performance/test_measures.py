"""What each figure counts, over decisions made by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.db.repositories.handled import Handled
from app.performance import measures as m

MONDAY = datetime(2026, 5, 18, 9, tzinfo=UTC)
INES, ODA = UUID(int=1), UUID(int=2)


def handled(minutes: float = 0, **said: object) -> Handled:
    """An approval by Ines, so many minutes after Monday's 9:00."""
    at = MONDAY + timedelta(minutes=minutes)
    row = Handled(
        review_id=UUID(int=9), message_id=UUID(int=8), conversation_id=UUID(int=7), customer="Customer Ltd",
        intents=("query",), rule="plain", confidence=0.9, action="approve", by=INES,
        received_at=MONDAY - timedelta(hours=1), decided_at=at, sent_at=None, at_stake=None, currency=None,
        edited_id=None, payload_id=UUID(int=6), due_at=None, was_tested=False, first_touch=at,
    )  # fmt: skip
    return replace(row, **said)  # type: ignore[arg-type]


def test_late_is_what_came_late_and_what_still_waits() -> None:
    in_time = handled(5, due_at=MONDAY + timedelta(minutes=10))
    too_late = handled(15, due_at=MONDAY + timedelta(minutes=10))
    late = m.late([in_time, too_late, handled()], waiting=3)
    assert (late.part, late.whole) == (4, 5)


def test_handling_is_measured_within_a_sitting_and_by_person() -> None:
    rows = [handled(0), handled(2), handled(4), handled(40), handled(41, by=ODA), handled(5, by=None)]
    assert m.handling(rows) == m.Spread(120.0, 120.0, 2), "36 minutes of pause were no work"
    assert m.handling([handled(0), handled(2, was_tested=True), handled(3)]).half == 60.0


def test_drift_is_told_in_deviations_and_only_with_enough_weeks() -> None:
    steady, worse = m.Share("", 90, 100), m.Share("", 60, 100)
    drift = m.drift([steady, steady, worse])
    assert drift is not None
    assert drift < -5
    assert m.drift([steady, steady, steady]) == 0
    assert m.drift([steady]) is None
    assert m.drift([steady, m.Share("", 1, 19)]) is None, "too few to say so"


def test_who_overrules_and_what_left_unedited() -> None:
    rows = [handled(), handled(action="edit"), handled(action="ignore"), handled(by=None), handled(was_tested=True)]
    assert (m.unedited(rows).part, m.unedited(rows).whole) == (1, 2)
    assert (m.overruled(rows).part, m.overruled(rows).whole) == (2, 3)
    (share,) = m.overruled_by(rows, lambda row: row.intents)
    assert (share.name, share.rate) == ("query", 2 / 3)


def test_how_sure_the_agent_was_stands_beside_how_often_people_agreed() -> None:
    sure = [handled(confidence=0.96) for _ in range(4)] + [handled(confidence=0.91, action="edit")]
    corrected = [handled(confidence=0.5, was_corrected=True), handled(confidence=0.58)]
    nobody = [handled(confidence=0.1, by=None), handled(confidence=0.1, was_tested=True)]
    told = [handled(confidence=1.0, was_told=True)]
    tenths = m.calibration([*sure, *corrected, *nobody, *told, handled(confidence=1.0, action="ignore")])
    assert [tenth.left.whole for tenth in tenths] == [0, 0, 0, 0, 0, 2, 0, 0, 0, 6]
    *_, middle, _, _, _, top = tenths
    assert (middle.least, middle.most, middle.sure, middle.left.rate) == (0.5, 0.6, 0.54, 0.5)
    assert (top.least, top.most, top.left.part) == (0.9, 1.0, 4)
    assert top.sure == pytest.approx(0.9583, abs=1e-4)
    assert (top.is_thin, middle.is_thin, tenths[0].is_thin) == (False, True, True)
    assert tenths[0].sure is None
    assert tenths[0].reach is None
    assert top.reach is not None
    assert top.reach[0] < 4 / 6 < top.reach[1]
