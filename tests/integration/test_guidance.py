"""What people say about a mail while it waits, and what else they do with it, on both databases."""

import json
from datetime import date, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from app.audit.decisions import DecisionPages
from app.audit.service import AuditService
from app.audit.view import Filters
from app.bootstrap import Services
from app.db.repositories.handled import HandledReviews
from app.db.tables.system import Chain
from app.db.tables.work import ReviewRow
from app.domain.directions import Correction, DecidedTerms, TermsOutcome
from app.domain.errors import Invalid, NotAllowed, ReviewAlreadyDecided
from app.domain.intents import DisputeReason, ExtensionKind, Intent, Tone
from app.domain.people import SignedIn
from app.domain.proposal import DisputeFact, Facts, IntentFinding
from app.domain.review import Action, CaseKind, CaseState, OutboxState, ReviewState, Role
from app.operations.corrections import exported
from app.review.desk import DeskService
from app.triage.guidance import GuidanceService
from evals.cases import case_of
from evals.lessons import lessons
from tests.instances import Instance, mail

UNTIL = DecidedTerms(TermsOutcome.ACCEPTED, ExtensionKind.DUE_DATE, until=date(2026, 6, 30))


def guidance(instance: Instance) -> GuidanceService:
    return GuidanceService(instance.database, instance.mind, instance.clock)


def desk(instance: Instance) -> DeskService:
    return DeskService(instance.database, instance.clock)


async def _kinds(instance: Instance, chain: Chain = Chain.DECISIONS) -> list[str]:
    async with instance.database.read() as uow:
        return [json.loads(link.body)["kind"] async for link in uow.audit.links(chain)]


async def _draft(instance: Instance, review: ReviewRow) -> tuple[str, str, str]:
    async with instance.database.read() as uow:
        draft = await uow.guidance.draft(review.id)
    assert draft is not None
    return draft.tone.value, draft.language, draft.body


