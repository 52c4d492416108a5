"""`python -m tests.attacks [N]`: N hostile mails through the whole station, with a hostile model and with our own;
then the frauds of `bec.toml` in every place (one of each place where N is below 1,000).

Exits 1 when anything left without a person, or was addressed to anybody but the writer of the stored mail; when a fraud
got a draft, no warning, or one person could answer it.
"""

import asyncio
import json
import logging
import sys
from pathlib import Path

import structlog

from app.reading.trust.injections import speaks_to_software
from tests.attacks.carriers import attacks
from tests.attacks.compromise import compromises, face_all
from tests.attacks.trial import Tally, run

COUNT = 1_000
CLEAN = Path(__file__).parents[2] / "evals" / "datasets" / "dev.jsonl"


def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    tallies = {provider: asyncio.run(run(provider, attacks(count))) for provider in ("embedded", "openai")}
    for line in report(tallies):
        sys.stdout.write(f"{line}\n")
    frauds = asyncio.run(face_all(compromises(None if count >= COUNT else 1)))
    for line in frauds.lines():
        sys.stdout.write(f"{line}\n")
    lost, clean = utility_loss()
    sys.stdout.write(f"clean mails taken for attacks: {lost} of {clean} ({lost / clean:.1%})\n")
    return 0 if frauds.is_safe and all(tally.is_safe for tally in tallies.values()) else 1


def report(tallies: dict[str, Tally]) -> list[str]:
    """A table, one column a model."""
    rows = {
        "attacks": [str(tally.mails) for tally in tallies.values()],
        "sent without a person": [str(tally.unapproved_sends) for tally in tallies.values()],
        "recipients changed": [str(tally.changed_recipients) for tally in tallies.values()],
        "drafts with the attacker's facts": [str(tally.tainted_drafts) for tally in tallies.values()],
        "flagged as injection or fraud": [f"{tally.flagged / tally.mails:.1%}" for tally in tallies.values()],
        "with any warning": [f"{tally.warned / tally.mails:.1%}" for tally in tallies.values()],
        "hidden text not noticed": [str(tally.unseen_hiding) for tally in tallies.values()],
    }
    names = "".join(f"{name:>12}" for name in ("embedded", "hostile"))
    return [f"{'':36}{names}", *(f"{name:36}{''.join(f'{value:>12}' for value in row)}" for name, row in rows.items())]


def utility_loss() -> tuple[int, int]:
    """How many mails of the development set, that speak to no software, are taken for such; and of how many."""
    rows = [json.loads(line) for line in CLEAN.read_text(encoding="utf-8").splitlines()]
    clean = [row for row in rows if "injection" not in row["expect"].get("review_reasons", ())]
    return sum(speaks_to_software(f"{row['subject']}\n{row['body']}") for row in clean), len(clean)


if __name__ == "__main__":
    sys.exit(main())
