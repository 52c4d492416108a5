"""`python -m evals predict | run | train`. Exit 0 ok, 1 a gate is broken, 2 usage or unusable data."""

import asyncio
import json
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from app.demo.history import END, sample_ledger
from app.demo.history_files import write_files
from app.domain.intents import Route
from app.reading.model.classifier import MODEL_FILE
from app.reading.model.embedding import TUNING_FILE
from app.reading.outgoing.judging import LETTERS_FILE
from evals.corrections import take_effect
from evals.corrections import undo as bring_back
from evals.dataset import DATASETS, DEV, TEST, TRAIN, BadLine, fact_lines, folder_lines, read_lines, training_lines
from evals.gates import GATES, broken_gates
from evals.lessons import lessons
from evals.metrics import score
from evals.predict import Provider, predict_all, write_predictions
from evals.report import Report, as_json, rows, write_report

FACTS_DEV = DATASETS / "facts" / "dev.jsonl"
PII_TEST = DATASETS / "pii" / "test.jsonl"
LAST_DAY = END.isoformat()

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
DataSet = typer.Option(exists=True, readable=True, help="A JSONL file, or a folder of them.")


@app.command()
def predict(
    dataset: Annotated[Path, DataSet],
    out: Annotated[Path, typer.Option(dir_okay=False)],
    provider: ProviderOption = ProviderName.EMBEDDED,
    base_url: BaseUrl = "",
    api_key: ApiKey = "",
    model: ModelName = "",
) -> None:
    """Write one prediction line for each line of a data set."""
    predictions, _ = _predictions(_lines(dataset), Provider(provider.value, base_url, api_key, model))
    write_predictions(predictions, out)
    typer.echo(f"{len(predictions)} predictions in {out}")


@app.command()
def run(  # noqa: PLR0917 each is an option of the command line
    dataset: Annotated[Path, DataSet] = TEST,
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
    result = _measured(dataset, gates, Provider(provider.value, base_url, api_key, model))
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
    extra: Annotated[
        Path | None, typer.Option(exists=True, help="Reviewers' corrections: kept only if every gate holds.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Bring back the model from before the last --extra.")] = False,
) -> None:
    """Train the embedded model from the training lines; the same lines give the same file."""
    if undo:
        if not bring_back():
            raise typer.BadParameter("there is no earlier model")
        return
    from evals.redaction import build_text_redactor  # noqa: PLC0415 loads Presidio, only where it is wanted
    from evals.train import train as fit  # noqa: PLC0415 scikit-learn is a development dependency

    try:
        told = [line for line in _lines(extra) if "intents" in line["expect"]] if extra else []
        lines = [*training_lines(data), *told]
    except BadLine as error:
        raise typer.BadParameter(str(error)) from error
    redactor = build_text_redactor() if redact else None

    def train_into(file: Path) -> None:
        typer.echo(json.dumps(fit(lines, redactor, out=file, report=report), indent=2))

    if extra is None:
        train_into(out or MODEL_FILE)
        return
    broken = take_effect(train_into, lambda: [b for d in (DEV, TEST) for b in _measured(d, GATES, Provider()).broken])
    for gate in broken:
        typer.echo(f"gate broken: {gate}", err=True)
    if broken:
        typer.echo("the corrections did not take effect", err=True)
        raise typer.Exit(1)


