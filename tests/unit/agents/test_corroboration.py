from collections.abc import Sequence

import pytest

from agents.triage.corroboration import Reconsidered, is_a_strangers_bill, is_a_suppliers_invoice, reconsider
from app.domain.account import Account
from app.domain.intents import Intent
from app.domain.text import Span
from app.reading.facts.ties import BySpan
from app.reading.model.classifier import Scored
from tests.unit.agents.scripted import account, invoice, letter

NAMED = 0.3
LEDGER = account(invoice("INV-20418"), invoice("INV-20455"), invoice("INV-20460"))


def second_thoughts(body: str, ledger: Account = LEDGER, subject: str = "Re: x", **scores: float) -> Reconsidered:
    scored = [Scored(intent, scores.get(intent.value, 0.0)) for intent in Intent]
    return reconsider(scored, letter(body, subject), ledger, lambda score: score.confidence >= NAMED)


def named(found: Reconsidered) -> set[Intent]:
    return {score.intent for score in found.scored if score.confidence >= NAMED}


def test_what_no_clause_speaks_for_is_taken_back() -> None:
    found = second_thoughts("INV-20418 goes out in our Friday run.", payment_promise=1.0, payment_confirmation=0.5)
    assert named(found) == {Intent.PAYMENT_PROMISE}


def test_a_score_that_is_sure_stands_without_words() -> None:
    assert named(second_thoughts("All fine with us.", document_request=0.95)) == {Intent.DOCUMENT_REQUEST}


def test_the_only_intent_of_a_mail_stands() -> None:
    assert named(second_thoughts("All fine with us.", document_request=0.5)) == {Intent.DOCUMENT_REQUEST}


def test_a_grave_intent_that_is_taken_back_stays_suspected() -> None:
    found = second_thoughts("Is the freight part of INV-20418?", dispute=0.35, query=0.9)
    assert named(found) == {Intent.QUERY}
    assert found.suspected == {Intent.DISPUTE}


def test_a_day_in_a_mail_that_is_surely_something_else_is_no_wish_for_time() -> None:
    begin = "I could begin with you on 1 August."
    assert not second_thoughts(begin, unrelated=1.0, extension_request=0.2).suspected
    assert second_thoughts(begin, unrelated=0.8, extension_request=0.2).suspected == {Intent.EXTENSION_REQUEST}
    about_ours = f"{begin} INV-20418 could be then, too."
    assert second_thoughts(about_ours, unrelated=1.0, extension_request=0.2).suspected == {Intent.EXTENSION_REQUEST}


def test_a_plan_written_line_by_line_asks_for_time() -> None:
    plan = (
        "Here are the instalments for INV-20418:\n- 30 May: 400.00\n- 30 June: 400.00\n- 30 July: 400.00\nDoes it suit?"
    )
    assert Intent.EXTENSION_REQUEST in named(second_thoughts(plan, query=0.9))
    one = "The first of the instalments that we agreed on, 400.00, is paid on 30 May."
    assert Intent.EXTENSION_REQUEST not in named(second_thoughts(one, payment_promise=0.9))


def test_each_clause_about_an_invoice_of_its_own_is_heard() -> None:
    found = second_thoughts(
        "INV-20418 was paid yesterday, INV-20455 is wrong, only 8 boxes arrived, INV-20460 will be paid next Friday.",
        payment_promise=0.9,
        payment_confirmation=0.1,
        dispute=0.1,
    )
    assert named(found) >= {Intent.DISPUTE, Intent.PAYMENT_PROMISE, Intent.PAYMENT_CONFIRMATION}


def test_a_clause_does_not_overrule_a_classifier_that_has_no_doubt() -> None:
    found = second_thoughts("INV-20418 is fine, INV-20455 was paid yesterday.", query=0.9, payment_confirmation=0.02)
    assert named(found) == {Intent.QUERY}


def test_a_sum_that_will_be_paid_settles_a_doubt() -> None:
    words = "I'll send the £156.00 over tonight."
    assert named(second_thoughts(words, payment_promise=0.25)) == {Intent.PAYMENT_PROMISE}
    assert named(second_thoughts(words, payment_promise=0.1, query=0.5)) == {Intent.QUERY}
    assert named(second_thoughts("Shall I send the £156.00 tonight?", payment_promise=0.25, query=0.5)) == {
        Intent.QUERY
    }


