from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from agents.triage.outputs import (
    ExtractedFacts,
    Flag,
    FoundContact,
    FoundDispute,
    FoundIntent,
    FoundPromise,
    MessageClass,
)
from agents.triage.state import Standing
from app.domain.account import LinkMethod
from app.domain.errors import ModelUnavailable
from app.domain.intents import DisputeReason, Intent, Reason, Route
from app.domain.message import Authentication, Machine, Screening
from app.domain.policy import GUARD, Condition, Policy, Rule, Situation, decision_of
from app.domain.proposal import Evidence
from app.domain.text import Span, unredacted
from tests.unit.agents.scripted import KNOWN, STRANGER, ScriptedModel, account, invoice, letter, propose, says

PROMISE = says(Intent.PAYMENT_PROMISE, quote="we pay")


@pytest.mark.parametrize(
    ("machine", "intent", "rule"),
    [
        (Machine.BOUNCE, Intent.DELIVERY_FAILURE, "bounce"),
        (Machine.AUTO_REPLY, Intent.AUTOMATIC_REPLY, "automatic-reply"),
        (Machine.TICKET_ROBOT, Intent.AUTOMATIC_REPLY, "automatic-reply"),
        (Machine.MAILING_LIST, Intent.UNRELATED, "mailing-list"),
        (Machine.OWN_COPY, Intent.UNRELATED, "own-copy"),
    ],
)
async def test_machine_mail_never_reaches_a_model_and_gets_no_answer(
    machine: Machine, intent: Intent, rule: str
) -> None:
    model = ScriptedModel()
    mail = letter("I am out of the office.", screening=Screening(machine=machine))
    proposal = await propose(model, mail, ledger=account(strategic=True), standing=STRANGER)
    assert model.asked == []
    assert (proposal.route, proposal.rule, proposal.draft) == (Route.NONE, rule, None)
    assert proposal.primary is intent


async def test_an_automatic_reply_may_name_a_successor_for_good_but_a_stand_in_is_none() -> None:
    robot = Screening(machine=Machine.AUTO_REPLY)
    body = (
        "Thank you for your mail. Jo Vale has left the company. From now on please write to mia.orr@customer.example."
    )
    proposal = await propose(ScriptedModel(), letter(body, screening=robot))
    assert [found.intent for found in proposal.intents] == [Intent.AUTOMATIC_REPLY, Intent.CONTACT_UPDATE]
    assert proposal.facts.contact is not None
    assert proposal.facts.contact.email == "mia.orr@customer.example"
    assert (proposal.route, proposal.rule) == (Route.NONE, "automatic-reply")
    body = "I am away until 3 April. While I am out please write to mia.orr@customer.example in urgent cases."
    proposal = await propose(ScriptedModel(), letter(body, screening=robot))
    assert [found.intent for found in proposal.intents] == [Intent.AUTOMATIC_REPLY]


async def test_of_a_notice_with_an_aside_the_model_reads_the_aside_alone() -> None:
    body, aside = "I am away until 14 April.\n\nPS: we pay INV-1 on 3 April 2026.", "PS: we pay INV-1 on 3 April 2026."
    start = body.index(aside)
    heard = Screening(is_marked=True, asides=(Span(start, len(body)),))
    model = ScriptedModel(PROMISE, ExtractedFacts(), ("Thank you.",))
    proposal = await propose(model, letter(body, subject="Automatic reply: INV-1", screening=heard))
    assert model.questions[0].letter.body.value == aside
    assert model.questions[0].letter.subject.value == ""
    found = proposal.intents[0].evidence
    assert proposal.primary is Intent.PAYMENT_PROMISE
    assert found is not None
    assert body[found.start : found.end] == "we pay"


@pytest.mark.parametrize(
    "screening",
    [Screening(is_marked=True), Screening(asides=(Span(0, 5),))],
)
async def test_what_says_nothing_in_a_mail_marked_as_automatic_is_a_machines(screening: Screening) -> None:
    model = ScriptedModel(says(Intent.ACKNOWLEDGEMENT, quote="Thank"))
    proposal = await propose(model, letter("Thank you for your message.", screening=screening))
    assert (proposal.route, proposal.rule) == (Route.NONE, "machine-by-its-words")
    assert proposal.primary is Intent.AUTOMATIC_REPLY


