"""The agent tried on mail that is not worked: files, history, and what people corrected."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from app.commands.session import OK, WRONG, AsJson, print_json, with_services
from app.logging import set_up_logging
from app.operations import corrections

root = typer.Typer()


@root.command("corrections")
def export_corrections(out: Annotated[Path, typer.Argument(help="The JSONL file to write.")]) -> None:
    """Write what people corrected as a data set, for `python -m evals train --extra`, and the mails that Duebox would
    not have answered, for `python -m evals misses`; the export is noted."""
    lines = with_services(corrections.exported)
    out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    typer.echo(f"{len(lines)} {'correction' if len(lines) == 1 else 'corrections'} written to {out}")


@root.command()
def triage(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    ledger: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The account, as JSON.")] = None,
    as_json: AsJson = False,
) -> None:
    """The agent on mail files: nothing is stored, nothing is sent."""
    from app.operations import mail_files  # noqa: PLC0415  # it loads the models, which no other command needs

    set_up_logging(level="ERROR")
    lines = asyncio.run(mail_files.triage_files(files, ledger))
    if as_json:
        print_json(lines)
    for line in lines if not as_json else ():
        typer.echo(mail_files.in_words(line))
    raise typer.Exit(WRONG if any("error" in line for line in lines) else OK)


@root.command()
def backtest(
    history: Annotated[Path, typer.Argument(exists=True, help="An mbox file, a Maildir, or a folder of .eml files.")],
    report: Annotated[Path | None, typer.Option(help="Write the report here, as one HTML file.")] = None,
    ledger: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="One account, as JSON.")] = None,
    minutes: Annotated[float, typer.Option(min=0, help="What a mail takes a person today: for the estimate.")] = 5,
    limit: Annotated[int | None, typer.Option(min=1, help="Read so many mails at most.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run old mail through the agent: what would have happened. Nothing is stored, and nothing can be sent."""
    from app.operations import backtesting  # noqa: PLC0415  # it loads the models

    set_up_logging(level="ERROR")
    wish = backtesting.Wish(history, report, ledger, Decimal(f"{minutes:g}"), limit)
    counts = asyncio.run(backtesting.backtest(wish))
    if as_json:
        print_json(counts)
    else:
        typer.echo(backtesting.in_words(counts))
