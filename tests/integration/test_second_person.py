"""Changed bank details: a call to a contact on file, then a second person; nobody alone, and one of them a manager."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.db.tables.ledger import ContactRow
from app.db.tables.system import UserRow
from app.db.tables.work import ReviewRow
from app.domain.directions import Correction
from app.domain.errors import Invalid, NotAllowed, ReviewAlreadyDecided, SecondPersonNeeded
from app.domain.four_eyes import YOUNGEST
from app.domain.ids import new_id
from app.domain.intents import Intent
from app.domain.people import SignedIn
from app.domain.proposal import Facts, IntentFinding
from app.domain.review import Action, ReviewState, Role
from app.identity.service import IdentityService
from app.review.second import CallBackService, CallOutcome, check_second
from app.review.timeline import timeline
from app.triage.guidance import GuidanceService
from tests.instances import Instance, mail, on_sqlite

PHONE = "+33 1 84 88 00 00"
FIRST_PASSWORD = "a very long word"
CHANGED = "Our bank details have changed. Please use the new account from now on."


async def person(instance: Instance, name: str, role: Role) -> SignedIn:
    row = UserRow(id=new_id(), email=f"{name.lower()}@seller.example", name=name, role=role, password_hash="")
    row.created_at = instance.clock() - timedelta(days=30)
    async with instance.database.write() as uow:
        uow.users.add(row)
    return SignedIn(row.id, name, row.email, role)


async def case_of_changed_details(instance: Instance, *, phone: str = PHONE) -> tuple[ReviewRow, UUID]:
    """The review, and the only contact on file."""
    instance.mind.intent = Intent.BANK_DETAIL_CHANGE
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(ContactRow).values(phone=phone))
        (contact,) = await uow.ledger.contacts("C-1")
    (review,) = await instance.work(mail(CHANGED))
    return review, contact.id


def calls(instance: Instance) -> CallBackService:
    return CallBackService(instance.database, instance.clock)


async def close(instance: Instance, review: ReviewRow, by: SignedIn, reason: str = "handled_otherwise") -> None:
    version = (await instance.current(review)).version
    await instance.reviews.decide(review.id, Action.IGNORE, version=version, by=by, reason=reason)


async def test_a_call_on_the_number_on_file_and_then_another_person(instance: Instance) -> None:
    review, contact = await case_of_changed_details(instance)
    manager, second = await person(instance, "Maja", Role.MANAGER), await person(instance, "Ugo", Role.COLLECTOR)
    with pytest.raises(SecondPersonNeeded, match="first call a contact on file"):
        await close(instance, review, manager)
    await calls(instance).note(
        review.id, contact, CallOutcome.DENIED, "She knows of no change.", version=review.version, by=second
    )
    called = await instance.current(review)
    assert (called.state, called.version, called.decided_by) == (
        ReviewState.AWAITING_SECOND,
        review.version + 1,
        second.id,
    )
    with pytest.raises(SecondPersonNeeded, match="you noted the call"):
        await close(instance, review, second)
    with pytest.raises(SecondPersonNeeded, match="must be a manager"):
        await close(instance, review, instance.collector)
    words: dict[str, Any] = {"subject": "Re", "body": "We have noted it."}
    with pytest.raises(SecondPersonNeeded, match="knows of no such change"):
        await instance.reviews.decide(review.id, Action.EDIT, version=called.version, by=manager, **words)
    await close(instance, review, manager)
    done = await instance.current(review)
    assert (done.state, done.decided_by) == (ReviewState.IGNORED, manager.id)
    async with instance.database.read() as uow:
        entries = await timeline(uow, await uow.messages.get(review.message_id))
    (noted,) = [entry for entry in entries if entry.kind == "review.call_back.noted"]
    assert noted.note == f"Called Petra Vane on {PHONE}, on file (denied): She knows of no change."
    assert (noted.who, noted.refs["outcome"], noted.refs["contact_id"]) == ("Ugo", "denied", str(contact))


@on_sqlite
async def test_nobody_talks_a_case_away_by_correcting_what_the_mail_means(instance: Instance) -> None:
    review, _ = await case_of_changed_details(instance)
    manager = await person(instance, "Maja", Role.MANAGER)
    guidance = GuidanceService(instance.database, instance.mind, instance.clock)
    means = Correction((IntentFinding(Intent.QUERY, 1.0, ()),), Facts())
    await guidance.correct(review.id, means, version=review.version, by=manager)
    instance.mind.intent = Intent.QUERY
    await instance.triage.work(str(review.message_id))
    (again,) = await instance.pending()
    with pytest.raises(SecondPersonNeeded, match="first call"):
        await close(instance, again, manager)


@on_sqlite
async def test_who_made_the_other_account_is_no_second_person(instance: Instance) -> None:
    review, contact = await case_of_changed_details(instance)
    admin, puppet = await person(instance, "Noa", Role.ADMIN), await person(instance, "Maja", Role.MANAGER)
    async with instance.database.write() as uow:
        (await uow.session.get_one(UserRow, puppet.id)).created_by = admin.id
    await calls(instance).note(review.id, contact, CallOutcome.CONFIRMED, "ok", version=review.version, by=admin)
    with pytest.raises(SecondPersonNeeded, match="made the other's account"):
        await close(instance, review, puppet)


@on_sqlite
async def test_one_administrator_is_not_two_by_a_token_or_by_passwords(instance: Instance) -> None:
    review, contact = await case_of_changed_details(instance)
    identity = IdentityService(instance.database, instance.clock)
    admin, ugo = await person(instance, "Noa", Role.ADMIN), await person(instance, "Ugo", Role.COLLECTOR)
    maja = await person(instance, "Maja", Role.MANAGER)
    said: dict[str, Any] = {"version": review.version}
    as_ugo = await identity.user_of_token(await identity.new_token(ugo.email, by=admin))
    assert as_ugo is not None
    with pytest.raises(SecondPersonNeeded, match="somebody else issued this token"):
        await calls(instance).note(review.id, contact, CallOutcome.CONFIRMED, "ok", by=as_ugo, **said)
    await calls(instance).note(review.id, contact, CallOutcome.CONFIRMED, "ok", by=ugo, **said)
    as_maja = await identity.user_of_token(await identity.new_token(maja.email, by=admin))
    assert as_maja is not None
    with pytest.raises(SecondPersonNeeded, match="somebody else issued this token"):
        await close(instance, review, as_maja)
    for one in (ugo, maja):
        await identity.set_password(one.email, FIRST_PASSWORD, by=admin)
    with pytest.raises(SecondPersonNeeded, match="less than a day ago"):
        await close(instance, review, maja)
    instance.clock.advance(seconds=YOUNGEST.total_seconds())
    with pytest.raises(SecondPersonNeeded, match="set both your passwords"):
        await close(instance, review, maja)
    await identity.change_password(FIRST_PASSWORD, "a word of my own", by=ugo)
    await close(instance, review, maja)


@on_sqlite
async def test_an_answer_needs_both_too_and_newer_mail_is_seen_before(instance: Instance) -> None:
    review, contact = await case_of_changed_details(instance)
    first, manager = await person(instance, "Noa", Role.MANAGER), await person(instance, "Maja", Role.MANAGER)
    words: dict[str, Any] = {"subject": "Re", "body": "We have checked it."}
    with pytest.raises(SecondPersonNeeded):
        await instance.reviews.decide(review.id, Action.EDIT, version=review.version, by=manager, **words)
    version = await calls(instance).note(
        review.id, contact, CallOutcome.CONFIRMED, "She sent it.", version=review.version, by=first
    )
    with pytest.raises(SecondPersonNeeded, match="you noted the call"):
        await instance.reviews.decide(review.id, Action.EDIT, version=version, by=first, **words)
    instance.mind.intent = Intent.QUERY
    await instance.receive(mail("Did you change it?", sender="Petra Vane <petra@customer.example>"))
    (_, newer) = await instance.messages()
    await instance.triage.work(str(newer.id))
    with pytest.raises(ReviewAlreadyDecided):
        await instance.reviews.decide(review.id, Action.EDIT, version=version, by=manager, **words)
    version = (await instance.current(review)).version
    decided = await instance.reviews.decide(review.id, Action.EDIT, version=version, by=manager, **words)
    assert decided.state is ReviewState.APPROVED
    undone = await instance.reviews.undo(review.id, by=manager)
    with pytest.raises(SecondPersonNeeded, match="first call"):
        await instance.reviews.decide(review.id, Action.EDIT, version=undone.version, by=manager, **words)


@on_sqlite
async def test_only_people_on_file_are_called_and_a_call_can_be_taken_back(instance: Instance) -> None:
    review, contact = await case_of_changed_details(instance)
    for who, said, by, error in (
        (new_id(), "asked", instance.collector, Invalid),
        (contact, "  ", instance.collector, Invalid),
        (contact, "asked", replace(instance.collector, role=Role.AUDITOR), NotAllowed),
    ):
        with pytest.raises(error):
            await calls(instance).note(review.id, who, CallOutcome.CONFIRMED, said, version=review.version, by=by)
    await calls(instance).note(
        review.id, contact, CallOutcome.NOT_REACHED, "Voice mail.", version=review.version, by=instance.collector
    )
    tried = await instance.current(review)
    assert tried.state is ReviewState.PENDING, "a call that reached nobody settles nothing"
    with pytest.raises(ReviewAlreadyDecided):
        await calls(instance).note(
            review.id, contact, CallOutcome.CONFIRMED, "ok", version=review.version, by=instance.collector
        )
    await calls(instance).note(
        review.id, contact, CallOutcome.CONFIRMED, "ok", version=tried.version, by=instance.collector
    )
    undone = await instance.reviews.undo(review.id, by=instance.collector)
    assert undone.state is ReviewState.PENDING
    assert (await instance.current(review)).decided_by is None
    await close(instance, review, instance.collector, reason="fraud")
    assert (await instance.current(review)).state is ReviewState.IGNORED, "what accepts nothing needs one person"


@on_sqlite
async def test_without_a_number_on_file_nobody_is_called_and_other_mail_needs_no_call(instance: Instance) -> None:
    review, contact = await case_of_changed_details(instance, phone=" ")
    with pytest.raises(Invalid, match="on the number that is on file"):
        await calls(instance).note(
            review.id, contact, CallOutcome.CONFIRMED, "ok", version=review.version, by=instance.collector
        )
    needed = await calls(instance).needed(review.id)
    assert needed is not None
    assert needed.contacts == ()
    await close(instance, review, instance.collector, reason="spam")
    assert await calls(instance).needed(review.id) is None
    instance.mind.intent = Intent.QUERY
    await instance.work(mail("Which account is it? Ours has changed."))
    other = next(one for one in await instance.pending() if one.id != review.id)
    async with instance.database.read() as uow:
        await check_second(uow, other.id, version=other.version, by=instance.collector)
    with pytest.raises(Invalid, match="nothing to call back about"):
        await calls(instance).note(
            other.id, contact, CallOutcome.CONFIRMED, "ok", version=other.version, by=instance.collector
        )