async def test_what_a_mail_marked_as_automatic_promises_is_a_persons() -> None:
    model = ScriptedModel(PROMISE, ExtractedFacts(), ("Thank you.",))
    proposal = await propose(model, letter("we pay on Friday.", screening=Screening(is_marked=True)))
    assert proposal.primary is Intent.PAYMENT_PROMISE
    assert proposal.route is not Route.NONE


async def test_a_promise_becomes_a_proposal_with_facts_evidence_and_draft() -> None:
    body = "Hello,\nwe pay INV-1 on 3 April 2026."
    quote = "we pay INV-1 on 3 April 2026"
    model = ScriptedModel(
        says(Intent.PAYMENT_PROMISE, quote=quote),
        ExtractedFacts(promise=FoundPromise(day=date(2026, 4, 3), quote=quote)),
        ("Thank you, we noted £1,250.00 for 3 April 2026.",),
    )
    proposal = await propose(model, letter(body))
    assert model.asked == ["classify_message", "extract_facts", "draft_reply"]
    assert (proposal.route, proposal.rule, proposal.reasons) == (Route.AUTO, "routine", ())
    assert proposal.invoices == ("INV-1",)
    assert proposal.facts.promise is not None
    assert (proposal.facts.promise.day, proposal.facts.promise.amount) == (date(2026, 4, 3), Decimal("1250.00"))
    assert proposal.intents[0].evidence == Evidence("body", body.index(quote), body.index(quote) + len(quote))
    assert proposal.draft is not None
    assert [(t.source, t.reference) for t in proposal.draft.traces] == [("ledger", "INV-1"), ("mail", "facts")]


async def test_a_quote_that_is_not_there_is_dropped_and_lowers_the_confidence() -> None:
    proposal = await propose(ScriptedModel(says(Intent.QUERY, quote="never said")), letter("How much do we owe?"))
    assert proposal.intents[0].evidence is None
    assert proposal.intents[0].confidence == pytest.approx(0.297)
    assert proposal.reasons == (Reason.LOW_CONFIDENCE,)


async def test_a_quote_is_found_whatever_its_white_space() -> None:
    proposal = await propose(ScriptedModel(says(Intent.QUERY, quote="How much do")), letter("How  much\ndo we owe?"))
    assert proposal.intents[0].evidence == Evidence("body", 0, 12)


@pytest.mark.parametrize(
    ("intent", "reason", "rule"),
    [
        (Intent.DISPUTE, Reason.DISPUTE, "dispute"),
        (Intent.EXTENSION_REQUEST, Reason.NEGOTIATION, "asks-for-terms"),
        (Intent.HARDSHIP, Reason.HARDSHIP, "hardship"),
        (Intent.LEGAL_OR_COMPLAINT, Reason.LEGAL, "legal"),
        (Intent.BANK_DETAIL_CHANGE, Reason.FRAUD_RISK, "bank-details-or-fraud-sign"),
    ],
)
async def test_what_a_person_decides_goes_to_a_person(intent: Intent, reason: Reason, rule: str) -> None:
    proposal = await propose(ScriptedModel(says(intent, quote="the text")), letter("the text of INV-1"))
    assert (proposal.route, proposal.rule) == (Route.REVIEW, rule)
    assert reason in proposal.reasons


