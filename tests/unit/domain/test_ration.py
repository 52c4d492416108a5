from app.domain.ration import DAY, EXPECTED, LONGEST_WAIT, MINUTE, Limits, Ration, fresh, settle, take

NOON = 20_000 * DAY + DAY / 2
RATE = Limits(requests_a_minute=60)
BUDGET = Limits(tokens_a_day=1_000)


def test_each_mail_gets_its_place_in_the_minute() -> None:
    ration, waits = fresh(RATE, NOON), []
    for _ in range(6):
        ration, wait = take(ration, RATE, NOON)
        waits.append(wait)
    assert waits == [0, 0, 0, 1, 5, 9], "a quarter of a minute's requests at once, then one a second"


def test_what_a_mail_did_not_take_is_given_back_and_what_it_took_more_is_owed() -> None:
    ration, _ = take(fresh(RATE, NOON), RATE, NOON)
    assert settle(ration, RATE, NOON, requests=1, tokens=0).level == ration.level + EXPECTED - 1
    assert settle(ration, RATE, NOON, requests=9, tokens=0).level == ration.level + EXPECTED - 9


def test_over_many_minutes_no_more_is_asked_than_the_limit() -> None:
    ration, now, asked = fresh(RATE, NOON), NOON, 0
    while now < NOON + 10 * MINUTE:
        ration, wait = take(ration, RATE, now)
        assert wait is not None
        now += max(wait, 0.01)
        ration = settle(ration, RATE, now, requests=7, tokens=0)
        asked += 7
    assert 10 * 60 * 0.9 < asked < 10 * 60 + 60


def test_a_wait_without_end_is_no_place() -> None:
    slow = Limits(requests_a_minute=1)
    ration, wait = take(Ration(-LONGEST_WAIT, NOON, int(NOON // DAY), 0), slow, NOON)
    assert (ration.level, wait) == (-LONGEST_WAIT, None)


def test_the_days_tokens_end_and_begin_again_at_midnight() -> None:
    ration = settle(fresh(BUDGET, NOON), BUDGET, NOON, requests=1, tokens=999)
    assert take(ration, BUDGET, NOON)[1] == 0
    ration = settle(ration, BUDGET, NOON, requests=1, tokens=500)
    assert take(ration, BUDGET, NOON)[1] is None
    ration, wait = take(ration, BUDGET, NOON + DAY / 2)
    assert (ration.tokens, wait) == (0, 0)


def test_a_place_costs_the_usual_tokens_until_it_is_settled() -> None:
    ration, _ = take(fresh(BUDGET, NOON), BUDGET, NOON, tokens=400)
    assert ration.tokens == 400
    assert settle(ration, BUDGET, NOON, requests=1, tokens=250 - 400).tokens == 250
    assert settle(ration, BUDGET, NOON + DAY, requests=1, tokens=250 - 400).tokens == 0, "paid for on the day before"
    full = Ration(0, NOON, int(NOON // DAY), 1_000)
    assert take(full, BUDGET, NOON, tokens=400) == (full, None)


def test_a_clock_that_is_set_back_gives_nothing_and_takes_nothing() -> None:
    ration = settle(fresh(BUDGET, NOON), BUDGET, NOON, requests=1, tokens=1_000)
    back, wait = take(ration, BUDGET, NOON - DAY)
    assert (back, wait) == (ration, None)
    empty, _ = take(Ration(0, NOON, int(NOON // DAY), 0), RATE, NOON)
    assert take(empty, RATE, NOON - DAY)[0].level == empty.level - EXPECTED, "no time went by"
    assert take(empty, RATE, NOON + MINUTE)[0].level == 15 - EXPECTED, "and it goes on from where it was"


def test_without_limits_everybody_goes_at_once() -> None:
    ration = settle(fresh(Limits(), NOON), Limits(), NOON, requests=100, tokens=10**9)
    assert take(ration, Limits(), NOON)[1] == 0
