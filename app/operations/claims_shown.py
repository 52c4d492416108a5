"""Claims of interest for the terminal: as JSON, and in words with every stretch of days that they are made of."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.domain.interest import CompanyClaims
from app.reminders.claims import as_data


def as_json(companies: Sequence[CompanyClaims]) -> list[dict[str, Any]]:
    """A claim each, in plain JSON types."""
    return [one for found in companies for one in as_data(found)]


def in_words(companies: Sequence[CompanyClaims]) -> Iterator[str]:
    if not any(found.claims or found.missing for found in companies):
        yield "nothing was late: no claim"
    for found in companies:
        if found.stops:
            yield f"{found.law}: no confirmed rate from {found.gaps[0]}: claims stop on {found.stops}"
        for number, why in found.missing.items():
            yield f"{number}: {why}"
        for claim in found.claims:
            yield f"{claim.number}: interest {claim.interest}, fixed sum {claim.fixed_sum} ({found.law})"
            for stretch in claim.stretches:
                yield (
                    f"  {stretch.first} to {stretch.last}: {stretch.base} at {stretch.percent} %, reference rate"
                    f" {stretch.rate.percent} % from {stretch.rate.since} ({stretch.rate.source})"
                )
