"""A reminder leaves in the customer's hours, however late it was approved."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from app.domain.workflow import Hours
from app.reminders.openings import next_opening

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = Hours(time(8), time(18))


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ((2026, 5, 21, 9, 30), (2026, 5, 21, 9, 30)),
        ((2026, 5, 21, 8, 0), (2026, 5, 21, 8, 0)),
        ((2026, 5, 21, 6, 0), (2026, 5, 21, 8, 0)),
        ((2026, 5, 21, 18, 0), (2026, 5, 22, 8, 0)),
        ((2026, 5, 22, 20, 0), (2026, 5, 26, 8, 0)),
        ((2026, 5, 24, 12, 0), (2026, 5, 26, 8, 0)),
    ],
    ids=["inside", "at the beginning", "early", "at the end", "before Whit Monday", "on a Sunday"],
)
def test_the_moment_itself_or_the_next_beginning(moment: tuple[int, ...], opening: tuple[int, ...]) -> None:
    found = next_opening(datetime(*moment, tzinfo=BERLIN), BERLIN, HOURS, country="DE", language="de")  # type: ignore[misc, arg-type]
    assert found == datetime(*opening, tzinfo=BERLIN)  # type: ignore[misc, arg-type]
