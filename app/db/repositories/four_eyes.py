"""The first of two people's words for an action above a limit of the policy, and whether the second's makes it good.

The second person whom changed bank details ask for gives no such word: there the review waits (`app/review/second.py`).
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.db.tables.ledger import CaseRow
from app.db.tables.system import UserRow
from app.db.tables.work import AssentRow
from app.db.uow import Uow
from app.domain.errors import SecondPersonNeeded, WordNoted
from app.domain.four_eyes import GOOD_FOR, Colleague, Guarded, SecondPersonRule, check_two, rule_for
from app.domain.ids import new_id
from app.domain.money import Money, digits
from app.domain.people import SignedIn
from app.domain.review import SENIORS


@dataclass(frozen=True, slots=True)
class Deed:
    """What exactly is done, so that two people may do the very same. `content` tells one deed from another; `said` is
    what the second person is shown, sealed with the words of its conversation where it has one."""

    action: Guarded
    subject_id: UUID
    content: str = field(repr=False)
    said: Mapping[str, Any] | None = field(repr=False, default=None)
    conversation_id: UUID | None = None


def deed_about(action: Guarded, case: CaseRow, said: Mapping[str, Any], opened: Iterable[Money]) -> Deed:
    """What is said about a case of the ledger, on whichever page, while it is about these invoices and the sums that
    are open on them; a request that names none is about all."""
    sums = (
        (case.amount, case.currency),
        (case.owed, case.owed_currency),
        *((one.amount, one.currency) for one in opened),
    )
    told = [f"{digits(amount, currency or '')} {currency}" for amount, currency in sums if amount is not None]
    content = json.dumps([said, sorted(case.invoices), case.amount is None, told])
    return Deed(action, case.id, content, said)


@dataclass(frozen=True, slots=True)
class FirstWord:
    """One person's word that waits for a second one. `said` is what the second one has to see to do the very same;
    empty where that stands before them anyway."""

    by: UUID
    name: str
    is_senior: bool
    content: str
    said: Mapping[str, Any] = field(repr=False)


def colleague(user: UserRow) -> Colleague:
    return Colleague(
        user.id,
        user.role in SENIORS,
        user.created_at,
        user.created_by,
        user.password_set_by,
        user.password_set_at,
    )


async def missing_second(
    uow: Uow,
    rules: Iterable[SecondPersonRule],
    deed: Deed,
    *,
    amount: Money | None,
    by: SignedIn,
) -> SecondPersonNeeded | None:
    """None where it may be done now. Else this person's word is noted; commit it, then raise what is returned:
    WordNoted, or why the two who said the same are not two. Duebox alone never does it.

    Raises SecondPersonNeeded for a token that is not this person's alone.
    """
    rule = rule_for(rules, deed.action, amount)
    if rule is None:
        return None
    by.check_is_one_person()
    user = await uow.users.get(by.id) if by.id is not None else None
    if user is None:
        return SecondPersonNeeded("this takes two people: the sum is above the limit of the policy")
    hashed = content_hash(uow, deed.action, deed.content)
    now = uow.clock()
    refusal: SecondPersonNeeded | None = None
    for first in await _who_said(uow, deed, hashed, other_than=user):
        try:
            check_two(colleague(first), colleague(user), now, senior=rule.senior)
        except SecondPersonNeeded as error:
            refusal = error
        else:
            return None
    words_id = None
    if deed.conversation_id is not None and deed.said is not None:
        words_id = await uow.words.put(deed.conversation_id, "assent", deed.said)
    uow.session.add(
        AssentRow(
            id=new_id(),
            action=deed.action,
            subject_id=deed.subject_id,
            content=hashed,
            by=user.id,
            at=now,
            said=None if deed.conversation_id else deed.said,
            words_id=words_id,
        )
    )
    uow.audit.add("review.second.awaited", actor=by.actor, action=deed.action.value, subject_id=deed.subject_id)
    return refusal or WordNoted()


async def _who_said(uow: Uow, deed: Deed, hashed: str, *, other_than: UserRow) -> list[UserRow]:
    """Whose last word on its subject is this very deed: who has said something else since has taken it back."""
    given = await uow.session.execute(
        sa.select(UserRow, AssentRow.content)
        .join(AssentRow, AssentRow.by == UserRow.id)
        .where(AssentRow.subject_id == deed.subject_id, AssentRow.action == deed.action)
        .where(AssentRow.at > uow.clock() - GOOD_FOR, UserRow.active, UserRow.id != other_than.id)
        .order_by(AssentRow.at, AssentRow.id)
    )
    last = {user: content for user, content in given}
    return [user for user, content in last.items() if content == hashed]


def content_hash(uow: Uow, action: Guarded, content: str) -> str:
    """What tells one thing to be done from another."""
    return uow.words.keyring.index(f"{action.value}\x1e{content}")


async def first_words(uow: Uow, subject_ids: Collection[UUID]) -> dict[UUID, list[FirstWord]]:
    """The words that still wait for a second one, the newest first; of each person the last. Not those that were
    erased, nor those of people who have left."""
    rows: Sequence[tuple[AssentRow, UserRow]] = [
        (row, user)
        for row, user in await uow.session.execute(
            sa.select(AssentRow, UserRow)
            .join(UserRow, AssentRow.by == UserRow.id)
            .where(AssentRow.subject_id.in_(subject_ids), AssentRow.at > uow.clock() - GOOD_FOR, UserRow.active)
            .order_by(AssentRow.at.desc(), AssentRow.id.desc())
        )
    ]
    sealed = await uow.words.get_all({row.words_id for row, _ in rows if row.words_id is not None})
    found: dict[UUID, list[FirstWord]] = {}
    for row, user in rows:
        known = found.setdefault(row.subject_id, [])
        if any(one.by == user.id for one in known) or (row.words_id is not None and row.words_id not in sealed):
            continue
        said = sealed[row.words_id] if row.words_id else row.said or {}
        known.append(FirstWord(user.id, user.name, user.role in SENIORS, row.content, said))
    return found
