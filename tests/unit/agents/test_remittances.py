"""A covering note with a remittance list is a confirmation of the payments on it, whatever the note is taken for."""

from dataclasses import replace
from decimal import Decimal

import pytest

from agents.triage.outputs import Flag, MessageClass
from app.domain.intents import Intent, Reason
from app.domain.proposal import Evidence, PaymentFact
from app.domain.text import unredacted
from tests.unit.agents.scripted import ScriptedModel, account, invoice, letter, propose, says

LIST = "Payment advice\nInvoice;Paid\nINV-1;1,200.00\nINV-2;90.00"
LEDGER = account(invoice("INV-1"), invoice("INV-2", "90.00"))
NOTE = replace(letter("Please see attached."), attachments=(unredacted("logo"), unredacted(LIST)))
NOTHING_SAID = MessageClass(intents=(), flags=(Flag.LOW_INFORMATION,))


@pytest.mark.parametrize("answer", [NOTHING_SAID, says(Intent.ACKNOWLEDGEMENT, quote="Please see attached.")])
async def test_a_list_is_a_confirmation_with_its_invoices_and_sums(answer: MessageClass) -> None:
    proposal = await propose(ScriptedModel(answer), NOTE, ledger=LEDGER)
    (finding,) = proposal.intents
    assert (finding.intent, finding.invoices) == (Intent.PAYMENT_CONFIRMATION, ("INV-1", "INV-2"))
    assert finding.evidence == Evidence("attachment:1", LIST.index("INV-1"), len(LIST))
    assert [(paid.invoice, paid.amount, paid.currency) for paid in proposal.facts.payments] == [
        ("INV-1", Decimal("1200.00"), "GBP"),
        ("INV-2", Decimal("90.00"), "GBP"),
    ]
    assert Reason.LOW_INFORMATION not in proposal.reasons


async def test_a_promise_with_a_list_stays_a_promise() -> None:
    mail = replace(NOTE, body=unredacted("We will pay on Friday, see the list."))
    proposal = await propose(ScriptedModel(says(Intent.PAYMENT_PROMISE, quote="We will pay")), mail, ledger=LEDGER)
    assert [finding.intent for finding in proposal.intents] == [Intent.PAYMENT_PROMISE]
    assert proposal.facts.payments == ()


async def test_a_dispute_stands_beside_the_list() -> None:
    proposal = await propose(ScriptedModel(says(Intent.DISPUTE, quote="Please")), NOTE, ledger=LEDGER)
    assert [finding.intent for finding in proposal.intents] == [Intent.DISPUTE, Intent.PAYMENT_CONFIRMATION]
    assert isinstance(proposal.facts.payments[0], PaymentFact)