def test_a_likely_promise_stands_beside_a_payment() -> None:
    words = "The first is paid. The other one you have on Friday's statement."
    likely = second_thoughts(words, payment_confirmation=0.9, payment_promise=0.75)
    assert named(likely) == {Intent.PAYMENT_CONFIRMATION, Intent.PAYMENT_PROMISE}


def test_asking_whether_we_changed_bank_announces_nothing() -> None:
    body = "We got a letter in your name. Do you really have new bank details?"
    found = second_thoughts(body, bank_detail_change=0.7, query=0.7)
    assert (named(found), found.asks_about_our_bank) == ({Intent.QUERY}, True)
    with_account = second_thoughts(f"{body} ⟨IBAN_CODE_1⟩", bank_detail_change=0.7, query=0.7)
    assert Intent.BANK_DETAIL_CHANGE in named(with_account)


@pytest.mark.parametrize(
    "body", ["Ring me. On site till 4.", "Bitte um Rückruf.", "Llámeme, por favor.", "Rappelez-moi"]
)
def test_a_mail_that_only_asks_for_a_call_is_thin(body: str) -> None:
    found = second_thoughts(body, acknowledgement=0.5)
    assert (named(found), found.is_thin) == ({Intent.QUERY}, True)


def test_who_says_what_they_want_and_asks_for_a_call_besides_says_enough() -> None:
    found = second_thoughts("We will pay INV-1 on Friday. Call me if that is no good.", payment_promise=0.95, query=0.1)
    assert (named(found), found.is_thin) == ({Intent.PAYMENT_PROMISE}, False)


def test_a_suppliers_own_invoice_is_known_by_its_words_and_by_our_not_knowing_the_sender() -> None:
    mail = letter("We send you our invoice 2026/0441 for the cartons delivered in May.")
    assert is_a_suppliers_invoice(mail, Account("", ""), 0.95)
    assert not is_a_suppliers_invoice(mail, LEDGER, 0.95)
    assert not is_a_suppliers_invoice(letter("Your invoice 2026/0441 is wrong."), Account("", ""), 0.95)


def test_a_strangers_bill_is_known_unless_a_clause_says_something_grave() -> None:
    bill = "Please find the data of our invoice 2026/0441. Net 1,340.00, VAT 281.40, total 1,621.40, for 2,000 boxes."
    stranger = Account("", "")
    assert is_a_strangers_bill(letter(bill), stranger, 0.8)
    assert not is_a_strangers_bill(letter(bill), stranger, 0.5)
    assert not is_a_strangers_bill(letter(bill), LEDGER, 0.8)
    assert not is_a_strangers_bill(letter(f"{bill} The price is wrong, we dispute it."), stranger, 0.8)
    assert not is_a_strangers_bill(
        letter(f"{bill} Our bank account has changed, please use the new IBAN."), stranger, 0.8
    )


def test_what_goes_on_in_the_sentence_is_of_the_invoice_named_before() -> None:
    found = second_thoughts(
        "Everything but INV-20455 will be paid on Friday. INV-20455, however, was made out to the wrong company.",
        payment_promise=1.0,
        dispute=0.2,
    )
    assert named(found) == {Intent.PAYMENT_PROMISE, Intent.DISPUTE}


def test_goods_that_came_broken_are_no_payment_made() -> None:
    body = "The pump was sent broken, it was released with a crack. INV-20455: goes out on Friday."
    found = second_thoughts(body, dispute=0.9, payment_promise=0.9, payment_confirmation=0.4)
    assert named(found) == {Intent.DISPUTE, Intent.PAYMENT_PROMISE}


@pytest.mark.parametrize(
    "body",
    [
        "Hello, the transfer is scheduled for Tuesday. Kind regards",
        "INV-20418 will be paid on the 20th.\nThank you",
        "We paid this on Monday by bank transfer.",
    ],
)
def test_a_mail_of_nothing_but_paying_hides_nothing_graver(body: str) -> None:
    paid = 0.9 * ("We paid" in body)
    found = second_thoughts(
        body, extension_request=0.5, dispute=0.2, payment_promise=0.9 - paid, payment_confirmation=paid
    )
    expected = Intent.PAYMENT_CONFIRMATION if paid else Intent.PAYMENT_PROMISE
    assert (named(found), found.suspected) == ({expected}, frozenset())


