"""Which invoices is the mail about? Numbers that the account does not hold count only for an unrecognised invoice."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from langgraph.runtime import Runtime

from agents.triage.context import TriageContext
from agents.triage.directed import directed_facts, directed_findings
from agents.triage.payments import payments_to_come
from agents.triage.remittances import with_listed_invoices
from agents.triage.state import TriageState
from app.domain.account import Account
from app.domain.case import Letter
from app.domain.intents import DisputeReason, Intent
from app.domain.proposal import Facts, IntentFinding, PromiseFact
from app.reading.bills.invoices import match_invoices, mentioned
from app.reading.facts.reader import WITHOUT_INVOICES, ExtractedFacts

PAYING = frozenset({Intent.PAYMENT_CONFIRMATION, Intent.PAYMENT_PROMISE})
"""Intents whose invoices an attached remittance may list."""


async def link(state: TriageState, runtime: Runtime[TriageContext]) -> TriageState:
    letter, account, facts, ours = state["letter"], state["account"], state["facts"], state["ours"]
    named = _named(account, letter.subject.value, letter.body.value)
    attached = _named(account, *(text.value for text in letter.attachments))
    strange = ours.unknown_invoices if _is_unrecognised(facts) else ()
    findings = tuple(replace(f, invoices=_concerned(f, ours, {*named, *attached}, strange)) for f in state["findings"])
    listed = state.get("remitted", ())
    correction = runtime.context.directions.correction
    findings = directed_findings(
        (_as_attached(with_listed_invoices(finding, listed), attached) for finding in findings), correction
    )
    if any(finding.intent is Intent.PAYMENT_CONFIRMATION for finding in findings):
        facts = replace(facts, payments=listed)
    carried = {number for finding in findings for number in finding.invoices}
    if any(finding.intent not in WITHOUT_INVOICES for finding in findings):
        carried |= set(named)
    return {
        "findings": findings,
        "facts": directed_facts(_summed(_linked(facts, findings, account), letter, account), correction),
        "mentioned": named,
        "invoices": _ordered(carried, account),
    }


def _named(account: Account, *texts: str) -> tuple[str, ...]:
    return mentioned([match for text in texts for match in match_invoices(text, account)], account)


def _is_unrecognised(facts: Facts) -> bool:
    return facts.dispute is not None and facts.dispute.reason is DisputeReason.UNRECOGNISED


def _concerned(
    finding: IntentFinding, ours: ExtractedFacts, named: set[str], strange: tuple[str, ...]
) -> tuple[str, ...]:
    """The model's numbers, if the mail names them; else those that the readers tie to the intent."""
    if finding.intent in WITHOUT_INVOICES:
        return ()
    suggested = tuple(number for number in finding.invoices if number in named)
    concerned = suggested or ours.invoices_of(finding.intent)
    return (*concerned, *strange) if finding.intent is Intent.DISPUTE else concerned


def _as_attached(finding: IntentFinding, attached: tuple[str, ...]) -> IntentFinding:
    if finding.intent not in PAYING or finding.invoices:
        return finding
    return replace(finding, invoices=attached)


def _ordered(numbers: Iterable[str], account: Account) -> tuple[str, ...]:
    """In the account's order, strangers last."""
    known = [invoice.number for invoice in account.invoices if invoice.number in numbers]
    return (*known, *sorted(set(numbers) - set(known)))


def _linked(facts: Facts, findings: tuple[IntentFinding, ...], account: Account) -> Facts:
    invoices = {finding.intent: finding.invoices for finding in findings}
    promise, extension, dispute = facts.promise, facts.extension, facts.dispute
    return replace(
        facts,
        promise=promise and _priced(replace(promise, invoices=invoices.get(Intent.PAYMENT_PROMISE, ())), account),
        extension=extension and replace(extension, invoices=invoices.get(Intent.EXTENSION_REQUEST, ())),
        dispute=dispute and replace(dispute, invoices=invoices.get(Intent.DISPUTE, ())),
    )


def _summed(facts: Facts, letter: Letter, account: Account) -> Facts:
    """Sums stated one by one for several invoices, all to be paid on one day, are one promise."""
    promise = facts.promise
    several = payments_to_come(letter, account, promise.invoices) if promise and promise.day else ()
    amounts = [payment.amount for payment in several if payment.day == (promise.day if promise else None)]
    if promise is None or len(several) < 2 or len(amounts) != len(several) or None in amounts:  # noqa: PLR2004 several
        return facts
    return replace(facts, promise=replace(promise, amount=sum(filter(None, amounts), Decimal(0))))


def _priced(promise: PromiseFact, account: Account) -> PromiseFact:
    """A promise without an amount is of the open amount of its invoices, when they share a currency."""
    covered = [invoice.open for invoice in account.invoices if invoice.number in promise.invoices and invoice.is_open]
    currencies = {money.currency for money in covered}
    if promise.amount is not None:
        only = currencies.pop() if len(currencies) == 1 else account.currency
        return replace(promise, currency=promise.currency or only or None)
    if len(currencies) != 1:
        return promise
    return replace(promise, amount=sum((money.amount for money in covered), Decimal(0)), currency=currencies.pop())
