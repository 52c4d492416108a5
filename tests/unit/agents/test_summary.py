from dataclasses import replace
from datetime import date
from decimal import Decimal

from agents.triage.summary import WANTS, summarise
from app.domain.account import UNKNOWN_ACCOUNT, InvoiceKind, Payment
from app.domain.intents import DisputeReason, ExtensionKind, Intent
from app.domain.money import Money
from app.domain.proposal import DisputeFact, ExtensionFact, Facts, IntentFinding, PromiseFact
from tests.unit.agents.scripted import ScriptedModel, account, invoice, letter, propose, says

TODAY = date(2026, 3, 20)
LEDGER = replace(
    account(invoice("INV-1"), invoice("INV-2", "99.50", due=date(2026, 4, 2))),
    payments=(Payment(date(2026, 2, 3), Money(Decimal("10.00"), "GBP"), reference="OAK-1"),),
)


def test_a_summary_says_what_they_want_what_was_and_what_is_open() -> None:
    findings = (
        IntentFinding(Intent.DISPUTE, 0.9, ("INV-2",)),
        IntentFinding(Intent.EXTENSION_REQUEST, 0.9),
        IntentFinding(Intent.PAYMENT_PROMISE, 0.9, ("INV-1",)),
    )
    facts = Facts(
        promise=PromiseFact(date(2026, 3, 27), Decimal("1250.00"), "GBP"),
        extension=ExtensionFact(ExtensionKind.DUE_DATE, date(2026, 4, 30)),
        dispute=DisputeFact(DisputeReason.NOT_RECEIVED),
    )
    assert summarise(findings, facts, LEDGER, ("INV-1", "INV-2"), TODAY) == (
        "Wants: dispute: not received (INV-2); other terms: due date until 30 Apr 2026; "
        "promise to pay £1,250.00 by 27 Mar 2026 (INV-1)",
        "Before: last payment £10.00 on 3 Feb 2026; reference OAK-1",
        "Open: £1,349.50; oldest concerned INV-1, 19 days overdue",
    )


def test_what_nobody_knows_is_left_out() -> None:
    promise = (IntentFinding(Intent.PAYMENT_PROMISE, 0.9),)
    assert summarise(promise, Facts(promise=PromiseFact()), UNKNOWN_ACCOUNT, (), TODAY) == (
        "Wants: promise to pay, no day named",
    )


def test_a_credit_note_is_never_overdue() -> None:
    credit = replace(invoice("CN-1", "-20.00", due=date(2026, 1, 2)), kind=InvoiceKind.CREDIT_NOTE)
    lines = summarise((), Facts(), replace(LEDGER, invoices=(*LEDGER.invoices, credit)), ("CN-1", "INV-2"), TODAY)
    assert lines[-1] == "Open: £1,329.50; oldest concerned INV-2, due 2 Apr 2026"


def test_there_is_a_word_for_every_intent() -> None:
    assert set(WANTS) == set(Intent)


async def test_a_proposal_carries_its_summary() -> None:
    words = "When is INV-1 due?"
    proposal = await propose(ScriptedModel(says(Intent.QUERY, quote=words, invoices=("INV-1",))), letter(words))
    assert proposal.summary[0] == "Wants: question (INV-1)"
