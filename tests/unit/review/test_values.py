"""What a page shows of facts: each value with its own place; a proposal from before values had places still loads."""

import json
from datetime import date
from decimal import Decimal

from app.domain.directions import FactField
from app.domain.intents import Intent, Route
from app.domain.proposal import Evidence, Facts, IntentFinding, Mention, PromiseFact, Proposal
from app.domain.wire import PROPOSAL, dump, load
from app.review.marking import Span, segments
from app.review.values import values_of

TEXT = "INV-1 first. We pay INV-1 on Friday."


def at(words: str, start: int = 0) -> Evidence:
    place = TEXT.index(words, start)
    return Evidence("body", place, place + len(words))


PASSAGE = at("We pay INV-1 on Friday.")
PROPOSAL_NOW = Proposal(
    "en",
    "",
    (IntentFinding(Intent.PAYMENT_PROMISE, 0.9, ("INV-1",), PASSAGE),),
    Facts(
        promise=PromiseFact(date(2026, 5, 29), Decimal("640.00"), "GBP", day_at=at("Friday")),
        mentions=(Mention("INV-1", at("INV-1")), Mention("INV-1", at("INV-1", 5))),
    ),
    ("INV-1",),
    Route.REVIEW,
    "rule",
    (),
    "1",
)


def test_values_are_numbered_on_from_the_passages_where_they_have_a_place() -> None:
    day, amount, invoice = values_of(PROPOSAL_NOW)
    assert (day.field, day.number, day.at) == (FactField.PROMISE_DAY, 2, (at("Friday"),))
    assert (amount.field, amount.number, amount.at) == (FactField.PROMISE_SUM, None, ())
    assert (invoice.number, invoice.at) == (3, (at("INV-1", 5),)), "the one in its passage, not the first"


def test_a_proposal_from_before_loads_and_its_values_have_no_places() -> None:
    stored = json.loads(dump(PROPOSAL, PROPOSAL_NOW))
    for name in ("mentions", "return_at"):
        del stored["facts"][name]
    for name in ("day_at", "amount_at"):
        del stored["facts"]["promise"][name]
    values = values_of(load(PROPOSAL, json.dumps(stored).encode()))
    assert [(value.value, value.number) for value in values] == [
        (date(2026, 5, 29), None),
        (values[1].value, None),
        ("INV-1", None),
    ]


def test_what_the_mail_does_not_say_can_be_said_by_a_person() -> None:
    silent = Proposal(
        "en", "", (IntentFinding(Intent.PAYMENT_PROMISE, 0.9),), Facts(), (), Route.REVIEW, "rule", (), "1"
    )
    assert [(value.field, value.value) for value in values_of(silent)] == [
        (FactField.PROMISE_DAY, None),
        (FactField.PROMISE_SUM, None),
    ]


def test_a_value_shows_no_number_in_the_mail_and_is_quiet_outside_a_passage() -> None:
    parts = segments(TEXT, [Span(1, 13, len(TEXT)), Span(2, 29, 35, is_value=True), Span(3, 0, 5, is_value=True)])
    assert [(part.text, part.marks, part.starts, part.ends, part.is_quiet) for part in parts] == [
        ("INV-1", (3,), (3,), (), True),
        (" first. ", (), (), (), False),
        ("We pay INV-1 on ", (1,), (1,), (), False),
        ("Friday", (1, 2), (2,), (), False),
        (".", (1,), (), (1,), False),
    ]
