"""The plan's reasons in plain English, for people who ask why."""

from datetime import date

from app.domain.reminder import Why

PHRASES = {
    Why.DUE: "A step is due",
    Why.PAID: "Nothing is open",
    Why.STALE_DATA: "The ledger is too old to remind anyone; import it first",
    Why.HOLD: "A person said not to contact this customer",
    Why.HARDSHIP: "The customer is in difficulty; a person looks after them",
    Why.DISPUTE: "What is open is in dispute",
    Why.PLAN_RUNNING: "A payment plan runs",
    Why.EXTENSION: "Later terms were asked for or granted",
    Why.PROMISE_RUNNING: "The customer has promised to pay",
    Why.PAYMENT_SEEN: "A payment has come in that the invoices do not show yet",
    Why.NOT_DUE: "No step is due yet",
    Why.NETTED: "Credit notes cover what is due",
    Why.BELOW_MINIMUM: "Too little is due to write about",
    Why.UNANSWERED_MAIL: "A mail of theirs waits for our answer",
    Why.ENGAGED: "They wrote lately and are given time",
    Why.STEPS_DONE: "Every step was sent; a person decides what comes next",
    Why.FORMAL_NEEDS_PERSON: "A formal notice is a named person's decision",
    Why.STRATEGIC_ACCOUNT: "A strategic account: its owner gets in touch",
    Why.NO_CONTACT: "Nobody there can be written to; find a contact first",
    Why.QUIET_HOURS: "No business day is near",
    Why.CONTACT_CAP: "They have heard from us often enough for now",
}

UNTIL = {Why.HOLD: "until", Why.NOT_DUE: "next on", Why.ENGAGED: "until"}


def say(why: Why, day: date | None = None) -> str:
    """The reason as a sentence without its full stop, with the day on which it ends where one is known."""
    return f"{PHRASES[why]}, {UNTIL[why]} {day.isoformat()}" if day and why in UNTIL else PHRASES[why]
