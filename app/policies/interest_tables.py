"""Reads the laws of statutory interest: `app/policies/interest/<country>.toml`."""

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from app.domain.errors import SettingInvalid
from app.domain.interest import FixedSum, InterestRule, Rate, half_year_of

DEFAULT_DIRECTORY = Path(__file__).with_name("interest")


def load_interest_rules(directory: Path = DEFAULT_DIRECTORY) -> Mapping[str, InterestRule]:
    """By country (ISO 3166, and "EU" for the directive). Raises SettingInvalid, naming the file and what is wrong."""
    rules = [_rule(path) for path in sorted(directory.glob("*.toml"))]
    return {rule.country: rule for rule in rules}


def _rule(path: Path) -> InterestRule:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return InterestRule(
            country=data["country"],
            law=data["law"],
            currency=data["currency"],
            margin=Decimal(data["margin"]),
            rates=tuple(_rate(path, row) for row in data["rate"]),
            fixed_sums=tuple(FixedSum(Decimal(s["at_least"]), Decimal(s["amount"])) for s in data["fixed_sums"]),
            is_fixed_at_start=data["fixed_at_start"],
            moves_rest_days=data["moves_rest_days"],
        )
    except KeyError as error:
        raise SettingInvalid(f"{path}: {error.args[0]} is missing") from error
    except (tomllib.TOMLDecodeError, InvalidOperation, TypeError) as error:
        raise SettingInvalid(f"{path}: {error}") from error


def _rate(path: Path, row: Mapping[str, Any]) -> Rate:
    since: date = row["since"]
    if half_year_of(since) != since:
        raise SettingInvalid(f"{path}: a rate begins on 1 January or 1 July, not on {since}")
    return Rate(since, Decimal(row["percent"]), row["source"], row["confirmed"])
