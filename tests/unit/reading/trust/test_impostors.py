"""Bank details that change, and people who are not whom they seem: all of them go to a senior, and get no draft."""

import tomllib
from email.message import EmailMessage
from pathlib import Path

import pytest

from app.domain.account import Contact
from app.domain.message import Address, Identity
from app.reading.reading import read_mail
from app.reading.trust.impostors import BANK_DETAILS, signs_beside_the_ledger, speaks_of_another_account

CASES = tomllib.loads((Path(__file__).parents[3] / "attacks" / "bec.toml").read_text(encoding="utf-8"))
TEXTS = [text for texts in CASES["known"].values() for text in texts]
OUR_ACCOUNT, ANOTHER = "DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19"
US = Identity(("collections@seller.example",), accounts=frozenset({OUR_ACCOUNT.replace(" ", "")}))
CONTACT = Contact("Petra Vane", "petra@customer.example")


def signs(text: str, sender: str = CONTACT.email, name: str = "", reply_to: str = "") -> tuple[str, ...]:
    message = EmailMessage()
    message["From"] = f'"{name}" <{sender}>'
    message["To"] = US.addresses[0]
    message["Subject"] = "Re: Reminder INV-1"
    if reply_to:
        message["Reply-To"] = reply_to
    message.set_content(text)
    read = read_mail(bytes(message), US)
    return (*read.screening.fraud_signs, *signs_beside_the_ledger(read.mail.head.sender, [CONTACT]))


def test_there_are_sixty_cases() -> None:
    assert len(TEXTS) + len(CASES["impostor"]) == 60


@pytest.mark.parametrize("text", TEXTS)
def test_bank_details_are_a_sign_whoever_writes(text: str) -> None:
    assert BANK_DETAILS in signs(text)


def test_most_of_the_texts_written_later_are_found_too() -> None:
    later = CASES["later"]["any"]
    assert sum(map(speaks_of_another_account, later)) / len(later) >= 0.8


@pytest.mark.parametrize("text", CASES["diverted"]["any"])
def test_money_that_goes_where_we_never_said_is_a_sign(text: str) -> None:
    assert speaks_of_another_account(text)


@pytest.mark.parametrize("text", CASES["diverted"]["none"])
def test_a_payment_that_names_no_place_and_no_letter_of_ours_is_no_sign(text: str) -> None:
    assert not speaks_of_another_account(text)


@pytest.mark.parametrize("text", CASES["moved"]["first"])
def test_a_bank_left_and_money_for_others_are_signs(text: str) -> None:
    assert speaks_of_another_account(text)


def test_most_of_what_was_written_after_them_is_found_too() -> None:
    later = CASES["moved"]["second"]
    assert sum(map(speaks_of_another_account, later)) / len(later) >= 0.9


@pytest.mark.parametrize("text", CASES["moved"]["none"])
def test_what_customers_write_of_banks_every_day_is_no_sign(text: str) -> None:
    assert not speaks_of_another_account(text)


@pytest.mark.parametrize("text", CASES["coaxed"]["any"])
def test_money_asked_for_in_secret_or_for_others_is_a_sign(text: str) -> None:
    assert speaks_of_another_account(text)


@pytest.mark.parametrize("text", CASES["coaxed"]["none"])
def test_who_pays_for_whom_is_no_sign(text: str) -> None:
    assert not speaks_of_another_account(text)


@pytest.mark.parametrize("case", CASES["impostor"], ids=lambda case: " ".join(case.values()))
def test_impostors_are_known_by_their_headers(case: dict[str, str]) -> None:
    assert signs("We will pay INV-1 on Friday.", **case)


@pytest.mark.parametrize(
    "text",
    [
        "We paid INV-1 by bank transfer on Monday, reference 4471.",
        "Please send us your IBAN, we have lost it.",
        "The money leaves our account on Friday.",
        "Wir haben am Montag von unserem Konto überwiesen.",
        "Merci de nous renvoyer votre RIB.",
        "We will pay on Friday.\n\nOn Mon, 18 May 2026, Seller wrote:\n> Our bank details have changed.",
    ],
)
def test_paying_by_bank_is_no_sign(text: str) -> None:
    assert not speaks_of_another_account(text.partition("\n\nOn ")[0])
    assert not signs(text)


@pytest.mark.parametrize(
    "text",
    [
        f"Please refund the credit to {ANOTHER}.",
        f"From Monday on we bank with {ANOTHER}.",
        "We will pay INV-1 on Friday.\n-- \nPetra Vane\nOur bank details have changed: please pay to the new account.",
        "We will pay INV-1 on Friday. " * 2_000 + "\n\nOur bank details have changed, please use the new account.",
        f"We will pay on Friday.\n\nOn Mon, 18 May 2026, Seller wrote:\n> Our bank details have changed: {ANOTHER}.",
    ],
    ids=["an account alone", "with from", "signature", "far down", "quoted with an account"],
)
def test_another_account_is_a_sign_wherever_it_stands(text: str) -> None:
    assert BANK_DETAILS in signs(text)


@pytest.mark.parametrize(
    "told", ["Our bank details have changed.", f"Pay us at {ANOTHER}."], ids=["words", "an account"]
)
def test_bank_details_in_the_html_alone_are_a_sign(told: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = CONTACT.email, US.addresses[0], "Re: Reminder INV-1"
    message.set_content("We will pay INV-1 on Friday.")
    message.add_alternative(f"<p>We will pay INV-1 on Friday. {told}</p>", subtype="html")
    assert BANK_DETAILS in read_mail(bytes(message), US).screening.fraud_signs


@pytest.mark.parametrize(
    "text",
    [
        f"We paid INV-1 to your account {OUR_ACCOUNT} on Monday.",
        f"We paid INV-1 from our account {ANOTHER} on Monday.",
        f"We pay INV-1 on Friday.\n-- \nPetra Vane\nMoss & Vane Ltd, NatWest, {ANOTHER}",
        f"We pay on Friday.\n\nOn Mon, 18 May 2026, Seller wrote:\n> Our bank details have changed: {OUR_ACCOUNT}.",
        f"We pay on Friday.\n\nOn Mon, 18 May 2026, Petra wrote:\n> Moss & Vane Ltd, NatWest, {ANOTHER}",
    ],
    ids=["ours", "theirs", "letterhead", "our notice", "quoted letterhead"],
)
def test_an_account_where_it_is_no_news_is_no_sign(text: str) -> None:
    assert not signs(text)


def test_a_contact_at_their_own_company_is_no_impostor() -> None:
    assert signs_beside_the_ledger(Address("Petra Vane", "p.vane@mail.customer.example"), [CONTACT]) == ()
