"""The table and the file of `make bench`."""

import json
from pathlib import Path

from tests.bench.figures import Figure, Goal, table, write

FIGURES = [
    Figure(
        "ingest_ratio", 1_420.0, "mails/s", Goal("≥", 0.5), baseline=2_600.0, note="2,000 mails; load 4.1 on 2 cores"
    ),
    Figure("writing_transactions_per_mail", 4.25, "transactions", Goal("≤", 4)),
]


def test_a_goal_is_about_the_ratio_where_there_is_a_baseline() -> None:
    assert [figure.is_ok for figure in FIGURES] == [True, False]


def test_the_table_fits_100_columns_and_says_what_is_missed() -> None:
    lines = table(FIGURES).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[2].split() == ["ingest_ratio", "1,420", "2,600", "mails/s", "0.55", "≥", "0.5", "ok"]
    assert lines[3].endswith("MISSED")
    assert lines[-1] == "  ingest_ratio: 2,000 mails; load 4.1 on 2 cores"


def test_the_file_has_the_keys_that_others_read(tmp_path: Path) -> None:
    write(FIGURES, tmp_path / "build" / "bench.json")
    first, second = json.loads((tmp_path / "build" / "bench.json").read_text(encoding="utf-8"))
    assert first == {
        "id": "ingest_ratio",
        "ours": 1420.0,
        "baseline": 2600.0,
        "unit": "mails/s",
        "ratio": 0.5462,
        "goal": "≥ 0.5",
        "ok": True,
    }
    assert (second["baseline"], second["ratio"], second["ok"]) == (None, None, False)
