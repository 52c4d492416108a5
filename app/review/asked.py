"""What a person may say about a case: the request for other terms before them, and the form of a correction."""

from collections.abc import Iterable
from datetime import date

from app.db.repositories.cases import as_promise
from app.db.repositories.four_eyes import first_words
from app.db.repositories.ledger import as_invoice
from app.db.tables.ledger import CaseRow
from app.db.uow import Uow
from app.domain.directions import NO_TERMS_FOR, from_said
from app.domain.errors import NotFound
from app.domain.extension import Step as Instalment
from app.domain.extension import equal_steps
from app.domain.money import Money
from app.domain.promise import owed_on
from app.domain.review import DECIDERS, SENIORS, CaseKind, CaseState
from app.review.files import CaseFile
from app.review.item_view import AwaitedTerms, Colleague, Newcomer, Reading, Step, TermsView
from app.review.ledger_panel import amount

INSTALMENTS = 3


async def terms_asked(uow: Uow, case: CaseFile, today: date) -> TermsView | None:
    """None where the mail asks for no other terms."""
    rows = await uow.cases.of_message(case.message.id, case.saved.run)
    asked = next((row for row in rows if row.kind is CaseKind.EXTENSION), None)
    if asked is None:
        return None
    said = await uow.guidance.terms(case.message.id)
    decided = said[1] if said is not None else None
    owed = await _owed(uow, asked)
    is_open = asked.state is CaseState.PROPOSED
    return TermsView(
        case_id=str(asked.id),
        kind=asked.detail,
        until=asked.day,
        invoices=tuple(asked.invoices),
        owed=amount(owed) if owed else None,
        suggested=_shown(equal_steps(owed, today, INSTALMENTS)) if is_open and owed else (),
        may_decide=is_open and NO_TERMS_FOR.isdisjoint(case.review.reasons),
        outcome=decided.outcome.value if decided else "",
        decided_kind=decided.kind.value if decided and decided.kind else "",
        decided_until=decided.until if decided else None,
        decided_amount=amount(decided.amount) if decided and decided.amount else None,
        decided_steps=_shown(decided.steps) if decided else (),
        awaited=await _awaited(uow, asked) if is_open else None,
    )


async def _awaited(uow: Uow, asked: CaseRow) -> AwaitedTerms | None:
    word = next(iter((await first_words(uow, [asked.id])).get(asked.id, [])), None)
    if word is None or not word.said:
        return None
    terms = from_said(word.said)
    return AwaitedTerms(
        by=str(word.by),
        name=word.name,
        kind=terms.kind.value if terms.kind else "",
        until=terms.until,
        amount=amount(terms.amount) if terms.amount else None,
        steps=_shown(terms.steps),
    )


def _shown(steps: Iterable[Instalment]) -> tuple[Step, ...]:
    return tuple(Step(step.day, amount(step.amount)) for step in steps)


async def _owed(uow: Uow, asked: CaseRow) -> Money | None:
    invoices = [as_invoice(row) for row in await uow.ledger.invoices(asked.customer_id)]
    return owed_on(as_promise(asked, asked.opened_at.date()), invoices)


def reading_of(case: CaseFile) -> Reading:
    """What the form of a correction begins with."""
    facts = case.proposal.facts
    promise, extension = facts.promise, facts.extension
    promised = None
    if promise is not None and promise.amount is not None and promise.currency:
        promised = amount(Money(promise.amount, promise.currency))
    return Reading(
        invoices={finding.intent.value: finding.invoices for finding in case.proposal.intents},
        promise_day=promise.day if promise else None,
        promise_amount=promised,
        extension_kind=extension.kind.value if extension and extension.kind else "",
        until=extension.until if extension else None,
        dispute_reason=facts.dispute.reason.value if facts.dispute else "",
    )


async def newcomers(uow: Uow, case: CaseFile) -> tuple[Newcomer, ...]:
    """Contacts that the mail proposes and nobody has decided on; not those whose words were erased."""
    found = []
    for row in await uow.contacts.proposed_in(case.message.id):
        try:
            words = await uow.contacts.newcomer(row)
        except NotFound:
            continue
        found.append(Newcomer(str(row.id), words.name, words.email))
    return tuple(found)


async def colleagues(uow: Uow) -> tuple[Colleague, ...]:
    """Everybody whom a review may be given to."""
    people = [user for user in await uow.users.all() if user.active and user.role in DECIDERS]
    return tuple(Colleague(str(user.id), user.name, user.role in SENIORS) for user in people)
