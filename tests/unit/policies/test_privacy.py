"""Laws by country, days, and who answers for it all: as shipped, as an operator sets them, and what is wrong."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.company import Company
from app.domain.errors import SettingInvalid
from app.domain.jurisdiction import of_country
from app.domain.recipients import Recipient
from app.domain.responsible import Responsible
from app.policies.jurisdictions import DIRECTORY, load_jurisdictions
from app.policies.loading import load_policy
from app.policies.privacy import load_responsible
from app.policies.retention import load_retention
from app.privacy.dossier_text import MISSING, as_markdown
from app.privacy.processing import Processing
from app.reading.outgoing.disclosure import disclosed, line_of

LAWS = load_jurisdictions()
UNION = {"AT", "BE", "DE", "ES", "FR", "IE", "IT", "NL", "PT"}
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
SAID = """
[privacy]
controller = "Nordhaven Trading GmbH"
data_protection_officer = "Frida Lund"

[[privacy.processor]]
name = "Mail Provider AG"
does = "keeps the mailboxes"
hosts = ["IMAP.provider.example"]
"""


def written(folder: Path, more: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(f'version = "1"\n[[rule]]\nname = "all"\nwhen = {{}}\nthen = "review"\n{more}\n', encoding="utf-8")
    return path


def test_every_law_that_is_said_to_ask_something_is_named() -> None:
    assert {"GB", "CH", "default"} | UNION == set(LAWS)
    for country, law in LAWS.items():
        assert law.country == country
        assert law.source
        assert law.disclosure_law or not law.has_duty
    assert of_country(LAWS, "de").source == "HGB § 257 (1) 2, (4); AO § 147"
    assert of_country(LAWS, "JP") is LAWS["default"]
    assert LAWS["default"].years == max(law.years for law in LAWS.values())


def test_a_member_state_has_the_unions_law_and_its_own() -> None:
    for country in UNION:
        assert LAWS[country].has_duty, country
        assert LAWS[country].persons_law == "GDPR art. 22"
    assert (LAWS["DE"].interest, LAWS["IT"].interest, LAWS["CH"].interest) == ("DE", "EU", "")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("years = 6", "years = 0", "de.toml: letters: years must be a whole number from 1 to 100"),
        ('interest = "DE"', 'interest = "XX"', 'de.toml: interest: "XX" has no table'),
        ("[letters]", "[letter]", 'de.toml: "letter" is not known here'),
        ("[letters]", "[letters", "de.toml: cannot be read"),
    ],
)
def test_a_wrong_law_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    folder = Path(shutil.copytree(DIRECTORY, tmp_path / "laws"))
    file = folder / "de.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SettingInvalid) as error:
        load_jurisdictions(folder)
    assert says in str(error.value)


def test_a_member_state_may_say_a_part_of_a_table_otherwise(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DIRECTORY, tmp_path / "laws"))
    with (folder / "de.toml").open("a", encoding="utf-8") as file:
        file.write("\n[disclosure]\nduty = false\n")
    german = load_jurisdictions(folder)["DE"]
    assert (german.has_duty, german.disclosure_law) == (False, LAWS["FR"].disclosure_law)


def test_a_law_has_words_of_its_own_for_automatic_mail(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DIRECTORY, tmp_path / "laws"))
    with (folder / "gb.toml").open("a", encoding="utf-8") as file:
        file.write('\n[disclosure.line]\nen = "Sent by software."\n')
    swiss = (folder / "ch.toml").read_text(encoding="utf-8").replace("duty = false", "duty = false\nperson = false")
    (folder / "ch.toml").write_text(swiss, encoding="utf-8")
    laws = load_jurisdictions(folder)
    assert line_of("en", laws["GB"]) == "Sent by software. To reach a person, simply reply and say so."
    assert line_of("de", laws["GB"]) == line_of("de", laws["DE"]) == line_of("de", None)
    assert line_of("de", laws["CH"]) == "Diese Nachricht hat ein automatisches System (KI) verfasst."
    assert disclosed("Hello", "en", is_automatic=True, law=laws["GB"]).endswith(f"\n\n{line_of('en', laws['GB'])}")
    assert disclosed("Hello", "en", is_automatic=False, law=laws["GB"]) == "Hello"


def test_the_line_is_the_readers_else_that_of_our_home(tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path, '[[company]]\nid = "north"\nname = "Nordhaven"\ncountry = "FR"'))
    found = [policy.law_for(country) for country in ("DE", "", "JP")]
    assert [law.country for law in found if law] == ["DE", "FR", "default"]
    assert all(law.names_a_person for law in LAWS.values() if law.has_duty)


def test_letters_are_kept_by_the_law_of_the_company_that_keeps_them(tmp_path: Path) -> None:
    file = written(tmp_path, '[[company]]\nid = "north"\nname = "Nordhaven"\ncountry = "FR"')
    retention = load_retention(file, load_policy(file).companies)
    assert retention.kept_until(MARCH, "DE", "north").year == 2036
    assert retention.kept_until(MARCH, "DE", "another").year == 2032
    assert load_retention(None, [Company("", "Nordhaven", country="FR")]).kept_until(MARCH, "DE").year == 2036


def test_an_operator_sets_other_days(tmp_path: Path) -> None:
    assert load_retention(written(tmp_path, "[retention]\nstrangers_days = 90")).strangers_days == 90
    assert load_retention(written(tmp_path, "")) == load_retention()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[retention]\nstrangers_days = 0", "retention: strangers_days must be a whole number from 1"),
        ("[retention]\nletters_beyond_statute_days = -1", "letters_beyond_statute_days must be a whole number from 0"),
        ("[retention]\naudit_days = 1", 'retention: "audit_days" is not known here'),
        ('[privacy]\ndpo = "X"', 'privacy: "dpo" is not known here'),
        ('[[privacy.processor]]\nname = "X"', "privacy.processor 1: does must be a text"),
        ('[[company]]\nid = ""\nname = "X"\ncountry = "Germany"', 'country: "Germany" is not a code'),
    ],
)
def test_what_is_wrong_in_a_policy_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(SettingInvalid) as error:
        all_of(file)
    assert says in str(error.value)


def all_of(file: Path) -> None:
    load_retention(file, load_policy(file).companies)
    load_responsible(file)


def dossier(responsible: Responsible, *companies: str) -> str:
    hosts = (Recipient("imap.provider.example", "mailbox", "mail"), Recipient("10.1.2.3", "database", "everything"))
    return as_markdown(
        Processing(
            model_provider="embedded",
            model_name="embedded",
            policy_version="1",
            database="PostgreSQL",
            recipients=hosts,
            retention=load_retention(),
            responsible=responsible,
            jobs_days=30,
            companies=companies,
        )
    )


def test_the_dossier_names_who_answers_and_what_is_missing(tmp_path: Path) -> None:
    text = dossier(load_responsible(written(tmp_path, SAID)))
    assert "| controller | Nordhaven Trading GmbH |" in text
    assert "| data-protection officer | Frida Lund |" in text
    assert f"| contact for requests | {MISSING}: set contact in [privacy]" in text
    assert "| imap.provider.example | mailbox | mail | outside | Mail Provider AG |" in text
    assert f"| 10.1.2.3 | database | everything | outside | {MISSING}: name it in hosts" in text
    assert f"| Mail Provider AG | keeps the mailboxes | {MISSING} | {MISSING} | none named |" in text
    assert "| DE | 6 years: HGB § 257 (1) 2, (4); AO § 147 | Regulation (EU) 2024/1689 (AI Act) art. 50" in text


def test_a_dossier_of_nothing_said_takes_the_company_for_the_controller() -> None:
    text = dossier(Responsible(), "Nordhaven, Hamburg")
    assert "| controller | Nordhaven, Hamburg |" in text
    assert (
        f"| controller | {MISSING}: set controller in [privacy] of the policy file, or name a [[company]] |"
        in dossier(Responsible())
    )
    assert "## Processors\n\nNone." in text
