"""What the law of a country asks of letters, of automatic mail, and of decisions about people."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT, UNION = "default", "EU"


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """`years` that business letters are kept, from the end of the year of the last one, by the law `source`.

    `has_duty` to say that a machine wrote, by `disclosure_law`; `persons_law` keeps decisions about natural persons for
    people; `interest` is the law of `app/policies/interest` that says what a late payer owes, "" where none is known.
    A law that is empty was not read by us. `lines`, by language, are what automatic mail says of its writer in place of
    our own; `names_a_person`: it also says how to reach one.
    """

    country: str
    years: int
    source: str
    has_duty: bool
    disclosure_law: str = ""
    persons_law: str = ""
    interest: str = ""
    lines: Mapping[str, str] = field(default_factory=dict, hash=False)
    names_a_person: bool = True


Jurisdictions = Mapping[str, Jurisdiction]
"""By country (ISO 3166-1 alpha-2), and `DEFAULT` for all others."""


def of_country(jurisdictions: Jurisdictions, country: str) -> Jurisdiction:
    """That of a country, in whatever case; else that for the others."""
    return jurisdictions.get(country.upper()) or jurisdictions[DEFAULT]
