"""Each value that the readers find stands somewhere in the mail, and they say where."""

import pytest

from app.domain.intents import Intent
from app.reading.facts.commitments import FactSpan
from tests.unit.reading.ledger import account
from tests.unit.reading.told import facts_of

ONE = account(("R-4471", "900.00"))
TWO = account(("R-4471", "900.00"), ("R-4480", "250.00"))


def said(text: str, span: FactSpan | None) -> str:
    assert span is not None
    assert span.source == "body"
    return text[span.start : span.end]


@pytest.mark.parametrize(
    ("language", "text", "day", "amount"),
    [
        ("en", "Sorry for the delay. We will pay 400.00 EUR of R-4471 on Friday.", "Friday", "400.00 EUR"),
        ("de", "Wir zahlen am 20. März 400,00 EUR auf R-4471.", "20. März", "400,00 EUR"),
        ("fr", "Nous réglons 400,00 EUR sur R-4471 le 20 mars.", "20 mars", "400,00 EUR"),
        ("es", "Pagaremos 400,00 EUR de R-4471 el 20 de marzo.", "20 de marzo", "400,00 EUR"),
    ],
)
def test_a_promise_says_where_its_day_and_sum_stand(language: str, text: str, day: str, amount: str) -> None:
    found = facts_of(text, {Intent.PAYMENT_PROMISE: text}, ONE, language)
    assert found.promise is not None
    assert day in said(text, found.promise.day_span)
    assert said(text, found.promise.sum_span).strip() == amount
    ((number, span),) = found.mentions
    assert (number, said(text, span)) == ("R-4471", "R-4471")


def test_a_sum_that_was_reckoned_stands_nowhere() -> None:
    text = "We will pay R-4471 on Friday."
    found = facts_of(text, {Intent.PAYMENT_PROMISE: text}, ONE).promise
    assert found is not None
    assert (found.amount is not None, found.sum_span) == (True, None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Could we have more time for R-4471, until 30 June 2026?", "30 June 2026"),
        ("Could we pay R-4471 in two instalments, on 30 April 2026 and on 29 May 2026?", "29 May 2026"),
    ],
)
def test_a_request_says_where_its_day_stands(text: str, day: str) -> None:
    found = facts_of(text, {Intent.EXTENSION_REQUEST: text}, ONE).extension
    assert found is not None
    assert day in said(text, found.until_span)


def test_a_new_contact_says_where_name_and_address_stand() -> None:
    text = "Hello,\nplease write to Mia Orr at mia.orr@customer.example from now on, she takes over the accounts."
    found = facts_of(text, {Intent.CONTACT_UPDATE: text}, ONE).contact
    assert found is not None
    assert said(text, found.email_span) == "mia.orr@customer.example"
    assert said(text, found.name_span) == found.name == "Mia Orr"


def test_every_mention_of_an_invoice_counts_and_a_list_names_each() -> None:
    text = "R-4471 is short by two boxes. We do not accept R-4471 and R-4480."
    found = facts_of(text, {Intent.DISPUTE: text}, TWO)
    assert [(number, said(text, span)) for number, span in found.mentions] == [
        ("R-4471", "R-4471"),
        ("R-4471", "R-4471"),
        ("R-4480", "R-4480"),
    ]
