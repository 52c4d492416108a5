"""A copy goes to contacts of the same customer, when one of them wrote; to nobody else, whatever the mail asks for."""

import pytest

from app.domain.account import Contact
from app.domain.contact import Reachability
from app.domain.copies import MOST, Copying, LeftOut, copies_of, in_envelope, of_envelope
from app.domain.message import Address

PETRA, JO = Contact("Petra Vane", "petra@customer.example"), Contact("Jo Hart", "Jo@customer.example")
GONE = Contact("Al Moss", "al@customer.example", active=False)
DECLINED = Contact("Di Ray", "di@customer.example", reachability=Reachability.DECLINED)
BEYOND_ASCII = Contact("Jürgen Wolf", "jürgen@müller.example")
OURS = "collections@seller.example"


def left_out(*asked: str, writer: str = PETRA.email, copying: Copying = Copying.CONTACTS) -> dict[str, LeftOut]:
    found = copies_of(
        [Address("", email) for email in asked],
        writer=writer,
        own=[OURS],
        contacts=[PETRA, JO, GONE, DECLINED, BEYOND_ASCII],
        copying=copying,
    )
    assert {contact.email.casefold() for contact in found.kept}.isdisjoint(email for email, _ in found.left_out)
    return dict(found.left_out)


def test_a_contact_gets_a_copy_by_the_name_that_the_ledger_has() -> None:
    asked = [Address("The real Petra", "JO@CUSTOMER.EXAMPLE"), Address("", OURS), Address("", PETRA.email)]
    found = copies_of([*asked, *asked], writer=PETRA.email, own=[OURS], contacts=[PETRA, JO], copying=Copying.CONTACTS)
    assert found.addresses == (Address("Jo Hart", "Jo@customer.example"),)
    assert found.left_out == ()


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("jo@custorner.example", LeftOut.NO_CONTACT),
        ("jo@customer.example.evil.test", LeftOut.NO_CONTACT),
        (GONE.email, LeftOut.NOT_WRITTEN_TO),
        (DECLINED.email, LeftOut.NOT_WRITTEN_TO),
        (BEYOND_ASCII.email, LeftOut.NOT_MAILABLE),
    ],
)
def test_nobody_else_gets_one(email: str, reason: LeftOut) -> None:
    assert left_out(email) == {email: reason}


def test_who_is_no_contact_brings_nobody_in() -> None:
    assert left_out("jo@customer.example", writer="jo@custorner.example") == {
        "jo@customer.example": LeftOut.WRITER_UNKNOWN
    }
    assert left_out("jo@customer.example", writer=GONE.email) == {"jo@customer.example": LeftOut.WRITER_UNKNOWN}


def test_policy_may_say_nobody_and_a_crowd_is_cut() -> None:
    assert left_out("jo@customer.example", copying=Copying.NOBODY) == {"jo@customer.example": LeftOut.POLICY}
    many = [Contact("X", f"x{number}@customer.example") for number in range(MOST + 2)]
    found = copies_of(
        [Address("", one.email) for one in many],
        writer=PETRA.email,
        own=[],
        contacts=[PETRA, *many],
        copying=Copying.CONTACTS,
    )
    assert (len(found.kept), [reason for _, reason in found.left_out]) == (MOST, [LeftOut.TOO_MANY] * 2)


def test_an_envelope_gives_its_addresses_again() -> None:
    assert of_envelope(in_envelope("a@x.example")) == ("a@x.example",)
    assert of_envelope(in_envelope("a@x.example", ["b@x.example"])) == ("a@x.example", "b@x.example")
