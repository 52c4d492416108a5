import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.domain.account import LinkMethod
from evals.cases import case_of
from evals.dataset import BadLine, read_lines, training_lines
from evals.predict import predict_all, write_predictions

LINE: dict[str, Any] = {
    "id": "x-1",
    "language": "en",
    "from": "Ann Example <ann@customer.example>",
    "to": "ar@seller.example",
    "subject": "Re: R-1",
    "received_at": "2026-03-11T09:00:00+02:00",
    "body": "We will pay on Friday.\n\nOn Tue, 10 Mar 2026 at 09:00, Seller <ar@seller.example> wrote:\n> Please pay.",
    "account": {
        "name": "Customer Ltd",
        "strategic": True,
        "invoices": [
            {"number": "R-1", "amount": "10.50", "currency": "EUR", "due_date": "2026-03-01", "status": "open"}
        ],
    },
}


class Echo:
    async def predict(self, line: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"route": "auto", "subject": line["subject"]}


async def test_predictions_keep_order_and_ids(tmp_path: Path) -> None:
    predictions, seconds = await predict_all([LINE, {**LINE, "id": "x-2"}], Echo())
    assert [prediction["id"] for prediction in predictions] == ["x-1", "x-2"]
    assert len(seconds) == 2
    write_predictions(predictions, tmp_path / "deep" / "out.jsonl")
    assert [json.loads(line)["id"] for line in (tmp_path / "deep" / "out.jsonl").read_text().splitlines()] == [
        "x-1",
        "x-2",
    ]


def test_a_line_becomes_a_case_of_a_known_contact() -> None:
    case = case_of(LINE)
    assert case.link.method is LinkMethod.CONTACT
    assert case.link.is_verified_contact
    assert case.link.account.strategic
    assert case.link.account.invoices[0].open.amount == Decimal("10.50")
    assert case.received_at.utcoffset() is not None
    assert [span.of(case.read.mail.text) for span in case.read.parts.new] == ["We will pay on Friday."]


def test_a_line_without_account_is_an_unknown_customer() -> None:
    case = case_of({**LINE, "account": {"name": "(no account)", "invoices": []}})
    assert case.link.method is LinkMethod.NONE
    assert case.link.account.invoices == ()


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": 1}\n\n{oops\n', encoding="utf-8")
    with pytest.raises(BadLine, match=r"bad\.jsonl:3"):
        list(read_lines(path))


def test_development_lines_are_refused_for_training(tmp_path: Path) -> None:
    (tmp_path / "en.jsonl").write_text(json.dumps({"id": "h-0001"}) + "\n", encoding="utf-8")
    with pytest.raises(BadLine, match="development"):
        training_lines(tmp_path)
