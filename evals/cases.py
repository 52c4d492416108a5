"""A data set line as the mind is given it: a parsed mail without headers, linked to the line's account."""

from datetime import date, datetime
from decimal import Decimal
from email.utils import parseaddr
from typing import Any

from app.domain.account import Account, Contact, ContactRole, Invoice, InvoiceKind, InvoiceStatus, Link, LinkMethod
from app.domain.case import Case
from app.domain.message import Address, Head, Identity, ParsedMail
from app.domain.money import Money
from app.reading.reading import read_parsed
from evals.dataset import Line

NO_ACCOUNT = "(no account)"
_OWN_ADDRESS = "ar@seller.example"


def case_of(line: Line) -> Case:
    """`amount` of a line's invoice is its open amount; the sender is a known contact of the account."""
    account = account_of(line["account"])
    mail = parsed_mail(line)
    contact = Contact(mail.head.sender.name, mail.head.sender.email, ContactRole.ACCOUNTS_PAYABLE)
    link = Link(LinkMethod.CONTACT, account, contact) if account.customer_id else Link(LinkMethod.NONE)
    own = str(line.get("to", _OWN_ADDRESS))
    return Case(
        read=read_parsed(mail, Identity((own,))),
        link=link,
        received_at=datetime.fromisoformat(line["received_at"]),
        mailbox_address=own,
    )


def parsed_mail(line: Line) -> ParsedMail:
    name, email = parseaddr(str(line.get("from", "")))
    head = Head(
        message_id=f"<{line['id']}@evals.example>",
        sender=Address(name, email.lower()),
        to=(Address("", str(line.get("to", _OWN_ADDRESS))),),
        subject=str(line["subject"]),
        date=datetime.fromisoformat(line["received_at"]),
    )
    return ParsedMail(head=head, headers=(), reply_to=(), cc=(), text=str(line["body"]), html=None, attachments=())


def account_of(record: dict[str, Any]) -> Account:
    if record.get("name") == NO_ACCOUNT:
        return Account(customer_id="", name="")
    invoices = tuple(_invoice(invoice) for invoice in record.get("invoices", ()))
    currencies = {invoice.open.currency for invoice in invoices}
    return Account(
        customer_id="eval",
        name=record["name"],
        language=record.get("language", ""),
        country=record.get("country", ""),
        currency=currencies.pop() if len(currencies) == 1 else "",
        strategic=bool(record.get("strategic", False)),
        invoices=invoices,
    )


def _invoice(record: dict[str, Any]) -> Invoice:
    amount = Money(Decimal(record["amount"]), record["currency"])
    return Invoice(
        number=record["number"],
        kind=InvoiceKind.CREDIT_NOTE
        if amount.amount < 0 or record.get("kind") == InvoiceKind.CREDIT_NOTE
        else InvoiceKind.INVOICE,
        amount=amount,
        open=amount,
        due_date=date.fromisoformat(record["due_date"]),
        issue_date=date.fromisoformat(record["issue_date"]) if record.get("issue_date") else None,
        status=InvoiceStatus(record.get("status", InvoiceStatus.OPEN)),
    )
