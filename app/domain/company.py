"""The legal entities that we collect for, each with an identity of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.errors import Invalid


@dataclass(frozen=True, slots=True)
class Company:
    """`id` is the word in the ledger's `company` column; empty for the only company of an instance.

    `country` (ISO 3166-1 alpha-2) is where it is established: its law says how long its letters are kept.

    Bank details go into a mail from here and from nowhere else: `account` is what is said of one without an IBAN.
    `mailbox` is the name of the mailbox that its reminders leave from, `signature` how they are signed.
    `contract_law` says whose statutory interest its claims bear, where any is claimed: that of its contracts, by the
    name of a table in app/policies/interest.
    """

    id: str
    name: str
    address: str = ""
    registration_number: str = ""
    vat_number: str = ""
    iban: str = ""
    bic: str = ""
    account: str = ""
    mailbox: str = ""
    signature: str = ""
    country: str = ""
    contract_law: str = ""


def mailbox_of(company: str, companies: Sequence[Company], active: Sequence[str]) -> str:
    """The name of the mailbox that a company's reminders leave from, of the active ones: its own; else the only one
    if it is no other's, or the first where there is one company. Mail of one legal entity never leaves from another's.

    Raises Invalid, saying what to configure.
    """
    identity = next((one for one in companies if one.id == company), None)
    if identity is None and (companies or (company and len(active) > 1)):
        raise Invalid(
            "company {company} has no [[company]] in the policy file: no mailbox speaks for it", company=repr(company)
        )
    wanted = identity.mailbox if identity is not None else ""
    others = {one.mailbox for one in companies if one.id != company}
    is_anyones = not wanted and (not others or (len(active) == 1 and active[0] not in others))
    name = wanted if wanted in active else active[0] if is_anyones and active else ""
    if not name:
        raise Invalid(
            "company {company} has no active mailbox: name one in its [[company]] of the policy file",
            company=repr(company),
        )
    return name
