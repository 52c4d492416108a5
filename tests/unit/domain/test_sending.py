from datetime import timedelta

import pytest

from app.domain.sending import Automatic, Pace


@pytest.mark.parametrize(
    ("attempts", "because", "longest"),
    [
        (1, "450", 30),
        (2, "450", 60),
        (5, "450", 480),
        (8, "450", 3600),
        (500, "450", 3600),
        (4, "timeout", 240),
        (5, "timeout", 300),
        (500, "needs_reauth", 300),
    ],
)
def test_waits_double_and_are_scattered_over_their_last_half(attempts: int, because: str, longest: int) -> None:
    waits = [Pace().wait_after(attempts, luck, because=because).total_seconds() for luck in (0.0, 0.5, 1.0)]
    assert waits == [longest / 2, longest * 3 / 4, longest]


def test_a_pace_begins_with_its_own_first_wait() -> None:
    assert Pace(timedelta(seconds=1)).wait_after(3, 1.0, because="450") == timedelta(seconds=4)


@pytest.mark.parametrize(
    ("said", "is_enough"),
    [(Automatic(0, 0), False), (Automatic(1, 1), True), (Automatic(0, 4), False), (Automatic(0, 5), True)],
)
def test_one_automatic_mail_a_conversation_and_five_an_address(said: Automatic, is_enough: bool) -> None:
    assert said.is_enough is is_enough
