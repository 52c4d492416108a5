"""Fraud by changed bank details, and by people who pass themselves off as contacts (business e-mail compromise).

Nothing here is proof; each sign takes the mail to a senior, and away from every draft.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from app.domain.account import Contact
from app.domain.message import Address
from app.reading.collocations import Collocations
from app.reading.spans import fold
from app.reading.trust.disguises import undisguised
from app.reading.trust.senders import look_alike, registrable

BANK_DETAILS = "bank_details"
CONTACT_LOOK_ALIKE = "contact_look_alike"
CONTACT_NAME_ELSEWHERE = "contact_name_elsewhere"
BESIDE_THE_LEDGER = frozenset({CONTACT_LOOK_ALIKE, CONTACT_NAME_ELSEWHERE})

_FROM_OWN = re.compile(
    r"\b(?:from|out of|von|vom|depuis|de|desde|dal?|dalla|vanaf|van|do) {1,2}"
    r"(?:our|my|unserem|meinem|unserer|meiner|notre|mon|nuestra|mi|nostro|mio|onze|mijn|nossa|minha)(?: own)? "
    r"(?:[\w-]{1,20} )?(?:account|konto|compte|cuenta|conto|rekening|conta)\b"
    r"(?: (?:in|at|with|bei|à|au|aux|en|em|na|no|presso|bij) (?:(?:the|der|la) )?[\w-]{1,20})?",
    re.IGNORECASE,
)
"""The account that somebody pays from, and where it is: this asks for nothing."""


_WALLET = re.compile(r"\b(?:0x[0-9a-fA-F]{40}|bc1[02-9ac-hj-np-z]{25,60}|T[1-9A-HJ-NP-Za-km-z]{33})\b")
"""An address of Ethereum, Bitcoin or Tron."""


def speaks_of_another_account(text: str) -> bool:
    """True where an account to pay to, or to collect from, seems to change, or a fraud is scouted for."""
    changes, diversions, probing = _account_signs()
    return _WALLET.search(text) is not None or any(
        changes.any_in(words) or diversions.any_in(_FROM_OWN.sub(" ", words)) or probing.any_in(words)
        for words in undisguised(text)
    )


def signs_beside_the_ledger(sender: Address, contacts: Iterable[Contact]) -> tuple[str, ...]:
    """What only the ledger can tell of a sender who is no contact: whom they resemble."""
    known = tuple(contacts)
    domains = {contact.email.rpartition("@")[2] for contact in known}
    signs = {
        CONTACT_LOOK_ALIKE: look_alike(sender.domain, domains),
        CONTACT_NAME_ELSEWHERE: _has_a_contacts_name(sender, known)
        and registrable(sender.domain) not in map(registrable, domains),
    }
    return tuple(sign for sign, holds in signs.items() if holds)


def _has_a_contacts_name(sender: Address, contacts: Iterable[Contact]) -> bool:
    own = words_of(sender.name)
    return len(own) > 1 and any(own == words_of(contact.name) for contact in contacts)


def words_of(name: str) -> frozenset[str]:
    """ "Vane, Petra" is Petra Vane."""
    return frozenset(fold(name).replace(",", " ").split())


def is_name_of_same(one: str, other: str) -> bool:
    """Whether two names may be one person's: a word in common, and no other that the longer name has neither in full
    nor as an initial ("P. Vane", "Vane, Petra")."""
    fewer, more = sorted(({word.rstrip(".") for word in words_of(name)} for name in (one, other)), key=len)
    return any(len(word) > 1 for word in fewer & more) and all(
        any(word == full or (1 in (len(word), len(full)) and word[:1] == full[:1]) for full in more) for word in fewer
    )


@cache
def _account_signs() -> tuple[Collocations, Collocations, Collocations]:
    """An account is said to be another one; money is said to go to an account that is; somebody asks for accounts."""
    here = Path(__file__)
    return (
        Collocations.load(here.with_name("bank_changes.toml")),
        Collocations.load(here.with_name("diverted_payments.toml")),
        Collocations.load(here.with_name("probing.toml")),
    )
