from app.reading.authorship.answers import with_what_is_answered
from app.reading.authorship.replies import split_reply
from tests.unit.reading.ledger import account

SIX = account(*((f"INV-{number}", "100.00") for number in range(3001, 3007)))


def answered(text: str) -> str:
    return "\n".join(span.of(text) for span in with_what_is_answered(split_reply(text), text, SIX))


def test_each_answer_stands_below_the_numbers_it_answers() -> None:
    text = """Answers below.

> 1. INV-3001, 4,200. Riaan promised payment in July.

Paid on Monday.

> 3. INV-3003 890 and INV-3004 1,115
> Please tell us when.

Loaded for Friday, both of them.
"""
    assert answered(text).splitlines()[-5:] == [
        "INV-3001",
        "Paid on Monday.",
        "INV-3003",
        "INV-3004",
        "Loaded for Friday, both of them.",
    ]


def test_a_single_answer_below_a_quotation_is_left_alone() -> None:
    text = "> INV-3001 is open.\n\nPaid on Monday."
    assert answered(text) == "Paid on Monday."


def test_an_item_without_a_number_lends_none() -> None:
    text = "> INV-3001?\n\nPaid.\n\n> INV-3002?\n\nFriday.\n\n> How are you?\n\nFine."
    assert answered(text).splitlines() == ["INV-3001", "Paid.", "INV-3002", "Friday.", "Fine."]
