"""The report: one file that loads nothing, runs nothing, and prints."""

import base64
import os
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from jinja2 import FileSystemLoader

from app.backtest.service import MINUTES_LEFT, Fate, Tally
from app.domain.errors import Invalid
from app.web.rendering import DEFAULT_DIRECTORY, templates

HERE = Path(__file__).parent
_OWNER_ALONE = 0o600


def write_page(tally: Tally, file: Path, *, history: str, ledger: str) -> None:
    """Write the report, readable by its owner alone: customers' words are in it. Raises Invalid."""
    text = page(tally, history=history, ledger=ledger)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ALONE), "w", encoding="utf-8") as report:
            report.write(text)
    except OSError as error:
        raise Invalid(f"{file} cannot be written: {error.strerror}") from error


def page(tally: Tally, *, history: str, ledger: str) -> str:
    """`history` and `ledger` say in words what was worked, and against what."""
    environment = templates().environment().overlay(loader=FileSystemLoader([HERE, DEFAULT_DIRECTORY]))
    style = (HERE / "report.css").read_text(encoding="utf-8")
    return environment.get_template("report.html").render(
        tally=tally,
        history=history,
        ledger=ledger,
        fates=list(Fate),
        shown=tally.shown,
        minutes_left=MINUTES_LEFT,
        hours=tally.hours_saved.quantize(Decimal("0.1")),
        style=style,
        style_hash=base64.b64encode(sha256(style.encode()).digest()).decode(),
    )
