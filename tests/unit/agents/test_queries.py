from dataclasses import replace
from datetime import date

import pytest

from agents.triage.brief import DraftBrief, Topic
from agents.triage.outputs import ExtractedFacts, FoundPromise
from agents.triage.queries import MOST, asks_for_the_total, asks_the_ledger, open_items
from app.domain.account import InvoiceStatus
from app.domain.intents import Intent, Tone
from tests.unit.agents.scripted import KNOWN, STRANGER, ScriptedModel, account, invoice, letter, propose, says


@pytest.mark.parametrize(
    "words",
    [
        "When is INV-1 due?",
        "Wie hoch ist der offene Betrag?",
        "Quelle est l'échéance de INV-1 ?",
        "¿Cuándo vence INV-1?",
        "Wanneer vervalt INV-1?",
        "Quando scade INV-1?",
        "Qual é o valor em aberto?",
    ],
)
def test_questions_that_the_ledger_answers_are_heard(words: str) -> None:
    assert asks_the_ledger(words)


def test_other_questions_are_not() -> None:
    assert not asks_the_ledger("Which hotel was this for?")


def test_open_items_are_those_asked_about_with_their_due_dates() -> None:
    ledger = account(invoice("INV-2", "99.50", due=date(2026, 3, 9)), invoice("INV-1"))
    assert [item.invoices for item in open_items(ledger, ())] == [("INV-1",), ("INV-2",)]
    assert [item.day for item in open_items(ledger, ("INV-2",))] == [date(2026, 3, 9)]


def test_there_is_no_plain_answer_on_paid_invoices_payments_seen_and_long_lists() -> None:
    paid = replace(invoice("INV-2"), status=InvoiceStatus.PAID)
    assert open_items(account(invoice("INV-1"), paid), ("INV-1", "INV-2")) == ()
    assert open_items(account(replace(invoice("INV-1"), payment_seen=True)), ()) == ()
    assert open_items(account(*(invoice(f"INV-{n}") for n in range(MOST + 1))), ()) == ()


async def brief_for(
    *intents: Intent, words: str, facts: ExtractedFacts | None = None, known: bool = True
) -> DraftBrief:
    model = ScriptedModel(says(*intents, quote=words, invoices=("INV-1",)), facts)
    await propose(model, letter(words), standing=KNOWN if known else STRANGER)
    brief = model.questions[-1].inputs["brief"]
    assert isinstance(brief, DraftBrief)
    return brief


async def test_a_verified_writer_is_answered_from_the_ledger_and_a_stranger_is_not() -> None:
    words = "When is INV-1 due?"
    assert [t.topic for t in (await brief_for(Intent.QUERY, words=words)).topics] == [Topic.QUERY_ANSWERED]
    assert [t.topic for t in (await brief_for(Intent.QUERY, words=words, known=False)).topics] == [Topic.QUERY_RECEIVED]


async def test_a_sum_below_what_is_open_is_a_promise_in_part() -> None:
    words = "We will pay 500.00 GBP of INV-1 on 27 March."
    facts = ExtractedFacts(promise=FoundPromise(quote=words, day=date(2026, 3, 27), amount="500.00", currency="GBP"))
    brief = await brief_for(Intent.PAYMENT_PROMISE, words=words, facts=facts)
    assert [topic.topic for topic in brief.topics] == [Topic.PROMISE_IN_PART]


async def test_nobody_in_difficulty_or_dispute_is_written_to_firmly() -> None:
    words = "We cannot pay INV-1 before 27 March, business is bad."
    for intent in (Intent.HARDSHIP, Intent.DISPUTE, Intent.LEGAL_OR_COMPLAINT):
        brief = await brief_for(Intent.EXTENSION_REQUEST, intent, words=words)
        assert brief.tone is not Tone.FIRM


async def test_who_asks_for_the_total_is_told_all_that_is_open_and_the_sum() -> None:
    words = "How much do we owe you in total, and when was INV-1 due?"
    model = ScriptedModel(says(Intent.QUERY, quote=words, invoices=("INV-1",)))
    proposal = await propose(model, letter(words), ledger=account(invoice("INV-1"), invoice("INV-2", "99.50")))
    brief = model.questions[-1].inputs["brief"]
    assert isinstance(brief, DraftBrief)
    (topic,) = brief.topics
    assert topic.invoices == ("INV-1", "INV-2")
    assert (str(topic.amount), topic.currency) == ("1349.50", "GBP")
    assert proposal.draft is not None


@pytest.mark.parametrize(
    "words", ["Wie hoch ist unser Saldo insgesamt?", "Combien devons-nous au total ?", "¿Cuál es nuestro saldo?"]
)
def test_totals_are_asked_for_in_any_language(words: str) -> None:
    assert asks_for_the_total(words)
    assert not asks_for_the_total("When is INV-1 due?")
