"""Quiet hours: when somebody is told."""

from datetime import UTC, datetime

import pytest

from app.domain.notices import QuietHours

NIGHT = QuietHours(18 * 60, 8 * 60, "Europe/Berlin")


@pytest.mark.parametrize(
    ("hours", "at", "told"),
    [
        (NIGHT, "2026-05-21T10:00", "2026-05-21T10:00"),
        (NIGHT, "2026-05-21T16:30", "2026-05-22T06:00"),  # 18:30 in Berlin: eight o'clock the next day
        (NIGHT, "2026-05-21T01:00", "2026-05-21T06:00"),
        (NIGHT, "2026-05-21T06:00", "2026-05-21T06:00"),
        (QuietHours(12 * 60, 13 * 60, "UTC"), "2026-05-21T12:20", "2026-05-21T13:00"),
        (QuietHours(0, 0, "UTC"), "2026-05-21T12:20", "2026-05-21T12:20"),
    ],
)
def test_what_falls_into_quiet_hours_is_told_when_they_end(hours: QuietHours, at: str, told: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert hours.after(moment) == datetime.fromisoformat(told).replace(tzinfo=UTC)
