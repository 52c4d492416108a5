"""The legal entities that we collect for, each with an identity of its own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Company:
    """`id` is the word in the ledger's `company` column; empty for the only company of an instance.

    Bank details go into a mail from here and from nowhere else. `mailbox` is the name of the mailbox that its
    reminders leave from, `signature` how they are signed.
    """

    id: str
    name: str
    address: str = ""
    registration_number: str = ""
    vat_number: str = ""
    iban: str = ""
    bic: str = ""
    mailbox: str = ""
    signature: str = ""
