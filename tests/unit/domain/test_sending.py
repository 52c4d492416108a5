from datetime import timedelta

import pytest

from app.domain.sending import Automatic, Pace


@pytest.mark.parametrize(("attempts", "longest"), [(1, 30), (2, 60), (5, 480), (8, 3600), (500, 3600)])
def test_waits_double_and_are_scattered_over_their_last_half(attempts: int, longest: int) -> None:
    waits = [Pace().wait_after(attempts, luck).total_seconds() for luck in (0.0, 0.5, 1.0)]
    assert waits == [longest / 2, longest * 3 / 4, longest]


def test_a_pace_begins_with_its_own_first_wait() -> None:
    assert Pace(timedelta(seconds=1)).wait_after(3, 1.0) == timedelta(seconds=4)


@pytest.mark.parametrize(
    ("said", "is_enough"),
    [(Automatic(0, 0), False), (Automatic(1, 1), True), (Automatic(0, 4), False), (Automatic(0, 5), True)],
)
def test_one_automatic_mail_a_conversation_and_five_an_address(said: Automatic, is_enough: bool) -> None:
    assert said.is_enough is is_enough
