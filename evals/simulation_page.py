"""The simulated year as one page: no script, no network, light and dark, each picture with its table."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from app.domain.intents import Tone
from app.domain.reminder import Stage
from app.domain.review import CaseKind, CaseState
from evals.simulation import Year
from evals.simulation_charts import spread, stacked, timeline
from evals.simulation_figures import (
    GROUPS,
    Example,
    contacts_per_week,
    delays,
    examples,
    firmer_after_broken,
    outcomes_by_reason,
    outcomes_by_week,
    promises_by_month,
    said_by_week,
    stages_and_tones,
    weeks,
)
from evals.simulation_rules import Rule

STYLE = Path(__file__).with_name("simulation.css")

Rows = Iterable[Sequence[object]]


def write_page(year: Year, file: Path) -> None:
    """Write the page, with its folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page(year), encoding="utf-8")


def page(year: Year) -> str:
    sections = (_rules, _outcomes, _stages, _tones, _caps, _promises, _delays)
    body = _lead(year) + "".join(section(year) for section in sections) + _examples(year) + _limits(year)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>A simulated year of reminders</title><style>\n{STYLE.read_text(encoding='utf-8')}</style></head>\n"
        f"<body><main>\n{body}</main></body></html>\n"
    )


def _lead(year: Year) -> str:
    verdict = f"{len(year.breaches)} broken" if year.breaches else "none broken"
    facts = (
        (len(year.debtors), "customers"),
        (len(year.said), "contacts by us"),
        (year.answers.total(), "answers or silences"),
        (f"{year.checked.total():,}", f"checks, {verdict}"),
    )
    tiles = "".join(f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for value, name in facts)
    return (
        "<header><h1>A simulated year of reminders</h1>"
        f"<p>From {year.first} to {year.last}, seed {year.seed}. The customers, their invoices and how they behave are "
        "<strong>invented</strong>; the planner, the rules for promises and plans, the calendars and the policy are "
        f"those that run in production.</p><dl class=tiles>{tiles}</dl></header>\n"
    )


def _rules(year: Year) -> str:
    broken = {rule: sum(breach.rule is rule for breach in year.breaches) for rule in Rule}
    rows = ((rule.value, f"{year.checked[rule]:,}", broken[rule]) for rule in Rule)
    named = "".join(f"<li>{b.day}, {escape(b.customer_id)}: {b.rule}</li>" for b in year.breaches)
    return _section(
        "Every contact, checked",
        "Each contact is compared with the invented world itself, by code that shares nothing with the planner.",
        table("Rules, and how often each was looked at", ("rule", "checks", "broken"), rows)
        + (f"<p class=bad>Broken:</p><ul class=bad>{named}</ul>" if named else ""),
    )


def _outcomes(year: Year) -> str:
    picture = stacked("Outcomes by week and reason", _mondays(year), outcomes_by_week(year))
    names = {colour: name for colour, (name, _whys) in GROUPS.items()}
    legend = _legend(names)
    by_week = ((week, *values) for week, *values in zip(weeks(year), *outcomes_by_week(year).values(), strict=True))
    return _section(
        "Outcomes each week, by reason",
        "Every customer has one outcome every day. The picture counts customer-days, without those where nothing is "
        "owed or no step is due yet. The week in July without an import shows as “ledger too old”: nobody was "
        "reminded then. Weekends count too: what is due on a Saturday goes out on the next business day.",
        legend
        + picture
        + _fold("By week", table("Outcomes by week", ("week of", *names.values()), by_week))
        + _fold("All reasons", table("Outcomes by reason", ("reason", "customer-days"), outcomes_by_reason(year))),
    )


def _stages(year: Year) -> str:
    return _section(
        "Reminders by stage",
        "Contacts each week, from the courtesy before the due date to the formal notice, which only a person sends.",
        _weekly(year, "Contacts by week and stage", said_by_week(year, lambda said: said.stage, Stage)),
    )


def _tones(year: Year) -> str:
    broken = table("Second steps to companies", ("", *Tone), firmer_after_broken(year))
    steps = table("Stages and tones", ("stage", *Tone, "by a person"), stages_and_tones(year))
    return _section(
        "Reminders by tone",
        "The policy's table gives the tone of a step. A broken promise makes it one shade firmer, for companies alone.",
        _weekly(year, "Contacts by week and tone", said_by_week(year, lambda said: said.tone, Tone)) + steps + broken,
    )


def _weekly(year: Year, title: str, series: dict[str, list[int]]) -> str:
    rows = ((week, *values) for week, *values in zip(weeks(year), *series.values(), strict=True))
    folded = _fold("By week", table(title, ("week of", *series), rows))
    return _legend({name: name for name in series}) + stacked(title, _mondays(year), series) + folded


def _caps(year: Year) -> str:
    rows = contacts_per_week(year)
    series = {"ours": [ours for _count, ours, _every in rows], "theirs": [every for _count, _ours, every in rows]}
    pictures = (
        ("Reminders and calls in a calendar week", "ours"),
        ("The same with our answers to their mails", "theirs"),
    )
    drawn = "".join(
        f"<figure><figcaption>{title}</figcaption>"
        f"{stacked(title, [str(count) for count, *_rest in rows], {colour: series[colour]})}</figure>"
        for title, colour in pictures
    )
    return _section(
        "How often one customer hears from us",
        "Customer-weeks by how many contacts they had. The cap bounds what Duebox begins: a reminder goes out only if, "
        "with it, there are at most two contacts in seven days, answers counted, each 48 hours from the one before. An "
        "answer to a mail of theirs is a person's, and may follow sooner.",
        f"<div class=pair>{drawn}</div>"
        + table("Customer-weeks", ("contacts", "reminders and calls", "with our answers"), rows),
    )


