"""An account number is found however it is parted, and only if its check digits fit."""

import pytest

from app.reading.ibans import ibans

OURS = "DE89370400440532013000"


@pytest.mark.parametrize(
    "text",
    [
        "Pay to DE89 3704 0044 0532 0130 00 please.",
        "DE89370400440532013000",
        "de89-3704-0044-0532-0130-00.",
        "IBAN: DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000 BIC COBADEFFXXX",
        "DE89 37\u200b04 0044 0532 0130 00",
        "DE89.3704.0044.0532.0130.00",
    ],
)
def test_an_account_number_is_found(text: str) -> None:
    assert list(ibans(text)) == [OURS]


@pytest.mark.parametrize("text", ["DE88 3704 0044 0532 0130 00", "INV-2026-00012345678901", "We pay on Friday."])
def test_other_numbers_are_none(text: str) -> None:
    assert not list(ibans(text))
