"""Each named moment once, of the kills that `python -m tests.kills` makes as many of as you like."""

from pathlib import Path

import pytest

from tests.kills.failpoints import Point
from tests.kills.storm import storm
from tests.servers.dovecot import Mailbox
from tests.servers.smtp_sink import SmtpSink


@pytest.mark.timeout(1200)
def test_nothing_is_lost_or_doubled_when_processes_are_killed(
    database_url: str, tmp_path: Path, mailbox: Mailbox, smtp_sink: SmtpSink
) -> None:
    report = storm(database_url, tmp_path, mailbox, smtp_sink, points=list(Point), seed=5)
    assert report.is_clean, report.as_dict()
    assert set(report.died) == set(Point), report.died