def _promises(year: Year) -> str:
    months, series = promises_by_month(year)
    rows = ((month, *values) for month, *values in zip(months, *series.values(), strict=True))
    cases = [case for _debtor, case in year.cases(CaseKind.PROMISE)]
    running = sum(case.runs for case in cases)
    kinds = ((kind, state.replace("_", " "), _count(year, kind, state)) for kind in CaseKind for state in CaseState)
    return _section(
        "Promises kept and broken",
        f"{len(cases)} promises were made, {running} still run. Each is judged after its day and the grace of two "
        "business days, by payments that the ledger knew. A later promise for the same invoices is a request for time.",
        _legend({"kept": "kept", "partly": "partly kept", "broken": "broken"})
        + stacked("Promises that ended, by month", months, series)
        + table("Promises that ended, by month", ("month", "kept", "partly kept", "broken"), rows)
        + _fold("All cases", table("Cases", ("case", "state", "count"), (row for row in kinds if row[2]))),
    )


def _count(year: Year, kind: CaseKind, state: CaseState) -> int:
    return sum(case.state is state for _debtor, case in year.cases(kind))


def _delays(year: Year) -> str:
    found = delays(year)
    rows = ((d.stage, d.count, f"{d.low:g}", f"{d.middle:g}", f"{d.high:g}", d.within_14, d.never) for d in found)
    return _section(
        "Days to payment, by stage",
        "From the contact until all that it named was paid: the line spans the middle half, the dot is the median. "
        "This shows the invented behaviour, not what a reminder would do for you.",
        spread("Days to payment by stage", [(d.stage, d.low, d.middle, d.high) for d in found])
        + table(
            "Days to payment",
            (
                "stage",
                "contacts",
                "quarter within",
                "half within",
                "three quarters within",
                "paid in 14 days",
                "not paid",
            ),
            rows,
        ),
    )


def _examples(year: Year) -> str:
    cards = "".join(_card(year, example) for example in examples(year))
    legend = _legend(
        {
            "owed": "overdue",
            "promised": "promise runs",
            "dispute": "dispute",
            "time": "time, or a plan",
            "hold": "hold, hardship",
            "warm": "warm",
            "neutral": "neutral",
            "firm": "firm",
            "theirs": "they wrote",
        }
    )
    return (
        "<section><h2>Some customers, side by side</h2><p>A disc is a mail, a square something a person did; "
        "c courtesy, 1 first, 2 second, 3 third, F formal.</p>"
        f"{legend}<div class=cards>{cards}</div></section>\n"
    )


def _card(year: Year, example: Example) -> str:
    customer = example.debtor.customer
    said = [one for one in year.said if one.customer_id == customer.id]
    rows = ((event.day, event.text) for event in year.of(customer.id))
    events = table(f"The year of {customer.name}", ("day", "what happened"), rows)
    return (
        f"<article><h3>{example.title}</h3><p class=who>{escape(customer.name)}, {customer.country.code}, "
        f"{escape(customer.segment)}{', strategic' if example.debtor.is_strategic else ''}</p>"
        f"{timeline(example.debtor, year, said)}<p>{example.caption}</p>{_fold('Every event', events)}</article>"
    )


def _limits(year: Year) -> str:
    points = (
        "Customers, amounts, payments and answers are invented, and the dice that decide who pays, promises or keeps "
        "silent are guesses. So no figure here says how much sooner your customers would pay.",
        "Mails are read perfectly, and people decide within two business days. Neither is so in life.",
        "There are no credit notes, one currency a customer and one company; the planner's own tests cover those.",
        f"{year.crossed} contacts crossed with a payment made the same day, which no ledger could know that morning.",
        "Rules that hold here hold in these situations, not in every one.",
    )
    items = "".join(f"<li>{escape(point)}</li>" for point in points)
    return f"<section><h2>What this page cannot show</h2><ul>{items}</ul></section>\n"


def table(caption: str, head: Sequence[str], rows: Rows) -> str:
    """A table that scrolls by itself where the screen is narrow; the first column names the row."""
    headings = "".join(f"<th scope=col>{escape(name)}</th>" for name in head)
    body = "".join(
        f"<tr><th scope=row>{escape(str(first))}</th>{''.join(f'<td>{escape(str(cell))}</td>' for cell in rest)}</tr>"
        for first, *rest in rows
    )
    title = escape(caption)
    return (
        f'<div class=scroll role=region aria-label="{title}" tabindex=0><table><caption>{title}</caption>'
        f"<thead><tr>{headings}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _section(title: str, words: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2><p>{escape(words)}</p>{content}</section>\n"


def _fold(title: str, content: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{content}</details>"


def _legend(names: dict[str, str]) -> str:
    items = "".join(f'<li><i class="b-{colour}"></i>{escape(name)}</li>' for colour, name in names.items())
    return f"<ul class=legend>{items}</ul>"


def _mondays(year: Year) -> list[str]:
    return [f"{week:%-d %b}" for week in weeks(year)]
