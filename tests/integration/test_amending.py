"""One value of a mail put right where it stands: on the ledger, in the draft, in the log and as an example."""

import json
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.bootstrap import Services
from app.db.repositories.messages import Messages
from app.db.tables.ledger import CaseRow, ContactProposalRow, InvoiceRow
from app.db.tables.system import Chain
from app.db.tables.work import ReviewRow
from app.domain.amending import Amendment
from app.domain.contact import ProposalState
from app.domain.directions import FactField
from app.domain.errors import Invalid, NotAllowed, ReviewAlreadyDecided
from app.domain.extension import Terms
from app.domain.ids import new_id
from app.domain.intents import DisputeReason, ExtensionKind, Intent
from app.domain.money import Money
from app.domain.people import SignedIn
from app.domain.proposal import ContactFact, DisputeFact, ExtensionFact, Facts, PromiseFact
from app.domain.review import Action, CaseState, ReviewState, Role
from app.ledger.cases import CaseService
from app.operations.corrections import exported
from app.policies.loading import load_policy
from app.review.amending import AmendingService
from app.review.item_view import CaseView
from app.review.pages import ReviewPages
from app.triage.guidance import GuidanceService
from tests.instances import Instance, customers_papers, mail

FRIDAY, LATER = date(2026, 5, 22), date(2026, 5, 29)
PROMISE = Facts(promise=PromiseFact(FRIDAY, Decimal("100.00"), "EUR"))
DAY = Amendment(FactField.PROMISE_DAY, LATER)


async def promised(instance: Instance) -> ReviewRow:
    instance.mind.facts, instance.mind.invoices = PROMISE, ("INV-1",)
    (review,) = await instance.work(mail())
    return review


async def amended(instance: Instance, review: ReviewRow, *said: Amendment) -> ReviewRow:
    for one in said:
        now = await instance.current(review)
        await AmendingService(instance.database).amend(review.id, one, version=now.version, by=instance.collector)
    return await instance.current(review)


async def _case(instance: Instance, review: ReviewRow) -> CaseRow:
    async with instance.database.read() as uow:
        (case,) = await uow.cases.of_message(review.message_id)
        return case


async def _page(instance: Instance, review_id: UUID) -> CaseView:
    pages = ReviewPages(instance.database, instance.clock, undo_seconds=30, policy=load_policy())
    return await pages.case(review_id, reader=instance.collector, editing=False)


async def _noted(instance: Instance) -> list[dict[str, Any]]:
    async with instance.database.read() as uow:
        bodies = [json.loads(link.body) async for link in uow.audit.links(Chain.DECISIONS)]
    return [body["refs"] for body in bodies if body["kind"] == "review.fact.corrected"]


async def _exported(instance: Instance) -> dict[str, Any]:
    (line,) = await exported(cast(Services, SimpleNamespace(database=instance.database)))
    return line


async def test_a_corrected_day_is_what_the_approval_notes_and_the_draft_must_carry(instance: Instance) -> None:
    review = await promised(instance)
    now = await amended(instance, review, DAY, Amendment(FactField.PROMISE_SUM, Money(Decimal("80.00"), "EUR")))
    case = await _case(instance, review)
    assert (case.state, case.day, case.amount, case.currency) == (CaseState.PROPOSED, LATER, Decimal("80.00"), "EUR")
    assert (now.id, now.state) == (review.id, ReviewState.PENDING), "the same review, still open"
    page = await _page(instance, review.id)
    assert page.is_draft_behind
    chips = {chip.field: chip for chip in page.facts[0].chips}
    assert (chips["promise_day"].day, chips["promise_day"].corrected_by) == (LATER, "Ines Halvard")
    assert (chips["invoice"].text, chips["invoice"].corrected_by) == ("INV-1", "")
    with pytest.raises(Invalid, match="corrected facts"):
        await instance.reviews.decide(review.id, Action.APPROVE, version=now.version, by=instance.collector)
    guidance = GuidanceService(instance.database, instance.mind, instance.clock)
    await guidance.redraft(review.id, version=now.version, by=instance.collector)
    assert not (await _page(instance, review.id)).is_draft_behind
    now = await instance.current(review)
    await instance.reviews.decide(review.id, Action.APPROVE, version=now.version, by=instance.collector)
    case = await _case(instance, review)
    assert (case.state, case.day, case.amount) == (CaseState.CONFIRMED, LATER, Decimal("80.00"))


