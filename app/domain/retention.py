"""How long things are kept, and what a statute keeps although somebody asks to be erased."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from app.domain.jurisdiction import Jurisdiction, Jurisdictions, of_country


@dataclass(frozen=True, slots=True)
class Retention:
    """Days, and the laws that say how long letters are kept. `homes`: the countries of our own companies, by their id,
    where they are known."""

    version: str
    strangers_days: int
    letters_beyond_statute_days: int
    notes_days: int
    documents_days: int
    sessions_days: int
    tokens_days: int
    login_failures_days: int
    ledger_requests_days: int
    notices_days: int
    jurisdictions: Jurisdictions
    homes: Mapping[str, str] = field(default_factory=dict)

    def law_for(self, country: str, company: str = "") -> Jurisdiction:
        """Letters are kept by the law of the company that keeps them; where that is unknown, of the customer's."""
        return of_country(self.jurisdictions, self.homes.get(company) or country)

    def kept_until(self, last_letter: datetime, country: str, company: str = "") -> date:
        """The last day on which a statute wants a customer's letters kept."""
        return date(last_letter.year + self.law_for(country, company).years, 12, 31)

    def moments(self, now: datetime) -> dict[str, datetime]:
        """Before when things of each kind are forgotten."""
        return {
            "notes": now - timedelta(days=self.notes_days),
            "documents": now - timedelta(days=self.documents_days),
            "sessions": now - timedelta(days=self.sessions_days),
            "tokens": now - timedelta(days=self.tokens_days),
            "failures": now - timedelta(days=self.login_failures_days),
            "requests": now - timedelta(days=self.ledger_requests_days),
            "notices": now - timedelta(days=self.notices_days),
        }

    def reach(self, now: datetime) -> tuple[datetime, datetime]:
        """Nothing that was last written to at or after these moments (UTC) is due: of strangers, of customers."""
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        strangers = midnight - timedelta(days=self.strangers_days - 1)
        statutes = midnight - timedelta(days=self.letters_beyond_statute_days)
        shortest = min(jurisdiction.years for jurisdiction in self.jurisdictions.values())
        return strangers, datetime(statutes.year - shortest, 1, 1, tzinfo=UTC)

    def due(self, last_letter: datetime, country: str | None, company: str = "") -> date:
        """From when on the day's job erases a thread; `country` None: it belongs to no customer."""
        if country is None:
            return last_letter.date() + timedelta(days=self.strangers_days)
        kept = self.kept_until(last_letter, country, company)
        return kept + timedelta(days=1 + self.letters_beyond_statute_days)
