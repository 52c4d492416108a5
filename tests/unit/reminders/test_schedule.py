"""The plan of one customer, case by case. The shipped policy holds."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.domain.account import ContactRole
from app.domain.contact import Reachability
from app.domain.intents import Tone
from app.domain.money import Money
from app.domain.reminder import (
    Channel,
    CustomerSituation,
    NextAction,
    PlanLine,
    PutAside,
    RunningCase,
    SentReminder,
    Stage,
    Why,
)
from app.policies.reminders import load_reminders
from app.reminders.schedule import plan
from tests.unit.reminders.situations import NOON, TODAY, contact, credit_note, customer, invoice

POLICY = load_reminders()
WAIT, TASK, REMIND = NextAction.WAIT, NextAction.TASK, NextAction.REMIND


def _only(situation: CustomerSituation, as_of: date = TODAY) -> PlanLine:
    (line,) = plan(situation, POLICY, as_of)
    return line


def _sent(stage: Stage, days_ago: int, currency: str = "EUR") -> SentReminder:
    return SentReminder(stage, Channel.EMAIL, NOON - timedelta(days=days_ago), currency)


def test_overdue_customer_is_reminded_with_the_fields_that_others_rely_on() -> None:
    line = _only(customer(items=(invoice(), credit_note())))
    assert line.as_dict() == {
        "customer_id": "C-1",
        "currency": "EUR",
        "company": "",
        "action": "remind",
        "reason": "due",
        "why": "A step is due: first step of “standard”, 3 days after the due date, at 09:00 their time "
        "(the hour of the workflow)",
        "invoices": ["INV-1"],
        "credit_notes": ["CN-1"],
        "amount": "70.00",
        "days_overdue": 21,
        "workflow": "standard",
        "stage": "first",
        "tone": "warm",
        "channel": "email",
        "language": "en",
        "contact_email": "petra@customer.example",
        "send_on": "2026-05-21",
        "send_at": "2026-05-21T09:00:00+01:00",
        "experiment": None,
    }


@pytest.mark.parametrize(
    ("why", "change"),
    [
        (Why.PAID, {"items": ()}),
        (Why.STALE_DATA, {"stale": frozenset({""})}),
        (Why.HOLD, {"hold_until": TODAY}),
        (Why.HARDSHIP, {"cases": (RunningCase(Why.HARDSHIP),)}),
        (Why.DISPUTE, {"cases": (RunningCase(Why.DISPUTE, ("INV-1",)),)}),
        (Why.DISPUTE, {"items": (invoice(is_disputed=True),)}),
        (Why.DISPUTE, {"cases": (RunningCase(Why.DISPUTE, ("inv-1",)),)}),
        (Why.PLAN_RUNNING, {"cases": (RunningCase(Why.PLAN_RUNNING, ("INV-1",)),)}),
        (Why.EXTENSION, {"cases": (RunningCase(Why.EXTENSION, ("INV-1",)),)}),
        (Why.PROMISE_RUNNING, {"cases": (RunningCase(Why.PROMISE_RUNNING, ("INV-1",)),)}),
        (Why.PAYMENT_SEEN, {"payment_seen": True}),
        (Why.PAYMENT_SEEN, {"items": (invoice(payment_seen=True),)}),
        (Why.NOT_DUE, {"items": (invoice(overdue=-10),)}),
        (Why.NOT_DUE, {"items": (invoice(overdue=2),)}),
        (Why.NETTED, {"items": (invoice(), credit_note(amount="-100.00"))}),
        (Why.NETTED, {"items": (credit_note(),)}),
        (Why.BELOW_MINIMUM, {"items": (invoice(amount="4.99"),)}),
        (Why.BELOW_MINIMUM, {"items": (invoice(amount="799", currency="JPY"),)}),
        (Why.UNANSWERED_MAIL, {"has_unanswered_mail": True}),
        (Why.ENGAGED, {"replies": (NOON - timedelta(days=2),)}),
        (Why.PUT_ASIDE, {"put_aside": (PutAside("", "EUR", Stage.FIRST, TODAY - timedelta(days=6)),)}),
        (Why.CONTACT_CAP, {"contacted": (NOON - timedelta(hours=40),)}),
        (Why.CONTACT_CAP, {"contacted": (NOON - timedelta(days=5), NOON - timedelta(days=3))}),
    ],
)
def test_customer_is_left_alone(why: Why, change: dict[str, object]) -> None:
    line = _only(customer(**change))
    assert (line.action, line.reason) == (WAIT, why)
    assert (line.send_at, line.stage) == (None, None)


@pytest.mark.parametrize(
    "change",
    [
        {"hold_until": TODAY - timedelta(days=1)},
        {"cases": (RunningCase(Why.PROMISE_RUNNING, ("INV-2",)),)},
        {"replies": (NOON - timedelta(days=6),)},
        {"put_aside": (PutAside("", "EUR", Stage.FIRST, TODAY - timedelta(days=7)),)},
        {"put_aside": (PutAside("", "USD", Stage.FIRST, TODAY), PutAside("", "EUR", Stage.SECOND, TODAY))},
        {"contacted": (NOON - timedelta(days=8), NOON - timedelta(days=3))},
    ],
)
def test_what_is_over_or_about_something_else_stops_nothing(change: dict[str, object]) -> None:
    assert _only(customer(**change)).action is REMIND


def test_confirmed_dispute_of_a_part_pauses_that_part() -> None:
    disputed = RunningCase(Why.DISPUTE, ("INV-1",), disputed=Money(Decimal("25.50"), "EUR"))
    assert _only(customer(cases=(disputed,))).amount == Decimal("74.50")
    in_dollars = replace(disputed, disputed=Money(Decimal("25.50"), "USD"))
    assert _only(customer(cases=(in_dollars,))).reason is Why.DISPUTE
    over_two = replace(disputed, invoices=("INV-1", "INV-2"))
    assert _only(customer(cases=(over_two,))).reason is Why.DISPUTE


def test_other_invoices_of_the_customer_are_still_reminded_of() -> None:
    disputed = RunningCase(Why.DISPUTE, ("INV-1",))
    line = _only(customer(items=(invoice(), invoice("INV-2", 5), invoice("INV-3", -1)), cases=(disputed,)))
    assert (line.action, line.invoices, line.amount) == (REMIND, ("INV-2",), Decimal("100.00"))


def test_no_stage_is_skipped_however_long_overdue() -> None:
    late = (invoice(overdue=100),)
    assert _only(customer(items=late)).stage is Stage.FIRST
    assert _only(customer(items=late, sent=(_sent(Stage.FIRST, 7),))).stage is Stage.SECOND
    assert _only(customer(items=late, sent=(_sent(Stage.FIRST, 6),))).reason is Why.NOT_DUE


def test_reminder_of_a_settled_debt_does_not_count() -> None:
    assert _only(customer(sent=(_sent(Stage.THIRD, 60),))).stage is Stage.FIRST
    assert _only(customer(sent=(_sent(Stage.FIRST, 8, "USD"),))).stage is Stage.FIRST


def test_what_another_of_our_companies_sent_is_no_step_of_this_one() -> None:
    northern = replace(_sent(Stage.FIRST, 8), company="north")
    owed = (invoice(overdue=40)._replace(company="south"),)
    assert _only(customer(items=owed, sent=(northern,))).stage is Stage.FIRST
    assert _only(customer(items=owed, sent=(replace(northern, company="south"),))).stage is Stage.SECOND


def test_a_reminder_sent_before_an_invoice_was_overdue_was_about_others() -> None:
    """A second step about a debt that is settled by now does not make the third the first that is heard of this one."""
    young = (invoice(overdue=12),)
    assert _only(customer(items=young, sent=(_sent(Stage.SECOND, 14),))).stage is Stage.FIRST


def test_formal_notice_is_a_person_s_task_and_so_is_what_comes_after() -> None:
    sent = tuple(_sent(stage, ago) for stage, ago in ((Stage.FIRST, 60), (Stage.SECOND, 40), (Stage.THIRD, 20)))
    late = customer(items=(invoice(overdue=70),), sent=sent)
    line = _only(late)
    assert (line.action, line.reason, line.stage) == (TASK, Why.FORMAL_NEEDS_PERSON, Stage.FORMAL)
    done = replace(late, sent=(*sent, _sent(Stage.FORMAL, 8)))
    assert (_only(done).action, _only(done).reason) == (TASK, Why.STEPS_DONE)


def test_courtesy_comes_once_and_names_only_what_falls_due_soon() -> None:
    soon = customer(items=(invoice(overdue=-2), invoice("INV-2", -9)))
    line = _only(soon)
    assert (line.stage, line.invoices) == (Stage.COURTESY, ("INV-1",))
    assert _only(replace(soon, sent=(_sent(Stage.COURTESY, 1),))).reason is Why.NOT_DUE
    assert _only(replace(soon, segment="key")).reason is Why.NOT_DUE


def test_natural_person_is_written_to_later_and_never_firmly_or_by_their_record() -> None:
    person = customer(is_natural_person=True, segment="high-risk", average_delay=200.0, broken_promises=3)
    line = _only(person)
    assert (line.workflow, line.tone) == ("natural-persons", Tone.NEUTRAL)
    assert _only(replace(person, items=(invoice(overdue=6),))).reason is Why.NOT_DUE


def test_who_pays_late_on_average_is_moved() -> None:
    assert _only(customer(average_delay=61.0)).workflow == "high-risk"
    assert _only(customer(average_delay=60.0)).workflow == "standard"


def test_record_of_promises_gives_time_or_makes_firmer() -> None:
    assert _only(customer(items=(invoice(overdue=7),), kept_promises=2)).reason is Why.NOT_DUE
    assert _only(customer(items=(invoice(overdue=7),), kept_promises=1)).action is REMIND
    assert _only(customer(broken_promises=1)).tone is Tone.NEUTRAL


def test_strategic_account_and_call_are_tasks() -> None:
    line = _only(customer(is_strategic=True))
    assert (line.action, line.reason) == (TASK, Why.STRATEGIC_ACCOUNT)
    call = _only(customer(segment="key", sent=(_sent(Stage.FIRST, 14),)))
    assert (call.action, call.reason, call.channel) == (TASK, Why.DUE, Channel.CALL)


def test_contact_is_chosen_by_role_then_language_and_can_be_reached() -> None:
    people = (
        contact("boss@customer.example", ContactRole.MANAGEMENT),
        contact("paul@customer.example", language="fr"),
        contact("a-left@customer.example", reachability=Reachability.LEFT),
        contact("a-bounced@customer.example", reachability=Reachability.BOUNCED),
        contact("a-retired@customer.example", active=False),
    )
    line = _only(customer(contacts=people))
    assert (line.contact_email, line.language) == ("paul@customer.example", "fr")
    assert _only(customer(contacts=(*people, contact()))).contact_email == "petra@customer.example"
    nobody = _only(customer(contacts=people[2:]))
    assert (nobody.action, nobody.reason, nobody.contact_email) == (TASK, Why.NO_CONTACT, "")


@pytest.mark.parametrize(
    ("as_of", "country", "sent_on"),
    [
        (date(2026, 5, 23), "GB", "2026-05-26"),  # Saturday; the Monday is a bank holiday
        (date(2026, 5, 25), "FR", "2026-05-26"),  # Whit Monday
        (date(2026, 5, 25), "US", "2026-05-26"),  # Memorial Day
        (date(2026, 5, 25), "ES", "2026-05-25"),
    ],
)
def test_weekends_and_public_holidays_are_free(as_of: date, country: str, sent_on: str) -> None:
    assert _only(customer(country=country), as_of).as_dict()["send_on"] == sent_on


def test_hour_is_the_one_they_write_at_within_the_permitted_hours() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    mails = tuple(datetime(2026, 4, day, 14, 20, tzinfo=tokyo) for day in range(1, 6))
    line = _only(customer(timezone="Asia/Tokyo", country="JP", contacts=(replace(contact(), replies=mails),)))
    assert line.send_at == datetime(2026, 5, 21, 14, tzinfo=tokyo)
    assert "most of their 5 mails" in line.why
    late = tuple(moment.replace(hour=23) for moment in mails)
    assert _only(customer(timezone="Asia/Tokyo", contacts=(replace(contact(), replies=late),))).send_at == datetime(
        2026, 5, 21, 17, tzinfo=tokyo
    )
    assert _only(
        customer(timezone="Nowhere/Else", contacts=(replace(contact(), replies=mails[:4]),))
    ).send_at == datetime(2026, 5, 21, 9, tzinfo=ZoneInfo("UTC"))


def test_language_is_one_that_is_written_here() -> None:
    polish = contact(language="pl")
    assert _only(customer(contacts=(polish,), language="de")).language == "de"
    assert _only(customer(contacts=(polish,), language="pl")).language == "en"
    assert _only(customer(contacts=(contact(language="fr"),), language="de")).language == "fr"


def test_hour_of_a_colleague_is_not_the_contact_s() -> None:
    mails = tuple(datetime(2026, 4, day, 14, 20, tzinfo=ZoneInfo("Europe/London")) for day in range(1, 6))
    line = _only(customer(replies=mails))
    assert line.send_at is not None
    assert line.send_at.hour == 9


def test_two_currencies_are_two_lines_of_which_one_contacts() -> None:
    lines = plan(customer(items=(invoice(), invoice("INV-2", 30, currency="USD"))), POLICY, TODAY)
    assert [(line.currency, line.action, line.reason) for line in lines] == [
        ("USD", REMIND, Why.DUE),
        ("EUR", WAIT, Why.CONTACT_CAP),
    ]


def test_a_talk_comes_before_the_next_step_until_its_days_are_over() -> None:
    asked = customer(talk_since=NOON - timedelta(days=3))
    line = _only(asked)
    assert (line.action, line.reason, line.send_at) == (WAIT, Why.TALK_FIRST, None)
    assert line.why == "A person talks with them first; without a talk reminders go on from 2026-05-25"
    assert line.amount == Decimal("100.00")
    assert _only(asked, TODAY + timedelta(days=4)).action is REMIND
    (other,) = plan(asked, replace(POLICY, talk_days=0), TODAY)
    assert other.action is REMIND


def test_what_stops_an_invoice_is_told_before_a_talk() -> None:
    assert _only(customer(talk_since=NOON, has_unanswered_mail=True)).reason is Why.UNANSWERED_MAIL
    assert _only(customer(talk_since=NOON, items=())).reason is Why.PAID


GERMAN = {"country": "DE", "language": "de", "timezone": "Europe/Berlin", "segment": "high-risk"}
"""Whose first step comes a day after the due date."""


@pytest.mark.parametrize(
    ("due", "day", "reason"),
    [
        (date(2026, 5, 9), date(2026, 5, 11), Why.NOT_DUE),
        (date(2026, 5, 9), date(2026, 5, 12), Why.DUE),
        (date(2026, 4, 3), date(2026, 4, 7), Why.NOT_DUE),
        (date(2026, 4, 3), date(2026, 4, 8), Why.DUE),
        (date(2026, 5, 8), date(2026, 5, 11), Why.DUE),
    ],
    ids=["saturday, on monday", "saturday, on tuesday", "good friday, on tuesday", "on wednesday", "a workday"],
)
def test_what_falls_due_while_banks_rest_is_in_time_on_the_next_business_day(due: date, day: date, reason: Why) -> None:
    assert _only(customer(items=(invoice(due_date=due),), **GERMAN), day).reason is reason


def test_an_invoice_that_is_in_time_on_monday_is_not_named_beside_a_late_one() -> None:
    items = (invoice(due_date=date(2026, 4, 1)), invoice("INV-2", due_date=date(2026, 5, 9)))
    assert _only(customer(items=items, **GERMAN), date(2026, 5, 11)).invoices == ("INV-1",)


def test_a_courtesy_never_comes_after_the_due_date() -> None:
    german = customer(items=(invoice(due_date=date(2026, 12, 26)),), **GERMAN)
    assert _only(german, date(2026, 12, 24)).stage is Stage.COURTESY
    assert _only(german, date(2026, 12, 25)).reason is Why.NOT_DUE, "a holiday: the next business day is the 28th"


def test_hours_between_contacts_are_hours_and_no_clock_on_the_wall() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    earlier, later = datetime(2026, 3, 28, 9, tzinfo=berlin), datetime(2026, 3, 30, 9, tzinfo=berlin)
    assert not POLICY.caps.allow((earlier,), later), "the night between has an hour less"
    assert POLICY.caps.allow((earlier,), later + timedelta(hours=1))
