"""Above the sums of the policy an answer, terms and a dispute's outcome take two people, and never one twice."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.db.tables.ledger import CaseRow, InvoiceRow
from app.db.tables.system import UserRow
from app.db.tables.work import OutboxRow
from app.domain.dispute import Resolution
from app.domain.errors import SecondPersonNeeded
from app.domain.extension import Terms
from app.domain.four_eyes import Guarded, SecondPersonRule
from app.domain.ids import new_id
from app.domain.intents import DisputeReason
from app.domain.money import Money
from app.domain.people import DUEBOX, SignedIn
from app.domain.review import Action, CaseKind, Role
from app.ledger.cases import CaseNote, CaseService
from app.policies.loading import load_policy
from app.review.service import ReviewService
from tests.instances import Instance, mail, on_sqlite
from tests.integration.test_second_person import person

LIMITS = tuple(SecondPersonRule(action, "EUR", Decimal(100)) for action in Guarded)
Act = Callable[[SignedIn], Awaitable[object]]


@pytest.fixture
async def people(instance: Instance) -> tuple[SignedIn, SignedIn, SignedIn]:
    """A collector, another, and a manager."""
    return (
        instance.collector,
        await person(instance, "Ugo", Role.COLLECTOR),
        await person(instance, "Maja", Role.MANAGER),
    )


def cases(instance: Instance) -> CaseService:
    return CaseService(instance.database, instance.clock, LIMITS)


async def takes_two(act: Act, people: tuple[SignedIn, SignedIn, SignedIn]) -> None:
    first, other, manager = people
    with pytest.raises(SecondPersonNeeded, match="your word is noted"):
        await act(first)
    with pytest.raises(SecondPersonNeeded, match="your word is noted"):
        await act(first)
    with pytest.raises(SecondPersonNeeded, match="must be a manager"):
        await act(other)
    await act(manager)


async def answer(instance: Instance, stake: str = "2000.00") -> Act:
    policy = replace(load_policy(), second_person=LIMITS)
    instance.reviews = ReviewService(instance.database, policy, instance.clock, undo_seconds=30)
    (review,) = await instance.work(mail("When is INV-1 due?", sender="Petra Vane <petra@customer.example>"))
    async with instance.database.write() as uow:
        row = await uow.reviews.get(review.id)
        row.at_stake, row.currency = Decimal(stake), "EUR"

    async def act(by: SignedIn) -> object:
        return await instance.reviews.decide(
            review.id, Action.EDIT, version=review.version, by=by, subject="Re", body="It is due on Friday."
        )

    return act


async def sent(instance: Instance) -> int:
    async with instance.database.read() as uow:
        return await uow.session.scalar(sa.select(sa.func.count()).select_from(OutboxRow)) or 0


async def test_an_answer_above_the_limit_takes_two(
    instance: Instance, people: tuple[SignedIn, SignedIn, SignedIn]
) -> None:
    act = await answer(instance)
    with pytest.raises(SecondPersonNeeded):
        await act(people[0])
    assert await sent(instance) == 0
    await takes_two(act, people)
    assert await sent(instance) == 1


@on_sqlite
async def test_an_answer_within_the_limit_takes_one_and_another_text_is_another_answer(
    instance: Instance, people: tuple[SignedIn, SignedIn, SignedIn]
) -> None:
    act = await answer(instance)
    with pytest.raises(SecondPersonNeeded):
        await act(people[0])
    (review,) = await instance.pending()
    with pytest.raises(SecondPersonNeeded, match="your word is noted"):
        await instance.reviews.decide(
            review.id, Action.EDIT, version=review.version, by=people[2], subject="Re", body="Pay elsewhere."
        )
    async with instance.database.write() as uow:
        (await uow.reviews.get(review.id)).at_stake = Decimal("99.00")
    await act(people[0])
    assert await sent(instance) == 1


@on_sqlite
async def test_a_mail_of_the_no_answer_list_takes_two_as_well(
    instance: Instance, people: tuple[SignedIn, SignedIn, SignedIn]
) -> None:
    policy = replace(load_policy(), second_person=(SecondPersonRule(Guarded.ANSWER, "EUR", Decimal(50)),))
    instance.reviews = ReviewService(instance.database, policy, instance.clock, undo_seconds=30)
    await instance.work(mail("I am away.", headers=[("Auto-Submitted", "auto-replied")]))
    (message,) = await instance.messages()
    await instance.reviews.needs_answer(message.id, by=people[0])
    (review,) = await instance.pending()
    assert (review.at_stake, review.currency) == (Decimal(100), "EUR")

    async def act(by: SignedIn) -> object:
        return await instance.reviews.decide(
            review.id, Action.EDIT, version=review.version, by=by, subject="Re", body="Take your time."
        )

    await takes_two(act, people)


@on_sqlite
async def test_sums_in_several_currencies_take_two_whatever_the_first_one_is(
    instance: Instance, people: tuple[SignedIn, SignedIn, SignedIn]
) -> None:
    act = await answer(instance, "99.00")
    async with instance.database.write() as uow:
        (invoice,) = await uow.ledger.invoices("C-1")
        values = {column.name: getattr(invoice, column.key) for column in InvoiceRow.__table__.columns}
        other = {"id": new_id(), "number": "INV-2", "currency": "USD", "open_amount": Decimal(5000)}
        uow.session.add(InvoiceRow(**{**values, **other}))
    await takes_two(act, people)


async def noted(instance: Instance, kind: CaseKind, detail: str = "") -> UUID:
    note = CaseNote(kind, "C-1", ("INV-1",), Money(Decimal(500), "EUR"), detail=detail)
    return await CaseService(instance.database, instance.clock).note(note, instance.collector)


@on_sqlite
async def test_a_disputes_outcome_takes_two(instance: Instance, people: tuple[SignedIn, SignedIn, SignedIn]) -> None:
    case_id = await noted(instance, CaseKind.DISPUTE, DisputeReason.QUALITY.value)
    settled = Resolution.SETTLED
    await takes_two(lambda by: cases(instance).resolve(case_id, by, resolution=settled, amount=Decimal(250)), people)
    other = await noted(instance, CaseKind.DISPUTE, DisputeReason.QUALITY.value)
    await cases(instance).resolve(other, people[0], resolution=settled, amount=Decimal(50))
    third = await noted(instance, CaseKind.DISPUTE, DisputeReason.QUALITY.value)
    await cases(instance).resolve(third, people[0], resolution=Resolution.REJECTED)


@on_sqlite
async def test_granting_time_takes_two(instance: Instance, people: tuple[SignedIn, SignedIn, SignedIn]) -> None:
    case_id = await noted(instance, CaseKind.EXTENSION)
    terms = Terms(until=instance.clock().date() + timedelta(days=20))
    await takes_two(lambda by: cases(instance).grant(case_id, terms, by), people)
    async with instance.database.read() as uow:
        row = await uow.session.get_one(CaseRow, case_id)
    assert (row.decided_by, row.day) == (people[2].id, terms.until)
    assert isinstance(row.day, date)


@on_sqlite
@pytest.mark.parametrize("trick", ["made by the first", "made by the second", "young", "gone", "lent token"])
async def test_one_person_with_two_accounts_is_one(
    instance: Instance, people: tuple[SignedIn, SignedIn, SignedIn], trick: str
) -> None:
    act = await answer(instance)
    first, _, manager = people
    async with instance.database.write() as uow:
        one, two = await uow.session.get_one(UserRow, first.id), await uow.session.get_one(UserRow, manager.id)
        match trick:
            case "made by the first":
                two.created_by = one.id
            case "made by the second":
                one.created_by = two.id
            case "young":
                two.created_at, two.created_by = instance.clock(), new_id()
    with pytest.raises(SecondPersonNeeded):
        await act(first)
    if trick == "lent token":
        manager = replace(manager, issued_by=first.id)
    if trick == "gone":
        async with instance.database.write() as uow:
            (await uow.session.get_one(UserRow, first.id)).active = False
    with pytest.raises(SecondPersonNeeded):
        await act(manager)
    assert await sent(instance) == 0


@on_sqlite
async def test_nothing_above_a_limit_leaves_alone(instance: Instance) -> None:
    act = await answer(instance)
    with pytest.raises(SecondPersonNeeded):
        await act(DUEBOX)
