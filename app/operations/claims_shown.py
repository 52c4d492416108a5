"""Claims of interest for the terminal: as JSON, and in words with every stretch of days that they are made of."""

from collections.abc import Iterator
from typing import Any

from app.domain.interest import InvoiceClaim
from app.reminders.claims import Found


def as_data(claim: InvoiceClaim, law: str) -> dict[str, Any]:
    """Plain JSON types; amounts are strings."""
    return {
        "invoice": claim.number,
        "law": law,
        "interest": str(claim.interest),
        "fixed_sum": str(claim.fixed_sum),
        "stretches": [
            {
                "first": stretch.first.isoformat(),
                "last": stretch.last.isoformat(),
                "base": str(stretch.base),
                "percent": str(stretch.percent),
            }
            for stretch in claim.stretches
        ],
    }


def in_words(found: Found) -> Iterator[str]:
    if not (found.claims or found.missing):
        yield f"nothing was late: no claim by {found.law}"
    for number, why in found.missing.items():
        yield f"{number}: nothing can be claimed: {why}"
    for claim in found.claims:
        yield f"{claim.number}: interest {claim.interest}, fixed sum {claim.fixed_sum} ({found.law})"
        for stretch in claim.stretches:
            yield f"  {stretch.first} to {stretch.last}: {stretch.base} at {stretch.percent} %"
