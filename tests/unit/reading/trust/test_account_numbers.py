"""An account without an IBAN is known by the words before its number; nobody's but ours may leave."""

import pytest

from app.domain.company import Company
from app.domain.errors import Invalid
from app.domain.policy import Policy
from app.reading.trust.account_numbers import account_numbers
from app.reading.trust.ibans import check_ours

OURS = Policy(
    "1",
    (),
    companies=(
        Company("gb", "Kestrel", iban="GB29 NWBK 6016 1331 9268 19"),
        Company("us", "Kestrel Inc", account="Routing 021000021, account number 4417 7723"),
    ),
).accounts


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Please pay to sort code 20-00-00, account number 55779911.", ["200000", "55779911"]),
        ("Sort code: 20 00 00\nAccount no.: 5577 9911", ["200000", "55779911"]),
        ("ABA routing number 026009593, account no 1234567890", ["026009593", "1234567890"]),
        ("Routing (ABA): 026009593", ["026009593"]),
        ("BSB 062-000 Acct 1234 5678", ["062000", "12345678"]),
        ("IFSC: HDFC0001234, a/c no. 50100123456789", ["HDFC0001234", "50100123456789"]),
        ("Sort c\u200bode 20\u201100\u201100", ["200000"]),
        ("BLZ 370 400 44, Kontonummer 0532013000", ["37040044", "0532013000"]),
        ("Numéro de compte : 12345678901", ["12345678901"]),
        ("Rekeningnummer 123456789", ["123456789"]),
        ("CLABE 012345678901234567", ["012345678901234567"]),
        ("Acct. 1234 5678", ["12345678"]),
        ("Kto.-Nr. 0532013000, BLZ: 37040044", ["37040044", "0532013000"]),
        ("Konto Nr. 0532013000", ["0532013000"]),
        ("Sort code 20.10.00", ["201000"]),
        ("Our bank account is: 55779911.", ["55779911"]),
        ("Bank account\n55779911", ["55779911"]),
        ("Account number is\n55779911", ["55779911"]),
        ("Account number 55779911 EUR", ["55779911"]),
    ],
)
def test_an_account_is_found_by_its_words(text: str, numbers: list[str]) -> None:
    assert list(account_numbers(text)) == numbers
    with pytest.raises(Invalid, match="none of ours"):
        check_ours("", text, OURS)


@pytest.mark.parametrize(
    "text",
    [
        "Your customer account number is 104455.",
        "Ihr Kundenkonto, Konto 4711234, ist ausgeglichen.",
        "On your account no. 104455 INV-20260012 is open.",
        "Invoice 20260012345 of 12-05-26 over 1,250.00 EUR.",
        "The account manager will call on 12 May 2026.",
        "Kontoauszug 20260512",
        "We see on our bank account 12 500.00 EUR.",
        "We see on our bank account 1 212 500 EUR.",
        "It is on our bank account: 1234.56 EUR.",
        "It is on our bank account: 123456.56 EUR.",
        "It is on our bank account: €12 500.00.",
        "Auf unserem Konto 212.500,00 EUR.",
        "The transfer is in transit, 12.05.2026.",
        "Nothing is on our bank account 12.05.2026.",
        "Nothing is on our bank account 2026-05-12.",
        "Auf dem Konto 12.05.26 gebucht",
        "Es fehlt auf unserem Konto. 4500012345 ist noch offen.",
        "Nothing is on the bank account, 4500012345 is open.",
    ],
)
def test_other_numbers_are_none(text: str) -> None:
    assert not list(account_numbers(text))


@pytest.mark.parametrize(
    "text", ["Sort code 60-16-13, account number 31926819", "Routing number 021000021, account number 44177723"]
)
def test_our_own_may_leave(text: str) -> None:
    assert len(list(account_numbers(text))) == 2
    check_ours("", text, OURS)


def test_a_number_of_the_customers_is_no_account_of_anybody() -> None:
    text = "Auf dem Konto 4711001 sehen wir nichts, bank account 2026-0012 neither."
    assert len(list(account_numbers(text))) == 2
    check_ours("", text, OURS, {"4711001", "2026-0012"})
    with pytest.raises(Invalid, match="none of ours"):
        check_ours("", text, OURS, {"4711001"})
