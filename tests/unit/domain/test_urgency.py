"""The order of the queue: what makes a mail come first, and that waiting never changes who is before whom."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.domain.intents import Reason
from app.domain.urgency import AS_SHIPPED, Urgency, urgency
from app.domain.working_hours import WorkingHours

NINE = datetime(2026, 5, 21, 9, tzinfo=UTC)
NAIVE = NINE.replace(tzinfo=None)
IN_OFFICE = replace(AS_SHIPPED, working=WorkingHours(time(9), time(17), frozenset(range(5)), "Europe/Berlin"))
REASONS = st.lists(st.sampled_from([reason.value for reason in Reason]), unique=True)
MOMENTS = st.datetimes(NAIVE, NAIVE + timedelta(days=300), timezones=st.just(UTC))
MAILS = st.builds(
    lambda reasons, cents, at, weights: urgency(reasons, Decimal(cents) / 100, at, weights, mailbox=""),
    REASONS,
    st.integers(0, 10**10),
    MOMENTS,
    st.sampled_from([AS_SHIPPED, IN_OFFICE]),
)


def first(*reasons: Reason, money: int = 1_000, hours_ago: float = 0) -> Urgency:
    received = NINE - timedelta(hours=hours_ago)
    return urgency([reason.value for reason in reasons], Decimal(money), received, AS_SHIPPED, mailbox="")


def test_more_money_more_risk_and_more_waiting_come_first() -> None:
    plain = first(Reason.APPROVAL_REQUIRED)
    for before in (
        first(Reason.APPROVAL_REQUIRED, money=2_000),
        first(Reason.DISPUTE),
        first(Reason.LEGAL),
        first(Reason.APPROVAL_REQUIRED, hours_ago=2),
    ):
        assert before.rank > plain.rank


def test_a_day_of_waiting_weighs_as_much_as_twice_the_money() -> None:
    assert abs(first(hours_ago=24).rank - first(money=2_000).rank) < 1e-9


def test_the_riskiest_reason_is_named_and_the_shortest_time_holds() -> None:
    both = first(Reason.DISPUTE, Reason.COMPLAINT)
    assert (both.reason, both.risk, both.due_at) == (Reason.COMPLAINT, 4, NINE + timedelta(hours=8))
    assert first(Reason.LOW_CONFIDENCE).reason is None


def test_who_owes_nothing_and_who_is_not_known_is_worked_too() -> None:
    assert urgency([], None, NINE, AS_SHIPPED, mailbox="").rank == first(money=0).rank == first(money=100).rank


@given(MAILS, MAILS, st.integers(0, 60))
def test_the_stored_rank_orders_as_the_priority_does_at_any_later_moment(a: Urgency, b: Urgency, days: int) -> None:
    later = max(a.waits_since, b.waits_since) + timedelta(days=days)

    def priority(mail: Urgency) -> float:
        return float(mail.money) * mail.risk * mail.haste * mail.waited(later)

    if abs(a.rank - b.rank) > 1e-6:
        assert (a.rank > b.rank) == (priority(a) > priority(b))