@pytest.mark.parametrize(
    ("screening", "flag"),
    [
        (Screening(fraud_signs=("look_alike_domain",)), None),
        (Screening(has_injection=True), None),
        (Screening(has_hidden_text=True), None),
        (Screening(), Flag.INJECTION),
        (Screening(), Flag.FRAUD_SIGN),
    ],
)
async def test_fraud_and_injection_end_without_a_draft(screening: Screening, flag: Flag | None) -> None:
    found = MessageClass(intents=PROMISE.intents, flags=(flag,) if flag else ())
    model = ScriptedModel(found)
    proposal = await propose(model, letter("we pay", screening=screening))
    assert (proposal.route, proposal.draft) == (Route.REVIEW, None)
    assert set(proposal.reasons) & {Reason.FRAUD_RISK, Reason.INJECTION}
    assert "draft_reply" not in model.asked


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (Standing(LinkMethod.NONE, is_active_contact=False), Reason.UNKNOWN_CUSTOMER),
        (Standing(LinkMethod.AMBIGUOUS, is_active_contact=False), Reason.UNKNOWN_CUSTOMER),
        (Standing(LinkMethod.THREAD, is_active_contact=False), Reason.UNVERIFIED_SENDER),
        (Standing(LinkMethod.INVOICE, is_active_contact=False), Reason.UNVERIFIED_SENDER),
        (Standing(LinkMethod.CONTACT, is_active_contact=False), Reason.UNVERIFIED_SENDER),
        (Standing(LinkMethod.CONTACT, True, Authentication.FAIL), Reason.UNVERIFIED_SENDER),
    ],
)
async def test_a_writer_nobody_has_verified_goes_to_a_person(standing: Standing, reason: Reason) -> None:
    proposal = await propose(ScriptedModel(PROMISE), letter("we pay"), standing=standing)
    assert (proposal.route, proposal.reasons) == (Route.REVIEW, (reason,))


async def test_an_unverified_writer_is_told_nothing_of_the_ledger() -> None:
    leak = ScriptedModel(PROMISE, drafts=("Your open amount is £1,250.00.",))
    refused = await propose(leak, letter("we pay INV-1"), standing=STRANGER)
    assert refused.draft is None
    assert Reason.DRAFT_REFUSED in refused.reasons
    asked = next(question for question in leak.questions if question.prompt.id == "draft_reply")
    assert asked.account.invoices == ()
    assert "1250" not in asked.fenced
    told = ScriptedModel(PROMISE, drafts=("We noted your message about INV-1.",))
    assert (await propose(told, letter("we pay INV-1"), standing=STRANGER)).draft is not None


async def test_an_answer_of_the_stand_in_goes_to_a_person() -> None:
    proposal = await propose(ScriptedModel(PROMISE, is_fallback=True), letter("we pay"))
    assert (proposal.route, proposal.reasons) == (Route.REVIEW, (Reason.MODEL_UNAVAILABLE,))
    assert all(call.is_fallback for call in proposal.calls)


async def test_a_stand_in_whose_draft_is_refused_leaves_both_reasons() -> None:
    model = ScriptedModel(PROMISE, drafts=("You owe £777.",), is_fallback=True)
    proposal = await propose(model, letter("we pay"))
    assert proposal.reasons == (Reason.MODEL_UNAVAILABLE, Reason.DRAFT_REFUSED)


@pytest.mark.parametrize(
    "draft",
    [
        "We grant you an instalment plan.",
        "Wir gewähren Ihnen einen Nachlass.",
        "Please pay at https://pay.example/now.",
        "Our new account is DE89 3704 0044 0532 0130 00.",
        "Please answer to boss@attacker.example instead.",
        "Dear ⟨PERSON_9⟩, your data are ⟨IBAN_CODE_1⟩.",
        "Otherwise our lawyers will sue you.",
        "You are right, this was our mistake.",
        "Invoice INV-77 of another customer is open.",
        "word " * 500,
    ],
)
async def test_whatever_a_hostile_model_writes_a_person_gets_no_such_draft(draft: str) -> None:
    proposal = await propose(ScriptedModel(PROMISE, drafts=(draft,)), letter("we pay by ⟨IBAN_CODE_1⟩"))
    assert proposal.draft is None
    assert (proposal.route, proposal.reasons) == (Route.REVIEW, (Reason.DRAFT_REFUSED,))


async def test_a_refused_draft_is_written_once_more() -> None:
    model = ScriptedModel(PROMISE, drafts=("You owe £777.", "Thank you for your message."))
    proposal = await propose(model, letter("we pay"))
    assert model.asked.count("draft_reply") == 2
    assert '"untraced: 777"' in model.questions[-1].fenced
    assert proposal.draft is not None
    assert proposal.route is Route.AUTO


