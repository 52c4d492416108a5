"""An audit chain on its way out: one entry a line, with all that is needed to verify it elsewhere.

Whoever has an exported line rebuilds the hashed bytes from seq, at, kind, actor and refs (see `app.domain.audit`).
`export` is the watermark: who took the file.
"""

import csv
import json
from collections.abc import Callable, Mapping
from typing import Any, Literal, TextIO

from app.domain.audit import Link
from app.domain.watermark import Watermark

Format = Literal["jsonl", "csv"]
Write = Callable[[Link], None]

COLUMNS = ("seq", "at", "kind", "actor", "refs", "previous", "hash", "export")


def as_jsonl(out: TextIO, mark: Watermark) -> Write:
    def write(link: Link) -> None:
        out.write(json.dumps(_fields(link, mark), ensure_ascii=True) + "\n")

    return write


def as_csv(out: TextIO, mark: Watermark) -> Write:
    """`refs` is JSON within its cell."""
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()

    def write(link: Link) -> None:
        fields = _fields(link, mark)
        writer.writerow({**fields, "refs": json.dumps(fields["refs"], sort_keys=True, separators=(",", ":"))})

    return write


FORMATS: Mapping[Format, Callable[[TextIO, Watermark], Write]] = {"jsonl": as_jsonl, "csv": as_csv}


def _fields(link: Link, mark: Watermark) -> dict[str, Any]:
    body = json.loads(link.body)
    return {
        "seq": body["seq"],
        "at": body["at"],
        "kind": body["kind"],
        "actor": body["actor"],
        "refs": body["refs"],
        "previous": link.previous,
        "hash": link.hash,
        "export": str(mark),
    }