async def test_a_draft_in_another_tone_and_language_is_what_is_approved(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    await guidance(instance).redraft(review.id, version=review.version, by=instance.collector, tone=Tone.WARM)
    now = await instance.current(review)
    await guidance(instance).redraft(review.id, version=now.version, by=instance.collector, language="de")
    assert (await _draft(instance, review))[:2] == ("warm", "de")
    with pytest.raises(ReviewAlreadyDecided):
        await guidance(instance).redraft(review.id, version=now.version, by=instance.collector, language="fr")
    now = await instance.current(review)
    await instance.reviews.decide(review.id, Action.APPROVE, version=now.version, by=instance.collector)
    assert (await _kinds(instance)).count("review.draft.made") == 2


async def test_granted_terms_stand_on_the_ledger_and_in_the_draft(instance: Instance) -> None:
    instance.mind.intent = Intent.EXTENSION_REQUEST
    (review,) = await instance.work(mail("Could we pay INV-1 on 30 June?"))
    await guidance(instance).decide_terms(review.id, UNTIL, version=review.version, by=instance.collector)
    assert (await _draft(instance, review))[2].endswith("Terms: accepted.")
    async with instance.database.read() as uow:
        (case,) = await uow.cases.of_message(review.message_id)
        assert (case.kind, case.state, case.day) == (CaseKind.EXTENSION, CaseState.CONFIRMED, date(2026, 6, 30))
    now = await instance.current(review)
    decided = await instance.reviews.decide(review.id, Action.APPROVE, version=now.version, by=instance.collector)
    instance.clock.advance(seconds=31)
    await instance.outbox.work(str(decided.outbox_id))
    assert b"Terms: accepted." in instance.sender.sent[0]


async def test_a_counter_offer_grants_nothing_and_a_refusal_ends_the_request(instance: Instance) -> None:
    instance.mind.intent = Intent.EXTENSION_REQUEST
    (review,) = await instance.work(mail("Could we pay INV-1 on 30 June?"))
    offer = DecidedTerms(TermsOutcome.COUNTERED, ExtensionKind.DUE_DATE, until=date(2026, 6, 5))
    await guidance(instance).decide_terms(review.id, offer, version=review.version, by=instance.collector)
    async with instance.database.read() as uow:
        (case,) = await uow.cases.of_message(review.message_id)
        assert case.state is CaseState.PROPOSED
    now = await instance.current(review)
    refusal = DecidedTerms(TermsOutcome.DECLINED)
    await guidance(instance).decide_terms(review.id, refusal, version=now.version, by=instance.collector)
    async with instance.database.read() as uow:
        (case,) = await uow.cases.of_message(review.message_id)
        assert case.state is CaseState.DECLINED


async def test_a_decision_that_no_draft_carries_cannot_be_approved_as_it_is(instance: Instance) -> None:
    instance.mind.intent = Intent.EXTENSION_REQUEST
    (review,) = await instance.work(mail("Could we pay INV-1 on 30 June?"))
    instance.mind.fails = 1
    with pytest.raises(RuntimeError):
        await guidance(instance).decide_terms(review.id, UNTIL, version=review.version, by=instance.collector)
    now = await instance.current(review)
    with pytest.raises(Invalid, match="does not carry the decided terms"):
        await instance.reviews.decide(review.id, Action.APPROVE, version=now.version, by=instance.collector)
    await guidance(instance).redraft(review.id, version=now.version, by=instance.collector)
    assert (await _draft(instance, review))[2].endswith("Terms: accepted.")


async def test_terms_are_told_to_nobody_who_is_not_verified(instance: Instance) -> None:
    instance.mind.intent = Intent.EXTENSION_REQUEST
    (review,) = await instance.work(mail("Could we pay INV-1 later?", sender="X <x@elsewhere.example>"))
    with pytest.raises(Invalid, match="nobody has verified this sender"):
        await guidance(instance).decide_terms(review.id, UNTIL, version=review.version, by=instance.collector)
    assert (await instance.current(review)).version == review.version


async def test_a_corrected_mail_is_read_again_and_becomes_a_lesson(instance: Instance) -> None:
    (review,) = await instance.work(mail(sender="X <x@elsewhere.example>"))
    said = Correction(
        (IntentFinding(Intent.DISPUTE, 1.0, ("INV-1",)),), Facts(dispute=DisputeFact(DisputeReason.PRICE)), "C-1"
    )
    await guidance(instance).correct(review.id, said, version=review.version, by=instance.collector)
    (message,) = await instance.messages()
    assert message.run == 2
    await instance.triage.work(str(message.id))
    (again,) = await instance.pending()
    assert (again.id != review.id, again.customer_id) == (True, "C-1")
    async with instance.database.read() as uow:
        assert (await uow.reviews.get(review.id)).state is ReviewState.SUPERSEDED
        assert (await uow.reviews.proposal(again)).intents == ["dispute"]
        ((row, corrected),) = await uow.guidance.corrections(after=None, limit=5)
        assert corrected.id == message.id
        assert row.created_by == instance.collector.id
        every = await HandledReviews(uow.session).since(instance.clock() - timedelta(days=1))
        assert [(row.action, row.was_corrected, row.was_told) for row in every] == [("correct", True, False)]
    await instance.reviews.decide(again.id, Action.APPROVE, version=again.version, by=instance.collector)
    async with instance.database.read() as uow:
        every = await HandledReviews(uow.session).since(instance.clock() - timedelta(days=1))
    assert {row.action: (row.was_corrected, row.was_told) for row in every} == {
        "correct": (True, False),
        "approve": (False, True),
    }
    services = cast(Services, SimpleNamespace(database=instance.database))
    (lesson,) = lessons(await exported(services), None)
    assert (lesson.primary, lesson.body) == ("dispute", "We will pay INV-1 on Friday.")
    with pytest.raises(ReviewAlreadyDecided) as lost:
        await guidance(instance).correct(review.id, said, version=review.version, by=instance.collector)
    assert lost.value.decided_by == "Ines Halvard"


async def test_a_mail_that_needed_an_answer_becomes_a_case_until_it_is_corrected(instance: Instance) -> None:
    services = cast(Services, SimpleNamespace(database=instance.database))
    await instance.work(mail("I am away.", headers=[("Auto-Submitted", "auto-replied")]))
    (message,) = await instance.messages()
    assert await exported(services) == []
    await instance.reviews.needs_answer(message.id, by=instance.collector)
    (line,) = await exported(services)
    assert (line["source"], line["body"], line["expect"]) == ("needs_answer", "I am away.", {"route": "review"})
    case = case_of(line)
    assert (case.read.mail.head.sender.email, [i.number for i in case.link.account.invoices]) == (
        "petra@customer.example",
        ["INV-1"],
    )
    (review,) = await instance.pending()
    said = Correction((IntentFinding(Intent.QUERY, 1.0),), customer_id="C-1")
    await guidance(instance).correct(review.id, said, version=review.version, by=instance.collector)
    await instance.triage.work(str(message.id))
    assert [line["source"] for line in await exported(services)] == ["correction"], "it says more"


async def test_a_correction_names_only_what_there_is(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    for said, why in (
        (Correction(()), "at least one"),
        (Correction((IntentFinding(Intent.QUERY, 1.0),), customer_id="nobody"), "no customer nobody"),
        (Correction((IntentFinding(Intent.QUERY, 1.0, ("INV-999",)),)), "no invoice INV-999"),
    ):
        with pytest.raises(Invalid, match=why):
            await guidance(instance).correct(review.id, said, version=review.version, by=instance.collector)
    assert (await instance.current(review)).state is ReviewState.PENDING


async def test_the_desk_moves_a_review_without_deciding_it(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    me, table = instance.collector, desk(instance)
    await table.assign(review.id, me.id, version=review.version, by=me)
    now = await instance.current(review)
    assert now.assignee_id == me.id
    with pytest.raises(ReviewAlreadyDecided):
        await table.assign(review.id, None, version=review.version, by=me)
    await table.snooze(review.id, instance.clock() + timedelta(days=2), version=now.version, by=me)
    with pytest.raises(Invalid, match="three months"):
        await table.snooze(review.id, instance.clock() - timedelta(days=2), version=now.version + 1, by=me)
    assert me.id is not None
    with pytest.raises(Invalid, match="who may decide"):
        await table.escalate(review.id, me.id, "too much", version=now.version + 1, by=me)
    await table.remark(review.id, "They rang.", by=me)
    with pytest.raises(Invalid, match="empty"):
        await table.remark(review.id, "  ", by=me)
    auditor = SignedIn(me.id, "Noor", "noor@seller.example", Role.AUDITOR)
    with pytest.raises(NotAllowed):
        await table.remark(review.id, "no", by=auditor)
    kinds = await _kinds(instance)
    assert [kind for kind in kinds if kind.startswith("review.item.")] == [
        "review.item.assigned",
        "review.item.snoozed",
        "review.item.remarked",
    ]


async def test_an_answer_is_sent_before_its_time_and_only_once(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    decided = await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    await desk(instance).send_now(review.id, by=instance.collector)
    await instance.outbox.work(str(decided.outbox_id))
    await instance.outbox.work(str(decided.outbox_id))
    assert len(instance.sender.sent) == 1
    async with instance.database.read() as uow:
        row = await uow.outbox.of_review(review.id)
    assert row is not None
    assert row.state is OutboxState.SENT
    with pytest.raises(Invalid, match="waiting to leave"):
        await desk(instance).send_now(review.id, by=instance.collector)


async def test_a_placeholder_is_revealed_and_the_look_is_noted(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    async with instance.database.write() as uow:
        await uow.words.set_vault(review.conversation_id, {"⟨IBAN_1⟩": "GB33BUKB20201555555555"})
    for nothing in ("⟨IBAN_2⟩", "GB33"):
        with pytest.raises(Invalid, match="no such placeholder"):
            await desk(instance).reveal(review.id, nothing, reason="call_back", by=instance.collector)
    for reason, said in (("", "curious"), ("curious", ""), ("other", "  "), ("other", "x" * 5_000)):
        with pytest.raises(Invalid, match=r"choose a reason|the note is"):
            await desk(instance).reveal(review.id, "⟨IBAN_1⟩", reason=reason, words=said, by=instance.collector)
    assert await _kinds(instance, Chain.ACCESS) == [], "without a reason nothing is revealed"
    shown = await desk(instance).reveal(
        review.id, "⟨IBAN_1⟩", reason="find_payment", words="which of two accounts?", by=instance.collector
    )
    assert shown == "GB33BUKB20201555555555"
    view = await DecisionPages(instance.database, AuditService(instance.database), instance.clock).listed(
        Filters(chain="access"), before=None
    )
    (row,) = view.rows
    assert (row.kind, row.who, row.words) == ("review.placeholder.revealed", "Ines Halvard", "which of two accounts?")
    assert ("reason", "find_payment") in row.said
    async with instance.database.read() as uow:
        (link,) = [link async for link in uow.audit.links(Chain.ACCESS)]
    assert b"two accounts" not in link.body
