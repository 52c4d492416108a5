"""Short forms of what commands measure at length: `python -m tests.contract`, `tests.deliveries`, `tests.bench audit`.

Kills, disruptions, fuzzed mails, attacks and privacy have theirs beside them.
"""

from pathlib import Path

from app.domain.review import Role
from tests.bench import audit
from tests.contract.__main__ import faults_by_role
from tests.deliveries import deliver
from tests.running import Installation

ROLES = (Role.MANAGER,)
COUNTED = {"events", "attacks"}


def test_the_api_keeps_its_word_and_each_delivery_is_one_mail(tmp_path: Path) -> None:
    with Installation(f"sqlite:///{tmp_path / 'duebox.db'}", tmp_path) as duebox:
        assert {role.value: found for role, found in faults_by_role(duebox, 1, ROLES) if found} == {}
        report = deliver(duebox, 60, 5)
    assert report.is_right, report


def test_whatever_is_done_to_the_chain_is_found(tmp_path: Path) -> None:
    """The rates are the bench's affair: they are those of a machine that does nothing else."""
    found = {figure.id: figure.ours for figure in audit.measure(tmp_path, quick=True) if figure.unit in COUNTED}
    assert found == {"audit.false_alarms": 0, "audit.tamperings_missed": 0, "audit.truncations_missed": 0}
