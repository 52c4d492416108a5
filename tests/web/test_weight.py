"""What a page weighs on the wire: the budget of all scripts and of all style sheets together."""

import gzip
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "app" / "web" / "static"
BUDGET = 60 * 1024


@pytest.mark.parametrize("kind", ["js", "css"])
def test_everything_of_a_kind_fits_the_budget(kind: str) -> None:
    files = sorted(STATIC.rglob(f"*.{kind}"))
    assert files
    weight = sum(len(gzip.compress(path.read_bytes(), 6)) for path in files)
    assert weight <= BUDGET, f"{weight / 1024:.1f} KB of {kind}, gzipped"
