"""What the author of a reminder is told: facts of the ledger and of configuration, chosen by code, and nothing else."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.domain.company import Company
from app.domain.errors import Invalid
from app.domain.intents import Tone
from app.domain.reminder import Stage


@dataclass(frozen=True, slots=True)
class DueInvoice:
    """An invoice of the reminder, in the reminder's currency. `disputed` of what is open is not asked for."""

    number: str
    due: date
    amount: Decimal
    open: Decimal
    issued: date | None = None
    disputed: Decimal = Decimal(0)
    payment_link: str = ""

    @property
    def payable(self) -> Decimal:
        return self.open - self.disputed

    def days_overdue(self, today: date) -> int:
        return max((today - self.due).days, 0)


@dataclass(frozen=True, slots=True)
class CreditNote:
    """`open` is negative: what is left to be set off."""

    number: str
    amount: Decimal
    open: Decimal
    issued: date | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Statutory interest and fixed sums, worked out by `app.domain.interest`. `rule` names the law, as it is cited."""

    interest: Decimal
    fixed_sums: Decimal
    rule: str

    @property
    def total(self) -> Decimal:
        return self.interest + self.fixed_sums


@dataclass(frozen=True, slots=True)
class ReminderBrief:
    """One mail to one customer in one currency.

    `addressee`: the contact's full name, empty for a department. `customer` is a person's name where `is_person` is
    set; then the letter is written more gently. `last_contact`: the day of the reminder before this one.
    `broken_promise`: the day for which a payment was announced that did not come. `pay_by`: a day that the policy sets
    for a formal notice. `approver`: who ordered the formal notice, by name; no other stage has one. `wording`: another
    wording of the same letter, which a test tries out. `unclaimed`: why the interest that the policy claims is left
    out; for whoever decides on the letter, and not said in it.
    """

    stage: Stage
    tone: Tone
    language: str
    today: date
    currency: str
    company: Company
    customer: str = field(repr=False)
    invoices: tuple[DueInvoice, ...]
    credit_notes: tuple[CreditNote, ...] = ()
    addressee: str = field(repr=False, default="")
    is_person: bool = False
    country: str = ""
    last_contact: date | None = None
    broken_promise: date | None = None
    pay_by: date | None = None
    approver: str = field(repr=False, default="")
    claim: Claim | None = None
    wording: str = ""
    unclaimed: str = ""
    max_words: int = 180
    problems: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises Invalid for what no reminder may be written about."""
        if not self.invoices or any(invoice.payable <= 0 for invoice in self.invoices):
            raise Invalid("a reminder needs invoices with something payable on each: leave out paid and disputed ones")
        if self.total <= 0:
            raise Invalid("nothing is payable once the credit notes are set off: send no reminder")
        if (self.stage is Stage.FORMAL) != bool(self.approver):
            raise Invalid("a formal notice names the person who ordered it, and no other reminder does")
        if self.is_person and self.claim is not None:
            raise Invalid("interest between businesses is never claimed of a natural person")

    @property
    def total(self) -> Decimal:
        """What is asked for: payable parts less credit notes, without interest."""
        payable = sum((invoice.payable for invoice in self.invoices), Decimal(0))
        return payable + sum((note.open for note in self.credit_notes), Decimal(0))

    @property
    def signature(self) -> str:
        return self.company.signature or self.company.name
