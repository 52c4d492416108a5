from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.errors import SettingInvalid
from app.domain.four_eyes import Guarded, SecondPersonRule, rule_for
from app.domain.intents import Autonomy, Intent, Reason, Route, Tone
from app.domain.message import Machine
from app.domain.money import Money
from app.domain.policy import History, Situation, ToneRule, decide, may_send_alone, tone_of
from app.policies.loading import DEFAULT, load_policy

POLICY = load_policy()
LAST = '[[rule]]\nname = "last"\nwhen = {}\nthen = "review"\n'


def situation(*intents: Intent, reasons: tuple[Reason, ...] = (), confidence: float = 0.99) -> Situation:
    return Situation(frozenset(intents), frozenset(reasons), confidence, is_known_contact=True)


@pytest.mark.parametrize(
    ("intents", "reasons", "route", "rule"),
    [
        ([Intent.PAYMENT_PROMISE], [], Route.AUTO, "routine"),
        ([Intent.PAYMENT_CONFIRMATION, Intent.DOCUMENT_REQUEST], [], Route.AUTO, "routine"),
        ([Intent.ACKNOWLEDGEMENT], [Reason.STRATEGIC_ACCOUNT], Route.NONE, "bare-acknowledgement"),
        ([Intent.UNRELATED], [Reason.UNKNOWN_CUSTOMER], Route.NONE, "unrelated"),
        ([Intent.UNRELATED], [Reason.FRAUD_RISK], Route.REVIEW, "bank-details-or-fraud-sign"),
        ([Intent.ACKNOWLEDGEMENT], [Reason.LOW_INFORMATION], Route.REVIEW, "thin-message"),
        ([Intent.AUTOMATIC_REPLY, Intent.CONTACT_UPDATE], [], Route.NONE, "machine-by-its-words"),
        ([Intent.CONTACT_UPDATE], [Reason.STRATEGIC_ACCOUNT], Route.REVIEW, "strategic-account"),
        ([Intent.DISPUTE, Intent.PAYMENT_PROMISE], [Reason.DISPUTE], Route.REVIEW, "dispute"),
        ([Intent.QUERY], [Reason.UNVERIFIED_SENDER], Route.REVIEW, "unverified-sender"),
        ([Intent.PAYMENT_PROMISE, Intent.UNRELATED], [], Route.REVIEW, "anything-else"),
    ],
)
def test_the_policy_that_ships_routes_as_the_labels_say(
    intents: list[Intent], reasons: list[Reason], route: Route, rule: str
) -> None:
    decision = decide(POLICY, situation(*intents, reasons=tuple(reasons)))
    assert (decision.route, decision.rule) == (route, rule)
    assert (decision.route is Route.REVIEW) == bool(decision.reasons)


@pytest.mark.parametrize("machine", list(Machine))
def test_no_machine_is_answered(machine: Machine) -> None:
    answered = Situation(frozenset({Intent.AUTOMATIC_REPLY}), frozenset(), 1.0, machine=machine.value)
    assert decide(POLICY, answered).route is Route.NONE


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("intent", list(Intent))
def test_nothing_with_a_reason_is_ever_automatic(intent: Intent, reason: Reason) -> None:
    if reason is not Reason.APPROVAL_REQUIRED and reason not in _ADDED_BY_INTENT:
        assert decide(POLICY, situation(intent, reasons=(reason,))).route is not Route.AUTO


_ADDED_BY_INTENT = {
    Reason.NEGOTIATION,
    Reason.DISPUTE,
    Reason.LEGAL,
    Reason.COMPLAINT,
    Reason.PRIVACY_REQUEST,
    Reason.HARDSHIP,
    Reason.LOW_CONFIDENCE,
    Reason.CHANGED_SINCE_APPROVAL,
}
"""These never come without their intent, whose own rule stands first; the graph guards against them all the same."""


def test_autonomy_ships_as_draft_everywhere() -> None:
    assert [rule.autonomy for rule in POLICY.autonomy] == [Autonomy.DRAFT]
    assert not any(may_send_alone(POLICY, [intent], "standard") for intent in Intent)


@pytest.mark.parametrize(
    ("intent", "history", "tone"),
    [
        (Intent.HARDSHIP, History(overdue_days=200, broken_promises=5), Tone.WARM),
        (Intent.PAYMENT_PROMISE, History(overdue_days=90), Tone.FIRM),
        (Intent.PAYMENT_PROMISE, History(overdue_days=5), Tone.WARM),
        (Intent.PAYMENT_PROMISE, History(broken_promises=1), Tone.NEUTRAL),
        (Intent.PAYMENT_PROMISE, History(broken_promises=2), Tone.FIRM),
        (Intent.PAYMENT_PROMISE, History(broken_promises=2, is_natural_person=True), Tone.NEUTRAL),
        (Intent.PAYMENT_PROMISE, History(90, 2, is_natural_person=True), Tone.NEUTRAL),
        (Intent.EXTENSION_REQUEST, History(90, 2, is_strategic=True), Tone.WARM),
        (Intent.DISPUTE, History(overdue_days=90, is_strategic=True), Tone.NEUTRAL),
        (Intent.EXTENSION_REQUEST, History(overdue_days=5), Tone.NEUTRAL),
    ],
)
def test_the_tone_follows_situation_history_and_relationship(intent: Intent, history: History, tone: Tone) -> None:
    assert tone_of(POLICY, situation(intent), history) is tone