async def test_what_was_and_what_is_stand_in_the_log_and_in_the_example(instance: Instance) -> None:
    review = await promised(instance)
    await amended(instance, review, DAY)
    (refs,) = await _noted(instance)
    assert (refs["fact"], refs["promise_day_before"], refs["promise_day"]) == (
        "promise_day",
        "2026-05-22",
        "2026-05-29",
    )
    line = await _exported(instance)
    assert line["source"] == "correction"
    assert line["expect"]["intents"] == ["payment_promise"]
    assert line["expect"]["promise"] == {"date": "2026-05-29", "amount": "100.00", "currency": "EUR"}
    assert line["expect"]["invoices"] == ["INV-1"]


async def test_what_is_read_again_stays_corrected_and_says_by_whom(instance: Instance) -> None:
    review = await promised(instance)
    now = await amended(instance, review, DAY)
    await instance.reviews.decide(
        review.id, Action.SEND_BACK, version=now.version, by=instance.collector, note="Kinder, please."
    )
    await instance.triage.work(str(review.message_id))
    (again,) = await instance.pending()
    (chip,) = [chip for chip in (await _page(instance, again.id)).facts[0].chips if chip.field == "promise_day"]
    assert (again.id != review.id, chip.day, chip.corrected_by) == (True, LATER, "Ines Halvard")
    assert not (await _page(instance, again.id)).is_draft_behind


async def test_a_request_and_a_dispute_follow_too(instance: Instance) -> None:
    instance.mind.intent = Intent.EXTENSION_REQUEST
    instance.mind.facts = Facts(extension=ExtensionFact(None, FRIDAY))
    instance.mind.invoices = ("INV-1",)
    (review,) = await instance.work(mail("Could we have more time?"))
    await amended(
        instance,
        review,
        Amendment(FactField.UNTIL, LATER),
        Amendment(FactField.EXTENSION_KIND, ExtensionKind.DUE_DATE.value),
    )
    case = await _case(instance, review)
    assert (case.day, case.detail) == (LATER, "due_date")


async def test_an_invoice_is_spelled_as_the_ledger_does_or_refused(instance: Instance) -> None:
    instance.mind.intent = Intent.DISPUTE
    instance.mind.facts = Facts(dispute=DisputeFact(DisputeReason.PRICE))
    (review,) = await instance.work(mail("The price is wrong."))
    with pytest.raises(Invalid, match="no invoice INV-9"):
        await amended(instance, review, Amendment(FactField.INVOICE, "INV-9", Intent.DISPUTE))
    assert (await instance.current(review)).version == review.version
    await amended(instance, review, Amendment(FactField.INVOICE, "inv-1", Intent.DISPUTE))
    case = await _case(instance, review)
    assert case.invoices == ["INV-1"]
    assert (await _noted(instance))[0]["intent"] == "dispute"


async def test_a_second_typed_invoice_is_not_dropped_in_silence(instance: Instance) -> None:
    instance.mind.intent = Intent.DISPUTE
    instance.mind.facts = Facts(dispute=DisputeFact(DisputeReason.PRICE))
    (review,) = await instance.work(mail("The price is wrong."))
    row = customers_papers()[1]
    assert isinstance(row, InvoiceRow)
    async with instance.database.write() as uow:
        row.id, row.number = new_id(), "INV-2"
        uow.session.add(row)
    with pytest.raises(Invalid, match="one invoice at a time"):
        await amended(instance, review, Amendment(FactField.INVOICE, "INV-1 INV-2", Intent.DISPUTE))


@pytest.mark.parametrize(
    "said",
    [
        Amendment(FactField.UNTIL, LATER),
        Amendment(FactField.INVOICE, None, Intent.EXTENSION_REQUEST, "INV-1"),
    ],
)
async def test_a_request_whose_terms_were_decided_is_changed_on_its_case(instance: Instance, said: Amendment) -> None:
    instance.mind.intent = Intent.EXTENSION_REQUEST
    instance.mind.facts = Facts(extension=ExtensionFact(ExtensionKind.DUE_DATE, FRIDAY))
    instance.mind.invoices = ("INV-1",)
    (review,) = await instance.work(mail("Could we have more time?"))
    case = await _case(instance, review)
    await CaseService(instance.database, instance.clock).grant(case.id, Terms(FRIDAY), instance.collector)
    review = await instance.current(review)
    with pytest.raises(Invalid, match="change them on its case"):
        await amended(instance, review, said)
    assert (await instance.current(review)).version == review.version
    assert await _noted(instance) == []


