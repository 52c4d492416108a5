"""Disputes: how one ends, and how much of an invoice it pauses."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.domain.account import Invoice
from app.domain.money import Money


class Resolution(StrEnum):
    """ACCEPTED: the customer is right. REJECTED: the claim stands. SETTLED: something between. WITHDRAWN: the customer
    no longer objects."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute that runs. `invoices`: upper-case numbers, none when the customer named none. `amount`: the disputed
    sum on all of them together, None when all of it is disputed."""

    invoices: frozenset[str] = frozenset()
    amount: Money | None = None

    def concerns(self, invoice: Invoice) -> bool:
        """A dispute that names no invoice concerns them all, until a person says which."""
        return not self.invoices or invoice.number.upper() in self.invoices


def payable(invoice: Invoice, disputes: Iterable[Dispute]) -> Money:
    """What may be asked for now: the open amount without what is disputed, never below zero.

    A disputed sum on several invoices is taken off each of them in full: rather too little is asked for than too much.
    So is one in another currency. A credit note is no claim: it stays what it is.
    """
    left = invoice.open.amount
    if left <= 0:
        return invoice.open
    for dispute in disputes:
        if dispute.concerns(invoice):
            amount = dispute.amount
            left -= left if amount is None or amount.currency != invoice.open.currency else amount.amount
    return Money(max(left, Decimal(0)), invoice.open.currency)
