"""A scorecard as files: report.json for machines, report.md and report.html for people."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from evals.charts import heat_table, reliability_chart
from evals.gates import Broken
from evals.metrics import BY_LANGUAGE, Scorecard

HEADLINES = (
    "intents.macro_f1",
    "intents.exact_set",
    "intents.primary",
    "intents.calibration_error",
    "route.accuracy",
    "route.needs_a_person_and_gets_one",
    "route.let_through",
    "route.needless_review",
    "reasons.macro_f1",
    "promise.date",
    "promise.amount",
    "promise.dates_invented",
    "extension.kind",
    "extension.until",
    "dispute.reason",
    "return_date",
    "contact.email",
    "contact.name",
    "invoices.exact",
    "invoices.pair_f1",
    "pii.recall",
    "language.accuracy",
    "seconds.p50",
    "seconds.p95",
)


@dataclass(frozen=True, slots=True)
class Report:
    dataset: str
    provider: str
    lines: int
    card: Scorecard
    broken: Sequence[Broken]


def write_report(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(
        json.dumps(as_json(report), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    (folder / "report.md").write_text(as_markdown(report), encoding="utf-8")
    (folder / "report.html").write_text(as_html(report), encoding="utf-8")


def as_json(report: Report) -> Mapping[str, object]:
    card = report.card
    return {
        "dataset": report.dataset,
        "provider": report.provider,
        "lines": report.lines,
        "figures": {name: round(value, 4) for name, value in card.figures.items()},
        "counts": dict(card.counts),
        "languages": {name: {k: round(v, 4) for k, v in own.items()} for name, own in card.languages.items()},
        "routes": card.routes,
        "confusion": card.confusion,
        "reliability": [{"confidence": round(c, 4), "right": round(a, 4), "count": n} for c, a, n in card.reliability],
        "gates_broken": [str(gate) for gate in report.broken],
        "misses": [{"id": m.id, "figure": m.figure, "expected": m.expected, "got": m.got} for m in card.misses],
    }


def rows(report: Report) -> list[tuple[str, str, str]]:
    """Headline figures first, then the rest by name: name, value, cases."""
    figures, counts = report.card.figures, report.card.counts
    names = [name for name in HEADLINES if name in figures] + sorted(name for name in figures if name not in HEADLINES)
    return [
        (name, f"{figures[name]:.0f}" if _is_count(name) else f"{figures[name]:.3f}", str(counts.get(name, "")))
        for name in names
    ]


def language_rows(report: Report) -> list[list[str]]:
    """The heading, then a row a language: its name and the figures of BY_LANGUAGE, empty where there is no case."""
    return [
        ["language", *BY_LANGUAGE],
        *(
            [language, *(f"{own[name]:.3f}" if name in own else "" for name in BY_LANGUAGE)]
            for language, own in report.card.languages.items()
        ),
    ]


def _is_count(name: str) -> bool:
    return name.startswith("route.let_through") or name in {"promise.dates_invented", "route.answerable_but_silent"}


def as_markdown(report: Report) -> str:
    lines = [f"# Evaluation: {report.dataset}", "", f"{report.lines} mails, provider {report.provider}.", ""]
    lines += [f"**Gate broken**: {gate}" for gate in report.broken] or ["All gates passed."]
    lines += [
        "",
        "| figure | value | cases |",
        "|---|---:|---:|",
        *(f"| {name} | {value} | {count} |" for name, value, count in rows(report)),
    ]
    if report.card.languages:
        head, *body = language_rows(report)
        lines += ["", "## Languages", "", "|".join(["", *head, ""]), "|---" * len(head) + "|"]
        lines += ["|".join(["", *row, ""]) for row in body]
    lines += [
        "",
        "## Routes (rows: label)",
        "",
        "| |" + "|".join(report.card.routes) + "|",
        "|---" * (len(report.card.routes) + 1) + "|",
    ]
    lines += [f"| {name} |" + "|".join(str(n) for n in row.values()) + "|" for name, row in report.card.routes.items()]
    lines += ["", "## Misses", "", "| id | figure | label | prediction |", "|---|---|---|---|"]
    lines += [f"| {m.id} | {m.figure} | {_cell(m.expected)} | {_cell(m.got)} |" for m in report.card.misses]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ")


def as_html(report: Report) -> str:
    """One self-contained page: no script, no network."""
    figures = "".join(f"<tr><th scope=row>{escape(n)}<td>{escape(v)}<td>{escape(c)}" for n, v, c in rows(report))
    misses = "".join(
        f"<tr><td>{escape(m.id)}<td>{escape(m.figure)}<td>{escape(m.expected)}<td>{escape(m.got)}"
        for m in report.card.misses
    )
    head, *body = language_rows(report)
    languages = "".join(f"<tr><th scope=row>{row[0]}<td>{'<td>'.join(row[1:])}" for row in body)
    headings = "".join(f"<th scope=col>{name}" for name in head)
    gates = "".join(f"<li>{escape(str(gate))}" for gate in report.broken)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Evaluation: {escape(report.dataset)}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem }}
body {{ color: #1b1f24; background: #fff }}
table {{ border-collapse: collapse; margin: 1rem 0 }}
th, td {{ border: 1px solid #d0d7de; padding: .25rem .6rem; text-align: left; font-weight: normal }}
td:nth-child(2), td:nth-child(3) {{ font-variant-numeric: tabular-nums }} .broken {{ color: #a40e26 }}
</style>
<h1>Evaluation: {escape(report.dataset)}</h1>
<p>{report.lines} mails, provider {escape(report.provider)}.</p>
<h2>Gates</h2>{f'<ul class="broken">{gates}</ul>' if gates else "<p>All passed.</p>"}
<h2>Intents: what the label says (rows) and what was found in its place</h2>{heat_table(report.card.confusion)}
<h2>Routes: label (rows) and prediction</h2>{heat_table(report.card.routes)}
<h2>Confidence: stated, and how often it was right</h2>{reliability_chart(report.card.reliability)}
<h2>Languages</h2><table><tr>{headings}{languages}</table>
<h2>Figures</h2><table><tr><th>figure<th>value<th>cases{figures}</table>
<h2>Misses</h2><table><tr><th>id<th>figure<th>label<th>prediction{misses}</table>
</html>
"""
