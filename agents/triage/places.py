"""Where each value of a mail stands: as the readers found it, or looked up where a model or a person said it.

A value that the mail does not say, such as a sum reckoned from what is open, has no place; pages then show the passage
of its intent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from agents.triage.evidence import evidence, span_here, text_at
from app.domain.account import Account
from app.domain.case import Letter
from app.domain.proposal import BODY, SUBJECT, ContactFact, Evidence, ExtensionFact, Facts, Mention, PromiseFact
from app.domain.text import Span
from app.reading.days.dates import find_dates
from app.reading.facts import reader as reading
from app.reading.facts.commitments import FactSpan
from app.reading.facts.contacts import ContactFound
from app.reading.facts.extensions import ExtensionFound
from app.reading.facts.promises import PromiseFound
from app.reading.money.amounts import find_amounts

NO_PROMISE = PromiseFound(None, None, None, (), None)
NO_EXTENSION = ExtensionFound(None, None, (), None)
NO_CONTACT = ContactFound("", "", None)


def placed(facts: Facts, found: reading.ExtractedFacts, letter: Letter, account: Account) -> Facts:
    """The facts with the place of each value; `found` is what the readers read in the same letter."""
    places = _Places(letter, account)
    return replace(
        facts,
        promise=facts.promise and places.promise(facts.promise, found),
        extension=facts.extension and places.extension(facts.extension, found),
        contact=facts.contact and places.contact(facts.contact, found),
        return_at=places.day(facts.return_date, found.return_date, found.return_span, None),
        mentions=tuple(Mention(number, at) for number, span in found.mentions if (at := places.at(span)) is not None),
    )


class _Places:
    def __init__(self, letter: Letter, account: Account) -> None:
        self._letter = letter
        self._account = account

    def promise(self, said: PromiseFact, found: reading.ExtractedFacts) -> PromiseFact:
        ours = found.promise or NO_PROMISE
        day_at = self.day(said.day, ours.day, ours.day_span, said.evidence)
        return replace(said, day_at=day_at, amount_at=self._sum(said.amount, ours, said.evidence))

    def extension(self, said: ExtensionFact, found: reading.ExtractedFacts) -> ExtensionFact:
        ours = found.extension or NO_EXTENSION
        return replace(said, until_at=self.day(said.until, ours.until, ours.until_span, said.evidence))

    def contact(self, said: ContactFact, found: reading.ExtractedFacts) -> ContactFact:
        ours = found.contact or NO_CONTACT
        name_at = self._words(said.name, ours.name, ours.name_span, said.evidence)
        email_at = self._words(said.email, ours.email, ours.email_span, said.evidence)
        return replace(said, name_at=name_at, email_at=email_at)

    def day(self, day: date | None, ours: date | None, span: FactSpan | None, near: Evidence | None) -> Evidence | None:
        if day is None or day == ours:
            return self.at(span) if day else None
        return self._nearest(near, self._days(day))

    def at(self, span: FactSpan | None) -> Evidence | None:
        return evidence(self._letter, span.source, Span(span.start, span.end)) if span else None

    def _sum(self, value: Decimal | None, ours: PromiseFound, near: Evidence | None) -> Evidence | None:
        if value is None or value == ours.amount:
            return self.at(ours.sum_span) if value is not None else None
        return self._nearest(near, self._sums(value))

    def _words(self, words: str, ours: str, span: FactSpan | None, near: Evidence | None) -> Evidence | None:
        if not words or words == ours:
            return self.at(span) if words else None
        return self._nearest(near, self._quotes(words))

    def _nearest(self, near: Evidence | None, found: Iterable[FactSpan]) -> Evidence | None:
        """Of the places, the one in the passage that was quoted for the fact, else the first."""
        quoted = span_here(self._letter, near)
        places = list(found)
        inside = (
            span
            for span in places
            if near is not None and quoted and span.source == near.source and quoted.start <= span.start < quoted.end
        )
        return self.at(next(inside, next(iter(places), None)))

    def _days(self, day: date) -> Iterator[FactSpan]:
        for source, text in self._texts():
            for found in find_dates(text, self._letter.today, self._letter.language, self._account.country):
                if day == found.day or day in found.candidates:
                    yield FactSpan(source, found.start, found.end)

    def _sums(self, value: Decimal) -> Iterator[FactSpan]:
        for source, text in self._texts():
            for found in find_amounts(text, self._letter.language):
                if found.value == value:
                    yield FactSpan(source, found.start, found.end)

    def _quotes(self, words: str) -> Iterator[FactSpan]:
        for source, text in self._texts():
            start = text.find(words)
            if start >= 0:
                yield FactSpan(source, start, start + len(words))

    def _texts(self) -> Iterator[tuple[str, str]]:
        for source in (BODY, SUBJECT, *(f"attachment:{n}" for n in range(len(self._letter.attachments)))):
            text = text_at(self._letter, source)
            if text is not None:
                yield source, text.value
