"""The drawing of a customer's months, and what the planner says of the weeks ahead."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from app.domain.reminder import Channel, NextAction, SentReminder, Stage, Why
from app.domain.workflow import Caps
from app.policies.reminders import load_reminders
from app.reminders.outlook import outlook
from app.reminders.timeline import DAYS_AHEAD, MOST_ROWS, PAST_DAYS, ROW_HEIGHT, WIDTH, Entry, draw
from tests.unit.reminders.situations import TODAY, customer, invoice

POLICY = load_reminders()
DAY = timedelta(days=1)
FIRST, LAST = TODAY - PAST_DAYS * DAY, TODAY + DAYS_AHEAD * DAY


def test_dot_stands_in_the_middle_of_its_day() -> None:
    (lane,) = draw([Entry("mail", FIRST), Entry("mail", TODAY), Entry("mail", LAST)], TODAY).lanes
    assert [mark.x for mark in lane.marks] == [Decimal("0.5"), Decimal("90.5"), WIDTH - Decimal("0.5")]
    assert (lane.height, {mark.width for mark in lane.marks}) == (ROW_HEIGHT, {0})


def test_bar_covers_its_days_and_is_cut_at_the_edges() -> None:
    inside = Entry("promise", TODAY, TODAY + 2 * DAY)
    over_both = Entry("hold", FIRST - DAY, LAST + DAY)
    promise, hold = draw([over_both, inside], TODAY).lanes
    assert [(mark.x, mark.width) for mark in promise.marks] == [(Decimal(90), 3)]
    assert [(mark.x, mark.width) for mark in hold.marks] == [(Decimal(0), WIDTH)]


def test_what_lies_outside_is_left_out() -> None:
    drawn = draw([Entry("mail", FIRST - DAY), Entry("dispute", FIRST - 9 * DAY, FIRST - DAY)], TODAY)
    assert (drawn.lanes, drawn.entries) == ((), ())


def test_bars_that_overlap_lie_below_each_other_and_rows_are_used_again() -> None:
    early, late = Entry("dispute", TODAY - 9 * DAY, TODAY), Entry("dispute", TODAY, TODAY + DAY)
    after = Entry("dispute", TODAY + DAY, TODAY + 2 * DAY)
    (lane,) = draw([after, late, early], TODAY).lanes
    assert [(mark.entry, mark.y // ROW_HEIGHT) for mark in lane.marks] == [(early, 0), (late, 1), (after, 0)]
    assert lane.height == 2 * ROW_HEIGHT


def test_no_lane_grows_without_end() -> None:
    (lane,) = draw([Entry("dispute", TODAY, TODAY) for _ in range(50)], TODAY).lanes
    assert (len(lane.marks), lane.height) == (50, MOST_ROWS * ROW_HEIGHT)


def test_entries_are_listed_from_the_latest_and_days_divide_the_drawing() -> None:
    drawn = draw([Entry("mail", TODAY), Entry("payment", FIRST), Entry("planned", LAST)], TODAY)
    assert [entry.begin for entry in drawn.entries] == [LAST, TODAY, FIRST]
    assert (drawn.days[0], drawn.days[3], drawn.days[-1]) == (FIRST, TODAY, LAST)


def test_outlook_climbs_the_steps_within_the_caps() -> None:
    ahead = outlook(customer(), POLICY, TODAY, DAYS_AHEAD)
    assert [line.stage for _day, line in ahead][:2] == [Stage.FIRST, Stage.SECOND]
    assert len({line.stage for _day, line in ahead}) == len(ahead), "no step comes twice"
    moments = [line.send_at for _day, line in ahead if line.send_at]
    for number, at in enumerate(moments):
        assert Caps().allow(moments[:number], at)


def test_outlook_is_empty_where_something_stops_us_and_goes_on_after_a_hold() -> None:
    assert outlook(customer(stale=frozenset({""})), POLICY, TODAY, DAYS_AHEAD) == []
    until = TODAY + 6 * DAY
    assert outlook(customer(hold_until=until), POLICY, TODAY, DAYS_AHEAD)[0].day > until


def test_what_waits_for_a_person_is_told_once() -> None:
    (nobody,) = outlook(customer(contacts=()), POLICY, TODAY, DAYS_AHEAD)
    assert (nobody.day, nobody.line.reason) == (TODAY, Why.NO_CONTACT)
    last = SentReminder(Stage.FORMAL, Channel.LETTER, datetime(2026, 5, 1, tzinfo=UTC), "EUR")
    (done,) = outlook(customer(sent=(last,), items=(invoice(overdue=200),)), POLICY, TODAY, DAYS_AHEAD)
    assert (done.line.action, done.line.reason) == (NextAction.TASK, Why.STEPS_DONE)
