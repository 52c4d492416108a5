"""`python -m tests.fuzz.parsers [SECONDS]`: what reads mails and files, under a fuzzer that follows coverage (atheris).

`make fuzz` brings atheris into `build/atheris`: it is no dependency of ours, and has wheels for Linux only. Files are
read in this process, where the fuzzer sees which lines they reach. A mail that neither parser can read may be refused;
whatever else is raised, or takes 20 seconds, is written to `build/fuzz` as crash-… or timeout-…, with an exit code of
its own.
What was worth keeping lies in `build/fuzz/corpus`, so that the next run goes on from there.
"""

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

from app.domain.errors import UnreadableMail
from app.domain.message import Identity

BUILD = Path(__file__).resolve().parents[2] / "build" / "fuzz"
US = Identity(("collections@seller.example",))
SEEDS, LONGEST_INPUT = 300, 60_000
SLOW_SECONDS, MOST_MEGABYTES = 20, 2_048
PACKAGES = ("app.reading", "email", "zipfile", "pypdf", "olefile", "html", "inscriptis")


def main() -> int:
    parser = argparse.ArgumentParser(description="The parsers of mails and files under atheris.")
    parser.add_argument("seconds", nargs="?", type=int, default=120)
    wish = parser.parse_args()
    try:
        atheris: Any = importlib.import_module("atheris")
    except ImportError:
        sys.stderr.write("atheris is not installed: make fuzz brings it\n")
        return 2
    with atheris.instrument_imports(include=list(PACKAGES)):
        read_mail = importlib.import_module("app.reading.reading").read_mail

    def read(data: bytes) -> None:
        try:
            read_mail(data, US)
        except UnreadableMail:
            return

    corpus = _seeded(BUILD / "corpus")
    limits = {
        "max_total_time": wish.seconds,
        "timeout": SLOW_SECONDS,
        "rss_limit_mb": MOST_MEGABYTES,
        "max_len": LONGEST_INPUT,
        "artifact_prefix": f"{BUILD}/",
        "print_final_stats": 1,
    }
    atheris.Setup([sys.argv[0], *(f"-{name}={value}" for name, value in limits.items()), str(corpus)], read)
    atheris.Fuzz()
    return 0


def _seeded(corpus: Path) -> Path:
    """Ordinary mails, and odd ones of `mails.py`, which know the formats that a fuzzer would need days to guess."""
    corpus.mkdir(parents=True, exist_ok=True)
    from tests.fuzz.mails import mails  # noqa: PLC0415  # it loads parsers, which are to be instrumented first

    for name, raw in mails(SEEDS, seed=7):
        if len(raw) <= LONGEST_INPUT:
            (corpus / f"seed-{name.replace(':', '-')}").write_bytes(raw)
    return corpus


if __name__ == "__main__":
    sys.exit(main())
