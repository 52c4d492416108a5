"""Addresses whose domain is not ASCII."""

import pytest

from app.ledger import cells
from app.ledger.sources import DecimalMark
from app.reading.mail.canonical import canonical_address
from app.reading.mail.headers import addresses


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("AP@Customer.Example", "ap@customer.example"),
        ("info@Müller.example", "info@xn--mller-kva.example"),
        ("info@xn--mller-kva.example", "info@xn--mller-kva.example"),
        ("kasse@straße.example", "kasse@xn--strae-oqa.example"),
        ("jürgen@bücher.example", "jürgen@xn--bcher-kva.example"),
        ("a@-ü-.example", "a@-ü-.example"),
        (f"a@{'ü' * 300}.example", f"a@{'ü' * 300}.example"),
        ("nobody", "nobody"),
        ("", ""),
    ],
)
def test_a_domain_is_written_as_every_server_takes_it(written: str, canonical: str) -> None:
    assert canonical_address(written) == canonical


def test_the_ledger_and_the_mail_spell_a_contact_alike() -> None:
    (writer,) = addresses("Rosa Müller <rosa@Müller.example>")
    assert writer.email == cells.email("Rosa@müller.example", DecimalMark.POINT) == "rosa@xn--mller-kva.example"
