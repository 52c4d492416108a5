"""The ledger as the rest of Duebox sees it: customers, contacts, invoices. Duebox never changes amounts."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from app.domain.contact import Reachability
from app.domain.money import Money, total


class InvoiceKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class InvoiceStatus(StrEnum):
    OPEN = "open"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    DISPUTED = "disputed"
    CANCELLED = "cancelled"
    WRITTEN_OFF = "written_off"


CLOSED = frozenset({InvoiceStatus.PAID, InvoiceStatus.CANCELLED, InvoiceStatus.WRITTEN_OFF})


class ContactRole(StrEnum):
    ACCOUNTS_PAYABLE = "accounts_payable"
    MANAGEMENT = "management"
    PURCHASING = "purchasing"
    LEGAL = "legal"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice or credit note; `open` is the newest import's truth (negative for a credit note)."""

    number: str
    kind: InvoiceKind
    amount: Money
    open: Money
    due_date: date
    issue_date: date | None = None
    status: InvoiceStatus = InvoiceStatus.OPEN
    po_number: str = ""
    payment_link: str = ""
    payment_seen: bool = False

    @property
    def is_open(self) -> bool:
        return self.status not in CLOSED and self.open.amount != Decimal(0)


@dataclass(frozen=True, slots=True)
class Contact:
    name: str = field(repr=False)
    email: str = field(repr=False)
    role: ContactRole = ContactRole.OTHER
    language: str = ""
    active: bool = True
    reachability: Reachability = Reachability.OK

    @property
    def may_be_written_to(self) -> bool:
        """Whether a reminder may go there; who has left or cannot be reached gets none."""
        return self.active and self.reachability is Reachability.OK


@dataclass(frozen=True, slots=True)
class Payment:
    day: date
    amount: Money
    reference: str = ""
    invoice_number: str = ""


@dataclass(frozen=True, slots=True)
class StoredCopy:
    """A copy of an invoice that is on file; `number` is the invoice's, `name` that of the file that was imported."""

    id: UUID
    number: str
    name: str
    media_type: str
    size: int
    sha256: str


class LinkMethod(StrEnum):
    """How the customer was found. Only a contact's address identifies one; the others merely propose."""

    CONTACT = "contact"
    THREAD = "thread"
    INVOICE = "invoice"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Account:
    """One customer with what is open, as the agent may use it. `broken_promises`: how many they broke in the last
    year. `copies`: what is on file of their invoices; `can_be_stated`: a statement of account can be made of what is
    open."""

    customer_id: str
    name: str
    language: str = ""
    country: str = ""
    currency: str = ""
    timezone: str = "UTC"
    strategic: bool = False
    natural_person: bool = False
    segment: str = "standard"
    invoices: tuple[Invoice, ...] = ()
    contacts: tuple[Contact, ...] = ()
    payments: tuple[Payment, ...] = ()
    broken_promises: int = 0
    copies: tuple[StoredCopy, ...] = ()
    can_be_stated: bool = False

    @property
    def outstanding(self) -> tuple[Money, ...]:
        """What is open, one sum a currency, credit notes netted."""
        return total(invoice.open for invoice in self.invoices if invoice.is_open)


UNKNOWN_ACCOUNT = Account(customer_id="", name="")
"""Stands for a customer that nobody has identified."""


@dataclass(frozen=True, slots=True)
class Link:
    """Whom a mail was linked to, how, and who else it might have been (customer ids)."""

    method: LinkMethod
    account: Account = UNKNOWN_ACCOUNT
    contact: Contact | None = None
    candidates: tuple[str, ...] = ()

    @property
    def is_verified_contact(self) -> bool:
        return self.method is LinkMethod.CONTACT and self.contact is not None and self.contact.active
