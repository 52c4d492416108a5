import pytest

from app.domain.spreadsheets import harmless


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_run(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "small", "-12.50", "a=b"])
def test_a_plain_cell_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell
