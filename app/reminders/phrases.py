"""The plan's reasons in plain English, for people who ask why, and what is said in every talk."""

from collections.abc import Iterable
from datetime import date

from app.domain.money import Money
from app.domain.reminder import Why
from app.domain.sentence import Sentence

PHRASES = {
    Why.DUE: Sentence("A step is due"),
    Why.PAID: Sentence("Nothing is open"),
    Why.STALE_DATA: Sentence("The ledger is too old to remind anyone; import it first"),
    Why.HOLD: Sentence("A person said not to contact this customer"),
    Why.HARDSHIP: Sentence("The customer is in difficulty; a person looks after them"),
    Why.DISPUTE: Sentence("What is open is in dispute"),
    Why.PLAN_RUNNING: Sentence("A payment plan runs"),
    Why.EXTENSION: Sentence("Later terms were asked for or granted"),
    Why.PROMISE_RUNNING: Sentence("The customer has promised to pay"),
    Why.PAYMENT_SEEN: Sentence("A payment has come in that the invoices do not show yet"),
    Why.NOT_DUE: Sentence("No step is due yet"),
    Why.NETTED: Sentence("Credit notes cover what is due"),
    Why.BELOW_MINIMUM: Sentence("Too little is due to write about"),
    Why.UNANSWERED_MAIL: Sentence("A mail of theirs waits for our answer"),
    Why.TALK_FIRST: Sentence("A person talks with them first"),
    Why.ENGAGED: Sentence("They wrote lately and are given time"),
    Why.PUT_ASIDE: Sentence("A person said: not this time"),
    Why.STEPS_DONE: Sentence("Every step was sent; a person decides what comes next"),
    Why.FORMAL_NEEDS_PERSON: Sentence("A formal notice is decided by a named person"),
    Why.STRATEGIC_ACCOUNT: Sentence("A strategic account: its owner gets in touch"),
    Why.NO_CONTACT: Sentence("Nobody there can be written to; find a contact first"),
    Why.QUIET_HOURS: Sentence("No business day is near"),
    Why.CONTACT_CAP: Sentence("They have heard from us often enough for now"),
}

UNTIL = {
    Why.HOLD: Sentence("A person said not to contact this customer, until {day}"),
    Why.NOT_DUE: Sentence("No step is due yet, next on {day}"),
    Why.TALK_FIRST: Sentence("A person talks with them first; without a talk reminders go on from {day}"),
    Why.ENGAGED: Sentence("They wrote lately and are given time, until {day}"),
    Why.PUT_ASIDE: Sentence("A person said: not this time; it is asked again on {day}"),
}

TO_ASK = Sentence("Ask on which day and how it will be paid, and whether anything is missing: a copy, an order number.")
TO_NOTE = Sentence(
    "Note what they say as a promise or a dispute. Later dates, instalments or a discount are decided afterwards."
)


def seen_from_due(days: int) -> Sentence:
    """So many days after the due date; before it if negative."""
    match days:
        case 0:
            return Sentence("on the due date")
        case 1:
            return Sentence("a day after the due date")
        case -1:
            return Sentence("a day before the due date")
    if days > 0:
        return Sentence("{days} days after the due date", days=days)
    return Sentence("{days} days before the due date", days=-days)


def open_on(owed: Money, numbers: Iterable[str], days_late: int) -> Sentence:
    """The first point of a talk."""
    return Sentence(
        "{amount} is open on {numbers}; the oldest is {days} days late.",
        amount=owed,
        numbers=", ".join(numbers),
        days=days_late,
    )


def say(why: Why, day: date | None = None) -> Sentence:
    """The reason as a sentence without its full stop, with the day on which it ends where one is known."""
    return Sentence(UNTIL[why], day=day) if day and why in UNTIL else Sentence(PHRASES[why])
