"""What must hold for every contact of the simulated year, checked against the invented world itself.

Nothing of the planner's own code is used here: a mistake of the planner's would excuse itself.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from app.domain.contact import Reachability
from app.domain.intents import Tone
from app.domain.reminder import RANK, NextAction, PlanLine, Stage
from app.domain.review import CaseKind, CaseState
from app.reading.days.workdays import country_of, is_workday
from evals.simulation_world import Debtor, Import


class Rule(StrEnum):
    """In plain words, since the page lists them."""

    PAID = "names no invoice that is paid, or on which a payment was seen"
    DUE = "names no invoice before its due date, except as a courtesy"
    PROMISED = "names no invoice that is promised, extended, in a plan or in hardship"
    DISPUTED = "asks for no disputed amount"
    AMOUNT = "asks for exactly what is open, to the cent"
    HOLD = "nothing while a hold stands"
    UNANSWERED = "nothing while a mail of theirs waits for an answer"
    QUIET = "nothing in the quiet days after a mail of theirs"
    TALK = "nothing while a person is to talk with them about a broken promise, for some days"
    STALE = "nothing while the ledger is too old"
    CAP = "no more than the cap in any seven days, our answers counted"
    GAP = "hours apart from whatever we wrote before"
    HOURS = "within business hours of a business day, where the customer is"
    STAGE = "no stage is skipped for the oldest invoice named"
    CONTACT = "nobody who has left or cannot be reached"
    PERSON = "formal notices and strategic accounts only by a person; natural persons never firmly"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an operator may set, as the checks need it."""

    a_week: int
    apart: timedelta
    quiet: timedelta
    talk: timedelta
    begin_hour: int
    end_hour: int


@dataclass(frozen=True, slots=True)
class Contact:
    """A line of the plan on its day, with what was true then."""

    debtor: Debtor
    line: PlanLine
    at: datetime
    ledger: Import
    bounds: Bounds

    @property
    def day(self) -> date:
        return self.at.date()


@dataclass(frozen=True, slots=True)
class Breach:
    rule: Rule
    customer_id: str
    day: date


def check(contact: Contact, checked: Counter[Rule]) -> list[Breach]:
    """The rules that this contact breaks; counts each one that was looked at."""
    checked.update(list(RULES))
    broken = [rule for rule, holds in RULES.items() if not holds(contact)]
    return [Breach(rule, contact.debtor.customer.id, contact.day) for rule in broken]


def _is_unpaid(contact: Contact) -> bool:
    for bill in map(contact.debtor.bill, contact.line.invoices):
        left = bill.open_on(contact.ledger.seen_until)
        if left <= 0 or left != bill.open_on(contact.ledger.booked_until):
            return False
    return bool(contact.line.invoices)


def _is_due(contact: Contact) -> bool:
    due = [contact.debtor.bill(number).invoice.due_date for number in contact.line.invoices]
    return contact.line.stage is Stage.COURTESY or all(day < contact.day for day in due)


def _is_not_promised(contact: Contact) -> bool:
    running = [case for case in contact.debtor.cases if case.runs and case.kind is not CaseKind.DISPUTE]
    return not any(set(case.invoices) & set(contact.line.invoices) for case in running)


def _is_undisputed(contact: Contact) -> bool:
    disputes = [case for case in contact.debtor.cases if case.runs and case.kind is CaseKind.DISPUTE]
    whole = [case for case in disputes if case.disputed is None or case.state is CaseState.PROPOSED]
    return not any(set(case.invoices) & set(contact.line.invoices) for case in whole)


def _is_exact(contact: Contact) -> bool:
    named = set(contact.line.invoices)
    opened = (contact.debtor.bill(number).open_on(contact.ledger.booked_until) for number in named)
    parted = (case.disputed for case in contact.debtor.cases if case.runs and set(case.invoices) & named)
    kept_back = sum((money.amount for money in parted if money is not None), Decimal(0))
    return contact.line.amount == sum(opened, Decimal(0)) - kept_back


def _is_free_of_holds(contact: Contact) -> bool:
    hold = contact.debtor.hold
    return hold is None or not hold[0] <= contact.day <= hold[1]


def _is_quiet_over(contact: Contact) -> bool:
    return all(contact.day >= reply.date() + contact.bounds.quiet for reply in contact.debtor.replies)


def _overtakes_no_talk(contact: Contact) -> bool:
    since = contact.debtor.talk_since
    return since is None or contact.day >= since.date() + contact.bounds.talk


def _is_within_cap(contact: Contact) -> bool:
    week = [moment for moment in contact.debtor.contacted if contact.at - timedelta(days=7) < moment]
    return len(week) < contact.bounds.a_week


def _is_apart(contact: Contact) -> bool:
    return all(contact.at - moment >= contact.bounds.apart for moment in contact.debtor.contacted)


def _is_in_hours(contact: Contact) -> bool:
    country = contact.debtor.customer.country
    local = contact.at.hour
    return contact.bounds.begin_hour <= local < contact.bounds.end_hour and is_workday(
        contact.day, country_of(country.code, country.language)
    )


def _skips_no_stage(contact: Contact) -> bool:
    """The stage before was sent when the oldest invoice named was overdue: an earlier mail was about other invoices."""
    stage = contact.line.stage
    if stage is None:
        return False
    if RANK[stage] <= RANK[Stage.FIRST]:
        return True
    oldest = min(contact.debtor.bill(number).invoice.due_date for number in contact.line.invoices)
    ranks = {RANK[sent.stage] for sent in contact.debtor.sent if sent.sent_at.date() > oldest}
    return RANK[stage] - 1 in ranks


def _is_reachable(contact: Contact) -> bool:
    if not contact.line.contact_email:
        return contact.line.action is NextAction.TASK
    ok = {c.email for c in contact.debtor.contacts if c.active and c.reachability is Reachability.OK}
    return contact.line.contact_email in ok


def _is_left_to_people(contact: Contact) -> bool:
    needs_person = contact.debtor.is_strategic or contact.line.stage is Stage.FORMAL
    is_firm_to_person = contact.debtor.customer.natural_person and contact.line.tone is Tone.FIRM
    return not is_firm_to_person and (contact.line.action is NextAction.TASK or not needs_person)


RULES: Mapping[Rule, Callable[[Contact], bool]] = {
    Rule.PAID: _is_unpaid,
    Rule.DUE: _is_due,
    Rule.PROMISED: _is_not_promised,
    Rule.DISPUTED: _is_undisputed,
    Rule.AMOUNT: _is_exact,
    Rule.HOLD: _is_free_of_holds,
    Rule.UNANSWERED: lambda contact: contact.debtor.mail_waits_until is None,
    Rule.QUIET: _is_quiet_over,
    Rule.TALK: _overtakes_no_talk,
    Rule.STALE: lambda contact: not contact.ledger.is_stale,
    Rule.CAP: _is_within_cap,
    Rule.GAP: _is_apart,
    Rule.HOURS: _is_in_hours,
    Rule.STAGE: _skips_no_stage,
    Rule.CONTACT: _is_reachable,
    Rule.PERSON: _is_left_to_people,
}
