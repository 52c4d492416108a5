from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reading.spans import clauses, fold, sentences


def parts(text: str) -> list[str]:
    return [span.of(text) for span in sentences(text)]


def test_sentences_end_at_marks_and_lines() -> None:
    assert parts("We paid. Did you see it? Good!\nBye") == ["We paid.", "Did you see it?", "Good!", "Bye"]


def test_abbreviations_do_not_end_a_sentence() -> None:
    assert parts("See Inv. No. 4471 for Mr. Brown, z.B. am 4. November. Danke.") == [
        "See Inv. No. 4471 for Mr. Brown, z.B. am 4. November.",
        "Danke.",
    ]


def test_bullets_are_sentences_without_their_marks() -> None:
    assert parts("Open:\n- first item\n• second item") == ["Open:", "first item", "second item"]


def test_a_wrapped_line_goes_on() -> None:
    text = "This is a long line that a mail program has wrapped in the middle of\na sentence. Next one."
    assert len(parts(text)) == 2


@pytest.mark.parametrize(
    "text", ["as duas mais antigas pago eu", "la más antigua va el viernes", "o mais tardar na sexta"]
)
def test_more_is_no_word_of_contrast(text: str) -> None:
    assert len(clauses(text)) == 1


def test_clauses_divide_at_words_of_contrast() -> None:
    text = "The first is paid, but the second is wrong; wait"
    assert [span.of(text) for span in clauses(text)] == ["The first is paid", "but the second is wrong", "wait"]


@given(st.text(max_size=300))
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(alphabet="aB.! \n-;é1⟨⟩", max_size=200))
def test_sentences_are_in_order_and_within_the_text(text: str) -> None:
    found = sentences(text)
    assert all(0 <= span.start < span.end <= len(text) for span in found)
    assert all(before.end <= after.start for before, after in pairwise(found))


def test_a_day_number_ends_a_sentence_unless_a_month_follows() -> None:
    text = "Die Zahlung kommt am 14. Damit ist alles glatt. Die andere am 4. November."
    assert [span.of(text) for span in sentences(text)] == [
        "Die Zahlung kommt am 14.",
        "Damit ist alles glatt.",
        "Die andere am 4. November.",
    ]


def test_a_number_alone_on_its_line_is_no_continuation() -> None:
    text = "that one was paid in full a couple of weeks ago, please look again\n2026/140\nwe would rather pay in June"
    assert [span.of(text) for span in sentences(text)][1] == "2026/140"