async def proposed(instance: Instance, review: ReviewRow) -> list[tuple[str, bool]]:
    async with instance.database.read() as uow:
        rows = await uow.contacts.proposed_in(review.message_id)
        return [((await uow.contacts.newcomer(row)).email, row.is_verified) for row in rows]


async def test_a_contact_without_an_address_is_proposed_no_more_and_with_one_again(instance: Instance) -> None:
    instance.mind.intent = Intent.CONTACT_UPDATE
    instance.mind.facts = Facts(contact=ContactFact("Mia Orr", "mia@customer.example"))
    (review,) = await instance.work(mail("Please write to Mia Orr, mia@customer.example, from now on."))
    assert [email for email, _verified in await proposed(instance, review)] == ["mia@customer.example"]
    await amended(instance, review, Amendment(FactField.CONTACT_EMAIL, None))
    assert await proposed(instance, review) == []
    async with instance.database.read() as uow:
        row = await uow.session.scalar(sa.select(ContactProposalRow))
        links = [json.loads(link.body) async for link in uow.audit.links(Chain.DECISIONS)]
    assert row is not None
    assert (row.state, row.decided_by) == (ProposalState.REJECTED, instance.collector.id)
    assert "ledger.contact_proposal.rejected" in [link["kind"] for link in links]
    await amended(instance, review, Amendment(FactField.CONTACT_EMAIL, "M.Orr@customer.example"))
    assert await proposed(instance, review) == [("m.orr@customer.example", False)]


async def test_an_address_that_only_a_person_read_is_proposed_and_vouched_for_by_nobody(instance: Instance) -> None:
    instance.mind.intent = Intent.CONTACT_UPDATE
    instance.mind.facts = Facts(contact=ContactFact("Mia Orr", ""))
    (review,) = await instance.work(mail("Please write to Mia Orr from now on."))
    assert await proposed(instance, review) == []
    await amended(instance, review, Amendment(FactField.CONTACT_EMAIL, "mia@customer.example"))
    assert await proposed(instance, review) == [("mia@customer.example", False)]


async def test_names_and_addresses_stay_out_of_the_log(instance: Instance) -> None:
    instance.mind.intent = Intent.CONTACT_UPDATE
    instance.mind.facts = Facts(contact=ContactFact("Mia Orr", "mia@customer.example"))
    (review,) = await instance.work(mail("Please write to Mia Orr, mia@customer.example, from now on."))
    page = await _page(instance, review.id)
    assert [one.email for one in page.newcomers] == ["mia@customer.example"]
    await amended(instance, review, Amendment(FactField.CONTACT_EMAIL, "m.orr@customer.example"))
    page = await _page(instance, review.id)
    assert [(one.name, one.email) for one in page.newcomers] == [("Mia Orr", "m.orr@customer.example")]
    (refs,) = await _noted(instance)
    assert refs["fact"] == "contact_email"
    assert "orr" not in json.dumps(refs)
    assert (await _exported(instance))["expect"]["contact"] == {"name": "Mia Orr", "email": "m.orr@customer.example"}


async def test_the_same_value_changes_nothing_and_a_stale_page_loses(instance: Instance) -> None:
    review = await promised(instance)
    now = await amended(instance, review, Amendment(FactField.PROMISE_DAY, FRIDAY))
    assert (now.version, await _noted(instance)) == (review.version, [])
    await amended(instance, review, DAY)
    amending = AmendingService(instance.database)
    other = Amendment(FactField.PROMISE_DAY, date(2026, 6, 5))
    with pytest.raises(ReviewAlreadyDecided):
        await amending.amend(review.id, other, version=review.version, by=instance.collector)
    auditor = SignedIn(instance.collector.id, "Noor", "noor@seller.example", Role.AUDITOR)
    with pytest.raises(NotAllowed):
        await amending.amend(review.id, DAY, version=now.version, by=auditor)


async def test_the_mail_is_not_locked_before_its_review(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decisions lock the review first, then the mail: the other way round, two people would wait for each other."""
    review = await promised(instance)
    monkeypatch.delattr(Messages, "get_for_update")
    await amended(instance, review, DAY)
    assert (await _case(instance, review)).day == LATER
