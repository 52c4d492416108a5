"""The short form of `python -m tests.disruptions`: one disruption of each kind, two mailboxes, in a hurry."""

from app.adapters.imap.idle import IdleTimes
from app.intake.lines import Pace
from tests.disruptions.renumbering import renumber
from tests.disruptions.storm import KINDS, Storm, Times
from tests.instances import Instance, on_sqlite
from tests.servers.dovecot import Dovecot

HURRIED = Times(
    pace=Pace(sweep=3600, first_wait=0.2, longest_wait=1.0, stable=0.5),
    idle=IdleTimes(silence=1.0),
    answer=1.0,
    calm=0.6,
)


@on_sqlite
async def test_nothing_is_missed_or_doubled_whatever_breaks(instance: Instance, dovecot: Dovecot) -> None:
    report = await Storm(instance.database, dovecot, HURRIED, seed=1).run(4, 2)
    assert report.is_clean
    assert report.delivered == 6
    assert all(len(report.recovered[kind]) == 1 for kind in KINDS)


@on_sqlite
async def test_a_renumbered_folder_is_worked_once(instance: Instance, dovecot: Dovecot) -> None:
    renumbered = await renumber(instance.database, dovecot, 300)
    assert renumbered.worked_twice == 0