async def test_a_draft_refused_twice_goes_to_a_person_without_one() -> None:
    model = ScriptedModel(PROMISE, drafts=("You owe £777.",))
    proposal = await propose(model, letter("we pay"))
    assert model.asked.count("draft_reply") == 2
    assert (proposal.draft, proposal.route, proposal.reasons) == (None, Route.REVIEW, (Reason.DRAFT_REFUSED,))


async def test_a_refused_draft_keeps_the_rule_that_asked_for_a_person() -> None:
    model = ScriptedModel(says(Intent.DISPUTE, quote="too dear"), drafts=("You are right.",))
    proposal = await propose(model, letter("too dear"))
    assert (proposal.rule, proposal.reasons) == ("dispute", (Reason.DISPUTE, Reason.DRAFT_REFUSED))


@pytest.mark.parametrize(("confidence", "route"), [(0.99, Route.NONE), (0.9, Route.REVIEW), (0.8, Route.REVIEW)])
async def test_no_answer_needed_must_be_certain_when_a_contact_names_an_invoice(
    confidence: float, route: Route
) -> None:
    model = ScriptedModel(says(Intent.ACKNOWLEDGEMENT, quote="thanks", confidence=confidence))
    proposal = await propose(model, letter("thanks", "Re: INV-1"), ledger=account(strategic=True))
    assert proposal.route is route
    assert proposal.invoices == ()


async def test_a_strategic_account_always_goes_to_a_person() -> None:
    proposal = await propose(ScriptedModel(PROMISE), letter("we pay"), ledger=account(strategic=True))
    assert (proposal.rule, proposal.reasons) == ("strategic-account", (Reason.STRATEGIC_ACCOUNT,))


@pytest.mark.parametrize("intent", [Intent.PAYMENT_PROMISE, Intent.ACKNOWLEDGEMENT, Intent.UNRELATED])
async def test_a_suspicion_of_something_graver_goes_to_a_person(intent: Intent) -> None:
    found = MessageClass(intents=says(intent, quote="we pay").intents, flags=(Flag.PERHAPS_MORE,))
    proposal = await propose(ScriptedModel(found), letter("we pay"))
    assert (proposal.route, proposal.rule) == (Route.REVIEW, "perhaps-graver-than-it-looks")
    assert proposal.reasons == (Reason.LOW_CONFIDENCE,)


async def test_a_policy_that_is_too_generous_is_overruled() -> None:
    generous = Policy("1", (Rule("all", Condition(), Route.AUTO),))
    decision = decision_of(generous, Situation(frozenset({Intent.DISPUTE}), frozenset({Reason.DISPUTE}), 1.0))
    assert (decision.route, decision.rule, decision.reasons) == (Route.REVIEW, GUARD, (Reason.DISPUTE,))


async def test_a_customer_whose_only_words_are_attached_is_read_there() -> None:
    remittance = replace(letter("see attached"), attachments=(unredacted("Remittance: INV-2 99.50"),))
    model = ScriptedModel(says(Intent.PAYMENT_CONFIRMATION, quote="see attached"))
    proposal = await propose(model, remittance, ledger=account(invoice("INV-1"), invoice("INV-2")))
    assert proposal.invoices == ("INV-2",)
    assert "<<<ATTACHMENT 0\nRemittance" in model.questions[0].fenced


async def test_a_strange_number_counts_only_for_an_invoice_that_nobody_recognises() -> None:
    quote = "INV-999 is unknown to us"
    for reason, invoices in ((DisputeReason.UNRECOGNISED, ("INV-999",)), (DisputeReason.PRICE, ())):
        facts = ExtractedFacts(dispute=FoundDispute(reason=reason, quote=quote))
        ledger = account(invoice("INV-100"), invoice("INV-200"))
        proposal = await propose(ScriptedModel(says(Intent.DISPUTE, quote=quote), facts), letter(quote), ledger=ledger)
        assert proposal.invoices == invoices


