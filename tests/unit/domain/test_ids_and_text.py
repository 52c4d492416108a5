"""Ids that sort, and the segment map of redacted text."""

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.ids import consecutive_ids, new_id
from app.domain.text import RedactedText, Segment, Span, restore, unredacted


def test_ids_of_one_process_rise_strictly_and_are_version_7() -> None:
    ids = [new_id() for _ in range(20_000)]
    assert ids == sorted(set(ids))
    assert {made.version for made in ids} == {7}


def test_ids_made_by_many_threads_are_all_different() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: new_id(), range(5_000)))
    assert len(set(made)) == len(made)


REDACTED = RedactedText(
    "Hi ⟨PERSON_1⟩, pay",
    (
        Segment(Span(0, 3), Span(0, 3)),
        Segment(Span(3, 13), Span(3, 8), "PERSON"),
        Segment(Span(13, 18), Span(8, 13)),
    ),
)
SOURCE = "Hi Petra, pay"


def test_a_span_that_touches_a_placeholder_widens_to_all_of_it() -> None:
    span = REDACTED.source_span(5, 15)
    assert span is not None
    assert span.of(SOURCE) == "Petra, "


def test_a_span_outside_any_source_leads_nowhere() -> None:
    assert REDACTED.source_span(18, 25) is None


def test_cutting_keeps_whole_placeholders_and_remembers_where_they_came_from() -> None:
    cut = REDACTED.cut([Span(4, 6), Span(10, 13)])
    assert cut.value == "⟨PERSON_1⟩\npay"
    last = cut.source_span(11, 14)
    assert last is not None
    assert last.of(SOURCE) == "pay"


def test_restoring_names_placeholders_that_nobody_knows() -> None:
    assert restore("Dear ⟨PERSON_1⟩ ⟨IBAN_2⟩", {"⟨PERSON_1⟩": "Petra"}) == ("Dear Petra ⟨IBAN_2⟩", ("⟨IBAN_2⟩",))


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_unredacted_text_maps_onto_itself(text: str, start: int, length: int) -> None:
    span = unredacted(text).source_span(start, start + length)
    if span is not None:
        assert span.of(text) == text[start : start + length]


def test_consecutive_ids_are_of_version_7_and_rise_from_a_new_id_on() -> None:
    earlier = new_id()
    ids = [UUID(text) for text in islice(consecutive_ids(), 1000)]
    assert {found.version for found in ids} == {7}
    assert earlier < ids[0]
    assert ids == sorted(set(ids))
    assert ids[-1] < new_id()
