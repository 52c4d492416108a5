"""What to talk about with a customer: what is owed, promised in vain or in dispute, and what they said last."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from decimal import Decimal
from uuid import UUID

from app.db.tables.ledger import CaseRow, ContactRow, InvoiceRow
from app.db.tables.mail import MessageRow
from app.db.uow import Uow
from app.domain.account import CLOSED, InvoiceKind
from app.domain.errors import NotFound
from app.domain.money import Money
from app.domain.proposal import Proposal
from app.domain.review import RUNNING, CaseKind, CaseState
from app.domain.sentence import Sentence
from app.domain.task import TaskKind
from app.domain.wire import PROPOSAL, load
from app.reminders.phrases import TO_ASK, TO_NOTE, open_on

MAILS, SPANS = 3, 2
"""How many of their last mails are quoted, and how much of each."""

MAILS_LOOKED_AT = 10
PROMISES = 5
"""Broken promises that are named, the newest first."""

TO_DO = {
    TaskKind.SWITCH_CONTACT: Sentence("Ask their switchboard, or whoever you know there, who pays invoices now."),
    TaskKind.PROPOSE_PLAN: Sentence(
        "Ask what they can pay and when. Instalments are granted afterwards, as more time."
    ),
    TaskKind.HAND_TO_LEGAL: Sentence("Decide whether a lawyer takes over: the case file holds everything for them."),
}


@dataclass(frozen=True, slots=True)
class Quote:
    """The customer's own words in a mail of theirs; `link` leads to it."""

    day: date
    words: tuple[str, ...] = field(repr=False)
    link: str = ""


async def points_of(uow: Uow, kind: TaskKind, customer_id: str, today: date) -> tuple[Sentence, ...]:
    """Facts first, then what to do; nothing that could be taken for a concession or a threat."""
    invoices = [row for row in await uow.ledger.invoices(customer_id) if row.status not in CLOSED and row.open_amount]
    cases = await uow.cases.of_customer(customer_id)
    asks = (TO_DO[kind],) if kind in TO_DO else (TO_ASK, TO_NOTE)
    return *_owed(invoices, today), *_promised(cases), *_stopped(invoices, cases), *asks


def _owed(invoices: Sequence[InvoiceRow], today: date) -> Iterator[Sentence]:
    late = [row for row in invoices if row.kind is InvoiceKind.INVOICE and row.due_date < today]
    for currency in sorted({row.currency for row in late}):
        rows = [row for row in late if row.currency == currency]
        yield open_on(
            Money(sum((row.open_amount for row in rows), Decimal(0)), currency),
            [row.number for row in rows],
            max((today - row.due_date).days for row in rows),
        )
    if not late:
        yield Sentence("Nothing is overdue any more.")
    notes = [row.number for row in invoices if row.kind is InvoiceKind.CREDIT_NOTE]
    if notes:
        yield Sentence("Not taken off yet are their credit notes: {numbers}.", numbers=_numbers(notes))


def _promised(cases: Sequence[CaseRow]) -> Iterator[Sentence]:
    vain = {CaseState.BROKEN, CaseState.PARTLY_KEPT}
    broken = [case for case in cases if case.kind is CaseKind.PROMISE and case.state in vain and case.day]
    for case in sorted(broken, key=lambda case: case.day or date.min, reverse=True)[:PROMISES]:
        if case.state is CaseState.BROKEN:
            yield Sentence("They promised to pay by {day:%-d %B %Y}, and nothing came.", day=case.day)
        else:
            yield Sentence("They promised to pay by {day:%-d %B %Y}, and only a part came.", day=case.day)


def _stopped(invoices: Sequence[InvoiceRow], cases: Sequence[CaseRow]) -> Iterator[Sentence]:
    """What is not to be asked for."""
    running = [case for case in cases if case.state in RUNNING]
    for case in running:
        named = _numbers(case.invoices) or Sentence("all that is open")
        if case.kind is CaseKind.DISPUTE:
            yield Sentence("In dispute, and not asked for: {numbers}.", numbers=named)
        elif case.kind is CaseKind.EXTENSION:
            yield Sentence("More time was asked for or granted: {numbers}.", numbers=named)
        elif case.kind is CaseKind.PROMISE:
            yield Sentence("A promise runs: {numbers}.", numbers=named)
        else:
            yield Sentence("They are in difficulty: a person looks after them, and no reminder goes out.")
    if any(row.payment_seen for row in invoices):
        yield Sentence("A payment of theirs has come in that the invoices do not show yet.")


def _numbers(numbers: Iterable[str]) -> str:
    return ", ".join(numbers)


async def quotes_of(uow: Uow, customer_id: str) -> tuple[Quote, ...]:
    """Their last words, the newest first: what was understood of them, in the spans behind it."""
    found: list[Quote] = []
    for message, review_id in await uow.balances.messages(customer_id, MAILS_LOOKED_AT):
        words = () if message.is_automatic else await _spans(uow, message)
        if words:
            link = f"/reviews/{review_id}" if review_id else ""
            found.append(Quote(message.received_at.astimezone(UTC).date(), words, link))
        if len(found) == MAILS:
            break
    return tuple(found)


async def _spans(uow: Uow, message: MessageRow) -> tuple[str, ...]:
    """Nothing where the words were erased."""
    saved = await uow.messages.latest_proposal(message.id)
    try:
        proposal: Proposal | None = load(PROPOSAL, await uow.words.get(saved.payload_id)) if saved else None
    except NotFound:
        return ()
    said = (finding.evidence.text for finding in proposal.intents if finding.evidence) if proposal else ()
    return tuple(dict.fromkeys(filter(None, said)))[:SPANS]


async def whom(uow: Uow, customer_id: str, best: UUID | None) -> ContactRow | None:
    """Whom to call: the contact that the plan would write to, else one with a number."""
    contacts = [contact for contact in await uow.ledger.contacts(customer_id) if contact.active]
    known = next((contact for contact in contacts if contact.id == best), None)
    if known is not None and known.phone:
        return known
    return next((contact for contact in contacts if contact.phone), known)
