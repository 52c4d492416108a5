"""Who are two people: never one with two accounts, two passwords or two keys."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.errors import SecondPersonNeeded
from app.domain.four_eyes import YOUNGEST, Colleague, check_two
from app.domain.ids import new_id
from app.domain.people import SignedIn
from app.domain.review import Role

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OLD, ADMIN, OTHER = NOW - timedelta(days=30), new_id(), new_id()


def set_by(admin: object, ago: timedelta) -> dict[str, Any]:
    return {"created_by": admin, "password_set_by": admin, "password_set_at": NOW - ago}


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ({}, {}, None),
        (set_by(ADMIN, YOUNGEST - timedelta(seconds=1)), {}, "less than a day ago"),
        ({}, set_by(ADMIN, YOUNGEST - timedelta(seconds=1)), "less than a day ago"),
        (set_by(ADMIN, YOUNGEST), {}, None),
        (set_by(ADMIN, YOUNGEST), set_by(ADMIN, YOUNGEST), "the same person set both"),
        (set_by(ADMIN, YOUNGEST), set_by(OTHER, YOUNGEST), None),
        (set_by(ADMIN, YOUNGEST), set_by(ADMIN, YOUNGEST) | {"password_set_by": None}, None),
        ({"password_set_by": None, "password_set_at": NOW}, {}, "less than a day ago"),
    ],
)
def test_who_set_the_passwords_is_not_two_people(
    first: dict[str, Any], second: dict[str, Any], why: str | None
) -> None:
    one, two = (replace(Colleague(new_id(), True, OLD), **known) for known in (first, second))
    if why is None:
        check_two(one, two, NOW, senior=True)
        return
    with pytest.raises(SecondPersonNeeded, match=why):
        check_two(one, two, NOW, senior=True)


@pytest.mark.parametrize("issuer", ["nobody", "themselves", "another"])
def test_a_token_is_either_of_those_who_have_seen_it(issuer: str) -> None:
    owner = new_id()
    issued_by = {"nobody": None, "themselves": owner, "another": new_id()}[issuer]
    user = SignedIn(owner, "Ugo", "ugo@seller.example", Role.COLLECTOR, issued_by=issued_by)
    if issuer != "another":
        user.check_is_one_person()
        return
    with pytest.raises(SecondPersonNeeded, match="somebody else issued this token"):
        user.check_is_one_person()
