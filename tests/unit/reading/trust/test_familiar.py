"""A stranger is held against everybody on the books, whether or not the mail says whose it is."""

import tomllib
from pathlib import Path

import pytest

from app.domain.message import Address
from app.reading.trust.familiar import Familiar
from app.reading.trust.impostors import CONTACT_LOOK_ALIKE, CONTACT_NAME_ELSEWHERE

BEC = tomllib.loads((Path(__file__).parents[3] / "attacks" / "bec.toml").read_text(encoding="utf-8"))
IMPOSTORS = [case for case in BEC["impostor"] if "xn--" not in case.get("sender", "xn--")]
"""Those whose headers alone do not tell."""

PETRA = ("petra@customer.example", "Petra Vane")
OTHERS = [(f"p{number}@firm-{number:05}.example", f"Person{number} Of{number}") for number in range(2_000)]


def familiar(*contacts: tuple[str, str]) -> Familiar:
    found = Familiar()
    found.add([*OTHERS, PETRA, *contacts])
    return found


@pytest.mark.parametrize(
    "domain",
    [
        "custorner.example",
        "customer-billing.example",
        "custommer.example",
        "cust0mer.example",
        "customer.exanple",
        "xn--ustomer-xjg.example",
        "customer.example.evil.test",
        "mail.customer.example.evil.test",
        "customer.de",
    ],
)
def test_a_domain_that_a_hurried_reader_takes_for_a_known_one_is_a_sign(domain: str) -> None:
    is_sign = CONTACT_LOOK_ALIKE in familiar().signs(Address("", f"pay@{domain}"))
    assert is_sign is (domain != "customer.de"), "another country's name of that kind may be the same company"


@pytest.mark.parametrize("case", IMPOSTORS, ids=lambda case: " ".join(case.values()))
def test_impostors_who_name_no_customer_are_known(case: dict[str, str]) -> None:
    assert familiar().signs(Address(case.get("name", ""), case["sender"]))


@pytest.mark.parametrize(
    "sender",
    [
        Address("Petra Vane", "p.vane@mail.customer.example"),
        Address("Petra", "petra@elsewhere.test"),
        Address("", ""),
        Address("Petra Vane", "petra@seller.example"),
        Address("Olga Hume", "olga@unheard-of.test"),
    ],
    ids=["own company", "half a name", "nobody", "colleague", "stranger"],
)
def test_who_resembles_nobody_has_no_sign(sender: Address) -> None:
    assert familiar().signs(sender, ["seller.example"]) == ()


def test_a_common_name_resembles_nobody() -> None:
    common = [(f"ana@company{letter}.test", "Ana García") for letter in "abcde"]
    assert familiar(*common[:2]).signs(Address("García, Ana", "ana@mail.test")) == (CONTACT_NAME_ELSEWHERE,)
    assert familiar(*common).signs(Address("Ana García", "ana@mail.test")) == ()
