from typing import Any

from evals.data import problems, summary_of


def line(line_id: str, body: str, language: str = "en", **expect: Any) -> dict[str, Any]:
    expect = {"intents": ["query"], "route": "auto", **expect}
    return {"id": line_id, "language": language, "subject": "Re: x", "body": body, "expect": expect, "tags": []}


def found(training: list[dict[str, Any]], test: list[dict[str, Any]] | None = None) -> str:
    return "\n".join(problems(training, test or [], []))


def test_the_same_mail_with_another_name_number_and_date_is_a_copy() -> None:
    first = line("a", "Hello, please tell Anna Berg that 4,500 EUR for R-1 will follow on 3 March.")
    second = line("b", "Hello, please tell Tom Weiss that 12,00 EUR for R-77 will follow on 12 May.")
    assert "b is a with other names, numbers or dates" in found([first, second])
    third = line("c", "Hello, please tell Tom Weiss that 12,00 EUR for R-77 will not follow on 12 May.")
    assert "c is" not in found([first, third])


def test_a_test_mail_must_not_resemble_a_training_mail() -> None:
    body = "We have looked into the delivery of last week and found two of the ten pallets broken, see the photographs."
    assert "x is a twin of a" in found([line("a", body)], [line("x", body + " Regards")])
    other = "Kindly let us have the statement of our account for the past quarter, the auditors are waiting for it."
    assert "twin" not in found([line("a", body)], [line("x", other)])


def test_openings_are_counted_without_the_greeting() -> None:
    alike = [line(f"a{n}", f"Dear Ann,\n\nplease find this. Number {n} is late.") for n in range(4)]
    assert summary_of("training", alike).distinct_openings == 0.25
    assert "first sentences differ" in found(alike)


def test_faulty_labels_are_named() -> None:
    words = found(
        [
            line("a", "one", intents=["query", "dispute"]),
            line("b", "two", route="review"),
            line("c", "three", spans=[{"intent": "query", "source": "body", "text": "four"}]),
            line("d", "five"),
            line("d", "six"),
            line("e", "we hope", extension={"words": "we hope"}),
            line("f", "wrong", dispute={"words": "wrong"}),
        ]
    )
    assert "a: intents are not in the order of consequence" in words
    assert "b: a review needs a reason" in words
    assert "c: span 'four'" in words
    assert "d stands 2 times" in words
    assert "e: extension" in words
    assert "f: dispute" in words


def test_small_sets_and_short_mails_are_refused() -> None:
    words = found([line("a", "one")], [line("b", "two")])
    assert "1 training lines, 3000 are the least" in words
    assert "1 test lines, 500 are the least" in words
    assert "more than 150 words" in words
