"""An account number is found however it is parted, and only if its check digits fit."""

import pytest

from app.reading.trust.ibans import ibans

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
        "IBANDE89370400440532013000",
        "DE89\t3704/0044_0532\n0130   00",
        "DE89 \u2013 3704 * 0044 \u2013 0532 \u2013 0130 \u2013 00",
        "D E 8 9 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0",
    ],
)
def test_an_account_number_is_found(text: str) -> None:
    assert list(ibans(text)) == [OURS]


@pytest.mark.parametrize("parting", [" or ", " ", "\n", ", not to "])
def test_a_second_number_is_found_beside_the_first(parting: str) -> None:
    text = f"DE89 3704 0044 0532 0130 00{parting}GB29 NWBK 6016 1331 9268 19"
    assert list(ibans(text)) == [OURS, "GB29NWBK60161331926819"]


def test_two_texts_are_no_number() -> None:
    assert not list(ibans("We are in DE89\n\n--------\n3704 0044 0532 0130 00"))


@pytest.mark.parametrize("text", ["DE88 3704 0044 0532 0130 00", "INV-2026-00012345678901", "We pay on Friday."])
def test_other_numbers_are_none(text: str) -> None:
    assert not list(ibans(text))
