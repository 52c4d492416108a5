"""`python -m tests.kills --kills 50 --database postgresql`: kill -9 of the worker at random moments, while mail
comes and goes.

Real Dovecot, real SMTP, real database, the real command. Prints what it found; exits 1 when something was lost or
doubled.
"""

import argparse
import json
import sys

from tests.kills.storm import Report, storm
from tests.running import scratch
from tests.servers.dovecot import Dovecot
from tests.servers.postgres import Postgres
from tests.servers.smtp_sink import SmtpSink


def run(database: str, kills: int, seed: int) -> Report:
    """One storm on a fresh installation."""
    with scratch() as folder, Dovecot() as dovecot, SmtpSink() as sink:
        if database == "sqlite":
            return storm(f"sqlite:///{folder / 'duebox.db'}", folder, dovecot.mailbox(), sink, kills=kills, seed=seed)
        with Postgres() as postgres:
            return storm(postgres.create_database(), folder, dovecot.mailbox(), sink, kills=kills, seed=seed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args()
    report = run(wish.database, wish.kills, wish.seed)
    sys.stdout.write(json.dumps(report.as_dict(), indent=2) + "\n")
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
