"""Each named moment once on one of the databases, of the kills that `python -m tests.kills` makes as many of as you
like, on both."""

from pathlib import Path

import pytest

from tests.kills.failpoints import Point
from tests.kills.storm import storm
from tests.servers.dovecot import Mailbox
from tests.servers.smtp_sink import SmtpSink

POINTS = {
    "sqlite": [Point.STORED, Point.DRAFTED, Point.APPROVED, Point.CLAIMED],
    "postgresql": [Point.FETCHED, Point.THINKING, Point.PROPOSED, Point.UNDONE, Point.HANDED_OVER, Point.ANSWERED],
}


@pytest.mark.timeout(600)
def test_nothing_is_lost_or_doubled_when_processes_are_killed(
    database_url: str, tmp_path: Path, mailbox: Mailbox, smtp_sink: SmtpSink
) -> None:
    points = POINTS[database_url.partition(":")[0]]
    report = storm(database_url, tmp_path, mailbox, smtp_sink, points=points, seed=5)
    assert report.is_clean, report.as_dict()
    assert len(set(report.died) & set(points)) >= len(points) // 2, report.died
