"""Some of the mails that `python -m tests.fuzz` makes as many of as you like."""

from pathlib import Path

from tests.fuzz.mails import REPOSITORY, mails
from tests.fuzz.run import run


async def test_whatever_arrives_ends_as_a_message_or_in_quarantine(tmp_path: Path) -> None:
    corpus = [(path.name, path.read_bytes()) for path in sorted((REPOSITORY / "tests" / "corpus").glob("*.eml"))]
    report = await run([*mails(25, seed=5), *corpus], tmp_path)
    assert report.is_clean, str(report)
