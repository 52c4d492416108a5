"""What can be asked of the queue, and what is said when it cannot."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.worklist import NotUnderstood, Worklist, parse


def test_every_part_is_read_and_the_rest_are_words() -> None:
    asked = parse('label:dispute,legal amount>10000,50 age>2d due<1h assignee:me lang:de from:vane "two words" Ring')
    assert asked == Worklist(
        text="two words Ring",
        labels=(frozenset({"dispute", "legal"}),),
        languages=frozenset({"de"}),
        assignees=frozenset({"me"}),
        amount_above=Decimal("10000.50"),
        older_than=timedelta(days=2),
        due_within=timedelta(hours=1),
        sender="vane",
    )


@pytest.mark.parametrize("written", ["12500.50", "12,500.50", "12.500,50"])
def test_a_sum_that_is_read_in_one_way_only_is_understood(written: str) -> None:
    assert parse(f"amount>{written}").amount_above == Decimal("12500.50")


@pytest.mark.parametrize(
    "query",
    [
        "amount>nan",
        "amount>-1",
        "amount>10,000",
        "amount>1.000",
        "label:nonsense",
        "amount>much",
        "amount:5",
        "age>2y",
        "due>1h",
        "lang:xx",
        "is:late",
        "is:snoozed is:second",
        "x" * 500,
    ],
)
def test_what_means_nothing_is_refused_with_a_hint(query: str) -> None:
    with pytest.raises(NotUnderstood, match=r"\w{3}"):
        parse(query)


def test_a_key_is_known_in_capitals_too() -> None:
    assert parse("Label:dispute AMOUNT>99,50") == Worklist(
        labels=(frozenset({"dispute"}),), amount_above=Decimal("99.50")
    )


def test_every_part_must_hold_also_of_two_that_begin_alike() -> None:
    asked = parse(
        "label:dispute label:legal,complaint amount>5 amount>9 amount>7 amount<90 amount<80 age>1d age>2d due<4h "
        "due:over from:vane from:petra invoice:INV-1 invoice:INV-2"
    )
    assert asked == Worklist(
        labels=(frozenset({"dispute"}), frozenset({"legal", "complaint"})),
        amount_above=Decimal(9),
        amount_below=Decimal(80),
        older_than=timedelta(days=2),
        due_within=timedelta(0),
        sender="vane petra",
        invoices=frozenset({"INV-1", "INV-2"}),
    )


def test_of_what_a_mail_has_once_either_is_meant() -> None:
    asked = parse("mailbox:north mailbox:south lang:de lang:fr assignee:me assignee:none")
    assert asked == Worklist(
        mailboxes=frozenset({"north", "south"}),
        languages=frozenset({"de", "fr"}),
        assignees=frozenset({"me", "none"}),
    )


def test_what_only_looks_like_a_part_is_a_word() -> None:
    assert parse("Re: INV:5 https://a.example it's").text == "Re: INV:5 https://a.example it's"


@given(st.text(max_size=60))
def test_any_text_is_understood_or_refused(query: str) -> None:
    with suppress(NotUnderstood):
        assert set(parse(query).text) <= set(query) | {" "}
