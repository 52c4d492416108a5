"""A trace says what was done and how it ended, and nothing that a mail or an error says."""

from collections.abc import Iterator
from http import HTTPMethod
from typing import cast, get_type_hints

import pytest

from app.domain.ids import new_id
from app.domain.intents import Route
from app.domain.tracing import FORMS, OFF, Attributes, Step, StepName, Tracer, first_of, note, plain, step, take_in

NAME = "Mei Chen"


@pytest.fixture
def steps() -> list[Step]:
    return []


@pytest.fixture
def tracer(steps: list[Step]) -> Tracer:
    return Tracer(steps.append)


def by_name(steps: list[Step]) -> dict[StepName, Step]:
    return {step.name: step for step in steps}


def test_every_text_that_may_leave_has_a_form() -> None:
    assert {name for name, kind in get_type_hints(Attributes).items() if kind is str} == set(FORMS)


@pytest.mark.parametrize("words", [NAME, "mei@customer.example", "DE89 3704 0044 0532 0130 00", "We pay.", "a\nb", ""])
def test_no_words_fit_any_attribute(words: str) -> None:
    assert plain(dict.fromkeys(get_type_hints(Attributes), words)) == {}


def test_only_what_is_listed_and_of_its_kind_leaves() -> None:
    message_id = new_id()
    assert plain(
        {
            "message_id": message_id,
            "run": 2,
            "is_fallback": True,
            "route": Route.REVIEW,
            "http_method": HTTPMethod.GET,
            "prompt": "draft_reply@4",
            "http_route": "/customers/{customer_id:path}",
            "subject": "paid",
            "attempts": True,
            "review_id": str(message_id),
            "result": "sent",
        }
    ) == {
        "message_id": str(message_id),
        "run": 2,
        "is_fallback": True,
        "route": "review",
        "http_method": "GET",
        "prompt": "draft_reply@4",
        "http_route": "/customers/{customer_id:path}",
    }


def test_of_an_error_its_class_is_told_and_no_more(steps: list[Step], tracer: Tracer) -> None:
    with pytest.raises(ValueError, match=NAME), tracer.step(StepName.TRIAGE), step(StepName.READ):
        raise ValueError(f"cannot parse the mail of {NAME}")
    assert [one.attributes for one in steps] == [{"error": "ValueError"}] * 2
    assert NAME not in repr(steps)


def test_steps_of_one_subject_join_one_trace_whoever_tells_them(steps: list[Step], tracer: Tracer) -> None:
    mail, elsewhere = new_id(), Tracer(steps.append)
    tracer.tell_first(StepName.MESSAGE, mail, began=1)
    with elsewhere.step(StepName.TRIAGE, about=mail), step(StepName.READ):
        note(run=1)
    found = by_name(steps)
    assert {one.place.trace_id for one in steps} == {mail.int}
    assert found[StepName.MESSAGE].parent_id is None
    assert found[StepName.TRIAGE].parent_id == found[StepName.MESSAGE].place.step_id
    assert found[StepName.READ].parent_id == found[StepName.TRIAGE].place.step_id
    assert found[StepName.READ].attributes == {"run": 1}


def test_a_decision_stands_in_the_trace_of_its_mail_and_is_linked_to_the_request(
    steps: list[Step], tracer: Tracer
) -> None:
    mail = new_id()
    with tracer.step(StepName.REQUEST), step(StepName.DECISION, about=mail):
        pass
    found = by_name(steps)
    assert found[StepName.DECISION].place.trace_id == mail.int
    assert found[StepName.DECISION].parent_id == first_of(mail).step_id
    assert found[StepName.DECISION].links == (found[StepName.REQUEST].place,)
    assert found[StepName.REQUEST].parent_id is None


def test_what_another_process_did_is_taken_in(steps: list[Step], tracer: Tracer) -> None:
    far: list[Step] = []
    with Tracer(far.append).step(StepName.MIND), step(StepName.CLASSIFY):
        pass
    with tracer.step(StepName.THINK):
        take_in(far)
    found = by_name(steps)
    assert len({one.place.trace_id for one in steps}) == 1
    assert found[StepName.MIND].parent_id == found[StepName.THINK].place.step_id
    assert found[StepName.CLASSIFY].parent_id == found[StepName.MIND].place.step_id


def test_whoever_reads_a_generator_is_not_within_its_step(steps: list[Step], tracer: Tracer) -> None:
    def plan() -> Iterator[int]:
        with step(StepName.PLAN, is_apart=True):
            yield from range(3)

    with tracer.step(StepName.MORNING):
        for _ in plan():
            with step(StepName.REMINDER):
                pass
    morning = by_name(steps)[StepName.MORNING].place.step_id
    assert {one.parent_id for one in steps if one.name is not StepName.MORNING} == {morning}


def test_where_nobody_traces_nothing_is_told(steps: list[Step]) -> None:
    with OFF.step(StepName.TRIAGE), step(StepName.READ):
        note(run=1)
        take_in([cast(Step, None)])
    assert steps == []
