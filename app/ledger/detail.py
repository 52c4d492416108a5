"""One case, put together for its page: its life, its invoices, the customer's own words, and the moves left to it."""

from collections.abc import Collection, Iterable
from datetime import UTC, date
from decimal import Decimal

from app.db.repositories.cases import as_promise
from app.db.repositories.four_eyes import first_words
from app.db.repositories.ledger import as_invoice, as_payment
from app.db.tables.ledger import CaseRow, CustomerRow
from app.db.uow import Uow
from app.domain.account import Invoice, Payment
from app.domain.directions import from_said
from app.domain.dispute import Dispute, payable
from app.domain.errors import NotFound
from app.domain.extension import equal_steps
from app.domain.intents import Intent
from app.domain.money import Money
from app.domain.promise import covered, owed_on, reliability
from app.domain.proposal import Proposal
from app.domain.review import CASE_NEXT, DISAPPOINTED, RUNNING, CaseKind, CaseState
from app.domain.wire import PROPOSAL, load
from app.ledger.life import life_of
from app.ledger.lines import case_line, owners_of, task_lines
from app.ledger.view import CaseDetail, FirstSaid, InvoiceLine, Kept, StepLine, Sum

INTENT_OF = {
    CaseKind.PROMISE: {Intent.PAYMENT_PROMISE},
    CaseKind.DISPUTE: {Intent.DISPUTE},
    CaseKind.EXTENSION: {Intent.EXTENSION_REQUEST, Intent.PAYMENT_PROMISE},
    CaseKind.HARDSHIP: {Intent.HARDSHIP},
}


async def case_detail(uow: Uow, case: CaseRow, customer: CustomerRow, *, today: date, instalments: int) -> CaseDetail:
    """Everything that the page of a case shows."""
    invoices = [as_invoice(row) for row in await uow.ledger.invoices(customer.id)]
    payments = [as_payment(row) for row in await uow.ledger.payments(customer.id)]
    steps = (await uow.cases.steps([case.id])).get(case.id, [])
    owners, others = await owners_of(uow), await uow.cases.of_customer(customer.id)
    line = case_line(case, customer, steps, owners, today)
    promise = as_promise(case, case.opened_at.astimezone(UTC).date())
    about = [i for i in invoices if i.number.upper() in promise.invoices] if case.invoices else []
    owed = owed_on(promise, invoices)
    proposal = await _proposal(uow, case)
    review = await uow.reviews.of_message(case.message_id) if case.message_id else None
    is_requested = case.kind is CaseKind.EXTENSION and case.state is CaseState.PROPOSED
    return CaseDetail(
        line=line,
        may=frozenset(state.value for state in CASE_NEXT[case.kind].get(case.state, ()) if state not in DISAPPOINTED),
        events=life_of(
            case,
            steps,
            _about(payments, about or covered(promise, invoices)),
            deadline=line.deadline,
            today=today,
            names=await uow.users.names(),
        ),
        invoices=_invoices(about, others),
        steps=tuple(StepLine(s.seq, s.day, (s.amount, s.currency), s.state.value) for s in steps),
        suggested=_suggested(owed, today, instalments) if is_requested else (),
        owed=_sum(owed),
        outcome=_outcome(case),
        resolution=case.resolution.value if case.resolution else "",
        note=uow.words.opened(case.id, case.note),
        quote=_quote(proposal, case.kind),
        language=proposal.language if proposal else "",
        review_id=str(review.id) if review else "",
        kept=_kept(others, customer),
        owners=owners,
        tasks=await task_lines(uow, [(task, customer) for task in await uow.tasks.of_case(case.id)], owners, today),
        awaited=await _awaited(uow, case),
    )


async def _awaited(uow: Uow, case: CaseRow) -> FirstSaid | None:
    """The last word that waits for a second person; of what was said before it was kept, nothing can be shown."""
    word = next(iter((await first_words(uow, [case.id])).get(case.id, [])), None)
    if word is None or not word.said or case.state not in RUNNING:
        return None
    if "resolution" in word.said:
        amount = Decimal(word.said["amount"]) if word.said["amount"] else None
        return FirstSaid(str(word.by), word.name, word.said["resolution"], amount)
    if case.state is not CaseState.PROPOSED:
        return None
    terms = from_said(word.said)
    steps = tuple(
        StepLine(seq, step.day, (step.amount.amount, step.amount.currency), step.state.value)
        for seq, step in enumerate(terms.steps, start=1)
    )
    return FirstSaid(str(word.by), word.name, until=terms.until, steps=steps)


def _about(payments: Iterable[Payment], invoices: Iterable[Invoice]) -> list[Payment]:
    numbers = {invoice.number.upper() for invoice in invoices}
    return [p for p in payments if not p.invoice_number or p.invoice_number.upper() in numbers]


def _invoices(about: Iterable[Invoice], others: Collection[CaseRow]) -> tuple[InvoiceLine, ...]:
    disputes = [
        Dispute(
            frozenset(number.upper() for number in row.invoices),
            Money(row.amount, row.currency) if row.amount is not None and row.currency else None,
        )
        for row in others
        if row.kind is CaseKind.DISPUTE and row.state in RUNNING
    ]
    return tuple(
        InvoiceLine(
            number=invoice.number,
            due=invoice.due_date,
            open=(invoice.open.amount, invoice.open.currency),
            payable=(payable(invoice, disputes).amount, invoice.open.currency),
            status=invoice.status.value,
        )
        for invoice in about
    )


def _suggested(owed: Money | None, today: date, count: int) -> tuple[StepLine, ...]:
    if owed is None:
        return ()
    return tuple(
        StepLine(seq, step.day, (step.amount.amount, step.amount.currency), "due")
        for seq, step in enumerate(equal_steps(owed, today, count), start=1)
    )


def _sum(money: Money | None) -> Sum | None:
    return (money.amount, money.currency) if money else None


def _outcome(case: CaseRow) -> Sum | None:
    currency = case.currency or case.owed_currency
    return (case.outcome_amount, currency) if case.outcome_amount is not None and currency else None


def _kept(cases: Iterable[CaseRow], customer: CustomerRow) -> Kept | None:
    ended = (row.state for row in cases if row.kind is CaseKind.PROMISE)
    known = reliability(ended, is_natural_person=customer.natural_person)
    return Kept(known.kept, known.total, known.share) if known and known.share is not None else None


async def _proposal(uow: Uow, case: CaseRow) -> Proposal | None:
    """The proposal that opened a case; None for one noted by hand, and when its words were erased."""
    if case.message_id is None:
        return None
    saved = await uow.messages.latest_proposal(case.message_id)
    try:
        proposal: Proposal | None = load(PROPOSAL, await uow.words.get(saved.payload_id)) if saved else None
    except NotFound:
        return None
    return proposal


def _quote(proposal: Proposal | None, kind: CaseKind) -> str:
    """The customer's own words behind the case."""
    findings = proposal.intents if proposal else ()
    return next((f.evidence.text for f in findings if f.intent in INTENT_OF[kind] and f.evidence), "")
