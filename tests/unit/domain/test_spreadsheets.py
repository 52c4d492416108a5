import pytest

from app.domain.spreadsheets import harmless


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_run(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "small", "-12.50", "a=b"])
def test_a_plain_cell_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("Moss Ltd;=cmd|' /C calc'!A0", "Moss Ltd;'=cmd|' /C calc'!A0"),
        ("a\n=1+1", "a\n'=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("-2;-3", "'-2;'-3"),
    ],
)
def test_a_formula_behind_another_separator_is_not_run_either(cell: str, shown: str) -> None:
    assert harmless(cell) == shown


@pytest.mark.parametrize("cell", ["Moss; Tarn", "a-b", "x;y", "2 + 2", "pat@moss.example", "a; -5 %"])
def test_signs_inside_a_text_stay(cell: str) -> None:
    assert harmless(cell) == cell