@app.command()
def tune(
    data: Annotated[Path, typer.Option(exists=True, file_okay=False)] = TRAIN,
    out: Annotated[Path, typer.Option(dir_okay=False, help="The tuning file.")] = TUNING_FILE,
    going_on_from: Annotated[
        Path | None, typer.Option("--from", exists=True, dir_okay=False, help="A tuning file to go on from.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="How often all is gone through.")] = 4,
) -> None:
    """Tune the embedder on the training lines, which needs PyTorch; `train` afterwards."""
    from evals.redaction import build_text_redactor  # noqa: PLC0415 loads Presidio, only where it is wanted

    try:
        from evals.tune import tune as learn  # noqa: PLC0415 not everybody has PyTorch
        from evals.upper_layers import wheel_file  # noqa: PLC0415
    except ImportError as error:
        raise typer.BadParameter(f"{error.name} is missing: pip install torch") from error
    mails = lessons(training_lines(data), build_text_redactor())
    kept_back = learn(
        mails,
        wheel_file(),
        lambda text: typer.echo(text, err=True),
        epochs=epochs,
        going_on_from=going_on_from,
        out=out,
    )
    typer.echo(json.dumps({"kept_back_mean_precision": round(kept_back, 4)}))


@app.command("tune-letters")
def tune_letters(
    out: Annotated[Path, typer.Option(dir_okay=False, help="The file of the judge.")] = LETTERS_FILE,
    going_on_from: Annotated[
        Path | None, typer.Option("--from", exists=True, dir_okay=False, help="A file of the judge to go on from.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="How often all is gone through.")] = 4,
) -> None:
    """Tune the judge of letters on labelled sentences, which needs PyTorch; `drafts` measures it."""
    try:
        from evals import tune_letters as letters  # noqa: PLC0415 not everybody has PyTorch
        from evals.upper_layers import wheel_file  # noqa: PLC0415
    except ImportError as error:
        raise typer.BadParameter(f"{error.name} is missing: pip install torch") from error
    right = letters.tune_letters(
        letters.told_sentences(),
        wheel_file(),
        lambda text: typer.echo(text, err=True),
        epochs=epochs,
        going_on_from=going_on_from,
        out=out,
    )
    typer.echo(json.dumps({"kept_back_right": round(right, 4)}))


@app.command()
def misses(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Ask again about mails of `duebox corrections` that a person said need an answer: exit 1 while one is silenced."""
    lines = [line for line in _lines(file) if line.get("source") == "needs_answer"]
    predictions, _ = _predictions(lines, Provider())
    silenced = [prediction for prediction in predictions if prediction["route"] == Route.NONE]
    for prediction in silenced:
        typer.echo(f"{prediction['id']}  {prediction['rule']}")
    typer.echo(f"{len(silenced)} of {len(lines)} would still get no answer")
    if silenced:
        raise typer.Exit(1)


@app.command()
def facts(
    dataset: Annotated[Path, ExistingFile] = FACTS_DEV,
) -> None:
    """Measure the readers of facts alone: they are told the labelled intents. Prints every miss."""
    from evals.facts import measure_facts  # noqa: PLC0415 loads the whole mind, only where it is wanted

    try:
        lines = fact_lines(dataset)
    except BadLine as error:
        raise typer.BadParameter(str(error)) from error
    card = asyncio.run(measure_facts(lines))
    for miss in card.misses:
        typer.echo(f"{miss.id}  {miss.figure}: {miss.expected}, not {miss.got}")
    for name, value in card.figures.items():
        typer.echo(f"{name:44} {value:>8.4g} {card.counts[name]:>5}")


@app.command()
def replies(
    dataset: Annotated[Path, ExistingFile],
    least: Annotated[float, typer.Option(help="Fail below this share of exact replies.")] = 0.9,
) -> None:
    """Measure how mails are told from what they quote. Names every line that is not exact, and the words it loses."""
    from evals.replies import exact_shares, measure_replies  # noqa: PLC0415 only where it is wanted

    splits = measure_replies(_lines(dataset))
    for split in splits:
        if not split.is_exact:
            typer.echo(f"{split.id}  {'loses: ' + ' '.join(split.lost) if split.lost else 'keeps too much'}")
    shares = exact_shares(splits)
    for name, (share, count) in shares.items():
        typer.echo(f"{'exact.' + name:44} {share:>8.4g} {count:>5}")
    losing = [split.id for split in splits if split.lost]
    typer.echo(f"lose words of the writer's: {', '.join(losing) or 'none'}")
    if losing or shares["all"][0] < least:
        raise typer.Exit(1)


@app.command()
def pii(
    dataset: Annotated[Path, ExistingFile] = PII_TEST,
    misses: Annotated[bool, typer.Option("--misses", help="Print every miss.")] = False,
) -> None:
    """Measure redaction: recall by type, inside the process and in text that leaves it, and what is hidden wrongly."""
    from evals.pii import measure, measure_identifiers  # noqa: PLC0415 loads Presidio, only where it is wanted
    from evals.redaction import build_redactors  # noqa: PLC0415

    mild, strict = build_redactors()
    for tally in (measure_identifiers(mild), measure(_lines(dataset), mild, strict)):
        for name, value, count in tally.rows():
            typer.echo(f"{name:44} {value:>8.4f} {count:>5}")
        for miss in tally.misses if misses else ():
            typer.echo(miss, err=True)


@app.command()
def drafts() -> None:
    """Measure the firewall: letters with something planted, good ones, one digit changed. Prints every miss."""
    from evals.drafts import measure  # noqa: PLC0415 only where it is wanted

    result = measure()
    for example, problems in result.wrong:
        typer.echo(f"{example.id}  {example.plant or 'good'}: {'; '.join(problems) or 'passed'}")
    for name, value in result.figures.items():
        typer.echo(f"{name:44} {value:>8.4f} {result.counts[name]:>5}")
    broken = broken_gates(result.figures, "drafts")
    for gate in broken:
        typer.echo(f"gate broken: {gate}", err=True)
    if broken:
        raise typer.Exit(1)


@app.command()
def forecast(
    seed: Annotated[int, typer.Option(help="Of the invented ledger.")] = 11,
    customers: Annotated[int, typer.Option(min=30)] = 300,
) -> None:
    """Back-test expected payment days and weekly cash on an invented ledger, beside two baselines."""
    from evals.forecast import back_test, report_lines  # noqa: PLC0415 only where it is wanted

    result = back_test(seed, customers)
    for line in report_lines(result):
        typer.echo(line)
    if not result.beats_both:
        raise typer.Exit(1)


@app.command()
def reminders(
    write: Annotated[bool, typer.Option("--write", help="Write the golden files instead of comparing them.")] = False,
) -> None:
    """Draft every stage, tone and language of a reminder; exit 1 where a draft is not as its golden file has it."""
    from evals.reminders import GOLDEN, differing, write_golden  # noqa: PLC0415 only where it is wanted

    if write:
        typer.echo(f"{write_golden()} reminders in {GOLDEN}")
        return
    wrong = differing()
    for path in wrong:
        typer.echo(f"{path} differs: review it and run python -m evals reminders --write", err=True)
    if wrong:
        raise typer.Exit(1)


@app.command()
def history(
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for the four ledger files.")],
    customers: Annotated[int, typer.Option(min=1)] = 300,
    seed: Annotated[int, typer.Option(help="The same seed gives the same ledger.")] = 11,
    as_of: Annotated[str, typer.Option(help="The day of the files (YYYY-MM-DD).")] = LAST_DAY,
) -> None:
    """Write an invented ledger of two years as the files that `duebox import` takes."""
    write_files(sample_ledger(customers, seed), out, _day(as_of))
    typer.echo(f"customers, contacts, invoices and payments in {out}")


@app.command()
def simulate(
    customers: Annotated[int, typer.Option(min=1)] = 120,
    seed: Annotated[int, typer.Option(help="The same seed gives the same year.")] = 11,
    out: Annotated[Path, typer.Option(dir_okay=False, help="The page.")] = Path("build/simulation.html"),
) -> None:
    """Live through a year of invented customers; exit 1 where a reminder broke a rule. Writes a page with pictures."""
    from evals.simulation import simulate as live  # noqa: PLC0415 only where it is wanted
    from evals.simulation_page import write_page  # noqa: PLC0415

    year = live(customers, seed)
    write_page(year, out)
    typer.echo(f"{len(year.said)} contacts, {year.checked.total()} checks, {len(year.breaches)} broken; {out}")
    for breach in year.breaches:
        typer.echo(f"{breach.day} {breach.customer_id}: {breach.rule}", err=True)
    if year.breaches:
        raise typer.Exit(1)


@app.command()
def words() -> None:
    """Draw the word lists of the strict redaction anew from the training mails."""
    from evals.words import write_words  # noqa: PLC0415 only where it is wanted

    write_words(training_lines())


@app.command()
def data() -> None:
    """Check the data sets: enough lines, worded one by one, no test mail like a training mail."""
    from evals.data import problems, summary_of  # noqa: PLC0415 scikit-learn is a development dependency

    sets = {"training": training_lines(), "test": folder_lines(TEST), "development": list(read_lines(DEV))}
    for name, lines in sets.items():
        typer.echo(summary_of(name, lines))
    found = list(problems(*sets.values()))
    for problem in found:
        typer.echo(problem, err=True)
    if found:
        raise typer.Exit(1)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not a date such as {LAST_DAY}") from None


def _lines(dataset: Path) -> list[dict[str, Any]]:
    try:
        return folder_lines(dataset) if dataset.is_dir() else list(read_lines(dataset))
    except BadLine as error:
        raise typer.BadParameter(str(error)) from error


def _measured(dataset: Path, gates: Path, provider: Provider) -> Report:
    lines = _lines(dataset)
    predictions, seconds = _predictions(lines, provider)
    card = score(lines, predictions)
    timed = {"seconds.p50": float(np.quantile(seconds, 0.5)), "seconds.p95": float(np.quantile(seconds, 0.95))}
    card = replace(card, figures={**card.figures, **timed})
    return Report(dataset.name, provider.name, len(lines), card, broken_gates(card.figures, dataset.stem, gates))


def _predictions(lines: list[dict[str, Any]], provider: Provider) -> tuple[list[dict[str, Any]], list[float]]:
    from evals.wiring import build_predictor  # noqa: PLC0415 loads the whole mind, only where it is wanted

    return asyncio.run(predict_all(lines, build_predictor(provider)))


if __name__ == "__main__":
    app()
