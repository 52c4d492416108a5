"""The plan of reminders on a terminal."""

import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TextIO

from app.bootstrap import Services
from app.domain.money import places_of
from app.domain.reminder import CustomerSituation, NextAction, PlanLine, Why
from app.reminders.phrases import PHRASES

COLUMNS = "{:<14} {:>12} {:<3}  {:<6} {:<19} {:<9} {:<8} {:<7} {:<16} {}"


async def print_plan(services: Services, as_of: date, *, as_json: bool) -> None:
    """Write the plan to standard output, by way of a file: a large one is never held in memory, and whoever reads it
    may be slow, while the database ends a transaction that waits for them."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as lines:
        await (_write_json if as_json else _write_table)(services, as_of, lines)
        lines.seek(0)
        shutil.copyfileobj(lines, sys.stdout)


async def _write_table(services: Services, as_of: date, out: TextIO) -> None:
    counts: Counter[tuple[NextAction, Why]] = Counter()
    head = COLUMNS.format("customer", "amount", "", "action", "reason", "stage", "tone", "channel", "when", "to")
    out.write(f"{head}\n")
    async for line in services.reminders.plan(as_of):
        counts[line.action, line.reason] += 1
        if line.action is not NextAction.WAIT:
            out.write(f"{row(line)}\n")
    out.writelines(f"{told}\n" for told in summary(counts, as_of))


async def explain(services: Services, customer_id: str, as_of: date) -> str:
    """Raises NotFound."""
    situation, lines = await services.reminders.explain(customer_id, as_of)
    return "\n".join([*(f"{line.currency}: {_outcome(line)}" for line in lines), *_facts(situation, as_of)])


def row(line: PlanLine) -> str:
    when = line.send_at.strftime("%Y-%m-%d %H:%M") if line.send_at else ""
    return COLUMNS.format(
        line.customer_id,
        _figure(line.amount, line.currency),
        line.currency,
        line.action,
        line.reason,
        line.stage or "",
        line.tone or "",
        line.channel or "",
        when,
        line.contact_email,
    ).rstrip()


def summary(counts: Counter[tuple[NextAction, Why]], as_of: date) -> Iterator[str]:
    """How many have which outcome; who waits is only counted here."""
    yield f"\n{counts.total()} outcomes on {as_of}:"
    for (action, why), count in sorted(
        counts.items(), key=lambda entry: (list(NextAction).index(entry[0][0]), -entry[1])
    ):
        yield f"{count:>8}  {action:<7} {why:<20} {PHRASES[why]}"


async def _write_json(services: Services, as_of: date, out: TextIO) -> None:
    separator, encode = "[\n", json.JSONEncoder(ensure_ascii=False).encode
    async for line in services.reminders.plan(as_of):
        out.write(separator + encode(line.as_dict()))
        separator = ",\n"
    out.write("\n]\n" if separator == ",\n" else "[]\n")


def _outcome(line: PlanLine) -> str:
    named = ", ".join((*line.invoices, *line.credit_notes))
    return f"{line.action} ({line.reason}): {line.why}." + (
        f"\n     {_figure(line.amount, line.currency)} for {named}" if named else ""
    )


def _facts(situation: CustomerSituation, as_of: date) -> Iterator[str]:
    for item in situation.items:
        kind = "credit note" if item.is_credit_note else "invoice"
        overdue = (as_of - item.due_date).days
        owed = _figure(item.open, item.currency)
        yield f"  {kind} {item.number}: {owed} {item.currency}, due {item.due_date} ({overdue:+d} days)"
    for case in situation.cases:
        yield f"  runs: {case.why}, {', '.join(case.invoices) or 'all invoices'}"
    if situation.talk_since is not None:
        yield f"  a person is to talk with them, since {situation.talk_since:%Y-%m-%d}"
    if situation.average_delay is not None:
        yield f"  pays {situation.average_delay:.0f} days after the due date on average"
    for moment in situation.contacted:
        yield f"  we wrote on {moment:%Y-%m-%d %H:%M} UTC"
    for contact in situation.contacts:
        yield f"  contact {contact.email}: {contact.role}, {contact.reachability}"


def _figure(amount: Decimal, currency: str) -> str:
    """With commas, and the decimals of its currency."""
    return f"{amount:,.{places_of(currency, amount)}f}"
