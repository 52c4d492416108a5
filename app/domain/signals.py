"""Signs that a company is about to pay worse. Each is a comparison that a person can redo: it says its value, in words
what was compared, and which rows it came from. Only a Conduct gives signals, and natural persons have none.

Tone is not read from the text: a customer's tone counts as harder when more of its mails are disputes, complaints,
legal matters or hardship, as triage found them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from app.domain.conduct import Conduct, CustomerMail, Exchange, median
from app.domain.intents import Intent
from app.domain.money import Money
from app.domain.sentence import Sentence

HARD = frozenset({Intent.DISPUTE, Intent.LEGAL_OR_COMPLAINT, Intent.HARDSHIP})


class SignalName(StrEnum):
    BEYOND_TERMS = "beyond_terms"
    SLOWING = "slowing"
    BROKEN_PROMISES = "broken_promises"
    SLOWER_REPLIES = "slower_replies"
    FEWER_REPLIES = "fewer_replies"
    HARDER_TONE = "harder_tone"
    CONTACT_LOST = "contact_lost"
    OVER_LIMIT = "over_limit"


@dataclass(frozen=True, slots=True)
class SignalLimits:
    """When a signal is raised. `payments`: how many paid invoices are "the last ones"; `recent_days`: how far back
    "lately" goes for mails; `least`: how many of each there must be to compare; `within_days`: what is an answer.
    """

    payments: int
    beyond_terms_days: int
    slowing_days: int
    broken_promises: int
    promise_days: int
    recent_days: int
    least: int
    within_days: int
    slower_replies_days: int
    fewer_replies_share: Decimal
    harder_tone_share: Decimal


@dataclass(frozen=True, slots=True)
class Source:
    """A row behind a signal: its table, and the id or number by which to find it."""

    table: str
    key: str


@dataclass(frozen=True, slots=True)
class Signal:
    """`value` is in `unit`, None where too little is known to say anything; then it is not raised."""

    name: SignalName
    value: Decimal | None
    unit: str
    is_raised: bool
    words: str
    sources: tuple[Source, ...] = ()


def signals_of(conduct: Conduct, limits: SignalLimits) -> tuple[Signal, ...]:
    """One signal of each name, in the order of SignalName, raised or not."""
    return (
        _beyond_terms(conduct, limits),
        _slowing(conduct, limits),
        _broken_promises(conduct, limits),
        _slower_replies(conduct, limits),
        _fewer_replies(conduct, limits),
        _harder_tone(conduct, limits),
        _contact_lost(conduct),
        _over_limit(conduct),
    )


def raised(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    return tuple(signal for signal in signals if signal.is_raised)


def _unknown(name: SignalName, unit: str, what: Sentence) -> Signal:
    return Signal(name, None, unit, False, Sentence("too little is known: {what}", what=what))


def _beyond_terms(conduct: Conduct, limits: SignalLimits) -> Signal:
    last = conduct.paid[-limits.payments :]
    if len(last) < limits.least:
        what = Sentence("{paid} paid invoices, {least} are needed", paid=len(last), least=limits.least)
        return _unknown(SignalName.BEYOND_TERMS, "days", what)
    days = median(invoice.delay for invoice in last)
    words = Sentence(
        "the last {paid} paid invoices came in {late} in the median", paid=len(last), late=_days_late(days)
    )
    return Signal(
        SignalName.BEYOND_TERMS,
        Decimal(days),
        "days",
        days >= limits.beyond_terms_days,
        words,
        tuple(Source("invoices", invoice.number) for invoice in last),
    )


def _slowing(conduct: Conduct, limits: SignalLimits) -> Signal:
    last = conduct.paid[-limits.payments :]
    before = conduct.paid[-2 * limits.payments : -limits.payments]
    if len(before) < limits.least:
        what = Sentence("{before} invoices paid before the last {paid}", before=len(before), paid=len(last))
        return _unknown(SignalName.SLOWING, "days", what)
    now, then = median(i.delay for i in last), median(i.delay for i in before)
    words = Sentence(
        "the last {paid} came in {late}, the {before} before them {earlier} (medians)",
        paid=len(last),
        late=_days_late(now),
        before=len(before),
        earlier=_days_late(then),
    )
    return Signal(
        SignalName.SLOWING,
        Decimal(now - then),
        "days",
        now - then >= limits.slowing_days,
        words,
        tuple(Source("invoices", invoice.number) for invoice in (*before, *last)),
    )


def _broken_promises(conduct: Conduct, limits: SignalLimits) -> Signal:
    since = conduct.as_of - timedelta(days=limits.promise_days)
    broken = [promise for promise in conduct.broken_promises if promise.broken_on >= since]
    return Signal(
        SignalName.BROKEN_PROMISES,
        Decimal(len(broken)),
        "promises",
        len(broken) >= limits.broken_promises,
        _broken(len(broken), limits.promise_days),
        tuple(Source("cases", str(promise.case_id)) for promise in broken),
    )


def _slower_replies(conduct: Conduct, limits: SignalLimits) -> Signal:
    split = conduct.as_of - timedelta(days=limits.recent_days)
    answered = [(e, (e.answered_on - e.sent_on).days) for e in conduct.exchanges if e.answered_on is not None]
    now = [(e, days) for e, days in answered if e.sent_on >= split]
    then = [(e, days) for e, days in answered if e.sent_on < split]
    if min(len(now), len(then)) < limits.least:
        what = Sentence("{now} answers lately, {before} before", now=len(now), before=len(then))
        return _unknown(SignalName.SLOWER_REPLIES, "days", what)
    fresh, old = median(days for _, days in now), median(days for _, days in then)
    return Signal(
        SignalName.SLOWER_REPLIES,
        Decimal(fresh - old),
        "days",
        fresh - old >= limits.slower_replies_days,
        Sentence(
            "answers took {days} days in the last {recent} days, {before} before (medians)",
            days=fresh,
            recent=limits.recent_days,
            before=old,
        ),
        _mails_of_ours(e for e, _ in (*now, *then)),
    )


def _fewer_replies(conduct: Conduct, limits: SignalLimits) -> Signal:
    """Mails so young that an answer may still come are left out."""
    ripe = [e for e in conduct.exchanges if (conduct.as_of - e.sent_on).days >= limits.within_days]
    split = conduct.as_of - timedelta(days=limits.recent_days)
    now, then = [e for e in ripe if e.sent_on >= split], [e for e in ripe if e.sent_on < split]
    if min(len(now), len(then)) < limits.least:
        what = Sentence("{now} mails of ours lately, {before} before", now=len(now), before=len(then))
        return _unknown(SignalName.FEWER_REPLIES, "share", what)
    fresh, old = _answered_share(now, limits.within_days), _answered_share(then, limits.within_days)
    return Signal(
        SignalName.FEWER_REPLIES,
        _rounded(old - fresh),
        "share",
        old - fresh >= limits.fewer_replies_share,
        Sentence(
            "answered {now} of our mails within {days} days lately, {before} before",
            now=_percent(fresh),
            days=limits.within_days,
            before=_percent(old),
        ),
        _mails_of_ours((*now, *then)),
    )


def _harder_tone(conduct: Conduct, limits: SignalLimits) -> Signal:
    split = conduct.as_of - timedelta(days=limits.recent_days)
    now = [mail for mail in conduct.mails if mail.received_on >= split]
    then = [mail for mail in conduct.mails if mail.received_on < split]
    if min(len(now), len(then)) < limits.least:
        what = Sentence("{now} mails lately, {before} before", now=len(now), before=len(then))
        return _unknown(SignalName.HARDER_TONE, "share", what)
    fresh, old = _hard_share(now), _hard_share(then)
    return Signal(
        SignalName.HARDER_TONE,
        _rounded(fresh - old),
        "share",
        fresh - old >= limits.harder_tone_share,
        Sentence(
            "{now} of their mails lately were disputes, complaints, legal or hardship, {before} before",
            now=_percent(fresh),
            before=_percent(old),
        ),
        tuple(Source("messages", str(mail.message_id)) for mail in now if mail.intents & HARD),
    )


def _contact_lost(conduct: Conduct) -> Signal:
    reachable = [contact for contact in conduct.contacts if contact.is_reachable]
    return Signal(
        SignalName.CONTACT_LOST,
        Decimal(len(reachable)),
        "contacts",
        bool(conduct.contacts) and not reachable,
        Sentence("{number} of {all} contacts can be reached", number=len(reachable), all=len(conduct.contacts)),
        tuple(Source("contacts", str(c.contact_id)) for c in conduct.contacts if not c.is_reachable),
    )


def _over_limit(conduct: Conduct) -> Signal:
    """In the limit's own currency: what is open in another is not converted, and left out."""
    limit = conduct.credit_limit
    if limit is None:
        return _unknown(SignalName.OVER_LIMIT, "", Sentence("no credit limit is set"))
    exposure = sum((m.amount for m in conduct.outstanding if m.currency == limit.currency), Decimal(0))
    over = exposure - limit.amount
    words = Sentence("{exposure} of a limit of {limit} is open", exposure=Money(exposure, limit.currency), limit=limit)
    rows = (Source("customers", conduct.customer_id),)
    return Signal(SignalName.OVER_LIMIT, over, limit.currency, over > 0, words, rows)


def _answered_share(exchanges: Sequence[Exchange], within_days: int) -> Decimal:
    answered = sum(e.answered_on is not None and (e.answered_on - e.sent_on).days <= within_days for e in exchanges)
    return Decimal(answered) / len(exchanges)


def _hard_share(mails: Sequence[CustomerMail]) -> Decimal:
    return Decimal(sum(bool(mail.intents & HARD) for mail in mails)) / len(mails)


def _mails_of_ours(exchanges: Iterable[Exchange]) -> tuple[Source, ...]:
    return tuple(Source("outbox", str(exchange.mail_id)) for exchange in exchanges)


def _rounded(share: Decimal) -> Decimal:
    return share.quantize(Decimal("0.01"))


def _percent(share: Decimal) -> str:
    return f"{share:.0%}"


def _days_late(days: int) -> Sentence:
    return Sentence("{days} days late", days=days) if days >= 0 else Sentence("{days} days early", days=-days)


def _broken(number: int, days: int) -> Sentence:
    if number == 1:
        return Sentence("1 promise broken in the last {days} days", days=days)
    return Sentence("{number} promises broken in the last {days} days", number=number, days=days)
