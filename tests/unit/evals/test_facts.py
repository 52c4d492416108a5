import json
from pathlib import Path
from typing import Any

import pytest

from evals.dataset import BadLine, fact_lines
from evals.facts import measure_facts

LINE: dict[str, Any] = {
    "id": "f-1",
    "language": "en",
    "from": "Ann Example <ann@customer.example>",
    "to": "ar@seller.example",
    "subject": "Re: INV-20460, INV-20466",
    "received_at": "2026-03-11T09:00:00+00:00",
    "body": "20460: we pay 500.00 on Friday.\n20466: two boxes are missing.",
    "account": {
        "name": "Customer Ltd",
        "strategic": False,
        "invoices": [
            {"number": n, "amount": "1990.00", "currency": "GBP", "due_date": "2026-03-01", "status": "open"}
            for n in ("INV-20460", "INV-20466")
        ],
    },
    "expect": {
        "intents": ["dispute", "payment_promise"],
        "route": "review",
        "review_reasons": ["dispute"],
        "invoices": ["INV-20460", "INV-20466"],
        "promise": {"date": "2026-03-13", "amount": "500.00", "currency": "GBP"},
        "dispute": {"reason": "quantity"},
        "spans": [{"intent": "dispute", "source": "body", "text": "two boxes are missing"}],
        "pairs": [["INV-20460", "payment_promise"], ["INV-20466", "dispute"]],
    },
}


async def test_facts_are_measured_with_the_labelled_intents_given() -> None:
    card = await measure_facts([LINE])
    assert card.figures["promise.date"] == card.figures["promise.amount"] == card.figures["dispute.reason"] == 1.0
    assert card.figures["invoices.pairs_exact_mixed"] == 1.0
    assert card.misses == []
    assert "intents.macro_f1" not in card.figures


async def test_a_miss_is_named() -> None:
    wrong = {**LINE, "expect": {**LINE["expect"], "promise": {"date": "2026-03-14", "amount": "500.00"}}}
    card = await measure_facts([wrong])
    assert [(miss.id, miss.figure, miss.got) for miss in card.misses] == [("f-1", "promise.date", "2026-03-13")]


def test_labels_without_a_mail_are_those_of_the_training_mail_of_that_id(tmp_path: Path) -> None:
    mail = {**LINE, "id": "t-1", "expect": {"intents": ["dispute"], "dispute": {"reason": "price"}}}
    train = tmp_path / "train"
    train.mkdir()
    (train / "en.jsonl").write_text(json.dumps(mail), encoding="utf-8")
    labels = tmp_path / "long.jsonl"
    labels.write_text(json.dumps({"id": "t-1", "expect": {"invoices": ["INV-20460"]}}), encoding="utf-8")
    (line,) = fact_lines(labels, train)
    assert line["body"] == LINE["body"]
    assert line["expect"] == {"intents": ["dispute"], "invoices": ["INV-20460"]}
    labels.write_text(json.dumps({"id": "t-2", "expect": {}}), encoding="utf-8")
    with pytest.raises(BadLine, match="t-2"):
        fact_lines(labels, train)
