"""A model's facts against the mail: a date, sum or name that does not stand there is replaced by ours, or dropped."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from agents.triage.evidence import evidence_of, locate, text_at
from agents.triage.outputs import ExtractedFacts, FoundContact, FoundExtension, FoundPromise, Quoted
from app.domain.account import Account
from app.domain.case import Letter
from app.domain.intents import Intent
from app.domain.proposal import ContactFact, DisputeFact, ExtensionFact, Facts, PromiseFact
from app.reading.days.dates import find_dates
from app.reading.days.found import FoundDate
from app.reading.money.amounts import FoundAmount, find_amounts


def verified_facts(
    theirs: ExtractedFacts, ours: ExtractedFacts, letter: Letter, account: Account, intents: tuple[Intent, ...]
) -> Facts:
    """Only facts that belong to an intent of the mail are kept."""
    check = _Check(letter, account)
    promise, extension, dispute, contact = theirs.promise, theirs.extension, theirs.dispute, theirs.contact
    return Facts(
        promise=check.promise(promise, ours.promise) if promise and Intent.PAYMENT_PROMISE in intents else None,
        extension=check.extension(extension, ours.extension)
        if extension and Intent.EXTENSION_REQUEST in intents
        else None,
        dispute=DisputeFact(dispute.reason, (), evidence_of(letter, dispute))
        if dispute and Intent.DISPUTE in intents
        else None,
        contact=check.contact(contact) if contact and Intent.CONTACT_UPDATE in intents else None,
        return_date=check.return_date(theirs, ours) if Intent.AUTOMATIC_REPLY in intents else None,
    )


class _Check:
    def __init__(self, letter: Letter, account: Account) -> None:
        self._letter = letter
        self._account = account

    def promise(self, claim: FoundPromise, ours: FoundPromise | None) -> PromiseFact:
        return PromiseFact(
            day=self._day(claim.day, claim, ours.day if ours else None),
            amount=self._amount(claim.amount, ours.amount if ours else None),
            currency=self._currency(claim.currency, ours.currency if ours else None),
            evidence=evidence_of(self._letter, claim),
        )

    def extension(self, claim: FoundExtension, ours: FoundExtension | None) -> ExtensionFact | None:
        until = self._day(claim.until, claim, ours.until if ours else None)
        if claim.kind is None and until is None:
            return None
        return ExtensionFact(claim.kind, until, (), evidence_of(self._letter, claim))

    def contact(self, claim: FoundContact) -> ContactFact | None:
        """Names and addresses must stand in the mail, as words or as placeholders."""
        said = "\n".join(self._texts())
        name = claim.name if claim.name and claim.name in said else ""
        email = claim.email if claim.email and claim.email in said else ""
        return ContactFact(name, email, evidence_of(self._letter, claim)) if name or email else None

    def return_date(self, theirs: ExtractedFacts, ours: ExtractedFacts) -> date | None:
        return self._day(theirs.return_date, Quoted(), ours.return_date)

    def _day(self, day: date | None, claim: Quoted, ours: date | None) -> date | None:
        """The model's day if the mail says it, else the only day of its quote, else what the resolver found."""
        if day is None or day == ours:
            return day
        quoted = self._dates(claim.quote) if locate(self._letter, claim) else ()
        said = quoted or [found for text in self._texts() for found in self._dates(text)]
        if any(day == found.day or day in found.candidates for found in said):
            return day
        certain = {found.day for found in quoted if found.day}
        return certain.pop() if len(certain) == 1 else ours

    def _dates(self, text: str) -> tuple[FoundDate, ...]:
        return find_dates(text, self._letter.today, self._letter.language, self._account.country)

    def _amount(self, amount: Decimal | None, ours: Decimal | None) -> Decimal | None:
        if amount is None or amount == ours:
            return amount
        said = {found.value for found in self._amounts()}
        owed = {money for i in self._account.invoices for money in (i.amount.amount, i.open.amount)}
        return amount if amount in said | owed else ours

    def _currency(self, currency: str | None, ours: str | None) -> str | None:
        """The ledger's or the mail's. Any other word may be no currency at all."""
        if currency is None or currency == ours:
            return currency
        said = {meant for found in self._amounts() for meant in (found.currency, *found.or_of)}
        owed = {self._account.currency, *(invoice.open.currency for invoice in self._account.invoices)}
        return currency if currency in said | owed else ours

    def _amounts(self) -> Iterator[FoundAmount]:
        return (found for text in self._texts() for found in find_amounts(text, self._letter.language))

    def _texts(self) -> Iterator[str]:
        sources = ["subject", "body", *(f"attachment:{n}" for n in range(len(self._letter.attachments)))]
        return (text.value for text in (text_at(self._letter, source) for source in sources) if text)
