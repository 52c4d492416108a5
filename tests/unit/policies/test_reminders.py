"""The reminders' part of a policy file: what ships holds, what is wrong is named with the mend."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.errors import SettingInvalid
from app.policies.loading import load_policy
from app.policies.reminders import SHIPPED, load_reminders

TEXT = SHIPPED.read_text(encoding="utf-8")


def test_file_without_reminders_takes_the_shipped_ones(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('version = "1"\n', encoding="utf-8")
    assert load_reminders(file) == load_reminders()
    assert load_reminders().minimum_of("EUR") == Decimal("5.00")
    assert load_reminders().minimum_of("JPY") == Decimal(800)


def test_shipped_reminders_may_stand_in_the_operator_s_one_file(tmp_path: Path) -> None:
    rules = '[[rule]]\nname = "all"\nwhen = {}\nthen = "review"\nreasons = ["low_confidence"]\n'
    file = tmp_path / "policy.toml"
    file.write_text(f'version = "1"\n{rules}\n{TEXT.replace("a_week = 2", "a_week = 1")}', encoding="utf-8")
    assert load_reminders(file).caps.a_week == 1
    assert load_policy(file).version == "1"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("a_week = 2", "a_week = 9", "reminders.caps: a_week must be a whole number from 1 to 7"),
        ("a_week = 2", "per_week = 2", 'reminders.caps: "per_week" is not known here; use a_week, hours_apart'),
        ("hours_apart = 48", "hours_apart = 0", "hours_apart must be a whole number from 24"),
        ('stage = "third"', 'stage = "last"', 'stage: "last" is not one of courtesy, first'),
        ('stage = "third"', 'stage = "second"', "steps must rise in days and in stage"),
        ("{ days = 14", "{ days = 2", "steps must rise in days and in stage"),
        ("days = 3,", "days = 0,", "courtesy is for days of 0 or less"),
        ('tone = "warm", channel = "email" },', 'tone = "firm", channel = "email" },', "a courtesy is an e-mail"),
        ('segments = ["*"]', 'segments = ["rest"]', 'no workflow has segments = ["*"]'),
        ('segments = ["key"]', 'segments = ["*"]', '"*" stands in two workflows'),
        ('name = "key-accounts"', 'name = "standard"', '"standard" stands in two workflows'),
        ("natural_persons = true", 'segments = ["people"]', "exactly one workflow must say natural_persons"),
        ('days = 28, stage = "second", tone = "neutral"', 'days = 28, stage = "second", tone = "firm"', "never"),
        ('segment = "high-risk"', 'segment = "odd"', 'no workflow names "odd"'),
        ("minimum = 5.00", "minimum = -1", "minimum must be an amount"),
        ("JPY = 800", "yen = 800", "minimums must be sums by currency, such as { EUR = 5.00, JPY = 800 }"),
        ("JPY = 800", "JPY = -800", "reminders.minimums: JPY must be an amount"),
        ("end = 18:00:00", "end = 08:30:00", ""),
        ("end = 18:00:00", "end = 07:00:00", "end must be at least a full hour after begin"),
        ("begin = 08:00:00", 'begin = "8"', "must be a time of day"),
        ('timezone = "UTC"', 'timezone = "Atlantis"', 'there is no time zone "Atlantis"'),
        ("[reminders.caps]", "reminders = 3\n[reminders.caps]", "is not known here"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    assert old in TEXT
    file = tmp_path / "policy.toml"
    file.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    if not complaint:
        load_reminders(file)
        return
    with pytest.raises(SettingInvalid) as refused:
        load_reminders(file)
    assert complaint in str(refused.value)
    assert str(file) in str(refused.value)


INTEREST = """
[reminders.interest]
law = "DE"
stages = ["third"]
rates_checked = true

[[reminders.interest.rate]]
since = 2026-07-01
percent = -0.88
source = "the central bank's page"
"""


def test_an_operator_adds_the_rates_that_the_tables_lack(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(TEXT + INTEREST, encoding="utf-8")
    wish = load_reminders(path).interest
    assert wish is not None
    (rate,) = wish.rates["DE"]
    assert (rate.since, rate.percent, rate.is_confirmed) == (date(2026, 7, 1), Decimal("-0.88"), True)
    path.write_text(TEXT + INTEREST.replace("07-01", "07-02"), encoding="utf-8")
    with pytest.raises(SettingInvalid, match="1 January or 1 July"):
        load_reminders(path)


COMPANIES = """
[[company]]
id = "north"
name = "North GmbH"
contract_law = "DE"

[[company]]
id = "south"
name = "South SARL"
contract_law = "FR"

[[company]]
id = "rest"
name = "Rest Ltd"

[[company]]
id = "by-country"
name = "Country Ltd"
country = "GB"

[[company]]
id = "unsourced"
name = "Elsewhere Ltd"
country = "JP"
"""
PER_COMPANY = """
[reminders.interest]
stages = ["third"]
rates_checked = true

[[reminders.interest.rate]]
law = "FR"
since = 2026-07-01
percent = 2.15
source = "the central bank's page"
"""


def test_each_company_claims_by_the_law_of_its_own_contracts_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(TEXT + COMPANIES + PER_COMPANY, encoding="utf-8")
    wish = load_reminders(path).interest
    assert wish is not None
    assert [wish.law_of(company) for company in ("north", "south", "rest", "by-country", "unsourced")] == [
        *("DE", "FR", "", "GB", "")
    ]
    assert (sorted(wish.used), list(wish.rates)) == (["DE", "FR", "GB"], ["FR"])
    path.write_text(TEXT + COMPANIES + PER_COMPANY.replace("stages", 'law = "EU"\nstages', 1), encoding="utf-8")
    own = load_reminders(path).interest
    assert own is not None
    assert [own.law_of(company) for company in ("north", "rest", "unsourced", "")] == ["DE", "EU", "", "EU"]
    path.write_text(TEXT + COMPANIES, encoding="utf-8")
    assert load_reminders(path).interest is None, "a law alone claims nothing"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (COMPANIES + PER_COMPANY.replace("rates_checked = true", ""), "bundesbank.*then set rates_checked"),
        (PER_COMPANY, "contract_law"),
        (COMPANIES + PER_COMPANY.replace('law = "FR"', ""), "law must be a text"),
        (COMPANIES + PER_COMPANY.replace('law = "FR"', 'law = "XX"'), "not one of DE, EU, FR, GB"),
        (COMPANIES.replace('"FR"', '"XX"') + PER_COMPANY, "not one of DE, EU, FR, GB"),
        (COMPANIES.replace('id = "north"', "") + PER_COMPANY, "company 1: id must be a text"),
    ],
)
def test_a_law_that_nobody_has_checked_or_named_stops_the_start(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(TEXT + text, encoding="utf-8")
    with pytest.raises(SettingInvalid, match=told):
        load_reminders(path)
