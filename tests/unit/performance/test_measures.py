"""What each figure counts, over decisions made by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

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
    assert [(bin_.name, bin_.part, bin_.whole) for bin_ in m.calibration(rows)][-1] == ("90", 1, 3)
