"""The first of two people's word is good for what they saw, and for nothing that came of it later."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from app.db.tables.ledger import CaseRow
from app.db.tables.work import AssentRow, ReviewRow
from app.domain.amending import Amendment
from app.domain.directions import DecidedTerms, FactField, TermsOutcome
from app.domain.dispute import Resolution
from app.domain.enclosures import Enclosed
from app.domain.errors import AppError, Invalid, NotAllowed, WordNoted
from app.domain.extension import Terms
from app.domain.four_eyes import Guarded, SecondPersonRule
from app.domain.intents import DisputeReason, ExtensionKind, Intent, Reason, Tone
from app.domain.money import Money
from app.domain.people import SignedIn
from app.domain.proposal import Facts, PromiseFact, Redraft
from app.domain.review import Action, CaseKind, CaseState, ReviewState, Role
from app.ledger.cases import CaseNote, CaseService
from app.policies.loading import load_policy
from app.review.amending import AmendingService
from app.review.bulk import Bulk, Deed, Pick
from app.review.desk import DeskService
from app.review.item_view import CaseView
from app.review.pages import ReviewPages
from app.review.service import ReviewService
from app.triage.guidance import GuidanceService
from tests.instances import Instance, mail, on_sqlite
from tests.integration.test_queue import pages as queue
from tests.integration.test_second_person import person

LIMITS = tuple(SecondPersonRule(action, "EUR", Decimal(10)) for action in Guarded)
POLICY = replace(load_policy(), second_person=LIMITS)
FRIDAY, LATER = date(2026, 5, 22), date(2026, 5, 29)
UNTIL, PAST = date(2026, 6, 30), date(2026, 1, 1)
TEXT = {"subject": "Re: INV-1", "body": "We count on Friday, dear Petra."}

pytestmark = on_sqlite


@pytest.fixture
async def manager(instance: Instance) -> SignedIn:
    return await person(instance, "Maja", Role.MANAGER)


@pytest.fixture
async def review(instance: Instance) -> ReviewRow:
    """An answer above the limit, to a promise for Friday."""
    instance.reviews = ReviewService(instance.database, POLICY, instance.clock, undo_seconds=30)
    instance.mind.facts, instance.mind.invoices = Facts(promise=PromiseFact(FRIDAY, Decimal(100), "EUR")), ("INV-1",)
    (row,) = await instance.work(mail("We will pay INV-1 on Friday."))
    return row


async def approve(instance: Instance, review: ReviewRow, by: SignedIn, **words: str) -> ReviewState:
    """At the version of the moment."""
    version = (await instance.current(review)).version
    action = Action.EDIT if words else Action.APPROVE
    subject, body = words.get("subject"), words.get("body")
    decided = await instance.reviews.decide(review.id, action, version=version, by=by, subject=subject, body=body)
    return decided.state


async def seen(instance: Instance, review: ReviewRow, reader: SignedIn) -> CaseView:
    pages = ReviewPages(instance.database, instance.clock, undo_seconds=30, policy=POLICY)
    return await pages.case(review.id, reader=reader, editing=False)


async def words_noted(instance: Instance) -> int:
    async with instance.database.read() as uow:
        return await uow.session.scalar(sa.select(sa.func.count()).select_from(AssentRow)) or 0


async def the_case(instance: Instance, review: ReviewRow) -> CaseRow:
    async with instance.database.read() as uow:
        (case,) = await uow.cases.of_message(review.message_id)
        return case


async def test_a_change_of_the_ledger_makes_a_word_void(
    instance: Instance, review: ReviewRow, manager: SignedIn
) -> None:
    with pytest.raises(WordNoted):
        await approve(instance, review, instance.collector, **TEXT)
    async with instance.database.write() as uow:
        await uow.ledger.touch(["C-1"])
    assert (await seen(instance, review, manager)).awaited is None
    with pytest.raises(WordNoted):
        await approve(instance, review, manager, **TEXT)
    assert await approve(instance, review, instance.collector, **TEXT) is ReviewState.APPROVED


async def test_a_fact_that_is_corrected_later_takes_another_word(
    instance: Instance, review: ReviewRow, manager: SignedIn
) -> None:
    with pytest.raises(WordNoted):
        await approve(instance, review, instance.collector, **TEXT)
    later, version = Amendment(FactField.PROMISE_DAY, LATER), (await instance.current(review)).version
    async with instance.database.read() as uow:
        known = await uow.ledger.version("C-1")
    await AmendingService(instance.database).amend(review.id, later, version=version, by=manager)
    async with instance.database.read() as uow:
        assert await uow.ledger.version("C-1") == known, "a promise that nobody confirmed voids no answer"
    assert (await seen(instance, review, manager)).awaited is None
    with pytest.raises(WordNoted):
        await approve(instance, review, manager, **TEXT)
    page = await seen(instance, review, instance.collector)
    assert page.awaited is not None, "a text that was written since is not behind, though the draft is"
    assert page.is_draft_behind
    assert await approve(instance, review, instance.collector, **TEXT) is ReviewState.APPROVED


@pytest.mark.parametrize("words", [{}, TEXT])
async def test_two_people_remove_the_same_cases(
    instance: Instance, review: ReviewRow, manager: SignedIn, words: dict[str, str]
) -> None:
    case, version = await the_case(instance, review), (await instance.current(review)).version
    action, other = Action.EDIT if words else Action.APPROVE, await person(instance, "Mo", Role.MANAGER)

    async def removing(by: SignedIn) -> None:
        await instance.reviews.decide(review.id, action, version=version, by=by, removed=[case.id], **words)

    with pytest.raises(WordNoted):
        await removing(instance.collector)
    page = await seen(instance, review, manager)
    assert page.awaited is not None
    assert (page.awaited.removed, page.awaited.body) == ((str(case.id),), words.get("body", ""))
    assert (page.changed is not None) == bool(words)
    with pytest.raises(WordNoted):
        await approve(instance, review, other, **words)
    await removing(manager)
    assert (await the_case(instance, review)).state is CaseState.REMOVED


async def test_a_word_that_its_author_replaced_does_not_count(
    instance: Instance, review: ReviewRow, manager: SignedIn
) -> None:
    with pytest.raises(WordNoted):
        await approve(instance, review, instance.collector)
    with pytest.raises(WordNoted):
        await approve(instance, review, instance.collector, **TEXT)
    with pytest.raises(WordNoted):
        await approve(instance, review, manager)
    assert (await instance.current(review)).state is ReviewState.PENDING
    assert await approve(instance, review, manager, **TEXT) is ReviewState.APPROVED


@pytest.mark.parametrize("why", ["fraud", "behind", "account"])
async def test_no_word_is_noted_for_what_may_not_leave(
    instance: Instance, review: ReviewRow, manager: SignedIn, why: str
) -> None:
    wrong: type[AppError] = Invalid
    if why == "fraud":
        wrong = NotAllowed
        async with instance.database.write() as uow:
            (await uow.reviews.get(review.id)).reasons = [Reason.FRAUD_RISK.value]
    elif why == "behind":
        later, version = Amendment(FactField.PROMISE_DAY, LATER), (await instance.current(review)).version
        await AmendingService(instance.database).amend(review.id, later, version=version, by=manager)
    else:
        draft = Redraft("Re: INV-1", "Please pay to DE02 1203 0000 0000 2020 51.", Tone.NEUTRAL, "en")
        async with instance.database.write() as uow:
            await uow.guidance.add(await uow.reviews.get(review.id), draft, by=manager.id)
    with pytest.raises(wrong) as refused:
        await approve(instance, review, instance.collector)
    assert not isinstance(refused.value, WordNoted)
    assert await words_noted(instance) == 0


@pytest.fixture
async def request_(instance: Instance) -> ReviewRow:
    """A mail that asks for more time."""
    instance.mind.intent, instance.mind.invoices = Intent.EXTENSION_REQUEST, ("INV-1",)
    (row,) = await instance.work(mail("Could we pay INV-1 on 30 June?"))
    return row


async def grant(instance: Instance, review: ReviewRow, by: SignedIn, until: date) -> None:
    """On the page of the mail."""
    terms = DecidedTerms(TermsOutcome.ACCEPTED, ExtensionKind.DUE_DATE, until=until)
    service = GuidanceService(instance.database, instance.mind, instance.clock, LIMITS)
    await service.decide_terms(review.id, terms, version=(await instance.current(review)).version, by=by)


@pytest.mark.parametrize("news", [None, "invoices", "sum", "sum of all"])
async def test_two_people_grant_the_same_terms_for_the_same_invoices(
    instance: Instance, request_: ReviewRow, manager: SignedIn, news: str | None
) -> None:
    case = await the_case(instance, request_)
    assert case.invoices == ["INV-1"]
    cases = CaseService(instance.database, instance.clock, LIMITS)
    if news == "sum of all":
        async with instance.database.write() as uow:
            (await uow.cases.get_for_update(case.id)).invoices = []
    with pytest.raises(WordNoted):
        await grant(instance, request_, instance.collector, UNTIL)
    async with instance.database.write() as uow:
        if news == "invoices":
            (await uow.cases.get_for_update(case.id)).invoices = []
        elif news:
            (invoice,) = await uow.ledger.invoices("C-1")
            invoice.open_amount = Decimal(90)
    if news:
        with pytest.raises(WordNoted):
            await cases.grant(case.id, Terms(until=UNTIL), manager)
        await grant(instance, request_, instance.collector, UNTIL)
    else:
        await cases.grant(case.id, Terms(until=UNTIL), manager)
    assert (await the_case(instance, request_)).state is CaseState.CONFIRMED


async def test_no_word_is_noted_for_what_does_not_fit(instance: Instance, request_: ReviewRow) -> None:
    cases = CaseService(instance.database, instance.clock, LIMITS)
    case = await the_case(instance, request_)
    note = CaseNote(CaseKind.DISPUTE, "C-1", ("INV-1",), Money(Decimal(500), "EUR"), detail=DisputeReason.QUALITY.value)
    dispute = await cases.note(note, instance.collector)
    with pytest.raises(Invalid, match="below zero"):
        await cases.resolve(dispute, instance.collector, resolution=Resolution.SETTLED, amount=Decimal(-1))
    with pytest.raises(Invalid, match="has passed"):
        await cases.grant(case.id, Terms(until=PAST), instance.collector)
    with pytest.raises(Invalid, match="has passed"):
        await grant(instance, request_, instance.collector, PAST)
    assert await words_noted(instance) == 0


async def test_several_at_once_are_approved_only_where_the_list_shows_what_leaves(
    instance: Instance, review: ReviewRow, manager: SignedIn
) -> None:
    found = await instance.work(mail(subject="plain"), mail(subject="file"), mail(subject="another"))
    plain, with_file, _ = (one for one in found if one.id != review.id)
    with pytest.raises(WordNoted):
        await approve(instance, review, instance.collector, **TEXT)
    async with instance.database.write() as uow:
        for one in await instance.pending():
            (await uow.reviews.get(one.id)).reasons = [Reason.APPROVAL_REQUIRED.value]
        await uow.guidance.add(await uow.reviews.get(with_file.id), Enclosed(has_statement=True), by=manager.id)
    picks = [Pick(one.id, one.version) for one in await instance.pending()]
    bulk = Bulk(queue(instance), instance.reviews, DeskService(instance.database, instance.clock))
    bundle = await bulk.bundle(Deed.APPROVE, picks, by=manager)
    assert {row.review_id for row in bundle.left_out} == {str(review.id), str(with_file.id)}
    assert len((await bulk.bundle(Deed.SNOOZE, picks, by=manager)).rows) == len(picks)
    done = await bulk.carry_out(Deed.APPROVE, picks, by=manager)
    assert (done.done, done.left, done.noted) == (0, 2, 2)
    assert await words_noted(instance) == 3
    assert (await instance.current(plain)).state is ReviewState.PENDING
