"""What fifty mailboxes in which nothing happens cost a whole `duebox serve`, beside the same one without a mailbox.

Real IMAP, real pace: IDLE on the inbox of each mailbox, and a look into inbox and Sent every sixty seconds.
"""

import time
from pathlib import Path

from tests.bench.figures import Figure, Goal
from tests.bench.load import cpu_seconds, load_average
from tests.running import Installation, kill
from tests.servers.dovecot import Dovecot

GOAL = Goal("≤", 1)
MAILBOXES = 50


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    mailboxes, settle, seconds = (3, 5.0, 5.0) if quick else (MAILBOXES, 60.0, 300.0)
    url = f"sqlite:///{folder / 'idle.db'}"
    with Dovecot(max_connections=1_000) as dovecot, Installation(url, folder, DUEBOX_POLL_SECONDS="30") as installation:
        installation.furnish()
        without = _share(installation, settle, seconds)
        installation.add_imap({f"idle-{number}": dovecot.mailbox() for number in range(mailboxes)})
        share = _share(installation, settle, seconds)
    note = (
        f"{mailboxes} mailboxes, added to {100 * without:.2f} % without any, over {seconds:g} s, SQLite; "
        f"whole process {100 * share:.2f} %; {load_average()}"
    )
    return [Figure("idle_mailboxes", 100 * (share - without), "% of a core", GOAL, note=note)]


def _share(installation: Installation, settle: float, seconds: float) -> float:
    """Of a core, once the start is over."""
    serve = installation.start("serve")
    installation.wait_until_up()
    time.sleep(settle)
    before, begun = cpu_seconds(serve.pid), time.monotonic()
    time.sleep(seconds)
    share = (cpu_seconds(serve.pid) - before) / (time.monotonic() - begun)
    kill(serve)
    return share
