"""The data-quality report: what in the ledger would make a reminder wrong, late or unsendable, and what to do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.db.repositories.quality import EXAMPLES, Found, Quality
from app.db.uow import Database
from app.domain.company import Company, mailbox_of
from app.domain.errors import Invalid
from app.domain.freshness import Freshness
from app.domain.sentence import Sentence
from app.ledger.service import LedgerService


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a check finds, and why that matters or how it is mended."""

    title: str
    remedy: str


NO_SENDER = "companies_without_sender"
NO_RATE = "half_years_without_rate"
RateGaps = Callable[[], Mapping[str, Sequence[date]]]
"""Half-years for which no reference rate is known or confirmed, by law; empty where no interest is claimed."""

MEANINGS: Mapping[str, Meaning] = {
    NO_SENDER: Meaning(
        Sentence("Companies that no mailbox speaks for"),
        Sentence("No reminder is drafted for them: give each a [[company]] with a mailbox in the policy file."),
    ),
    NO_RATE: Meaning(
        Sentence("Half-years without a confirmed reference rate"),
        Sentence("Claims of interest stop on their eve: add each to the policy file as [[reminders.interest.rate]]."),
    ),
    "customers_without_contact": Meaning(
        Sentence("Customers without an active contact"), Sentence("No reminder can be sent to them: add a contact.")
    ),
    "contacts_undeliverable": Meaning(
        Sentence("Contacts whose address nobody reads"),
        Sentence("No-reply and made-up addresses: ask the customer for another."),
    ),
    "contacts_shared": Meaning(
        Sentence("One address under several customers"),
        Sentence("Its mails go to a person, who says which customer is meant."),
    ),
    "customers_without_language": Meaning(
        Sentence("Customers without a language"), Sentence("Mails to them are written in English: fill in language.")
    ),
    "customers_without_country": Meaning(
        Sentence("Customers without a country"), Sentence("Their holidays are not known: fill in country.")
    ),
    "customers_without_timezone": Meaning(
        Sentence("Customers without a known time zone"), Sentence("Their quiet hours are not known: fill in timezone.")
    ),
    "customers_twice": Meaning(
        Sentence("Customers that are perhaps there twice"),
        Sentence("Same name and country: they would get two reminders."),
    ),
    "invoices_twice": Meaning(
        Sentence("Open invoices that are perhaps there twice"),
        Sentence("Same customer, amount and issue date under two numbers."),
    ),
    "invoices_due_before_issued": Meaning(
        Sentence("Invoices due before they were issued"), Sentence("They count as overdue too early.")
    ),
    "invoices_open_above_amount": Meaning(
        Sentence("Invoices with more open than their amount"), Sentence("A reminder asks for too much.")
    ),
    "invoices_wrong_sign": Meaning(
        Sentence("Negative invoices and positive credit notes"),
        Sentence("An invoice is positive, a credit note negative."),
    ),
    "invoices_other_currency": Meaning(
        Sentence("Invoices in another currency than their customer's"),
        Sentence("Each currency gets a reminder of its own."),
    ),
    "invoices_closed_but_open": Meaning(
        Sentence("Closed invoices with something open"),
        Sentence("Paid, cancelled or written off, yet open_amount is not 0."),
    ),
    "invoices_paid_without_payment": Meaning(
        Sentence("Paid invoices without a payment"),
        Sentence("No imported payment names them: reliability cannot be judged."),
    ),
    "payments_unassigned": Meaning(
        Sentence("Payments without a known invoice"),
        Sentence("They mark the whole customer as payment seen: assign them."),
    ),
}
"""In the order of the report: first what stops a mail."""


@dataclass(frozen=True, slots=True)
class QualityFinding:
    check: str
    count: int
    examples: tuple[str, ...]

    @property
    def meaning(self) -> Meaning:
        return MEANINGS[self.check]


@dataclass(frozen=True, slots=True)
class QualityReport:
    freshness: Mapping[str, Freshness]
    findings: tuple[QualityFinding, ...]

    @property
    def found(self) -> tuple[QualityFinding, ...]:
        return tuple(finding for finding in self.findings if finding.count)

    @property
    def stale(self) -> dict[str, str]:
        """Why, by company."""
        return {company: one.reason for company, one in self.freshness.items() if one.is_stale}

    @property
    def is_clean(self) -> bool:
        return not self.found and not self.stale

    def as_dict(self) -> dict[str, Any]:
        """For a machine."""
        return {
            "freshness": [
                {"company": company, "as_of": one.as_of.isoformat() if one.as_of else None, "is_stale": one.is_stale}
                for company, one in self.freshness.items()
            ],
            "findings": [
                {"check": one.check, "count": one.count, "examples": list(one.examples)} for one in self.findings
            ],
        }

    def __str__(self) -> str:
        """For a person at a terminal."""
        lines = [f"{f'company {company}' if company else 'ledger'}: {why}" for company, why in self.stale.items()]
        for one in self.found:
            more = ", …" if one.count > len(one.examples) else ""
            lines += [
                f"{one.meaning.title}: {one.count} ({', '.join(one.examples)}{more})",
                f"      {one.meaning.remedy}",
            ]
        return "\n".join(lines) or "nothing odd was found"


class QualityService:
    def __init__(
        self, database: Database, ledger: LedgerService, companies: Sequence[Company], rate_gaps: RateGaps = dict
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._companies = companies
        self._rate_gaps = rate_gaps

    async def report(self) -> QualityReport:
        """Look through the whole ledger. Takes some seconds for a million invoices."""
        freshness = await self._ledger.freshness_by_company()
        async with self._database.read() as uow:
            found = await Quality(uow.session).findings()
        unsent = await self.unsent()
        found[NO_SENDER] = Found(len(unsent), tuple(company or '""' for company in unsent)[:EXAMPLES])
        gaps = [f"{law}: {day}" for law, days in self._rate_gaps().items() for day in days]
        found[NO_RATE] = Found(len(gaps), tuple(gaps)[:EXAMPLES])
        findings = tuple(QualityFinding(check, found[check].count, found[check].examples) for check in MEANINGS)
        return QualityReport(freshness, findings)

    async def unsent(self) -> dict[str, str]:
        """Companies with something open that no reminder can be drafted for, and why. Without a mailbox none."""
        async with self._database.read() as uow:
            active = [row.name for row in await uow.mailboxes.all() if row.active]
            companies = await Quality(uow.session).companies() if active else []
        found: dict[str, str] = {}
        for company in companies:
            try:
                mailbox_of(company, self._companies, active)
            except Invalid as refusal:
                found[company] = str(refusal)
        return found
