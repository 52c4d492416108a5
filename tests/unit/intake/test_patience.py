"""How long a mailbox waits after failures."""

from app.intake.lines import Pace, Patience

PACE = Pace(first_wait=1, longest_wait=300, stable=30)


def test_the_wait_doubles_up_to_the_longest() -> None:
    patience = Patience(PACE)
    for number in range(40):
        whole = min(2.0**number, 300.0)
        assert whole / 2 <= patience.failed(float(number)) <= whole


def test_a_server_that_lets_in_and_hangs_up_is_a_failing_one() -> None:
    patience, now = Patience(PACE), 0.0
    waits = []
    for _ in range(8):
        patience.succeeded(now)
        now += 0.1
        waits.append(patience.failed(now))
        now += waits[-1]
    assert waits[-1] >= 64


def test_a_connection_that_held_makes_it_short_again() -> None:
    patience = Patience(PACE)
    for number in range(8):
        patience.failed(float(number))
    patience.succeeded(10.0)
    patience.succeeded(39.0)
    assert patience.failed(41.0) <= 1
