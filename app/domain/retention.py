"""How long things are kept, and what a statute keeps although somebody asks to be erased."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """`years` that business letters are kept, from the end of the year of the last one; `source` says by what law."""

    years: int
    source: str


@dataclass(frozen=True, slots=True)
class Retention:
    version: str
    strangers_days: int
    letters_beyond_statute_days: int
    sessions_days: int
    login_failures_days: int
    ledger_requests_days: int
    notices_days: int
    jurisdiction: Mapping[str, Jurisdiction]

    def of_country(self, country: str) -> Jurisdiction:
        return self.jurisdiction.get(country.upper()) or self.jurisdiction[DEFAULT]

    def kept_until(self, last_letter: datetime, country: str) -> date:
        """The last day on which a statute wants a customer's letters kept."""
        return date(last_letter.year + self.of_country(country).years, 12, 31)

    def moments(self, now: datetime) -> dict[str, datetime]:
        """Before when things without words are forgotten."""
        return {
            "sessions": now - timedelta(days=self.sessions_days),
            "failures": now - timedelta(days=self.login_failures_days),
            "requests": now - timedelta(days=self.ledger_requests_days),
            "notices": now - timedelta(days=self.notices_days),
        }

    def reach(self, now: datetime) -> tuple[datetime, datetime]:
        """Nothing that was last written to at or after these moments (UTC) is due: of strangers, of customers."""
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        strangers = midnight - timedelta(days=self.strangers_days - 1)
        statutes = midnight - timedelta(days=self.letters_beyond_statute_days)
        shortest = min(jurisdiction.years for jurisdiction in self.jurisdiction.values())
        return strangers, datetime(statutes.year - shortest, 1, 1, tzinfo=UTC)

    def due(self, last_letter: datetime, country: str | None) -> date:
        """From when on the day's job erases a thread; `country` None: it belongs to no customer."""
        if country is None:
            return last_letter.date() + timedelta(days=self.strangers_days)
        return self.kept_until(last_letter, country) + timedelta(days=1 + self.letters_beyond_statute_days)
