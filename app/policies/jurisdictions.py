"""Reads `app/policies/laws/<country>.toml`."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.domain.errors import SettingInvalid
from app.domain.intents import LANGUAGES
from app.domain.jurisdiction import DEFAULT, UNION, Jurisdiction, Jurisdictions
from app.policies.interest_tables import load_interest_rules
from app.policies.section import Section

DIRECTORY = Path(__file__).with_name("laws")
LONGEST = 100
"""Years."""


def load_jurisdictions(directory: Path = DIRECTORY) -> Jurisdictions:
    """All countries that have a file. Raises SettingInvalid, naming the file and what is wrong."""
    files = {path: _read(path) for path in sorted(directory.glob("*.toml"))}
    union = next((data for data in files.values() if data.get("country") == UNION), {})
    found: dict[str, Jurisdiction] = {}
    for path, data in files.items():
        if data is not union:
            one = _jurisdiction(str(path), _upon(union, data) if data.get("base") == UNION else data)
            found[one.country] = one
    if DEFAULT not in found:
        raise SettingInvalid(f"{directory}: default.toml is missing: it holds for countries without a file")
    return found


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingInvalid(f"{path}: cannot be read ({type(error).__name__})") from error


def _upon(union: Mapping[str, Any], data: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a member state says, over what holds in all of them, key by key."""
    both = {**union, **data}
    for name, table in union.items():
        if isinstance(table, dict) and isinstance(both[name], dict):
            both[name] = {**table, **both[name]}
    return both


def _jurisdiction(file: str, data: Mapping[str, Any]) -> Jurisdiction:
    whole = Section(file, "", data)
    whole.only("country", "base", "interest", "letters", "disclosure", "persons")
    letters, disclosure, persons = (whole.table(name) for name in ("letters", "disclosure", "persons"))
    letters.only("years", "source")
    disclosure.only("duty", "law", "person", "line")
    line = disclosure.table("line")
    line.only(*LANGUAGES)
    persons.only("decided_by_a_person")
    interest = whole.said("interest")
    if interest and interest not in load_interest_rules():
        whole.refuse(f'interest: "{interest}" has no table in app/policies/interest')
    has_duty = disclosure.claim("duty")
    return Jurisdiction(
        country=whole.text("country"),
        years=letters.whole("years", least=1, most=LONGEST),
        source=letters.text("source"),
        has_duty=has_duty,
        disclosure_law=disclosure.text("law") if has_duty else disclosure.said("law"),
        persons_law=persons.said("decided_by_a_person"),
        interest=interest,
        lines={language: line.text(language) for language in LANGUAGES if line.has(language)},
        names_a_person=disclosure.claim("person") if disclosure.has("person") else True,
    )