@pytest.mark.parametrize(
    "body",
    [
        "The transfer is scheduled for Tuesday. Box four of the delivery stood empty in the yard.",
        "The transfer is scheduled for Tuesday, if our customer has paid.",
        "Would the transfer on Tuesday be soon enough?",
    ],
)
def test_whoever_says_anything_else_stays_suspected(body: str) -> None:
    found = second_thoughts(body, payment_promise=0.9, dispute=0.2, extension_request=0.2)
    assert found.suspected == {Intent.DISPUTE, Intent.EXTENSION_REQUEST}


def test_a_plain_promise_that_the_classifier_misses_is_heard() -> None:
    assert named(second_thoughts("The transfer is scheduled for Tuesday.")) == {Intent.PAYMENT_PROMISE}


def test_a_plea_that_is_heard_more_surely_than_the_promise_stands() -> None:
    found = second_thoughts("We will pay on Tuesday.", payment_promise=0.4, extension_request=0.9)
    assert named(found) == {Intent.PAYMENT_PROMISE, Intent.EXTENSION_REQUEST}


def test_a_part_that_is_paid_at_once_is_a_promise_beside_the_proposal_for_the_rest() -> None:
    body = "Tomorrow we will transfer 1,000 euros, and I propose to pay the remaining 2,400 in four instalments of 600."
    found = second_thoughts(body, extension_request=1.0, payment_promise=0.06)
    assert named(found) == {Intent.EXTENSION_REQUEST, Intent.PAYMENT_PROMISE}
    only = "I propose to pay the remaining 2,400 euros in four instalments of 600, the first tomorrow."
    assert named(second_thoughts(only, extension_request=1.0, payment_promise=0.06)) == {Intent.EXTENSION_REQUEST}


def test_a_payment_that_was_heard_in_a_clause_is_announced_by_no_word_of_it() -> None:
    body = "INV-20418: two boxes short.\nINV-20455: settlement Monday."
    scored = [Scored(intent, 0.15 if intent is Intent.PAYMENT_PROMISE else 0.0) for intent in Intent]
    place = body.index("INV-20455")
    scored[[s.intent for s in scored].index(Intent.PAYMENT_CONFIRMATION)] = Scored(
        Intent.PAYMENT_CONFIRMATION, 0.9, "body", place, len(body)
    )
    found = reconsider(scored, letter(body, "Re: x"), LEDGER, lambda score: score.confidence >= NAMED)
    assert Intent.PAYMENT_PROMISE not in named(found)


def test_a_bare_day_of_one_of_several_invoices_settles_a_doubt() -> None:
    body = "INV-20418 was paid yesterday.\nINV-20455 tomorrow."
    assert Intent.PAYMENT_PROMISE in named(second_thoughts(body, payment_confirmation=0.9, payment_promise=0.2))
    assert Intent.PAYMENT_PROMISE not in named(second_thoughts(body, payment_confirmation=0.9, payment_promise=0.1))


def test_a_fate_told_in_few_words_is_heard_in_its_clause_alone() -> None:
    body = "INV-20418 was paid yesterday. For INV-20455 we ask for a delay until June."
    scored = [Scored(intent, 0.9 if intent is Intent.EXTENSION_REQUEST else 0.01) for intent in Intent]

    def asked(value: float) -> set[Intent]:
        def hear(clauses: Sequence[Span]) -> BySpan:
            return {(c.start, c.end): {Intent.PAYMENT_CONFIRMATION: value * (c.start == 0)} for c in clauses}

        return named(reconsider(scored, letter(body, "Re: x"), LEDGER, lambda s: s.confidence >= NAMED, hear))

    assert asked(0.6) == {Intent.EXTENSION_REQUEST, Intent.PAYMENT_CONFIRMATION}
    assert asked(0.1) == {Intent.EXTENSION_REQUEST}
