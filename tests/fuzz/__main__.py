"""`python -m tests.fuzz [N] [--seed S] [--corpus FOLDER]`: N fuzzed mails, and every file of a folder, through intake,
reading and triage.

Prints what became of them; exits 1 when one raised, took more than two seconds of processor time, or is nowhere.
`--show SEED:NUMBER` writes one of them to standard output.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from app.logging import set_up_logging
from tests.fuzz.mails import mails
from tests.fuzz.run import run


def main() -> int:
    parser = argparse.ArgumentParser(description="Fuzzed mails through the real intake, reading and triage.")
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, action="append", default=[], help="a folder of .eml files; may repeat")
    parser.add_argument("--show", default="", help="SEED:NUMBER")
    wish = parser.parse_args()
    if wish.show:
        seed, number = map(int, wish.show.split(":"))
        sys.stdout.buffer.write(mails(number + 1, seed)[number][1])
        return 0
    set_up_logging(level="CRITICAL")
    found = [(str(path), path.read_bytes()) for folder in wish.corpus for path in sorted(folder.rglob("*.eml"))]
    with tempfile.TemporaryDirectory(prefix="duebox-fuzz-") as folder:
        report = asyncio.run(run([*mails(wish.count, wish.seed), *found], Path(folder)))
    sys.stdout.write(f"{report}\n")
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
