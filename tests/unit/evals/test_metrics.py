from typing import Any

import pytest

from evals.metrics import expected_pairs, score


def line(id: str, intents: list[str], route: str, **expect: Any) -> dict[str, Any]:
    body = expect.pop("body", "")
    return {"id": id, "language": "en", "body": body, "expect": {"intents": intents, "route": route, **expect}}


def answer(id: str, intents: list[str], route: str, **fields: Any) -> dict[str, Any]:
    numbers = fields.get("invoices", [])
    findings = [{"intent": intent, "confidence": 0.8, "invoices": numbers} for intent in intents]
    return {"id": id, "language": "en", "intents": findings, "route": route, **fields}


def test_a_perfect_prediction_scores_one() -> None:
    label = line("a", ["payment_promise"], "auto", invoices=["R-1"], promise={"date": "2026-03-13", "amount": "10.00"})
    guess = answer("a", ["payment_promise"], "auto", invoices=["R-1"], promise={"date": "2026-03-13", "amount": "10"})
    figures = score([label], [guess]).figures
    for name in (
        "intents.macro_f1",
        "route.accuracy",
        "promise.date",
        "promise.amount",
        "invoices.exact",
        "invoices.pair_f1",
    ):
        assert figures[name] == 1.0, name


def test_macro_f1_weighs_classes_alike() -> None:
    labels = [line("a", ["query"], "auto"), line("b", ["query"], "auto"), line("c", ["dispute"], "review")]
    guesses = [answer("a", ["query"], "auto"), answer("b", ["query"], "auto"), answer("c", ["query"], "auto")]
    assert score(labels, guesses).figures["intents.macro_f1"] == pytest.approx((0.8 + 0.0) / 2)


def test_mails_let_through_are_counted() -> None:
    labels = [line("a", ["dispute"], "review"), line("b", ["dispute"], "review"), line("c", ["query"], "auto")]
    guesses = [
        answer("a", ["query"], "auto"),
        answer("b", ["acknowledgement"], "none"),
        answer("c", ["query"], "review"),
    ]
    figures = score(labels, guesses).figures
    assert figures["route.let_through"] == 2
    assert (figures["route.let_through_to_auto"], figures["route.let_through_to_none"]) == (1, 1)
    assert figures["route.needs_a_person_and_gets_one"] == 0.0
    assert figures["route.needless_review"] == 1.0


def test_an_invented_promise_date_is_a_miss() -> None:
    card = score([line("a", ["query"], "auto")], [answer("a", ["query"], "auto", promise={"date": "2026-03-13"})])
    assert card.figures["promise.dates_invented"] == 1
    assert "promise.date" not in card.figures
    assert [miss.figure for miss in card.misses] == ["promise.dates_invented"]


def test_personal_data_must_be_covered_wherever_it_stands() -> None:
    label = line("a", ["query"], "auto", body="Jo here. Jo", pii=[{"type": "PERSON", "text": "Jo"}])
    once = answer("a", ["query"], "auto", pii=[{"type": "PERSON", "start": 0, "end": 2, "text": "Jo"}])
    twice = answer("a", ["query"], "auto", pii=[{"start": 0, "end": 2}, {"start": 9, "end": 11}])
    assert score([label], [once]).figures["pii.recall.PERSON"] == 0.0
    assert score([label], [twice]).figures["pii.recall.PERSON"] == 1.0


def test_misses_never_show_personal_data() -> None:
    label = line("a", ["query"], "auto", body="Jo", pii=[{"type": "PERSON", "text": "Jo"}])
    (miss,) = score([label], [answer("a", ["query"], "auto")]).misses
    assert "Jo" not in miss.expected


def test_pairs_are_known_only_where_the_label_leaves_one_reading() -> None:
    assert expected_pairs(line("a", ["dispute"], "review", invoices=["R-1", "R-2"])) == {
        ("R-1", "dispute"),
        ("R-2", "dispute"),
    }
    assert expected_pairs(line("a", ["dispute", "payment_promise"], "review", invoices=["R-1", "R-2"])) is None


def test_stated_confidence_is_held_against_the_outcome() -> None:
    labels = [line("a", ["query"], "auto"), line("b", ["dispute"], "review")]
    card = score(labels, [answer("a", ["query"], "auto"), answer("b", ["query"], "auto")])
    assert [(round(stated, 4), right, count) for stated, right, count in card.reliability] == [(0.8, 0.5, 2)]
    assert card.figures["intents.calibration_error"] == pytest.approx(0.3)
