"""`python -m evals predict | run | train`. Exit 0 ok, 1 a gate is broken, 2 usage or unusable data."""

import asyncio
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from evals.dataset import DATASETS, DEV, TRAIN, BadLine, read_lines, training_lines
from evals.gates import GATES, broken_gates
from evals.metrics import Scorecard, score
from evals.predict import predict_all, write_predictions
from evals.report import Report, as_json, rows, write_report

FACTS_DEV = DATASETS / "facts" / "dev.jsonl"

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Predictions, measurements and training of the embedded model."
)


class ProviderName(StrEnum):
    EMBEDDED = "embedded"
    OPENAI = "openai"


ProviderOption = Annotated[ProviderName, typer.Option(help="Which model answers.")]
BaseUrl = Annotated[
    str, typer.Option(envvar="DUEBOX_MODEL__BASE_URL", show_default=False, help="Endpoint of the openai provider.")
]
ApiKey = Annotated[
    str,
    typer.Option(
        envvar="DUEBOX_MODEL__API_KEY", show_default=False, show_envvar=True, help="Key of the openai provider."
    ),
]
ModelName = Annotated[
    str, typer.Option(envvar="DUEBOX_MODEL__NAME", show_default=False, help="Model of the openai provider.")
]
ExistingFile = typer.Option(exists=True, dir_okay=False, readable=True)


@app.command()
def predict(
    dataset: Annotated[Path, ExistingFile],
    out: Annotated[Path, typer.Option(dir_okay=False)],
    provider: ProviderOption = ProviderName.EMBEDDED,
    base_url: BaseUrl = "",
    api_key: ApiKey = "",
    model: ModelName = "",
) -> None:
    """Write one prediction line for each line of a data set."""
    lines = _lines(dataset)
    predictions, _ = _predictions(lines, provider, base_url, api_key, model)
    write_predictions(predictions, out)
    typer.echo(f"{len(predictions)} predictions in {out}")


@app.command()
def run(  # noqa: PLR0917 each is an option of the command line
    dataset: Annotated[Path, ExistingFile] = DEV,
    report: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder for report.json, report.md and report.html.")
    ] = None,
    gates: Annotated[Path, ExistingFile] = GATES,
    provider: ProviderOption = ProviderName.EMBEDDED,
    base_url: BaseUrl = "",
    api_key: ApiKey = "",
    model: ModelName = "",
    as_data: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Measure predictions against labels, and fail below a gate."""
    lines = _lines(dataset)
    predictions, seconds = _predictions(lines, provider, base_url, api_key, model)
    card = score(lines, predictions)
    timed = {"seconds.p50": float(np.quantile(seconds, 0.5)), "seconds.p95": float(np.quantile(seconds, 0.95))}
    card = Scorecard({**card.figures, **timed}, card.counts, card.confusion, card.routes, card.reliability, card.misses)
    result = Report(str(dataset.name), provider.value, len(lines), card, broken_gates(card.figures, gates))
    if report is not None:
        write_report(result, report)
    if as_data:
        typer.echo(json.dumps(as_json(result), indent=2, ensure_ascii=False))
    else:
        for name, value, count in rows(result):
            typer.echo(f"{name:44} {value:>8} {count:>5}")
    for gate in result.broken:
        typer.echo(f"gate broken: {gate}", err=True)
    if result.broken:
        raise typer.Exit(1)


@app.command()
def train(
    data: Annotated[Path, typer.Option(exists=True, file_okay=False)] = TRAIN,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="The model file; the one in the package if left out.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(dir_okay=False, help="A JSON file for the cross-validated figures.")
    ] = None,
    redact: Annotated[bool, typer.Option(help="Train on redacted text, as the model will see it.")] = True,
) -> None:
    """Train the embedded model from the training lines; the same lines give the same file."""
    from evals.redaction import build_text_redactor  # noqa: PLC0415 loads Presidio, only where it is wanted
    from evals.train import train as fit  # noqa: PLC0415 scikit-learn is a development dependency

    try:
        lines = training_lines(data)
    except BadLine as error:
        raise typer.BadParameter(str(error)) from error
    redactor = build_text_redactor() if redact else None
    figures = fit(lines, redactor, **({"out": out} if out else {}), report=report)
    typer.echo(json.dumps(figures, indent=2))


@app.command()
def facts(
    dataset: Annotated[Path, ExistingFile] = FACTS_DEV,
) -> None:
    """Measure the readers of facts alone: they are told the labelled intents. Prints every miss."""
    from evals.facts import measure_facts  # noqa: PLC0415 loads the whole mind, only where it is wanted

    card = asyncio.run(measure_facts(_lines(dataset)))
    for miss in card.misses:
        typer.echo(f"{miss.id}  {miss.figure}: {miss.expected}, not {miss.got}")
    for name, value in card.figures.items():
        typer.echo(f"{name:44} {value:>8.4g} {card.counts[name]:>5}")


def _lines(dataset: Path) -> list[dict[str, Any]]:
    try:
        return list(read_lines(dataset))
    except BadLine as error:
        raise typer.BadParameter(str(error)) from error


def _predictions(
    lines: list[dict[str, Any]], provider: ProviderName, base_url: str, api_key: str, model: str
) -> tuple[list[dict[str, Any]], list[float]]:
    from evals.wiring import Provider, build_predictor  # noqa: PLC0415 loads the whole mind, only where it is wanted

    predictor = build_predictor(Provider(provider.value, base_url, api_key, model))
    return asyncio.run(predict_all(lines, predictor))


if __name__ == "__main__":
    app()