@pytest.mark.parametrize("intent", [Intent.HARDSHIP, Intent.DISPUTE, Intent.LEGAL_OR_COMPLAINT])
def test_no_policy_file_can_press_people_in_difficulty_or_in_dispute(intent: Intent) -> None:
    firm = replace(POLICY, tones=(ToneRule(Tone.FIRM),))
    assert tone_of(firm, situation(intent, Intent.PAYMENT_PROMISE), History()) is Tone.NEUTRAL


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "version is missing"),
        ('version = "1"', r"no \[\[rule\]\]"),
        ('version = "1"\nrules = 3\n' + LAST, '"rules" is not known'),
        ('version = "1"\n[[rule]]\nname = "a"\nwhen = {}\nthen = "auto"\n', "the last rule must be"),
        (
            'version = "1"\n[[rule]]\nname = "a"\nwhen = {known_contact=true}\nthen = "review"\n',
            "the last rule must be",
        ),
        ('version = "1"\n' + LAST + LAST, "used twice"),
        ('version = "1"\n[[rule]]\nname = "a"\nwhen = {}\nthen = "none"\n' + LAST, "no later rule is ever read"),
        ('version = "1"\n[[rule]]\nname = "a"\nthen = "none"\n' + LAST, "when is missing"),
        ('version = "1"\n[[rule]]\nwhen = {}\nthen = "none"\n' + LAST, "rule 1: name is missing"),
        (
            'version = "1"\n[[rule]]\nname = "a"\nwhen = {any_intent=["promise"]}\nthen = "none"\n' + LAST,
            '"promise" is',
        ),
        ('version = "1"\n[[rule]]\nname = "a"\nwhen = {any_intent="query"}\nthen = "none"\n' + LAST, "list of words"),
        ('version = "1"\n[[rule]]\nname = "a"\nwhen = {amount=3}\nthen = "none"\n' + LAST, '"amount" is not known'),
        ('version = "1"\n[[rule]]\nname = "a"\nwhen = {confidence_below=9}\nthen = "none"\n' + LAST, "0 to 1"),
        ('version = "1"\n[[rule]]\nname = "a"\nwhen = {machines=["x"]}\nthen = "send"\n' + LAST, "machines"),
        (
            'version = "1"\n[[rule]]\nname = "a"\nwhen = {known_contact=true}\nthen = "send"\n' + LAST,
            '"send" is not one',
        ),
        ('version = "1"\n' + LAST + 'reasons = ["because"]\n', "because"),
        ('version = "1"\n' + LAST + '[[autonomy]]\nintent = "*"\nautonomy = "always"\n', "autonomy 1"),
        ('version = "1"\n' + LAST + '[[tone]]\ntone = "angry"\n', "tone 1"),
        ('version = "1"\n' + LAST + "[limits]\ndraft_words = 0\n", "draft_words"),
        (
            'version = "1"\n' + LAST + '[[second_person]]\naction = "pay"\ncurrency = "EUR"\nabove = "1"\n',
            '"pay" is not',
        ),
        (
            'version = "1"\n' + LAST + '[[second_person]]\naction = "answer"\ncurrency = "EUR"\nabove = 5.0\n',
            "in quotes",
        ),
        ('version = "1"\n' + LAST + '[[second_person]]\naction = "answer"\nabove = "5"\n', "currency must be"),
        ("version = ", "is not TOML"),
    ],
)
def test_a_mistake_is_named_with_file_and_fix(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingInvalid, match=says) as refused:
        load_policy(path)
    assert str(refused.value).startswith(str(path))


def test_sums_above_which_two_people_decide(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    limit = '[[second_person]]\naction = "grant_terms"\ncurrency = "EUR"\nabove = "500.50"\nsenior = false\n'
    path.write_text('version = "1"\n' + LAST + limit, encoding="utf-8")
    rules = load_policy(path).second_person
    assert rules == (SecondPersonRule(Guarded.GRANT_TERMS, "EUR", Decimal("500.50"), senior=False),)
    for action, amount, takes_two in (
        (Guarded.GRANT_TERMS, Money(Decimal("500.50"), "EUR"), False),
        (Guarded.GRANT_TERMS, Money(Decimal("500.51"), "EUR"), True),
        (Guarded.GRANT_TERMS, Money(Decimal(1), "USD"), True),
        (Guarded.GRANT_TERMS, None, True),
        (Guarded.ANSWER, Money(Decimal(900), "EUR"), False),
    ):
        assert (rule_for(rules, action, amount) is not None) is takes_two, (action, amount)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="DUEBOX_POLICY_FILE"):
        load_policy(tmp_path / "nowhere.toml")