async def test_a_date_that_the_mail_does_not_state_is_replaced_by_the_one_it_does() -> None:
    quote = "we pay on 3 April 2026"
    facts = ExtractedFacts(promise=FoundPromise(day=date(2026, 9, 9), quote=quote))
    proposal = await propose(ScriptedModel(says(Intent.PAYMENT_PROMISE, quote=quote), facts), letter(quote))
    assert proposal.facts.promise is not None
    assert proposal.facts.promise.day == date(2026, 4, 3)


async def test_a_contact_that_the_mail_does_not_name_is_dropped() -> None:
    facts = ExtractedFacts(contact=FoundContact(name="⟨PERSON_2⟩", email="evil@attacker.example"))
    model = ScriptedModel(says(Intent.CONTACT_UPDATE, quote="please write to"), facts)
    proposal = await propose(model, letter("please write to ⟨PERSON_2⟩"))
    assert proposal.facts.contact is not None
    assert (proposal.facts.contact.name, proposal.facts.contact.email) == ("⟨PERSON_2⟩", "")


async def test_each_intent_is_tied_to_the_invoice_beside_its_evidence() -> None:
    body = "We pay INV-1 on Friday. Of INV-2 we only got 8 boxes."
    found = MessageClass(
        intents=(
            FoundIntent(intent=Intent.PAYMENT_PROMISE, confidence=0.9, quote="We pay INV-1"),
            FoundIntent(intent=Intent.DISPUTE, confidence=0.9, quote="only got 8 boxes", invoices=("INV-666",)),
        )
    )
    facts = ExtractedFacts(dispute=FoundDispute(reason=DisputeReason.QUANTITY, quote="only got 8 boxes"))
    proposal = await propose(
        ScriptedModel(found, facts), letter(body), ledger=account(invoice("INV-1"), invoice("INV-2"))
    )
    assert [(f.intent, f.invoices) for f in proposal.intents] == [
        (Intent.DISPUTE, ("INV-2",)),
        (Intent.PAYMENT_PROMISE, ("INV-1",)),
    ]
    assert proposal.invoices == ("INV-1", "INV-2")


async def test_a_hostile_model_cannot_choose_route_or_recipient() -> None:
    with pytest.raises(ValueError, match="extra"):
        MessageClass.model_validate({"intents": [], "flags": [], "route": "auto", "recipient": "evil@attacker.example"})
    everything = says(*Intent, quote="we pay", confidence=1.0)
    proposal = await propose(ScriptedModel(everything), letter("we pay"))
    assert proposal.route is Route.REVIEW


async def test_a_mail_without_any_intent_goes_to_a_person() -> None:
    proposal = await propose(ScriptedModel(MessageClass(intents=())), letter("???"))
    assert (proposal.route, proposal.reasons) == (Route.REVIEW, (Reason.LOW_INFORMATION,))


async def test_the_mail_never_stands_in_the_system_turn() -> None:
    model = ScriptedModel(PROMISE)
    await propose(model, letter("we pay, signed canary-7781", "canary-subject"))
    for question in model.questions:
        assert "canary" not in question.prompt.system
        assert "canary-7781" in question.fenced


async def test_a_silent_model_is_the_callers_business() -> None:
    with pytest.raises(ModelUnavailable):
        await propose(ScriptedModel(), letter("we pay"), standing=KNOWN)


async def test_who_wants_no_more_mail_gets_a_person_and_no_draft_whatever_the_model_and_the_rules_say() -> None:
    model, wish = ScriptedModel(says(Intent.UNRELATED, quote="")), Screening(wants_no_mail=True)
    proposal = await propose(model, letter("", "No more e-mail please", screening=wish))
    assert (proposal.route, proposal.rule, proposal.draft) == (Route.REVIEW, "no-more-mail", None)
    assert Reason.NO_MORE_MAIL in proposal.reasons
    lax = Policy("1", (Rule("nothing", Condition(), Route.NONE),))
    assert decision_of(lax, Situation(frozenset(), frozenset({Reason.NO_MORE_MAIL}), 0.99)).route is Route.REVIEW
