"""Test items: now and then a reviewer is shown a draft with one fault in it, to see whether drafts are still read.

a true draft ─▶ a copy with one fault is shown ─▶ approved all the same: missed  ┐ nothing leaves, nothing is done:
                                               ├▶ anything else:         caught  ┘ the true draft is decided again
                                               └▶ something newer is known: withdrawn, without a word
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.intents import Intent, Reason
from app.domain.proposal import Draft

FEWEST, MOST = 20, 500
"""One draft of so many is a test item, at the most and at the least."""

FIT_INTENTS = frozenset(
    {
        Intent.PAYMENT_PROMISE,
        Intent.PAYMENT_CONFIRMATION,
        Intent.DOCUMENT_REQUEST,
        Intent.CONTACT_UPDATE,
        Intent.QUERY,
        Intent.ACKNOWLEDGEMENT,
    }
)


class Fault(StrEnum):
    """What is wrong with a planted draft: another sum, day, invoice or name than the true one; or a sentence more, that
    lets a fee go or puts a due date off."""

    AMOUNT = "amount"
    DATE = "date"
    INVOICE = "invoice"
    NAME = "name"
    CONCESSION = "concession"
    EXTENSION = "extension"


class Verdict(StrEnum):
    """What became of a test item."""

    CAUGHT = "caught"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Planted:
    """A draft with one fault. `shown` are the fault's words, `was` the true ones in their place; empty where a sentence
    was added."""

    fault: Fault
    draft: Draft
    was: str = field(repr=False)
    shown: str = field(repr=False)


def is_fit(
    reasons: Collection[str], intents: Iterable[Intent], *, is_strategic: bool, is_natural_person: bool, is_odd: bool
) -> bool:
    """Whether a mail may be tested with: an everyday one of a known company, which waits only because every answer
    waits. `is_odd`: it bears a sign of fraud, or hides text."""
    wanted = frozenset(intents)
    return (
        set(reasons) == {Reason.APPROVAL_REQUIRED.value}
        and bool(wanted)
        and wanted <= FIT_INTENTS
        and not (is_strategic or is_natural_person or is_odd)
    )


def is_drawn(lot: int, one_in: int) -> bool:
    """Whether the lot falls on a mail; never where `one_in` is 0."""
    return one_in > 0 and lot % one_in == 0