def test_every_rule_that_ships_has_a_name_of_its_own_and_the_file_a_version() -> None:
    names = [rule.name for rule in POLICY.rules]
    assert len(names) == len(set(names))
    assert POLICY.version in DEFAULT.read_text(encoding="utf-8")


NORTH = """
[[company]]
id = "north"
name = "Nordhaven Trading GmbH"
iban = "DE89 3704 0044 0532 0130 00"
bic = "cobadeffxxx"
"""


def test_company_is_found_by_the_word_of_the_ledger(tmp_path: Path) -> None:
    policy = load_policy(_written(tmp_path, NORTH))
    company = policy.company("north")
    assert company is not None
    assert (company.name, company.iban, company.bic) == (
        "Nordhaven Trading GmbH",
        "DE89370400440532013000",
        "COBADEFFXXX",
    )
    assert policy.company("south") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (NORTH.replace("DE89", "DE88"), 'company 1: iban: "DE88 3704 0044 0532 0130 00" is not an IBAN'),
        (NORTH.replace("cobadeffxxx", "COBA"), 'company 1: bic: "COBA" is not a BIC'),
        (NORTH.replace('id = "north"', ""), 'company 1: id is missing; add id = "…"'),
        (NORTH + NORTH, 'company "north": the id is used twice'),
        (NORTH + 'logo = "x.png"', '"logo" is not known here'),
        ("[ledger]\nmax_age_hours = 0", "ledger: max_age_hours must be a whole number above 0"),
        ("[ledger]\nmax_age = 12", 'ledger: "max_age" is not known here; use max_age_hours, short_by'),
        ("[ledger]\nshort_by = 1", "ledger: short_by must be sums by currency"),
        ('[ledger.short_by]\nEUR = "-1"', "ledger: short_by: EUR must be a sum in quotes of at most 100"),
        ('[ledger.short_by]\nEUR = "100.01"', "ledger: short_by: EUR must be a sum in quotes of at most 100"),
    ],
)
def test_wrong_company_or_age_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingInvalid) as error:
        load_policy(_written(tmp_path, text))
    assert said in str(error.value)


def test_age_of_the_ledger_is_read(tmp_path: Path) -> None:
    assert POLICY.ledger.max_age == timedelta(hours=72)
    assert load_policy(_written(tmp_path, "[ledger]\nmax_age_hours = 12")).ledger.max_age == timedelta(hours=12)


def test_what_a_promise_may_be_short_by_is_read(tmp_path: Path) -> None:
    assert POLICY.ledger.short_by["EUR"] == Decimal("1.00")
    assert load_policy(_written(tmp_path, '[ledger.short_by]\nSEK = "10"')).ledger.short_by == {"SEK": Decimal(10)}
    assert not load_policy(_written(tmp_path, "[ledger]\nmax_age_hours = 12")).ledger.short_by


OFFICE = '[[queue.working_hours]]\nbegin = 08:30:00\nend = 17:00:00\ntimezone = "Europe/Berlin"\n'


def test_working_hours_are_read_for_all_and_for_some_mailboxes(tmp_path: Path) -> None:
    assert POLICY.queue.working_hours("north").is_always
    north = OFFICE + 'country = "DE"\nmailboxes = ["north"]\n'
    queue = load_policy(_written(tmp_path, north + OFFICE + 'days = ["mon", "sat"]\n')).queue
    assert (queue.working_hours("north").days, queue.working_hours("north").zone) == (
        frozenset(range(5)),
        "Europe/Berlin",
    )
    assert queue.working_hours("north").is_holiday(date(2026, 10, 3))
    assert (queue.working_hours("south").days, queue.working_hours("south").end) == (frozenset({0, 5}), time(17))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OFFICE + OFFICE, "queue: working_hours 2: all mailboxes: there are working hours of it already"),
        ((OFFICE + 'mailboxes = ["a"]\n') * 2, "working_hours 2: a: there are working hours of it already"),
        (OFFICE.replace("17:00", "07:00"), "begin and end must be times of one day such as 08:30:00"),
        (OFFICE.replace("Berlin", "Atlantis"), 'timezone must be a name such as "Europe/Berlin"'),
        (OFFICE + 'country = "XX"', 'country must be two letters such as "DE"'),
        (OFFICE + 'days = ["monday"]', "days must be some of mon, tue"),
        (OFFICE + 'lunch = "12:00"', "lunch is not known here"),
        ("[queue.working_hours]\nbegin = 08:30:00", "must be written as [[queue.working_hours]]"),
    ],
)
def test_wrong_working_hours_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingInvalid) as error:
        load_policy(_written(tmp_path, text))
    assert said in str(error.value)


def _written(folder: Path, more: str) -> Path:
    path = folder / "policy.toml"
    rule = '[[rule]]\nname = "all"\nwhen = {}\nthen = "review"\n'
    path.write_text(f'version = "1"\n{rule}\n{more}\n', encoding="utf-8")
    return path
