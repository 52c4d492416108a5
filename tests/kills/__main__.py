"""`python -m tests.kills [KILLS] [--database sqlite|postgresql] [--minutes M]`: kill -9 at named moments and at random
ones, while mail comes and goes; none after so many minutes on a database.

Real Dovecot, real SMTP, real database, Duebox as it runs but for a quick mind. Prints what it found; exits 1 when
something was lost or doubled, or when more than 0.5 % of the mails sent are of unknown outcome.
"""

import argparse
import json
import random
import sys

from tests.kills.failpoints import Point
from tests.kills.storm import Report, storm
from tests.running import scratch
from tests.servers.dovecot import Dovecot
from tests.servers.postgres import Postgres
from tests.servers.smtp_sink import SmtpSink


def run(database: str, kills: int, seed: int, minutes: float) -> Report:
    """One storm on a fresh installation; the points take turns, in a drawn order."""
    turns = list(Point)
    points = [turns[number % len(turns)] for number in range(kills)]
    random.Random(seed).shuffle(points)  # noqa: S311  # repeatable, not secret
    with scratch() as folder, Dovecot() as dovecot, SmtpSink() as sink:
        mailbox = dovecot.mailbox()
        if database == "sqlite":
            return storm(
                f"sqlite:///{folder / 'duebox.db'}", folder, mailbox, sink, points=points, seed=seed, minutes=minutes
            )
        with Postgres() as postgres:
            return storm(postgres.create_database(), folder, mailbox, sink, points=points, seed=seed, minutes=minutes)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("kills", type=int, nargs="?", default=500)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    wish = parser.parse_args()
    if wish.kills < 1 or not wish.minutes > 0:
        parser.error("KILLS and --minutes must be above zero: a run without a kill proves nothing")
    are_clean = True
    for database in wish.database or ["sqlite", "postgresql"]:
        report = run(database, wish.kills, wish.seed, wish.minutes)
        sys.stdout.write(json.dumps(report.as_dict(), indent=2) + "\n")
        sys.stdout.flush()
        are_clean = are_clean and report.is_clean
    return 0 if are_clean else 1


if __name__ == "__main__":
    sys.exit(main())
