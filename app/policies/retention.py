"""Reads retention.toml, and what the operator's policy file sets instead. What is wrong is named with its place."""

import tomllib
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from app.domain.company import Company
from app.domain.errors import SettingInvalid
from app.domain.retention import Retention
from app.policies.jurisdictions import load_jurisdictions
from app.policies.loading import policy_text
from app.policies.section import Section

RETENTION = Path(__file__).with_name("retention.toml")
DAYS = tuple(one.name for one in fields(Retention) if one.name.endswith("_days"))
LONGEST = 36_525
MAY_BE_NONE = "letters_beyond_statute_days"
"""Days beside a statute's. Of all others at least one: with none, the next day's job would erase what came today."""


def load_retention(policy_file: Path | None = None, companies: Iterable[Company] = ()) -> Retention:
    """The shipped days, with those of a policy file's [retention] over them. Raises SettingInvalid."""
    shipped = _read(RETENTION)
    own: dict[str, int] = {}
    if policy_file is not None:
        table = Section(str(policy_file), "", tomllib.loads(policy_text(policy_file))).table("retention")
        table.only(*DAYS)
        own = {name: _days(table, name) for name in DAYS if table.has(name)}
    section = Section(str(RETENTION), "", shipped)
    section.only("version", *DAYS)
    days = {name: _days(section, name) for name in DAYS}
    return Retention(
        version=section.text("version"),
        jurisdictions=load_jurisdictions(),
        homes={company.id: company.country for company in companies if company.country},
        **{**days, **own},
    )


def _days(section: Section, name: str) -> int:
    return section.whole(name, least=0 if name == MAY_BE_NONE else 1, most=LONGEST)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingInvalid(f"{file}: cannot be read ({type(error).__name__})") from error
