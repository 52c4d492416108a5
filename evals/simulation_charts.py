"""The pictures of the simulated year, as inline SVG whose colours are the page's own."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape

from app.domain.review import CaseKind
from evals.simulation import Said, Year
from evals.simulation_world import Debtor

WIDE, LEFT, FOOT = 340, 34, 16
_PLOT = WIDE - LEFT - 2
_HIGH = 130
_ROWS = {"owed": 26, "stops": 50, "ours": 74, "theirs": 98}
"""Where the lanes of a timeline are."""

SIGNS = {"courtesy": "c", "first": "1", "second": "2", "third": "3", "formal": "F"}
CASE_COLOURS = {
    CaseKind.PROMISE: "promised",
    CaseKind.DISPUTE: "dispute",
    CaseKind.EXTENSION: "time",
    CaseKind.HARDSHIP: "hold",
}

Series = Mapping[str, Sequence[float]]
"""Values by the name of a colour of the page, one for each column."""


def stacked(label: str, columns: Sequence[str], series: Series) -> str:
    """A bar a column, its parts from the bottom up in the order of the series; a label at some of the columns."""
    tops = [sum(values) for values in zip(*series.values(), strict=True)]
    most = max([*tops, 1])
    most += most % 2
    width = _PLOT / max(len(columns), 1)
    parts = list(_scale(most))
    for place, column in enumerate(columns):
        x, y = LEFT + width * place, float(_HIGH)
        for colour, values in series.items():
            tall = values[place] / most * (_HIGH - 10)
            y -= tall
            if tall:
                parts.append(_rect(x + 0.4, y, width - 0.8, tall, f"f-{colour}"))
        if place % max(len(columns) // 6, 1) == 0:
            parts.append(_text(x, _HIGH + 12, column))
    return _svg(label, _HIGH + FOOT, parts)


def spread(label: str, rows: Sequence[tuple[str, float, float, float]]) -> str:
    """A line from the lower to the upper quartile, a dot at the median, for each (name, lower, median, upper)."""
    left, most = 84, max([row[3] for row in rows] + [1.0])
    scale = (WIDE - left - 30) / most
    parts: list[str] = []
    for place, (name, low, middle, high) in enumerate(rows):
        y = 16 + 22 * place
        parts += [
            _text(0, y + 4, name),
            _line(left + low * scale, y, left + high * scale, y, "s-ours wide"),
            f'<circle cx="{left + middle * scale:.1f}" cy="{y}" r="4.5" class="f-ours"/>',
            _text(left + high * scale + 6, y + 4, f"{middle:g}"),
        ]
    return _svg(label, 22 * len(rows) + 10, parts)


def timeline(debtor: Debtor, year: Year, said: Sequence[Said]) -> str:
    """One customer's year: what was overdue, what stopped reminders, what they heard from us, what they wrote."""
    parts = [_text(0, y + 4, name) for name, y in _ROWS.items()]
    months = (date(year.first.year + (year.first.month + n - 1) // 12, (year.first.month + n - 1) % 12 + 1, 1)
              for n in range(0, 13, 2))  # fmt: skip
    for month in (month for month in months if month <= year.last):
        x = _at(month, year)
        parts += [_line(x, 14, x, 108, "s-grid"), _text(x, 10, f"{month:%b}")]
    for bill in debtor.bills:
        paid = bill.paid_on or date.max
        if paid > bill.invoice.due_date:
            parts.append(_bar(bill.invoice.due_date, paid, _ROWS["owed"], year, "f-owed over"))
    if debtor.hold:
        parts.append(_bar(*debtor.hold, _ROWS["stops"], year, "f-hold"))
    for case in debtor.cases:
        colour = CASE_COLOURS[case.kind]
        parts.append(_bar(case.opened_on, case.ended_on or year.last, _ROWS["stops"], year, f"f-{colour}"))
    parts += [_sign(one, year) for one in said]
    for moment in debtor.replies:
        x, y = _at(moment.date(), year), _ROWS["theirs"]
        parts.append(f'<path d="M{x - 4:.1f} {y + 4}h8l-4 -8z" class="f-theirs"/>')
    return _svg(f"The year of {debtor.customer.name}", 110, parts)


def _sign(said: Said, year: Year) -> str:
    """A disc is a mail of Duebox's, a square what a person did; coloured by tone, with the sign of its stage."""
    x, y = _at(said.day, year), _ROWS["ours"]
    title = f"<title>{said.day}: {said.stage}, {said.tone}, {said.channel}</title>"
    shape = _rect(x - 5.5, y - 5.5, 11, 11, f"f-{said.tone}") if said.by_person else ""
    disc = shape or f'<circle cx="{x:.1f}" cy="{y}" r="5.5" class="f-{said.tone}"/>'
    sign = f'<text x="{x:.1f}" y="{y + 3.2}" text-anchor="middle" class="on">{SIGNS[said.stage]}</text>'
    return f"<g>{title}{disc}{sign}</g>"


def _at(day: date, year: Year) -> float:
    days = (year.last - year.first).days + 1
    return LEFT + min(max((day - year.first).days, 0), days) / days * _PLOT


def _bar(begin: date, end: date, y: float, year: Year, colour: str) -> str:
    if end < year.first or begin > year.last:
        return ""
    last = min(end, year.last) + timedelta(days=1)
    x = _at(begin, year)
    return _rect(x, y - 6, max(_at(last, year) - x, 1.5), 12, colour)


def _scale(most: float) -> Sequence[str]:
    """The largest value and its half, as lines."""
    parts: list[str] = []
    for share in (0.5, 1.0):
        y = _HIGH - share * (_HIGH - 10)
        parts += [_line(LEFT, y, WIDE, y, "s-grid"), _text(LEFT - 4, y + 4, f"{most * share:g}", "end")]
    return [*parts, _line(LEFT, _HIGH, WIDE, _HIGH, "s-axis")]


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" class="{colour}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{colour}"/>'


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(label: str, height: float, parts: Sequence[str]) -> str:
    return f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {WIDE} {height:g}">{"".join(parts)}</svg>'
