"""How old the ledger is. Amounts that may be out of date are not asked for: a reminder for a paid invoice hurts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.domain.sentence import Sentence

Imports = Sequence[tuple[datetime, Sequence[str]]]
"""When files were imported, the newest first, and the companies that each speaks for; one that names none, for all."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """`as_of` is the newest invoice import, `age` how long ago that was; both None when there was none."""

    as_of: datetime | None
    age: timedelta | None
    is_stale: bool
    reason: str = ""


def is_fresh(newest_invoice_import: datetime | None, now: datetime, limit: timedelta) -> bool:
    """Whether reminders may rely on the ledger. One that was never imported is not fresh."""
    return newest_invoice_import is not None and now - newest_invoice_import <= limit


def freshness(newest_invoice_import: datetime | None, now: datetime, limit: timedelta) -> Freshness:
    """The same with the reason, in words for a person."""
    if newest_invoice_import is None:
        return Freshness(None, None, is_stale=True, reason=Sentence("no invoices have been imported yet"))
    age = now - newest_invoice_import
    if is_fresh(newest_invoice_import, now, limit):
        return Freshness(newest_invoice_import, age, is_stale=False)
    reason = Sentence(
        "the newest invoice import is {hours} hours old, more than {limit}",
        hours=age // timedelta(hours=1),
        limit=limit // timedelta(hours=1),
    )
    return Freshness(newest_invoice_import, age, is_stale=True, reason=reason)


@dataclass(frozen=True, slots=True)
class Staleness:
    """Of which companies the ledger is too old: of those with a word of their own, and of all `others`."""

    named: Mapping[str, bool]
    others: bool

    def among(self, companies: Iterable[str]) -> frozenset[str]:
        if not self.others and not any(self.named.values()):
            return frozenset()
        return frozenset(company for company in companies if self.named.get(company, self.others))


def staleness(imports: Imports, now: datetime, limit: timedelta) -> Staleness:
    """By the newest import that speaks for each company."""
    named = {company: not is_fresh(at, now, limit) for company, at in newest_by_company(imports).items()}
    return Staleness(named, not is_fresh(newest_for(None, imports), now, limit))


def newest_by_company(imports: Imports) -> dict[str, datetime | None]:
    """The newest of some invoice imports (the newest first) for each company that any of them names.

    An import that names none speaks for all. The key "" stands alone when no import names a company.
    """
    companies = {company for _at, named in imports for company in named} or {""}
    return {company: newest_for(company, imports) for company in sorted(companies)}


def newest_for(company: str | None, imports: Imports) -> datetime | None:
    """The newest of some imports (the newest first) that speaks for a company; for None, that speaks for all."""
    return next((at for at, named in imports if not named or company in named), None)


def day_of(company: str | None, imports: Imports) -> date | None:
    """The same as a day (UTC)."""
    at = newest_for(company, imports)
    return at.astimezone(UTC).date() if at else None


def least_fresh(found: Sequence[Freshness]) -> Freshness:
    """The one that stops reminders first: never imported, then the oldest."""
    return min(found, key=lambda one: (one.as_of is not None, one.as_of.timestamp() if one.as_of else 0.0))
