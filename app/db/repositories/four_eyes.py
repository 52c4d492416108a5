"""The first of two people's words for an action above a limit of the policy, and whether the second's makes it good.

The second person whom changed bank details ask for gives no such word: there the review waits (`app/review/second.py`).
"""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from app.db.tables.system import UserRow
from app.db.tables.work import AssentRow
from app.db.uow import Uow
from app.domain.errors import SecondPersonNeeded
from app.domain.four_eyes import GOOD_FOR, Colleague, Guarded, SecondPersonRule, check_two, rule_for
from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.people import SignedIn
from app.domain.review import SENIORS


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
    action: Guarded,
    subject_id: UUID,
    *,
    content: str,
    amount: Money | None,
    by: SignedIn,
) -> SecondPersonNeeded | None:
    """None where the action may be done now. Else this person's word is noted; commit it, then raise what is returned.

    `content` says what exactly is done: the second person must do the very same. Duebox alone never does it.
    Raises SecondPersonNeeded for a token that is not this person's alone.
    """
    rule = rule_for(rules, action, amount)
    if rule is None:
        return None
    by.check_is_one_person()
    user = await uow.users.get(by.id) if by.id is not None else None
    if user is None:
        return SecondPersonNeeded("this takes two people: the sum is above the limit of the policy")
    said = uow.words.keyring.index(f"{action.value}\x1e{content}")
    now = uow.clock()
    firsts = await uow.session.scalars(
        sa.select(UserRow)
        .join(AssentRow, AssentRow.by == UserRow.id)
        .where(AssentRow.subject_id == subject_id, AssentRow.content == said, AssentRow.at > now - GOOD_FOR)
        .where(UserRow.active, UserRow.id != user.id)
    )
    refusal: SecondPersonNeeded | None = None
    for first in firsts:
        try:
            check_two(colleague(first), colleague(user), now, senior=rule.senior)
        except SecondPersonNeeded as error:
            refusal = error
        else:
            return None
    uow.session.add(AssentRow(id=new_id(), action=action, subject_id=subject_id, content=said, by=user.id, at=now))
    uow.audit.add("review.second.awaited", actor=by.actor, action=action.value, subject_id=subject_id)
    return refusal or SecondPersonNeeded(
        "your word is noted: the sum is above the limit of the policy, so a second person has to do the very same"
    )


async def first_names(uow: Uow, subject_id: UUID) -> list[str]:
    """Who has given their word for an action that still waits for a second one."""
    return list(
        await uow.session.scalars(
            sa.select(UserRow.name)
            .join(AssentRow, AssentRow.by == UserRow.id)
            .where(AssentRow.subject_id == subject_id, AssentRow.at > uow.clock() - GOOD_FOR)
            .distinct()
        )
    )
