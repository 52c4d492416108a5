"""Which mailbox a company's reminders leave from."""

import pytest

from app.domain.company import Company, mailbox_of
from app.domain.errors import Invalid

NORTH, SOUTH = Company("north", "Nord", mailbox="n"), Company("south", "Sud", mailbox="s")
MUTE, DUMB = Company("mute", "Mute"), Company("dumb", "Dumb")


@pytest.mark.parametrize(
    ("company", "companies", "active", "leaves_from"),
    [
        ("north", (NORTH, SOUTH), ("s", "n"), "n"),
        ("south", (NORTH, SOUTH), ("n", "s"), "s"),
        ("", (), ("a", "b"), "a"),
        ("anything", (), ("a",), "a"),
        ("mute", (MUTE,), ("a", "b"), "a"),
        ("mute", (DUMB, MUTE), ("n",), "n"),
    ],
)
def test_a_company_has_its_own_mailbox_or_the_only_one(
    company: str, companies: tuple[Company, ...], active: tuple[str, ...], leaves_from: str
) -> None:
    assert mailbox_of(company, companies, active) == leaves_from


@pytest.mark.parametrize(
    ("company", "companies", "active"),
    [
        ("west", (NORTH, SOUTH), ("n", "s")),
        ("west", (NORTH,), ("n",)),
        ("", (NORTH, SOUTH), ("n", "s")),
        ("west", (), ("a", "b")),
        ("north", (NORTH, SOUTH), ("s",)),
        ("mute", (NORTH, MUTE), ("n", "a")),
        ("mute", (NORTH, MUTE), ("n",)),
    ],
)
def test_mail_of_one_company_never_leaves_from_another_s_mailbox(
    company: str, companies: tuple[Company, ...], active: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid, match="company"):
        mailbox_of(company, companies, active)
