"""What the agent sums up in English lines is read back, whatever it says, and said in the reader's language."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from agents.triage.summary import WANTS
from app.domain.intents import DisputeReason, ExtensionKind
from app.domain.money import Money
from app.review.gist import Day, Sum, gist
from app.web.languages import catalogue, translated

WANTED = (
    "promise to pay £640.00 by 29 May 2026 (INV-2118); other terms: due date until 30 Sept 2026; documents (A-1, A-2)"
)
LINES = (
    f"Wants: {WANTED}",
    "Before: last payment CHF2,310.40 on 13 May 2026; reference 55-1207; x",
    "Open: £640.00; US$1,000.00; oldest concerned INV-2118, 71 days overdue",
)


def test_a_gist_reads_in_english_as_it_was_written() -> None:
    assert [f"{name}: {'; '.join(clauses)}" for name, clauses in gist(LINES)] == list(LINES)


def test_days_and_amounts_are_values() -> None:
    promise = gist(LINES)[0][1][0].values["clause"]
    assert promise.values == {"amount": Sum(Decimal("640.00"), "GBP", "£640.00"), "day": Day(2026, 5, 29)}  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["fr", "de", "es"])
def test_every_want_reason_and_kind_is_said_in_the_readers_language(language: str) -> None:
    disputes = [f"dispute: {reason.value.replace('_', ' ')}" for reason in DisputeReason]
    ends = ("", " until 2 Jun 2026")
    terms = [f"other terms: {kind.value.replace('_', ' ')}{end}" for kind, end in product(ExtensionKind, ends)]
    lines = [f"Wants: {clause}" for clause in (*WANTS.values(), *disputes, *terms)]
    for line, (name, (clause,)) in zip(lines, gist(lines), strict=True):
        said = translated(clause, catalogue(language), _written)
        assert said != line.partition(": ")[2] or said in {"documents"}, line
        assert translated(name, catalogue(language), _written) != name


def _written(value: object) -> object:
    if isinstance(value, date):
        return "am Tag"
    return "Geld" if isinstance(value, Money) else value
