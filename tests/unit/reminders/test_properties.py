"""What holds for every ledger and history: reminders go only where they may, and the plan is the same twice."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.account import ContactRole
from app.domain.contact import Reachability
from app.domain.money import Money
from app.domain.reminder import (
    Addressee,
    Channel,
    CustomerSituation,
    NextAction,
    OpenItem,
    PlanLine,
    RunningCase,
    SentReminder,
    Stage,
    Why,
)
from app.policies.reminders import load_reminders
from app.reading.days.workdays import country_of, is_workday
from app.reminders.listing import last_day
from app.reminders.schedule import plan

POLICY = load_reminders()
FULL_STOPS = (Why.PROMISE_RUNNING, Why.EXTENSION, Why.PLAN_RUNNING, Why.HARDSHIP, Why.DISPUTE)
NUMBERS = [*(f"INV-{n}" for n in range(4)), "re 4", "Re/5"]
COMPANIES = ["", "", "Nord"]
STALE = [frozenset[str]()] * 4 + [frozenset({""}), frozenset({"Nord"})]
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
CENTS = st.integers(1, 200_000).map(lambda cents: Decimal(cents) / 100)


def _before(as_of: date) -> st.SearchStrategy[datetime]:
    midnight = datetime.combine(as_of, time(), UTC)
    return st.integers(0, 90 * 24).map(lambda hours: midnight - timedelta(hours=hours))


@st.composite
def _items(draw: st.DrawFn, as_of: date) -> tuple[OpenItem, ...]:
    numbers = draw(st.lists(st.sampled_from(NUMBERS), unique=True, max_size=6))
    return tuple(_item(draw, number, as_of) for number in numbers)


def _item(draw: st.DrawFn, number: str, as_of: date) -> OpenItem:
    is_credit_note = draw(st.integers(0, 5)) == 0
    amount = draw(CENTS)
    return OpenItem(
        number,
        draw(st.sampled_from(COMPANIES)),
        is_credit_note,
        -amount if is_credit_note else amount,
        draw(st.sampled_from(["EUR", "EUR", "USD"])),
        as_of - timedelta(days=draw(st.integers(-15, 100))),
        draw(st.integers(0, 7)) == 0,
        draw(st.integers(0, 7)) == 0,
    )


SPELLED = st.sampled_from([*NUMBERS, *map(str.upper, NUMBERS), *map(str.lower, NUMBERS)])
INVOICES = st.lists(SPELLED, unique_by=str.upper, min_size=1, max_size=2).map(tuple)
CASES = st.builds(RunningCase, st.sampled_from(FULL_STOPS), INVOICES | st.just(())) | st.builds(
    RunningCase, st.just(Why.DISPUTE), INVOICES, st.builds(Money, CENTS, st.just("EUR"))
)
CONTACTS = st.builds(
    Addressee,
    st.integers(1, 10**6).map(lambda n: UUID(int=n)),
    st.sampled_from(["a@customer.example", "b@customer.example", ""]),
    st.sampled_from(ContactRole),
    st.sampled_from(["", "en", "de"]),
    st.booleans(),
    st.sampled_from([Reachability.OK, Reachability.OK, *Reachability]),
    st.lists(st.datetimes(datetime(2025, 9, 1), datetime(2026, 2, 1), timezones=st.just(UTC)), max_size=7).map(tuple),  # noqa: DTZ001
)


@st.composite
def _worlds(draw: st.DrawFn) -> tuple[CustomerSituation, date]:
    as_of = draw(DAYS)
    moments = _before(as_of)
    sent = st.builds(
        SentReminder,
        st.sampled_from(Stage),
        st.sampled_from(Channel),
        moments,
        st.sampled_from(["EUR", "USD"]),
        st.sampled_from(COMPANIES),
    )
    situation = CustomerSituation(
        customer_id="C-1",
        language=draw(st.sampled_from(["en", "fr"])),
        country=draw(st.sampled_from(["GB", "FR", "DE", "US", ""])),
        currency="EUR",
        timezone=draw(st.sampled_from(["Europe/Paris", "America/New_York", "Asia/Tokyo", "Nowhere"])),
        segment=draw(st.sampled_from(["standard", "key", "high-risk"])),
        is_strategic=draw(st.integers(0, 9)) == 0,
        is_natural_person=draw(st.integers(0, 3)) == 0,
        payment_seen=draw(st.integers(0, 9)) == 0,
        has_unanswered_mail=draw(st.integers(0, 9)) == 0,
        stale=draw(st.sampled_from(STALE)),
        hold_until=draw(st.none() | st.integers(-3, 3).map(lambda days: as_of + timedelta(days=days))),
        items=draw(_items(as_of)),
        contacts=tuple(draw(st.lists(CONTACTS, max_size=3))),
        cases=tuple(draw(st.lists(CASES, max_size=2))),
        sent=tuple(draw(st.lists(sent, max_size=3))),
        contacted=tuple(draw(st.lists(moments, max_size=3))),
        replies=tuple(draw(st.lists(moments, max_size=7))),
        talk_since=draw(st.none() | moments),
        broken_promises=draw(st.integers(0, 2)),
        kept_promises=draw(st.integers(0, 3)),
    )
    return situation, as_of


def _contacting(lines: list[PlanLine]) -> list[PlanLine]:
    return [line for line in lines if line.send_at is not None]


def _nothing_that_is_stopped_or_not_due_is_asked_for(
    situation: CustomerSituation, as_of: date, lines: list[PlanLine]
) -> None:
    items = {item.number: item for item in situation.items}
    for line in _contacting(lines):
        assert line.invoices
        if line.stage is Stage.COURTESY and line.send_at is not None:
            assert line.send_at.date() <= min(items[number].due_date for number in line.invoices)
        assert not any((situation.payment_seen, situation.has_unanswered_mail))
        assert line.company not in situation.stale
        assert situation.hold_until is None or situation.hold_until < as_of
        for number in line.invoices:
            assert not items[number].payment_seen
            assert last_day(items[number].due_date, situation) < as_of or line.stage is Stage.COURTESY
            for case in situation.cases:
                is_named = not case.invoices or number.upper() in map(str.upper, case.invoices)
                assert not is_named or (case.why is Why.DISPUTE and case.disputed is not None)


def _amount_is_the_ledger_s_to_the_cent(situation: CustomerSituation, as_of: date, lines: list[PlanLine]) -> None:
    items = {item.number: item for item in situation.items}
    for line in _contacting(lines):
        named = [items[number] for number in (*line.invoices, *line.credit_notes)]
        assert {(item.currency, item.company) for item in named} == {(line.currency, line.company)}
        numbers = [number.upper() for number in line.invoices]
        disputed = [c.disputed.amount for c in situation.cases if c.disputed and c.invoices[0].upper() in numbers]
        assert line.amount == sum((item.open for item in named), Decimal(0)) - sum(disputed, Decimal(0))
        assert line.amount >= POLICY.minimum


def _caps_hold_over_history_and_plan_together(situation: CustomerSituation, as_of: date, lines: list[PlanLine]) -> None:
    planned = [line.send_at for line in lines if line.send_at is not None]
    assert len(planned) <= 1
    for at in planned:
        recent = [moment for moment in situation.contacted if at - moment < timedelta(days=7)]
        assert len(recent) < POLICY.caps.a_week
        assert all(at - moment >= timedelta(hours=POLICY.caps.hours_apart) for moment in recent)


def _moment_is_in_hours_on_a_business_day_not_before_the_plan(
    situation: CustomerSituation, as_of: date, lines: list[PlanLine]
) -> None:
    for line in _contacting(lines):
        assert line.send_at is not None
        assert time(8) <= line.send_at.time() < time(18)
        assert line.send_at.date() >= as_of
        assert is_workday(line.send_at.date(), country_of(situation.country, situation.language))


def _only_who_can_be_reached_is_written_to(situation: CustomerSituation, as_of: date, lines: list[PlanLine]) -> None:
    reachable = {c.email for c in situation.contacts if c.active and c.reachability is Reachability.OK}
    for line in lines:
        assert not line.contact_email or line.contact_email in reachable
        assert line.action is not NextAction.REMIND or line.contact_email


def _only_a_person_sends_a_formal_notice_or_writes_to_a_strategic_account(
    situation: CustomerSituation, as_of: date, lines: list[PlanLine]
) -> None:
    for line in lines:
        if line.action is NextAction.REMIND:
            assert line.channel is Channel.EMAIL
            assert line.stage is not Stage.FORMAL
            assert not situation.is_strategic


def _no_stage_is_skipped(situation: CustomerSituation, as_of: date, lines: list[PlanLine]) -> None:
    order = list(Stage)
    for line in _contacting(lines):
        assert line.stage is not None
        of_it = line.currency, line.company
        before = {reminder.stage for reminder in situation.sent if (reminder.currency, reminder.company) == of_it}
        rank = order.index(line.stage)
        assert rank <= order.index(Stage.FIRST) or order[rank - 1] in before


def _no_step_overtakes_a_talk_that_is_to_come(situation: CustomerSituation, as_of: date, lines: list[PlanLine]) -> None:
    since = situation.talk_since
    if since is not None and since.date() + timedelta(days=POLICY.talk_days) > as_of:
        assert not _contacting(lines)
        assert all(line.action is NextAction.WAIT for line in lines)


def _every_currency_has_its_line_and_twice_gives_the_same(
    situation: CustomerSituation, as_of: date, lines: list[PlanLine]
) -> None:
    keys = [(line.currency, line.company) for line in lines]
    wanted = {(item.currency, item.company) for item in situation.items} or {("EUR", "")}
    assert sorted(keys) == sorted(wanted)
    assert plan(situation, POLICY, as_of) == lines


CLAIMS = (
    _nothing_that_is_stopped_or_not_due_is_asked_for,
    _amount_is_the_ledger_s_to_the_cent,
    _caps_hold_over_history_and_plan_together,
    _moment_is_in_hours_on_a_business_day_not_before_the_plan,
    _only_who_can_be_reached_is_written_to,
    _only_a_person_sends_a_formal_notice_or_writes_to_a_strategic_account,
    _no_stage_is_skipped,
    _no_step_overtakes_a_talk_that_is_to_come,
    _every_currency_has_its_line_and_twice_gives_the_same,
)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(_worlds())
def test_every_claim_holds_for_every_ledger_and_history(world: tuple[CustomerSituation, date]) -> None:
    """The same examples in every run: a test that fails by chance is mended by nobody."""
    situation, as_of = world
    lines = plan(situation, POLICY, as_of)
    for claim in CLAIMS:
        claim(situation, as_of, lines)
