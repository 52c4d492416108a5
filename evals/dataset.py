"""Data set lines: one JSON object a line, shaped as dev.jsonl. Training lines carry intents, route and reasons."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Line = Mapping[str, Any]

DATASETS = Path(__file__).parent / "datasets"
DEV = DATASETS / "dev.jsonl"
TRAIN = DATASETS / "train"
TEST = DATASETS / "test"


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file; blank lines are skipped, a bad one is named."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise BadLine(f"{path}:{number}: {error.msg}") from error


def folder_lines(folder: Path) -> list[dict[str, Any]]:
    """All lines of a folder's files, ordered by file and place."""
    return [line for path in sorted(folder.glob("*.jsonl")) for line in read_lines(path)]


def training_lines(folder: Path = TRAIN) -> list[dict[str, Any]]:
    """All training lines, ordered by file and place. Never the development set: its ids are refused."""
    lines = folder_lines(folder)
    held_out = [line["id"] for line in lines if str(line.get("id", "")).startswith("h-")]
    if held_out:
        raise BadLine(f"development lines among the training lines: {', '.join(held_out[:5])}")
    return lines


def fact_lines(path: Path, folder: Path = TRAIN) -> list[dict[str, Any]]:
    """Lines labelled with facts. One without a body labels the training mail of that id, whose intents it takes over;
    its own account and facts stand in place of those of the training line."""
    lines = list(read_lines(path))
    if all("body" in line for line in lines):
        return lines
    mails = {str(mail["id"]): mail for mail in training_lines(folder)}
    return [line if "body" in line else _labelled(line, mails) for line in lines]


def _labelled(line: Line, mails: Mapping[str, Line]) -> dict[str, Any]:
    mail = mails.get(str(line["id"]))
    if mail is None:
        raise BadLine(f"no training mail is named {line['id']}")
    kept = {
        name: mail["expect"][name] for name in ("intents", "route", "review_reasons", "spans") if name in mail["expect"]
    }
    return {**_SOMEBODY, **mail, **line, "expect": {**kept, **line["expect"]}}


_SOMEBODY = {"from": "A. Person <a.person@customer.example>", "to": "ar@seller.example"}


class BadLine(ValueError):
    """A line of a data set cannot be used."""
