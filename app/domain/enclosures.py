"""What goes along with an answer: stored copies of invoices, a statement of account. What of a request does not go
along is owed: the answer says that a colleague sends it, and a task sees to that.

    asked for ─▶ stored, and the writer may have it ─▶ enclosed
              └─ anything else ──────────────────────▶ owed
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.domain.account import Contact, StoredCopy
from app.domain.errors import Invalid
from app.domain.message import Authentication
from app.domain.sentence import Sentence

MOST_BYTES = 15 * 1024 * 1024
"""Of all files of one answer together: a third more on its way, which the common mail servers take."""

MOST = 20
"""Files of one answer."""

STATEMENT = "statement"
"""Stands for the id of a statement of account, which is no stored document: it is made from the ledger."""

LONGEST_NAME = 100
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]')


class DocumentKind(StrEnum):
    """A document that collectors are asked for; each is a word of the reply templates."""

    INVOICE_COPY = "invoice_copy"
    STATEMENT = "statement"
    PROOF_OF_DELIVERY = "proof_of_delivery"
    CERTIFICATE = "certificate"
    TAX_FORM = "tax_form"


class Withheld(StrEnum):
    """Why nothing may be attached to an answer."""

    UNKNOWN_CUSTOMER = "unknown_customer"
    UNKNOWN_WRITER = "unknown_writer"
    NOT_AUTHENTIC = "not_authentic"
    SUSPICIOUS = "suspicious"


WHY_NOT: Mapping[Withheld, Sentence] = {
    Withheld.UNKNOWN_CUSTOMER: Sentence("nobody knows whose mail this is, so no file may go along"),
    Withheld.UNKNOWN_WRITER: Sentence("files go to an active contact of the customer alone, and the writer is none"),
    Withheld.NOT_AUTHENTIC: Sentence("the sender fails authentication, so no file may go along"),
    Withheld.SUSPICIOUS: Sentence("this mail bears signs of fraud, so no file may go along"),
}


@dataclass(frozen=True, slots=True)
class Enclosed:
    """`copies` are stored documents, by id; `has_statement`: a statement of account is made and goes along too."""

    copies: tuple[UUID, ...] = ()
    has_statement: bool = False

    def __bool__(self) -> bool:
        return bool(self.copies) or self.has_statement

    @property
    def ids(self) -> list[str]:
        """Of every file, the statement last."""
        return [*map(str, self.copies), *[STATEMENT][: self.has_statement]]


@dataclass(frozen=True, slots=True)
class Owed:
    """What a colleague sends: a document for these invoices. `kind` None: the mail does not say which plainly."""

    kind: DocumentKind | None = None
    invoices: tuple[str, ...] = ()


NOTHING = Enclosed()

_DOCUMENTS: Mapping[DocumentKind | None, Sentence] = {
    DocumentKind.INVOICE_COPY: Sentence("A copy of the invoice"),
    DocumentKind.STATEMENT: Sentence("A statement of account"),
    DocumentKind.PROOF_OF_DELIVERY: Sentence("The proof of delivery"),
    DocumentKind.CERTIFICATE: Sentence("The certificate"),
    DocumentKind.TAX_FORM: Sentence("The tax form"),
    None: Sentence("The documents that the mail asks for"),
}


def said(owed: Owed) -> Sentence:
    """What a colleague is to send, in words."""
    what = _DOCUMENTS[owed.kind]
    return (
        Sentence("{document}: {invoices}", document=what, invoices=", ".join(owed.invoices)) if owed.invoices else what
    )


def owed_of(
    kind: DocumentKind | None, invoices: Sequence[str], copied: Iterable[str], enclosed: Enclosed
) -> Owed | None:
    """What of a request does not go along; `copied` are the invoices of which a copy does. Where nobody knows which
    document is meant, whatever a person attaches is it."""
    there = set(copied)
    missing = tuple(number for number in invoices if number not in there)
    match kind:
        case DocumentKind.INVOICE_COPY:
            is_met = not missing if invoices else bool(there)
        case DocumentKind.STATEMENT:
            is_met = enclosed.has_statement
        case None:
            is_met = bool(enclosed)
        case _:
            is_met = False
    if is_met:
        return None
    return Owed(kind, missing if kind is DocumentKind.INVOICE_COPY else tuple(invoices))


def fitting(copies: Iterable[StoredCopy]) -> tuple[StoredCopy, ...]:
    """As many as go into one mail, in their order. One that does not fit keeps no smaller one behind it out."""
    kept: list[StoredCopy] = []
    for copy in copies:
        if len(kept) < MOST and sum(one.size for one in kept) + copy.size <= MOST_BYTES:
            kept.append(copy)
    return tuple(kept)


def check_fits(sizes: Sequence[int]) -> None:
    """Raises Invalid for files that do not go into one mail."""
    if len(sizes) > MOST or sum(sizes) > MOST_BYTES:
        raise Invalid(
            "one answer takes {most} files of {megabytes} MB together: leave some out",
            most=MOST,
            megabytes=MOST_BYTES // 1024**2,
        )


def withheld_from(
    writer: str, contacts: Iterable[Contact], *, has_customer: bool, authentication: Authentication, is_suspicious: bool
) -> Withheld | None:
    """Why this writer gets no document; None for an active contact of the customer, whom nothing speaks against."""
    if not has_customer:
        return Withheld.UNKNOWN_CUSTOMER
    if is_suspicious:
        return Withheld.SUSPICIOUS
    if not any(contact.active and contact.email.casefold() == writer.casefold() for contact in contacts):
        return Withheld.UNKNOWN_WRITER
    return Withheld.NOT_AUTHENTIC if authentication is Authentication.FAIL else None


def safe_name(name: str, extension: str) -> str:
    """A file's name that every system takes, with the extension that its content calls for (with its dot)."""
    plain = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip(". ")
    stem = _EXTENSION.sub("", plain) or "file"
    return f"{stem[:LONGEST_NAME]}{extension}"
