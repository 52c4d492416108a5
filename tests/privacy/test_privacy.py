"""A few of the canaries that `python -m tests.privacy` plants by the thousand, and proof that the search can find."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.privacy.__main__ import is_clean, report
from tests.privacy.house import work_and_search
from tests.privacy.mails import Canary, Planter
from tests.privacy.sinks import search_sinks

MAILS = 14


@pytest.mark.timeout(600)
def test_no_canary_leaves_the_house(tmp_path: Path) -> None:
    found = work_and_search(tmp_path, list(Planter(seed=3).mails(MAILS)))
    assert is_clean(found), report(found)
    assert found.sizes["duebox.db"] > 0
    assert found.sizes["trace"] == 0
    assert found.sizes["spans"] > 0


def test_the_search_finds_what_is_there() -> None:
    (mail,) = Planter(seed=4).mails(1)
    written = "\n".join(canary.value for canary in mail.canaries).encode()
    assert sum(search_sinks({"log": written}, [mail]).leaked.values()) == len(mail.canaries)


def test_a_few_digits_in_a_row_are_found_as_a_number_of_their_own() -> None:
    (mail,) = Planter(seed=4).mails(1)
    coded = replace(mail, canaries=(Canary("BANK_ACCOUNT", "968925", "sentence"),))
    chance = b'{"hash": "a1968925ff", "at": "12:34:56.968925+00:00"}'
    assert search_sinks({"export": chance}, [coded]).leaks == []
    assert search_sinks({"export": b'{"note": "sort code 968925"}'}, [coded]).leaks != []
