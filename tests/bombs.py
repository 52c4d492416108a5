"""`python -m tests.bombs`: forty files that want all the time or memory there is, opened as a mail's attachments are.

Prints what each came to; exits 1 when one took more than two seconds of processor time (on an idle machine that is the
time on the clock too), or when the process that opens files and its children grew by more than 256 MB.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from app.adapters.file_reader import FileReader
from app.reading.files.opening import GivenFile
from tests.unit.reading.files.compound import outlook_message
from tests.unit.reading.files.files import (
    archive,
    document,
    filled_workbook,
    flate_pdf,
    gzipped,
    lying,
    nested,
    workbook,
)

SECONDS = 2.0
GROWTH = 256 * 1024 * 1024
_SAMPLE_SECONDS = 0.002
_ROW = b"INV-1;100.00\n"
_SIZES = (30_000_000, 120_000_000)


def bombs() -> Iterator[tuple[str, bytes]]:
    """Forty, each with a name that says what it is."""
    for size in _SIZES:
        rows = _ROW * (size // len(_ROW))
        packed = archive({"a.csv": rows})
        yield f"zip of {size}", packed
        yield f"lying zip of {size}", lying(packed)
        yield f"gzip of {size}", gzipped(rows)
        yield f"gzip of gzip of {size}", gzipped(rows, times=2)
        yield f"zip of zips of {size}", archive({f"{number}.zip": packed for number in range(9)})
        yield f"zip in zips of {size}", nested(rows, 5)
        yield f"workbook of {size}", filled_workbook(size)
        yield f"workbook in zip of {size}", archive({"a.xlsx": filled_workbook(size)})
        yield f"word of {size}", document("<w:p/>" * (size // 6))
        yield f"outlook with zip of {size}", outlook_message("see file", files={"a.zip": packed[:20_000]})
        for layers in (1, 2, 3):
            yield f"pdf of {size} in {layers} layers", flate_pdf(b"q Q " * (size // 4), layers=layers)
    text = b"BT /F1 12 Tf 1 0 0 1 20 100 Tm (INV-1) Tj ET "
    for times in (5_000, 20_000):
        yield f"pdf of {times} words", flate_pdf(text * times)
        yield f"pdf of {times} numbers", flate_pdf(b"1 " * times * 20 + text)
    for depth in (20_000, 400_000):
        yield f"pdf of {depth} open arrays", flate_pdf(b"[" * depth)
        yield f"word of {depth} open tags", document("<w:p>" * depth)
        yield f"pdf file of {depth} open arrays", b"%PDF-1.5\n1 0 obj" + b"[" * depth + b"\nstartxref\n0\n%%EOF"
    yield "zip of 60,000 files", archive({f"{number}": b"" for number in range(60_000)})
    yield "nested zips", nested(b"x", 60)
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol" * 10}">' for n in range(10))
    evil = f"<!DOCTYPE x [{entities}]><x>&e9;</x>".encode()
    yield "word of a billion laughs", archive({"word/document.xml": evil})
    yield "workbook of a billion laughs", archive({**_parts_of_a_workbook(), "xl/workbook.xml": evil})


def _parts_of_a_workbook() -> dict[str, bytes]:
    import io  # noqa: PLC0415
    import zipfile  # noqa: PLC0415

    with zipfile.ZipFile(io.BytesIO(workbook([["INV-1"]]))) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


class Scales:
    """The most that a process and its children hold together, looked at again and again."""

    def __init__(self, process: int) -> None:
        self.most = 0
        self._process = process
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._weigh)

    def __enter__(self) -> "Scales":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _weigh(self) -> None:
        while not self._ended.wait(_SAMPLE_SECONDS):
            self.most = max(self.most, held(self._process))


def held(process: int) -> int:
    """Bytes that a process and its children hold; what they share is counted once for each, so rather too much."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        return sum(_resident(number) for number in (process, *map(int, children)))
    except OSError:
        return 0


def _resident(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("RssAnon")), 0)


def processor_seconds(process: int) -> float:
    """Of a process and of its children that have ended."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    reader = FileReader()
    try:
        reader.for_one_mail()(GivenFile("warm.xlsx", "", workbook([["INV-1"]])))
        process = reader.pid
        before = held(process)
        lines: list[dict[str, object]] = []
        slow: list[str] = []
        slowest = (0.0, "")
        with Scales(process) as scales:
            for name, content in bombs():
                started, spent = time.monotonic(), processor_seconds(process)
                read = reader.for_one_mail()(GivenFile(name, "", content))
                took, clock = processor_seconds(process) - spent, time.monotonic() - started
                lines.append({"file": name, "bytes": len(content), "trouble": read.trouble, "clock": round(clock, 2)})
                slow += [name] if took > SECONDS else []
                slowest = max(slowest, (round(took, 2), name))
    finally:
        reader.close()
    growth = scales.most - before
    is_clean = growth <= GROWTH and not slow
    summary = {"files": len(lines), "slow": slow, "slowest": slowest, "growth_mb": growth >> 20}
    sys.stdout.write(json.dumps([*lines, summary | {"clean": is_clean}], indent=1) + "\n")
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
