"""Which keys a person may choose."""

import pytest

from app.domain.errors import Invalid
from app.domain.keymap import keymap_of


def test_only_what_differs_from_what_ships_is_kept() -> None:
    assert keymap_of([("j", "n"), ("k", "k"), ("e", "ß"), ("/", "€")]) == {"j": "n", "e": "ß", "/": "€"}


@pytest.mark.parametrize("pairs", [[("j", "")], [("j", "ab")], [("jj", "a")], [("j", " ")], [("j", "\t")]])
def test_a_key_is_one_sign(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(Invalid):
        keymap_of(pairs)


def test_a_key_is_meant_once() -> None:
    with pytest.raises(Invalid):
        keymap_of([("j", "x"), ("k", "x")])
