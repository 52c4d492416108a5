from datetime import timedelta
from decimal import Decimal

from app.domain.conduct import BrokenPromise, Conduct, CustomerMail, Exchange, KnownContact
from app.domain.ids import new_id
from app.domain.intents import Intent
from app.domain.money import Money
from app.domain.signals import Signal, SignalName, signals_of
from app.policies.standing import load_standing
from tests.unit.domain.accounts import TODAY, conduct

LIMITS = load_standing().signals


def signal(name: SignalName, known: Conduct) -> Signal:
    return next(signal for signal in signals_of(known, LIMITS) if signal.name is name)


def _exchange(days_ago: int, answered_after: int | None) -> Exchange:
    sent = TODAY - timedelta(days=days_ago)
    return Exchange(new_id(), sent, None if answered_after is None else sent + timedelta(days=answered_after))


def test_each_signal_is_there_once_and_nothing_known_raises_none() -> None:
    found = signals_of(Conduct("C-1", TODAY), LIMITS)
    assert [signal.name for signal in found] == list(SignalName)
    assert not any(signal.is_raised for signal in found)


def test_the_median_delay_of_the_last_six_is_compared_with_the_six_before() -> None:
    known = conduct(2, 3, 1, 2, 4, 2, 20, 18, 25, 19, 22, 21)
    late = signal(SignalName.BEYOND_TERMS, known)
    assert (late.value, late.unit, late.is_raised) == (Decimal(21), "days", True)
    assert [source.key for source in late.sources] == [f"OLD-{number}" for number in range(7, 13)]
    slower = signal(SignalName.SLOWING, known)
    assert (slower.value, slower.is_raised, len(slower.sources)) == (Decimal(19), True, 12)
    assert slower.words == "the last 6 came in 21 days late, the 6 before them 2 days late (medians)"


def test_paying_early_is_no_sign() -> None:
    early = signal(SignalName.BEYOND_TERMS, conduct(-3, -2, -4))
    assert (early.value, early.is_raised) == (Decimal(-3), False)
    assert "3 days early" in early.words


def test_a_promise_broken_long_ago_is_forgiven() -> None:
    old, new = (BrokenPromise(new_id(), TODAY - timedelta(days=days)) for days in (366, 365))
    found = signal(SignalName.BROKEN_PROMISES, conduct(broken_promises=(old, new)))
    assert (found.value, found.is_raised) == (Decimal(1), True)
    assert [source.key for source in found.sources] == [str(new.case_id)]


def test_answers_that_come_later_or_no_more_are_signs() -> None:
    before = [_exchange(days, 1) for days in (200, 180, 160)]
    slower = conduct(exchanges=(*before, *(_exchange(days, 5) for days in (60, 50, 40))))
    assert signal(SignalName.SLOWER_REPLIES, slower).value == Decimal(4)
    assert signal(SignalName.SLOWER_REPLIES, slower).is_raised
    assert not signal(SignalName.FEWER_REPLIES, slower).is_raised
    silent = conduct(exchanges=(*before, *(_exchange(days, None) for days in (60, 50, 40))))
    assert signal(SignalName.FEWER_REPLIES, silent).value == Decimal("1.00")
    assert signal(SignalName.FEWER_REPLIES, silent).is_raised


def test_a_mail_that_may_still_be_answered_does_not_count_as_silence() -> None:
    before = [_exchange(days, 1) for days in (200, 180, 160)]
    young = conduct(exchanges=(*before, *(_exchange(days, None) for days in (13, 5, 1))))
    assert signal(SignalName.FEWER_REPLIES, young).value is None


def test_tone_is_judged_by_what_the_mails_were_about() -> None:
    def mail(days_ago: int, intent: Intent) -> CustomerMail:
        return CustomerMail(new_id(), TODAY - timedelta(days=days_ago), frozenset({intent}))

    before = [mail(days, Intent.QUERY) for days in (200, 180, 160)]
    now = [mail(40, Intent.DISPUTE), mail(30, Intent.LEGAL_OR_COMPLAINT), mail(20, Intent.QUERY)]
    found = signal(SignalName.HARDER_TONE, conduct(mails=(*before, *now)))
    assert (found.value, found.is_raised) == (Decimal("0.67"), True)
    assert [source.key for source in found.sources] == [str(m.message_id) for m in now[:2]]


def test_a_contact_is_lost_when_none_can_be_reached() -> None:
    gone, there = KnownContact(new_id(), False), KnownContact(new_id(), True)
    assert signal(SignalName.CONTACT_LOST, conduct(contacts=(gone,))).is_raised
    assert not signal(SignalName.CONTACT_LOST, conduct(contacts=(gone, there))).is_raised
    assert not signal(SignalName.CONTACT_LOST, conduct()).is_raised


def test_exposure_is_compared_in_the_currency_of_the_limit_alone() -> None:
    limit = Money(Decimal(500), "EUR")
    exposed = (Money(Decimal(501), "EUR"), Money(Decimal(9_000), "USD"))
    over = signal(SignalName.OVER_LIMIT, conduct(credit_limit=limit, outstanding=exposed))
    assert (over.value, over.unit, over.is_raised) == (Decimal(1), "EUR", True)
    within = signal(SignalName.OVER_LIMIT, conduct(credit_limit=limit, outstanding=exposed[1:]))
    assert not within.is_raised
