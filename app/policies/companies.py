"""The `[[company]]` tables of a policy file. A wrong account number is refused: money would go astray."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from stdnum import bic, iban
from stdnum.exceptions import ValidationError

from app.domain.company import Company
from app.policies.interest_tables import load_interest_rules

LONGEST = 255
_COUNTRY = re.compile(r"[A-Z]{2}")
_FIELDS = (
    "id",
    "name",
    "address",
    "registration_number",
    "vat_number",
    "iban",
    "bic",
    "account",
    "mailbox",
    "signature",
    "country",
    "contract_law",
)
_NEEDED = ("id", "name")
_CHECKED: Mapping[str, Callable[[str], str]] = {"iban": iban.validate, "bic": bic.validate}
_WRONG = {
    "iban": "is not an IBAN: its check digits do not fit (ISO 13616)",
    "bic": "is not a BIC of 8 or 11 characters (ISO 9362)",
}

Refuse = Callable[[str, str], NoReturn]
"""Takes where in the file something is wrong, and what."""


def companies(tables: Sequence[Mapping[str, Any]], refuse: Refuse) -> tuple[Company, ...]:
    """The companies in the order of the file."""
    found = tuple(_company(f"company {number}", table, refuse) for number, table in enumerate(tables, 1))
    ids = [company.id for company in found]
    twice = next((name for name in ids if ids.count(name) > 1), None)
    if twice is not None:
        refuse(f'company "{twice}"', "the id is used twice")
    return found


def _company(where: str, table: Mapping[str, Any], refuse: Refuse) -> Company:
    odd = sorted(set(table) - set(_FIELDS))
    if odd:
        refuse(where, f'"{odd[0]}" is not known here; use {", ".join(_FIELDS)}')
    values: dict[str, str] = {}
    for field in _FIELDS:
        value = table.get(field, "")
        if not isinstance(value, str) or len(value) > LONGEST:
            refuse(where, f"{field} must be a text of at most {LONGEST} characters")
        values[field] = value.strip()
    missing = next((field for field in _NEEDED if field not in table or (field == "name" and not values[field])), None)
    if missing:
        refuse(where, f'{missing} is missing; add {missing} = "…"')
    if values["country"] and not _COUNTRY.fullmatch(values["country"]):
        refuse(where, f'country: "{values["country"]}" is not a code of ISO 3166-1 such as "DE"')
    for field, validate in _CHECKED.items():
        if values[field]:
            values[field] = _valid(where, field, values[field], validate, refuse)
    laws = load_interest_rules() if values["contract_law"] else {}
    if values["contract_law"] and values["contract_law"] not in laws:
        refuse(where, f'contract_law: "{values["contract_law"]}" is not one of {", ".join(laws)}')
    return Company(**values)


def _valid(where: str, field: str, value: str, validate: Callable[[str], str], refuse: Refuse) -> str:
    try:
        return validate(value)
    except ValidationError:
        refuse(where, f'{field}: "{value}" {_WRONG[field]}')
